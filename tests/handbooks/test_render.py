"""Limits end a render with a clear reason; a file appears whole or not at all."""

import errno
import os
import time
from pathlib import Path

import pytest
from django.conf import settings
from pypdf import PdfReader

from handbooks.engine import child, render
from handbooks.engine.document import Chapter, PrintDocument
from handbooks.engine.render import (
    ABANDONED_SECONDS,
    ChapterFaulty,
    DiskFull,
    LimitReached,
    Limits,
    RendererMissing,
    RenderFailed,
    render_pdf,
)

pytestmark = [pytest.mark.once, pytest.mark.xdist_group("render")]


class Watcher:
    """Remembers what was reported."""

    def __init__(self):
        self.reports = []

    def __call__(self, done, total, stage):
        self.reports.append((done, total, stage))


def document(*chapters, **fields):
    parts = tuple(
        Chapter(f"chapter:{n}", html, running=f"Chapter {n}") for n, html in enumerate(chapters, 1)
    )
    fields = {"title": "Title", "author": "Author", "language": "en", "paper": "A4", **fields}
    return PrintDocument(chapters=parts, **fields)


def refused(document, target, kind, **limits):
    """The failure of a render that leaves nothing behind."""
    before = set(settings.SCRATCH_DIR.glob("print-*"))
    with pytest.raises(kind) as caught:
        render_pdf(document, target, Watcher(), Limits(**limits))
    assert list(target.parent.iterdir()) == []
    assert set(settings.SCRATCH_DIR.glob("print-*")) == before
    return str(caught.value)


@pytest.fixture
def target(tmp_path):
    return tmp_path / "books" / "book.pdf"


def test_chapters_are_reported_and_numbered_through(target):
    link = '<h1>One</h1><a href="#two">two</a><a class="page" href="#two">000</a>'
    watcher = Watcher()
    pages = render_pdf(document(link, '<h1 id="two">Two</h1>', "<p>Three</p>"), target, watcher)
    book = PdfReader(target)
    assert pages == len(book.pages) == 3
    assert "two2" in book.pages[0].extract_text().replace(" ", "").replace("\n", "")
    # A slow machine beats in between; then it says the last line again.
    assert list(dict.fromkeys(report for report in watcher.reports if "Chapter" in report[2])) == [
        (0, 5, "Chapter 1"),
        (1, 5, "Chapter 2"),
        (2, 5, "Chapter 3"),
        (3, 5, "Chapter 1"),
    ]
    assert watcher.reports[-1] == (4, 5, "Title")


def test_links_work_across_chapters(target):
    render_pdf(document('<a href="#two">two</a>', '<h1 id="two">Two</h1>'), target, Watcher())
    book = PdfReader(target)
    (annotation,) = book.pages[0]["/Annots"]
    name = annotation.get_object()["/Dest"]
    assert book.get_destination_page_number(book.named_destinations[name]) == 1


def test_the_same_input_is_the_same_bytes(target, tmp_path):
    again = tmp_path / "again.pdf"
    book = document("<h1>Æblegrød</h1><ul><li>Øl</li></ul>", "<p>Second</p>")
    render_pdf(book, target, Watcher())
    render_pdf(book, again, Watcher())
    assert target.read_bytes() == again.read_bytes()


def test_too_much_time_ends_the_render(target, slow_document):
    target.parent.mkdir()
    reason = refused(slow_document, target, LimitReached, cpu_seconds=3)
    assert "Slow: SIGXCPU" in reason


def test_silence_ends_the_render(target, slow_document):
    target.parent.mkdir()
    reason = refused(slow_document, target, LimitReached, silence_seconds=3)
    assert "silent 3 s" in reason


def test_too_much_memory_ends_the_render(target):
    target.parent.mkdir()
    table = "<table>" + "<tr><td>a<td>b<td>c<td>d</tr>" * 3000 + "</table>"
    refused(document(table), target, LimitReached, memory_bytes=250 * 1024**2)


def test_a_chapter_that_crashes_is_named(target):
    target.parent.mkdir()
    nowhere = '<a class="page" href="#nowhere">000</a>'
    with pytest.raises(ChapterFaulty) as caught:
        render_pdf(document("<p>fine</p>", nowhere), target, Watcher())
    assert caught.value.chapter == "Chapter 2"
    assert "nowhere" in str(caught.value)
    assert list(target.parent.iterdir()) == []


def test_a_full_disk_while_the_file_is_put_in_place(target, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, "No space left on device")

    target.parent.mkdir()
    monkeypatch.setattr(render.os, "fsync", full)
    assert "No space left" in refused(document("<p>x</p>"), target, DiskFull)


def test_a_full_disk_in_the_child():
    assert child.fault_of(OSError(errno.ENOSPC, "full")) == "disk"
    assert child.fault_of(OSError(errno.EACCES, "denied")) == "chapter"
    assert child.fault_of(MemoryError()) == "memory"


def test_other_faults_of_the_disk_are_not_hidden(target, monkeypatch):
    def denied(descriptor):
        raise OSError(errno.EIO, "broken")

    monkeypatch.setattr(render.os, "fsync", denied)
    with pytest.raises(OSError, match="broken"):
        render_pdf(document("<p>x</p>"), target, Watcher())


def test_a_caller_that_lost_its_job_ends_the_child(target, slow_document):
    class Lost(Exception):
        pass

    def lost(done, total, stage):
        raise Lost

    started = time.monotonic()
    with pytest.raises(Lost):
        render_pdf(slow_document, target, lost)
    assert time.monotonic() - started < 120
    assert not target.exists()


def test_missing_libraries_are_told_from_other_faults(target, tmp_path, monkeypatch):
    """A stand-in for WeasyPrint that says what the real one says where Pango is missing."""
    package = tmp_path / "weasyprint"
    package.mkdir()
    said = "cannot load library 'libgobject-2.0-0': libgobject-2.0-0: cannot open shared object"
    (package / "__init__.py").write_text(f"raise OSError({said!r})")
    plain = render.environment()
    monkeypatch.setattr(render, "environment", lambda: {**plain, "PYTHONPATH": str(tmp_path)})
    with pytest.raises(RendererMissing, match="cannot load library"):
        render_pdf(document("<p>x</p>"), target, Watcher())


def test_a_child_that_breaks_in_another_way(target, monkeypatch):
    plain = render.environment()
    monkeypatch.setattr(render, "environment", lambda: {**plain, "PYTHONHOME": "/nowhere"})
    with pytest.raises(RenderFailed, match="exit 1"):
        render_pdf(document("<p>x</p>"), target, Watcher())


def test_what_killed_workers_left_is_cleared_away(tmp_path):
    old, new = settings.SCRATCH_DIR / "print-old", settings.SCRATCH_DIR / "print-new"
    part, fresh, book = (tmp_path / name for name in ("a.1.part", "b.2.part", "c.pdf"))
    for folder in (old, new):
        folder.mkdir(exist_ok=True)
        (folder / "work.json").touch()
    for path in (part, fresh, book):
        path.touch()
    long_ago = time.time() - ABANDONED_SECONDS - 60
    for path in (old, part, book):
        os.utime(path, (long_ago, long_ago))
    render.clear_away(tmp_path)
    assert not old.exists()
    assert new.is_dir()
    assert sorted(path.name for path in Path(tmp_path).iterdir()) == ["b.2.part", "c.pdf"]
    (new / "work.json").unlink()
    new.rmdir()
