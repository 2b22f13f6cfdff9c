"""Runs the rendering child: hands the work over, follows its progress, ends it when it must."""

import base64
import contextlib
import errno
import json
import os
import selectors
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from time import monotonic, time
from typing import Any

from django.conf import settings

from handbooks.engine import style
from handbooks.engine.document import Chapter, PrintDocument
from handbooks.engine.style import art, font_configuration, style_sheet

# How often the caller hears of us while a chapter is long, to renew its lease and to be cancelled.
BEAT_SECONDS = 1.0
# Longer than any render may take.
ABANDONED_SECONDS = 3600
NO_SPACE = (errno.ENOSPC, errno.EDQUOT)

Report = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Limits:
    """What one document may take. A silent child is a stuck one: a line comes with each chapter."""

    cpu_seconds: int = 900
    memory_bytes: int = 3 * 1024**3
    silence_seconds: float = 180


LIMITS = Limits()


class RenderFailed(Exception):
    """The document could not be rendered; the text says why, for the log."""


class RendererMissing(RenderFailed):
    """WeasyPrint can't start because system libraries are missing."""


class FontsMissing(RendererMissing):
    """A face of our books is not there; the text names its folder."""


class LimitReached(RenderFailed):
    """The document takes more time or memory than one may."""


class DiskFull(RenderFailed):
    """There is no room for the file."""


class ChapterFaulty(RenderFailed):
    """One chapter can't be set; ``chapter`` is its running head."""

    def __init__(self, chapter: str, reason: str) -> None:
        super().__init__(f"{chapter}: {reason}")
        self.chapter = chapter


def render_pdf(
    document: PrintDocument, target: Path, report: Report, limits: Limits = LIMITS
) -> int:
    """Write the PDF to ``target`` and return its pages; ``report(done, total, stage)`` as it goes.

    ``target`` appears whole or not at all. Raises RenderFailed, or what ``report`` raises.
    """
    look_for_fonts()
    clear_away(target.parent)
    try:
        with tempfile.TemporaryDirectory(prefix="print-", dir=settings.SCRATCH_DIR) as folder:
            source, output = Path(folder, "work.json"), Path(folder, "book.pdf")
            source.write_text(json.dumps(as_work(document, limits)))
            pages = Child(source, output, limits.silence_seconds).follow(report)
            put_in_place(output, target)
            return pages
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull(str(error)) from None
        raise


def look_for_fonts() -> None:
    """Without them pages would be set in whatever there is. Raises FontsMissing."""
    for name in style.FONTS:
        folder = style.PACKAGES / "@expo-google-fonts" / name
        if not any(folder.rglob("*.ttf")):
            raise FontsMissing(name)


def as_work(document: PrintDocument, limits: Limits) -> dict[str, Any]:
    media = {**document.media, **art()}
    return {
        "title": document.title,
        "author": document.author,
        "language": document.language,
        "css": style_sheet(document.paper, document.large),
        "fillable": document.fillable,
        "chapters": [as_part(chapter) for chapter in document.chapters],
        "media": {name: base64.b64encode(data).decode() for name, data in media.items()},
        **asdict(limits),
    }


def as_part(chapter: Chapter) -> dict[str, str]:
    return {
        "key": chapter.key,
        "kind": chapter.kind,
        "html": chapter.html,
        "running": chapter.running,
        "tab": chapter.tab,
        "tone": chapter.tone,
    }


class Child:
    """The rendering process. It gets nothing of our environment, so no secret can reach a page."""

    def __init__(self, source: Path, output: Path, silence_seconds: float) -> None:
        self.silence_seconds = silence_seconds
        self.complaints = output.with_name("stderr")
        self.said: dict[str, Any] = {"done": 0, "total": 1, "stage": ""}
        with self.complaints.open("w") as stderr:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "handbooks.engine.child", source, output, str(os.getpid())],
                cwd=settings.BASE_DIR,
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=stderr,
            )

    def follow(self, report: Report) -> int:
        """Pass its progress on until it ends; the number of pages. Ends it when we fail."""
        try:
            for facts in self.messages():
                self.said |= facts
                report(self.said["done"], self.said["total"], self.said["stage"])
            self.process.wait(timeout=self.silence_seconds)
        finally:
            self.process.kill()
            self.process.wait()
            if self.process.stdout:
                self.process.stdout.close()
        if self.process.returncode or "pages" not in self.said:
            raise self.failure()
        return int(self.said["pages"])

    def messages(self) -> Iterator[dict[str, Any]]:
        """The child's lines as they come; an empty one whenever a beat passes without."""
        assert self.process.stdout is not None
        heard = monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                if selector.select(min(BEAT_SECONDS, self.silence_seconds)):
                    # One write of the child is one short line, so a whole line is there.
                    line = self.process.stdout.readline()
                    if not line:
                        return
                    heard = monotonic()
                    yield json.loads(line)
                elif monotonic() - heard >= self.silence_seconds:
                    raise LimitReached(f"{self.said['stage']}: silent {self.silence_seconds:.0f} s")
                else:
                    yield {}

    def failure(self) -> RenderFailed:
        """What went wrong, from the child's last words and the way it ended."""
        complaint = self.complaints.read_text(errors="replace").strip()
        last = (complaint.splitlines() or ["no message"])[-1][:300]
        reason = f"exit {self.process.returncode}: {last}"
        if "cannot load library" in complaint:
            return RendererMissing(last)
        if self.said.get("fault") == "disk":
            return DiskFull(reason)
        if self.process.returncode < 0 or self.said.get("fault") == "memory" or starved(complaint):
            return LimitReached(f"{self.said['stage']}: {signal_name(self.process)} {reason}")
        return ChapterFaulty(self.said["stage"], reason)


STARVED = ("MemoryError", "failed to allocate", "out of memory", "without exception set")


def starved(complaint: str) -> bool:
    """Whether memory ran out somewhere below Python, which ends in many ways."""
    return any(sign in complaint for sign in STARVED)


def signal_name(process: subprocess.Popen[bytes]) -> str:
    return signal.Signals(-process.returncode).name if process.returncode < 0 else ""


def environment() -> dict[str, str]:
    """Our fonts, and settings that make the same input the same bytes."""
    return {
        "PATH": os.environ.get("PATH", ""),
        "LD_LIBRARY_PATH": os.environ.get("LD_LIBRARY_PATH", ""),
        "FONTCONFIG_FILE": str(font_configuration()),
        "LANG": "C.UTF-8",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
        "SOURCE_DATE_EPOCH": "0",
    }


def clear_away(folder: Path) -> None:
    """Remove what killed workers left behind: their scratch folders and unfinished copies."""
    long_ago = time() - ABANDONED_SECONDS
    for path in (*settings.SCRATCH_DIR.glob("print-*"), *folder.glob("*.part")):
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_mtime < long_ago:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


def put_in_place(output: Path, target: Path) -> None:
    """Flush to disk, then rename: a reader sees the whole file or none."""
    target.parent.mkdir(parents=True, exist_ok=True)
    waiting = target.with_suffix(f".{os.getpid()}.part")
    try:
        with output.open("rb") as made, waiting.open("wb") as copy:
            while block := made.read(1 << 20):
                copy.write(block)
            copy.flush()
            os.fsync(copy.fileno())
        waiting.replace(target)
    finally:
        waiting.unlink(missing_ok=True)
