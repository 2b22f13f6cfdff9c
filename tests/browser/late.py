"""Answers that come late and in pieces, as on a machine that has too much to do.

``COCORA_TEST_LATE=1 ./test tests/browser`` after a journey was written: what it reads or presses
before the page is there fails every time, not once a month.
"""

import time
from collections.abc import Iterable, Iterator
from typing import Any

from django.test.testcases import LiveServerThread

SECONDS = 0.3


def pieces(answer: Iterable[bytes]) -> Iterator[bytes]:
    """The head of a page at once, its body later, and the last third later still."""
    try:
        whole = b"".join(answer)
        if not whole.lstrip().startswith(b"<!DOCTYPE html"):
            time.sleep(SECONDS)
            yield whole
            return
        begin, last = whole.find(b"<body"), len(whole) * 2 // 3
        yield whole[:begin]
        time.sleep(SECONDS)
        yield whole[begin : max(begin, last)]
        time.sleep(SECONDS)
        yield whole[max(begin, last) :]
    finally:
        if hasattr(answer, "close"):
            answer.close()


def answer_late() -> None:
    """From now on every live server does, for its pages and for its scripts."""
    create = LiveServerThread._create_server

    def create_late(self: Any, *words: Any, **named: Any) -> Any:
        server = create(self, *words, **named)
        take = server.set_app
        server.set_app = lambda app: take(lambda *request: pieces(app(*request)))
        return server

    LiveServerThread._create_server = create_late
