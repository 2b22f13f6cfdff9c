"""Prints a book from units: sets those that are missing side by side, then links all of them."""

import hashlib
import json
import logging
import os
import re
import selectors
import signal
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, partial
from importlib.metadata import version
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from django.conf import settings

from handbooks.engine.crew import Gone, Typesetter, crew, encoded
from handbooks.engine.document import Chapter, PrintDocument
from handbooks.engine.fingerprint import engine_fingerprint
from handbooks.engine.link import Facts, link
from handbooks.engine.render import (
    BEAT_SECONDS,
    LIMITS,
    NO_SPACE,
    ChapterFaulty,
    DiskFull,
    LimitReached,
    Limits,
    RendererMissing,
    RenderFailed,
    Report,
    as_part,
    look_for_fonts,
    put_in_place,
    render_pdf,
    starved,
)
from handbooks.engine.store import Claim, Store
from handbooks.engine.style import FONTS, PACKAGES, style_sheet
from handbooks.engine.unit import PYDYF, WEASYPRINT, Unit

# What one unit may take: it is a chapter, not a book.
UNIT_CPU_SECONDS = 120
UNIT_MEMORY_BYTES = 3 * 512 * 1024**2
# How often to look whether another worker has finished a unit.
GLANCE_SECONDS = 0.5
ROUNDS = 3
MEDIA = re.compile(r'media:([^"\'\s)]+)')
log = logging.getLogger(__name__)


class NotLinkable(RenderFailed):
    """This book, or this installation, can only be printed plainly; the text says why."""


def print_pdf(
    document: PrintDocument, target: Path, report: Report, limits: Limits = LIMITS
) -> int:
    """Write the PDF with the engine of the settings; its pages. As ``render_pdf`` promises."""
    if settings.PRINT_ENGINE != "linked" or document.fillable:
        return render_pdf(document, target, report, limits)
    look_for_fonts()
    try:
        return Press(document, report, limits).run(target)
    except NotLinkable as error:
        log.warning("printed plainly: %s", error)
        return render_pdf(document, target, report, limits)


def store() -> Store:
    return Store(settings.DATA_DIR / "units")


@cache
def font_files() -> dict[str, Path]:
    """Our fonts by the digest of their files."""
    paths = (
        path for name in FONTS for path in (PACKAGES / "@expo-google-fonts" / name).rglob("*.ttf")
    )
    return {hashlib.sha256(path.read_bytes()).hexdigest(): path for path in sorted(paths)}


def processes() -> int:
    return len(os.sched_getaffinity(0))


@dataclass(frozen=True)
class Piece:
    """A chapter of this book, and the key under which its unit is kept."""

    chapter: Chapter
    key: str
    order: dict[str, Any]

    @property
    def name(self) -> str:
        return self.chapter.running or str(self.order["book"]["title"])

    @property
    def weight(self) -> int:
        """Roughly how long it takes."""
        return len(self.chapter.html) + 2000


def pieces_of(document: PrintDocument, css: str) -> list[Piece]:
    """The units of a book. A key stands for all that shapes the pages, and nothing else."""
    book = {"title": document.title, "author": "", "language": document.language}
    digests = {name: hashlib.sha256(data).hexdigest() for name, data in document.media.items()}
    around = [book, hashlib.sha256(css.encode()).hexdigest(), engine_fingerprint()]
    pieces = []
    for chapter in document.chapters:
        named = sorted(set(MEDIA.findall(chapter.html)) & document.media.keys())
        # By its content, since the address of an image changes with any text of its curriculum.
        names = {name: f"{digests[name]}{Path(name).suffix}" for name in named}
        part = as_part(chapter)
        part["html"] = MEDIA.sub(partial(renamed, names), part["html"])
        inputs = json.dumps([around, part], sort_keys=True)
        key = hashlib.sha256(inputs.encode()).hexdigest()
        media = {names[name]: document.media[name] for name in named}
        pieces.append(Piece(chapter, key, {"book": book, "chapter": part, "media": media}))
    return pieces


