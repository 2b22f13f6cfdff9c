"""Compares the engines on the same book in one run: WeasyPrint alone, a browser, our own.

Processor seconds count, not the clock: other work on the machine slows the clock down, but hardly
the processor. ``path`` is the longest chain of processor seconds that nothing can shorten: what
the clock would show on a machine with as many free processors as there are processes.
"""

import base64
import hashlib
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from threading import Thread
from time import monotonic, process_time, sleep
from typing import Any

from django.conf import settings
from pypdfium2 import PdfDocument

from handbooks.engine.crew import crew
from handbooks.engine.document import PrintDocument
from handbooks.engine.editions import editions
from handbooks.engine.press import Press
from handbooks.engine.render import LIMITS, as_work, environment
from handbooks.engine.store import Store

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
# How often the processes of a browser are looked at; they are gone before they can be asked.
GLANCE_SECONDS = 0.05
TICKS = os.sysconf("SC_CLK_TCK")
BASE = "WeasyPrint alone"
Row = dict[str, Any]
Rows = dict[str, Row]


def compare(document: PrintDocument) -> Rows:
    """The measurements by name, all of the same book."""
    with scratch() as folder:
        rows = {BASE: alone(document, folder)}
        if row := browser(document, folder):
            rows["Chromium's print"] = row
        rows["cold, one process"] = linked(document, folder, "one", hands=1)
        rows["cold, two processes"] = linked(document, folder, "two", hands=2)
        for name, edition in editions(document).items():
            rows[name] = linked(edition, folder, "two", hands=2)
        rows["another paper (A5)"] = linked(replace(document, paper="A5"), folder, "two", hands=2)
        rows["the stored file"] = stored(folder / "two.pdf")
    return rows


def audiences(books: dict[str, PrintDocument]) -> Rows:
    """Books that are ordered one after the other, each beside WeasyPrint alone."""
    rows: Rows = {}
    with scratch() as folder:
        for name, document in books.items():
            rows[f"{name}: {BASE}"] = alone(document, folder)
            rows[name] = linked(document, folder, "shared", hands=2)
    return rows


@contextmanager
def scratch() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="print-bench-", dir=settings.SCRATCH_DIR) as name:
        yield Path(name)


# --- Our engine ----------------------------------------------------------------------------------


def linked(document: PrintDocument, folder: Path, name: str, hands: int) -> Row:
    target = folder / f"{name}.pdf"
    if not (folder / name).exists():
        warm_up(document, folder, hands)
    began, own = monotonic(), process_time()
    press = Press(document, lambda *_words: None, hands=hands)
    press.store = Store(folder / name)
    missing = sum(not press.store.has(piece.key) for piece in press.pieces)
    with watched() as each:
        pages = press.run(target)
    own = process_time() - own
    path = own + max(each.values(), default=0.0)
    memory = max((setter.memory for setter in crew().idle), default=0)
    row = row_of(pages, press.cpu + own, path, monotonic() - began, memory, target)
    digest = hashlib.sha256(target.read_bytes()).hexdigest()
    return row | {"digest": digest, "units": len(press.pieces), "set": missing}


def warm_up(document: PrintDocument, folder: Path, hands: int) -> None:
    """As many new processes as there are hands, each with a first page behind it."""
    crew().close()
    first = replace(document, chapters=document.chapters[:hands])
    press = Press(first, lambda *_words: None, hands=hands)
    press.store = Store(folder / f"warm-{hands}")
    press.run(folder / "warm.pdf")


@contextmanager
def watched() -> Iterator[dict[int, float]]:
    """The processor seconds of each process of the crew."""
    each: dict[int, float] = defaultdict(float)
    before = {id(setter): setter.cpu for setter in crew().idle}
    yield each
    for setter in crew().idle:
        each[id(setter)] = setter.cpu - before.get(id(setter), 0.0)


def pages_in_store(document: PrintDocument) -> list[int]:
    """How many pages each chapter has."""
    press = Press(document, lambda *_words: None)
    return [len(unit.pages) for unit in press.units()]


def stored(target: Path) -> Row:
    """What it takes to hand out a finished file."""
    own, began = process_time(), monotonic()
    size = len(target.read_bytes())
    own = process_time() - own
    return {"cpu": own, "path": own, "size": size, "wall": monotonic() - began,
            "pages": 0, "memory": 0}  # fmt: skip


# --- The others -----------------------------------------------------------------------------------


def alone(document: PrintDocument, folder: Path) -> Row:
    """WeasyPrint with the book as one document, with page numbers by CSS."""
    source, target = folder / "work.json", folder / "whole.pdf"
    source.write_text(json.dumps(as_work(document, LIMITS)))
    command = [sys.executable, "-m", "handbooks.engine.whole", str(source), str(target)]
    row = measured(command, target)
    if not row:
        raise RuntimeError("WeasyPrint alone has made no file")
    return row


