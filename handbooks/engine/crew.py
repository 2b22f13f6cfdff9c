"""The processes that set units: started once, kept warm, replaced when they are worn."""

import atexit
import base64
import contextlib
import json
import os
import subprocess
import sys
import tempfile
from functools import cache
from typing import Any

from django.conf import settings

from handbooks.engine.render import environment
from handbooks.engine.style import art

# A process that has grown this much, or worked this long, is replaced by a new one.
WORN_BYTES = 400 * 1024**2
WORN_SECONDS = 1800


class Gone(Exception):
    """The process has ended; the text is what it complained of last."""


class Typesetter:
    """One process. It gets nothing of our environment, so no secret can reach a page."""

    def __init__(self) -> None:
        self.complaints = tempfile.TemporaryFile(dir=settings.SCRATCH_DIR)  # noqa: SIM115 - ours until the end
        self.owner = os.getpid()
        self.style = ""
        self.heard = bytearray()
        self.cpu, self.memory = 0.0, 0
        self.process = subprocess.Popen(
            [sys.executable, "-m", "handbooks.engine.typesetter", str(self.owner)],
            cwd=settings.BASE_DIR,
            env=environment(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.complaints,
        )

    def fileno(self) -> int:
        assert self.process.stdout is not None
        return self.process.stdout.fileno()

    def order(self, **words: Any) -> None:
        """Hand work over. Raises Gone."""
        assert self.process.stdin is not None
        try:
            self.process.stdin.write(json.dumps(words).encode() + b"\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            raise self.gone() from None

    def prepare(self, style: str, css: str, memory_bytes: int) -> None:
        """Lay the style sheet of a book ready, if another one lies there."""
        if self.style != style:
            self.order(css=css, art=encoded(art()), memory_bytes=memory_bytes)
            self.style = style

    def answer(self) -> tuple[dict[str, Any], bytes] | None:
        """What it says, once all of it is there. Raises Gone."""
        piece = os.read(self.fileno(), 1 << 20)
        if not piece:
            raise self.gone()
        self.heard += piece
        end = self.heard.find(b"\n")
        if end < 0:
            return None
        facts = json.loads(self.heard[:end])
        if len(self.heard) - end - 1 < facts["size"]:
            return None
        data, self.heard = bytes(self.heard[end + 1 :]), bytearray()
        self.cpu, self.memory = facts["cpu"], facts["memory"]
        return facts, data

    def gone(self) -> Gone:
        self.process.wait(timeout=30)
        self.complaints.seek(0)
        return Gone(self.complaints.read().decode(errors="replace").strip())

    @property
    def is_fit(self) -> bool:
        fresh = self.memory < WORN_BYTES and self.cpu < WORN_SECONDS
        return fresh and self.owner == os.getpid() and self.process.poll() is None

    def end(self) -> None:
        if self.owner != os.getpid():
            return
        self.process.kill()
        self.process.wait()
        for file in (self.process.stdin, self.process.stdout, self.complaints):
            if file:
                with contextlib.suppress(BrokenPipeError):
                    file.close()


class Crew:
    """Those who have nothing to do now. A crew belongs to the process that hired it."""

    def __init__(self) -> None:
        self.idle: list[Typesetter] = []

    def hire(self) -> Typesetter:
        while self.idle:
            setter = self.idle.pop()
            if setter.is_fit:
                return setter
            setter.end()
        return Typesetter()

    def dismiss(self, setter: Typesetter) -> None:
        """Keep it for the next book, unless it is worn."""
        if setter.is_fit:
            self.idle.append(setter)
        else:
            setter.end()

    def close(self) -> None:
        while self.idle:
            self.idle.pop().end()


@cache
def crew() -> Crew:
    """The crew of this process, ended with it."""
    made = Crew()
    atexit.register(made.close)
    return made


def encoded(media: dict[str, bytes]) -> dict[str, str]:
    return {name: base64.b64encode(data).decode() for name, data in media.items()}