def renamed(names: dict[str, str], match: re.Match[str]) -> str:
    return f"media:{names.get(match[1], match[1])}"


class Press:
    """One book on its way to paper."""

    def __init__(
        self, document: PrintDocument, report: Report, limits: Limits = LIMITS, hands: int = 0
    ) -> None:
        if (version("weasyprint"), version("pydyf")) != (WEASYPRINT, PYDYF):
            raise NotLinkable(f"made for WeasyPrint {WEASYPRINT} and pydyf {PYDYF}")
        self.document, self.report, self.limits = document, report, limits
        self.hands = hands or processes()
        self.store = store()
        self.css = style_sheet(document.paper, document.large)
        self.style = hashlib.sha256(self.css.encode()).hexdigest()
        self.pieces = pieces_of(document, self.css)
        self.total = len(self.pieces) + 1
        self.waiting: list[Piece] = []
        self.elsewhere: list[Piece] = []
        self.busy: dict[Typesetter, Task] = {}
        self.cpu = 0.0

    def run(self, target: Path) -> int:
        """Write the book to ``target``, whole or not at all; its pages."""
        try:
            units = self.units()
            self.report(self.total - 1, self.total, self.document.title)
            return self.bind(units, target)
        except OSError as error:
            if error.errno in NO_SPACE:
                raise DiskFull(str(error)) from None
            raise

    def units(self) -> list[Unit]:
        """All units, set now or before. Looks again if one is thrown away in between."""
        for _round in range(ROUNDS):
            self.set_missing()
            found = {piece.key: self.store.unit(piece.key) for piece in self.pieces}
            units = [unit for piece in self.pieces if (unit := found[piece.key])]
            if len(units) == len(self.pieces):
                return units
        raise DiskFull("units are thrown away faster than they are used")

    def bind(self, units: list[Unit], target: Path) -> int:
        document = self.document
        facts = Facts(document.title, document.author, document.language)
        strange = {face["family"] for unit in units for face in unit.fonts.values()
                   if face["file"] not in font_files()}  # fmt: skip
        if strange:
            raise NotLinkable(f"not our fonts: {', '.join(sorted(strange))}")
        with tempfile.TemporaryDirectory(prefix="print-", dir=settings.SCRATCH_DIR) as folder:
            output = Path(folder, "book.pdf")
            with output.open("wb") as file:
                pages = link(units, facts, file, font_files(), self.store.kept)
            put_in_place(output, target)
        return pages

    # --- Setting ------------------------------------------------------------------------------

    def set_missing(self) -> None:
        missing = {piece.key: piece for piece in self.pieces if not self.store.has(piece.key)}
        # The biggest first, so that none is left for the end when the others have nothing to do.
        self.waiting = sorted(missing.values(), key=lambda piece: piece.weight, reverse=True)
        try:
            self.tell("")
            while self.waiting or self.busy or self.elsewhere:
                self.hand_out()
                self.listen()
                self.look_elsewhere()
        finally:
            for setter, task in self.busy.items():
                task.claim.release()
                setter.end()
            self.busy = {}
        if missing:
            self.store.prune()

    def hand_out(self) -> None:
        """Give the next units to those who have nothing to do."""
        while self.waiting and len(self.busy) < self.hands:
            piece = self.waiting.pop(0)
            claim = self.store.claim(piece.key)
            if claim is None:
                self.elsewhere.append(piece)
            elif self.store.has(piece.key):
                claim.release()
            else:
                self.start(Task(piece, claim, monotonic()))

    def start(self, task: "Task") -> None:
        setter = crew().hire()
        self.busy[setter] = task
        order = task.piece.order
        cpu = min(UNIT_CPU_SECONDS, self.limits.cpu_seconds)
        memory = min(UNIT_MEMORY_BYTES, self.limits.memory_bytes)
        task.cpu = setter.cpu
        try:
            setter.prepare(self.style, self.css, memory)
            setter.order(**{**order, "media": encoded(order["media"]), "cpu_seconds": cpu})
        except Gone as gone:
            if task.cpu:
                return self.take_back(setter)
            raise self.failure(setter, task, str(gone)) from None

    def listen(self) -> None:
        """Wait until somebody is done, or for a beat."""
        if not self.busy:
            return
        wait = GLANCE_SECONDS if self.elsewhere else min(BEAT_SECONDS, self.limits.silence_seconds)
        heard = False
        for setter in self.ready(wait):
            heard = True
            self.hear(setter)
        if not heard:
            self.tell(next(iter(self.busy.values())).piece.name)
        for task in self.busy.values():
            if monotonic() - task.since >= self.limits.silence_seconds:
                raise LimitReached(f"{task.piece.name}: silent {self.limits.silence_seconds:.0f} s")

    def ready(self, wait: float) -> Iterator[Typesetter]:
        with selectors.DefaultSelector() as selector:
            for setter in self.busy:
                selector.register(setter, selectors.EVENT_READ)
            for key, _events in selector.select(wait):
                yield key.fileobj  # type: ignore[misc]

    def hear(self, setter: Typesetter) -> None:
        task = self.busy[setter]
        try:
            answer = setter.answer()
        except Gone as gone:
            if task.cpu and setter.process.returncode == -signal.SIGKILL:
                # It had worked before and was killed from outside, not for this unit.
                return self.take_back(setter)
            raise self.failure(setter, task, str(gone)) from None
        if answer is None:
            return
        facts, data = answer
        if "fault" in facts:
            raise self.fault(task.piece, facts)
        self.store.put(task.piece.key, data)
        del self.busy[setter]
        task.claim.release()
        crew().dismiss(setter)
        self.cpu += setter.cpu - task.cpu
        if self.cpu > self.limits.cpu_seconds:
            raise LimitReached(f"{task.piece.name}: {self.cpu:.0f} s of processor time")
        self.tell(task.piece.name)

    def take_back(self, setter: Typesetter) -> None:
        """Let another one set the unit."""
        task = self.busy.pop(setter)
        task.claim.release()
        setter.end()
        self.waiting.insert(0, task.piece)

    def look_elsewhere(self) -> None:
        """See which units other workers have finished. What they gave up is ours again."""
        if not self.elsewhere:
            return
        if not self.busy:
            self.tell(self.elsewhere[0].name)
            sleep(GLANCE_SECONDS)
        for piece in list(self.elsewhere):
            claim = self.store.claim(piece.key)
            if claim is None:
                continue
            claim.release()
            self.elsewhere.remove(piece)
            if not self.store.has(piece.key):
                self.waiting.append(piece)

    # --- Telling --------------------------------------------------------------------------------

    def tell(self, name: str) -> None:
        open_now = len(self.waiting) + len(self.busy) + len(self.elsewhere)
        self.report(self.total - 1 - open_now, self.total, name)

    def fault(self, piece: Piece, facts: dict[str, Any]) -> RenderFailed:
        reason = facts["reason"]
        if facts["fault"] == "place":
            return NotLinkable(f"{piece.name}: {reason}")
        if facts["fault"] == "disk":
            return DiskFull(reason)
        if facts["fault"] == "memory" or starved(reason):
            return LimitReached(f"{piece.name}: {reason}")
        return ChapterFaulty(piece.name, reason)

    def failure(self, setter: Typesetter, task: "Task", complaint: str) -> RenderFailed:
        """What went wrong when the process has ended before it answered."""
        last = (complaint.splitlines() or ["no message"])[-1][:300]
        code = setter.process.returncode
        if "cannot load library" in complaint:
            return RendererMissing(last)
        if "ImportError: made for" in complaint:
            return NotLinkable(last)
        if code < 0 or starved(complaint):
            return LimitReached(f"{task.piece.name}: exit {code}: {last}")
        return ChapterFaulty(task.piece.name, f"exit {code}: {last}")


@dataclass(eq=False)
class Task:
    """A unit in the hands of a typesetter."""

    piece: Piece
    claim: Claim
    since: float
    cpu: float = 0.0