def browser(document: PrintDocument, folder: Path) -> Row:
    """A browser's print of the same HTML; nothing where there is no browser."""
    program = next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if program is None:
        return {}
    work, page, target = as_work(document, LIMITS), folder / "book.html", folder / "browser.pdf"
    for name, data in work["media"].items():
        file = folder / "media" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64decode(data))
    source = folder / "work.json"
    made = subprocess.run(
        [sys.executable, "-m", "handbooks.engine.whole", source, "-"],
        cwd=settings.BASE_DIR,
        env=environment(),
        stdout=subprocess.PIPE,
        check=True,
    )
    page.write_bytes(made.stdout.replace(b"media:", b"media/"))
    command = [program, "--headless", "--no-sandbox", "--disable-gpu", "--no-pdf-header-footer",
               f"--user-data-dir={folder / 'profile'}", f"--print-to-pdf={target}",
               page.as_uri()]  # fmt: skip
    return measured(command, target)


def measured(command: list[str], target: Path) -> Row:
    """Of a program with all that it starts: its path is that of its busiest process."""
    target.unlink(missing_ok=True)
    began = monotonic()
    process = subprocess.Popen(
        command, cwd=settings.BASE_DIR, env={**environment(), "HOME": str(target.parent)},
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    family = Family(process.pid)
    watcher = Thread(target=family.watch, daemon=True)
    watcher.start()
    _pid, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    family.is_over = True
    watcher.join()
    if process.returncode or not target.is_file():
        return {}
    # What the kernel says of the first process is exact.
    family.cpu[process.pid] = used.ru_utime + used.ru_stime
    family.memory[process.pid] = used.ru_maxrss * 1024
    with PdfDocument(target) as pdf:
        pages = len(pdf)
    cpu, path = sum(family.cpu.values()), max(family.cpu.values())
    return row_of(pages, cpu, path, monotonic() - began, max(family.memory.values()), target)


class Family:
    """A process and its descendants, as long as they run."""

    def __init__(self, first: int) -> None:
        self.known = {first}
        self.cpu: dict[int, float] = {}
        self.memory: dict[int, int] = {}
        self.is_over = False

    def watch(self) -> None:
        while not self.is_over:
            self.look()
            sleep(GLANCE_SECONDS)

    def look(self) -> None:
        facts = {}
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                facts[int(path.parent.name)] = path.read_text().rpartition(")")[2].split()
        # Parents come before their children nearly always; who is missed is seen at the next look.
        for pid in sorted(facts):
            if pid in self.known or int(facts[pid][1]) in self.known:
                self.known.add(pid)
                self.cpu[pid] = (int(facts[pid][11]) + int(facts[pid][12])) / TICKS
                size = int(facts[pid][21]) * resource.getpagesize()
                self.memory[pid] = max(size, self.memory.get(pid, 0))


def row_of(pages: int, cpu: float, path: float, wall: float, memory: int, target: Path) -> Row:
    return {"pages": pages, "cpu": cpu, "path": path, "wall": wall, "memory": memory,
            "size": target.stat().st_size}  # fmt: skip


# --- Telling ----------------------------------------------------------------------------------


def ratio(row: Row, base: Row) -> float:
    return float(base["path"] / max(row["path"], 1e-6))


def base_of(rows: Rows, name: str) -> Row:
    """WeasyPrint alone with the same book."""
    return rows.get(f"{name}: {BASE}") or rows.get(BASE) or rows[name]


HEAD = ("", "Pages", "Processor s", "On the path s", "Times as fast", "Clock s", "Pages/s",
        "Units set", "MB", "KB")  # fmt: skip


def cells(rows: Rows) -> Iterator[tuple[str, ...]]:
    """Each measurement as words: what it is, and how it compares to WeasyPrint alone."""
    for name, row in rows.items():
        pages, units = row["pages"], row.get("units")
        yield (
            name,
            f"{pages or ''}",
            f"{row['cpu']:.2f}",
            f"{row['path']:.2f}",
            f"{ratio(row, base_of(rows, name)):.1f}" if pages else "",
            f"{row['wall']:.2f}",
            f"{pages / row['path']:.0f}" if pages else "",
            f"{row['set']} of {units}" if units else "",
            f"{row['memory'] // 1024**2 or ''}",
            f"{row['size'] // 1024}",
        )


def table(rows: Rows) -> list[str]:
    """Lines of Markdown."""
    lines = [HEAD, ("---", *["---:"] * (len(HEAD) - 1)), *cells(rows)]
    return ["| " + " | ".join(line) + " |" for line in lines]
