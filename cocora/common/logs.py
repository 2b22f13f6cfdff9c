"""What must not stand in a log."""

import logging
import re

# A mailed link opens an account, dates or answers for whoever holds it. Slashes may be escaped,
# after "?next=".
SECRET = re.compile(
    r"((?:(?<!people/)invitations|feeds|answers|consent|confirm-email|reset(?:/|%2F)key)(?:/|%2F))"
    r"(?:(?!%2F)[^/\s'\"<>?&])+",
    re.IGNORECASE,
)
# Databases and mail servers like to quote the address that they complain about.
ADDRESS = re.compile(r"[^\s@'\"<>()=:/]+@[\w.-]*\w")


def hide(text: str) -> str:
    return ADDRESS.sub("…@…", SECRET.sub(r"\1…", text))


class Discreet(logging.Formatter):
    """Writes ``…`` for the secret of a link and for a mail address, in tracebacks too.

    It is a formatter, since a filter sees neither tracebacks nor what other filters make.
    """

    def format(self, record: logging.LogRecord) -> str:
        return hide(super().format(record))
