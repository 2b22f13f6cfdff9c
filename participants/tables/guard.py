"""The guard against formulas: a spreadsheet program runs a cell that begins like one.

Names and contacts come from strangers, and a list is opened on the computer of somebody who sees
personal data. OWASP, "CSV Injection".
"""

import re

# As a cell begins, or after what another program takes for a separator. The wide forms are read
# as formulas where Asian keyboards are used.
TRIGGER = r"=+\-@＝＋－＠"
BEGINS = r"(?:^|(?<=[;,\t|\"\r\n]))[ \u00a0\u3000]*"
UNSAFE = re.compile(rf"({BEGINS})('*[{TRIGGER}])")
GUARDED = re.compile(rf"({BEGINS})'('*[{TRIGGER}])")
# No spreadsheet can hold these, and some readers end a cell at them.
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ufffe\uffff\ud800-\udfff]")


def plain(text: str) -> str:
    """One line that every spreadsheet can hold."""
    return " ".join(CONTROLS.sub("", text).split())


def guarded(text: str) -> str:
    """The text with an apostrophe before whatever would be run. ``freed`` takes it away again."""
    return UNSAFE.sub(r"\1'\2", plain(text))


def freed(text: str) -> str:
    return GUARDED.sub(r"\1\2", text)
