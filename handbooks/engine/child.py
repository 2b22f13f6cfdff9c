"""Renders one document in a process of its own: no Django, no database, no network.

Called as ``python -m handbooks.engine.child INPUT.json OUTPUT.pdf PARENT_PID``. It prints one line
of JSON a chapter while it works: {"done": 3, "total": 40, "stage": "..."}, and {"pages": 120} at
the end. When it fails it prints {"fault": "memory" | "disk" | "chapter"} before it goes.
"""

import base64
import ctypes
import errno
import gc
import html
import json
import os
import re
import resource
import signal
import sys
import sysconfig
from pathlib import Path
from typing import Any

import pydyf
from weasyprint import CSS, HTML, Document
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

OPTIONS: dict[str, Any] = {"pdf_variant": "pdf/ua-1"}
KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".svg": "image/svg+xml"}
# Reserved in the first pass, filled in the second; the style sheet gives both the same width.
SLOT = re.compile(r'(<a class="page" href="#([^"]+)">)000(</a>)')
PR_SET_PDEATHSIG = 1
# What a document could make Python do, and never may.
FORBIDDEN = (
    "socket.",
    "subprocess.",
    "os.exec",
    "os.fork",
    "os.posix_spawn",
    "os.system",
    "ftplib.",
)


class OnlyMedia(URLFetcher):
    """Serves the images that came with the document, and data: addresses. Refuses all others."""

    def __init__(self, media: dict[str, bytes]) -> None:
        super().__init__(allowed_protocols=("data",), allow_redirects=False)
        self.media = media

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        if url.startswith("data:"):
            return super().fetch(url, headers)
        name = url.removeprefix("media:")
        if name not in self.media:
            raise ValueError(f"not part of this document: {url[:60]}")
        kind = KINDS[Path(name).suffix]
        return URLFetcherResponse(url, self.media[name], {"Content-Type": kind})


def die_with(parent: int) -> None:
    """End when the worker that waits for us is killed; it may be gone already."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        sys.exit("the parent is gone")


def limit(cpu_seconds: int, memory_bytes: int) -> None:
    """The kernel ends this process when it takes more; Python's own time-outs can be swallowed."""
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 2))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (64, 64))


def fence(output: Path) -> None:
    """From here on Python opens no connection, starts no process, and reads and writes only
    below its own libraries, the fonts and the folder of the output."""
    libraries = (*sysconfig.get_paths().values(), sys.base_prefix, str(output.parent))
    roots = tuple(os.path.realpath(path) + os.sep for path in libraries)

    def guard(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(FORBIDDEN):
            raise PermissionError(f"not in the print room: {event}")
        if event == "open" and not allowed(arguments[0], roots):
            raise PermissionError(f"not in the print room: {arguments[0]}")

    sys.addaudithook(guard)


def allowed(path: Any, roots: tuple[str, ...]) -> bool:
    if isinstance(path, int):
        return True
    return os.path.realpath(os.fsdecode(path)).startswith(roots)


class QuickPdf(pydyf.PDF):
    """Knows its page references: pydyf 0.13 makes the whole list anew for every tag of a book."""

    known: tuple[bytes, ...] = ()

    @property
    def page_references(self) -> tuple[bytes, ...]:
        if len(self.known) * 3 != len(self.pages["Kids"]):
            self.known = super().page_references
        return self.known


def tell(**facts: Any) -> None:
    sys.stdout.write(json.dumps(facts) + "\n")
    sys.stdout.flush()


class Printer:
    """Renders chapter by chapter with one style sheet and one set of fonts."""

    def __init__(self, work: dict[str, Any]) -> None:
        self.work = work
        self.options = {**OPTIONS, "pdf_forms": work["fillable"]}
        self.chapters: list[dict[str, Any]] = work["chapters"]
        media = {name: base64.b64decode(data) for name, data in work["media"].items()}
        self.fetcher = OnlyMedia(media)
        self.fonts = FontConfiguration()
        self.sheet = CSS(string=work["css"], font_config=self.fonts, url_fetcher=self.fetcher)
        self.rendered: list[Document] = []
        self.slotted = [
            n for n, chapter in enumerate(self.chapters) if SLOT.search(chapter["html"])
        ]
        self.done = 0

    def run(self, output: Path) -> int:
        """Write the PDF and return its number of pages."""
        gc.disable()
        starts = self.first_pass()
        self.second_pass(starts, self.places(starts))
        self.step(self.work["title"])
        pages = [page for document in self.rendered for page in document.pages]
        self.rendered[0].copy(pages).write_pdf(output, **self.options)
        return len(pages)

    def first_pass(self) -> list[int]:
        """Render all chapters; the page on which each begins."""
        starts, page = [], 1
        for chapter in self.chapters:
            starts.append(page)
            self.rendered.append(self.render(chapter, page))
            page += len(self.rendered[-1].pages)
        return starts

    def places(self, starts: list[int]) -> dict[str, int]:
        """The page of every anchor."""
        return {
            anchor: start + offset
            for start, document in zip(starts, self.rendered, strict=True)
            for offset, page in enumerate(document.pages)
            for anchor in page.anchors
        }

    def second_pass(self, starts: list[int], places: dict[str, int]) -> None:
        """Render those chapters again that name pages, now with the right numbers."""
        for number in self.slotted:
            chapter = self.chapters[number]
            filled = SLOT.sub(lambda m: f"{m[1]}{places[m[2]]}{m[3]}", chapter["html"])
            again = self.render(chapter | {"html": filled}, starts[number])
            if len(again.pages) != len(self.rendered[number].pages):
                raise ValueError(f"{chapter['key']}: page numbers changed the number of pages")
            self.rendered[number] = again

    def render(self, chapter: dict[str, Any], first_page: int) -> Document:
        self.step(chapter["running"] or self.work["title"])
        page = whole_page(self.work, chapter, first_page)
        source = HTML(string=page, base_url="media:", url_fetcher=self.fetcher)
        document = source.render(stylesheets=[self.sheet], font_config=self.fonts, **self.options)
        # Pages stay until the end: collect what the chapter left, then look at them no more.
        gc.collect()
        gc.freeze()
        return document

    def step(self, stage: str) -> None:
        total = len(self.chapters) + len(self.slotted) + 1
        tell(done=self.done, total=total, stage=stage)
        self.done += 1


WHOLE_PAGE = """<!doctype html><html lang="{language}" class="tone-{tone}">
<head><meta charset="utf-8"><title>{title}</title><meta name="author" content="{author}"><style>
html {{ break-before: {side} }} @page :first {{ counter-reset: page {page} }}
</style></head>
<body class="{kind}" data-book="{title}" data-chapter="{running}" data-tab="{tab}">{html}</body>
</html>
"""


def whole_page(work: dict[str, Any], chapter: dict[str, Any], first_page: int) -> str:
    """An HTML page around a chapter; its pages count on from ``first_page``, left or right."""
    given = {**work, **chapter}
    names = ("language", "title", "author", "tone", "kind", "running", "tab")
    quoted = {name: html.escape(given[name]) for name in names}
    side = "right" if first_page % 2 else "left"
    return WHOLE_PAGE.format(**quoted, html=chapter["html"], side=side, page=first_page)


def fault_of(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return "memory"
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return "disk"
    return "chapter"


def main(source: Path, output: Path, parent: int) -> None:
    die_with(parent)
    work = json.loads(source.read_text())
    limit(work["cpu_seconds"], work["memory_bytes"])
    fence(output)
    pydyf.PDF = QuickPdf
    try:
        tell(pages=Printer(work).run(output))
    except Exception as error:
        tell(fault=fault_of(error))
        raise


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]))
