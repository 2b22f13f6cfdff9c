"""From an order to an EPUB: all its files, and what libraries want to know of it."""

import re
import tempfile
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from time import process_time
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from django.utils.translation import override

from handbooks.books import BookOrder
from handbooks.compose import compose, licence_of
from handbooks.engine.document import PrintDocument
from handbooks.engine.render import (
    LIMITS,
    NO_SPACE,
    ChapterFaulty,
    DiskFull,
    LimitReached,
    Report,
    put_in_place,
)
from handbooks.engine.style import PACKAGES, art
from handbooks.epub.chapters import LANDMARKS, Page, around, pages_of, tree
from handbooks.epub.content import Content, content_of, plain
from handbooks.epub.cover import Words, draw_cover
from handbooks.epub.pack import write_container
from handbooks.models import DocumentKind
from programmes.models import Curriculum, ProgrammeKind

HERE = Path(__file__).resolve().parent
# More text in one chapter than a reader on a phone can open.
LARGEST_CHAPTER = 4_000_000
# A draft has no date of publication, and every EPUB must have one.
UNDATED = date(2000, 1, 1)
FONTS = (
    "bricolage-grotesque-{script}-800-normal.woff2",
    "atkinson-hyperlegible-next-{script}-400-normal.woff2",
    "atkinson-hyperlegible-next-{script}-600-normal.woff2",
    "literata-{script}-400-normal.woff2",
    "literata-{script}-400-italic.woff2",
    "literata-{script}-600-normal.woff2",
)
SCRIPTS = ("latin", "latin-ext")
KINDS = {
    ".xhtml": "application/xhtml+xml",
    ".css": "text/css",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".svg": "image/svg+xml",
    ".woff2": "font/woff2",
    ".txt": "text/plain",
}


@dataclass
class Item:
    """A line of the manifest."""

    href: str
    properties: str = ""

    @property
    def key(self) -> str:
        return key_of(self.href)

    @property
    def media_type(self) -> str:
        return KINDS[Path(self.href).suffix]


def write_epub(order: BookOrder, target: Path, report: Report) -> None:
    """Write the order's book to ``target``, which appears whole or not at all.

    Raises NothingToPrint, RenderFailed, or what ``report`` raises.
    """
    try:
        scratch = tempfile.TemporaryDirectory(prefix="print-", dir=settings.SCRATCH_DIR)
        with override(order.interface_language), scratch as folder:
            made = Path(folder, "book.epub")
            write_container(made, Epub(order, compose(order), report).files())
            put_in_place(made, target)
    except OSError as error:
        if error.errno in NO_SPACE:
            raise DiskFull(str(error)) from None
        raise


class Epub:
    """The files of one book, made one after the other."""

    def __init__(self, order: BookOrder, document: PrintDocument, report: Report) -> None:
        self.order = order
        self.document = document
        self.report = report
        rows = Curriculum.objects.filter(pk__in=order.curricula).select_related("programme")
        by_pk = {row.pk: row for row in rows}
        self.curricula = [by_pk[pk] for pk in order.curricula]
        self.pages = list(pages_of(document.chapters))
        self.around = around(self.pages, {**document.media, **art()})
        self.items: list[Item] = []
        self.images: set[str] = set()
        self.is_described = True
        self.began = process_time()

    def files(self) -> Iterator[tuple[str, bytes]]:
        """Every file with its name; the package comes last, when it is known what there is."""
        yield self.listed("cover.png", self.cover(), "cover-image")
        yield self.page("text/cover.xhtml", "cover", title=self.document.title)
        for number, page in enumerate(self.pages):
            self.report(number, len(self.pages), page.title)
            self.refuse_too_long(page)
            yield self.chapter(page)
        for name in sorted(self.images):
            yield self.listed(f"media/{name}", self.around.media[name])
        yield self.listed("epub.css", (HERE / "epub.css").read_bytes())
        for name, data in fonts().items():
            yield self.listed(f"fonts/{name}", data)
        yield self.page("nav.xhtml", "nav", "nav", **self.ways())
        yield "package.opf", self.rendered("package.opf", **self.facts())

    def refuse_too_long(self, page: Page) -> None:
        """The worker itself writes an EPUB, so it counts its own time, chapter by chapter."""
        used = process_time() - self.began
        if used > LIMITS.cpu_seconds:
            raise LimitReached(f"{page.title}: {used:.0f} s of processor time")

    def listed(self, name: str, data: bytes, properties: str = "") -> tuple[str, bytes]:
        self.items.append(Item(name, properties))
        return name, data

    def page(
        self, name: str, template: str, properties: str = "", **context: Any
    ) -> tuple[str, bytes]:
        return self.listed(name, self.rendered(f"{template}.xhtml", **context), properties)

    def rendered(self, template: str, **context: Any) -> bytes:
        given = {"book": self.document, "tone": self.tone, **context}
        return plain(render_to_string(f"handbooks/epub/{template}", given)).encode()

    def chapter(self, page: Page) -> tuple[str, bytes]:
        content = self.content(page)
        self.images |= content.images
        self.is_described &= content.is_described
        return self.page(
            page.file, "page", "svg" if content.has_svg else "", page=page, content=content.xhtml
        )

    def content(self, page: Page) -> Content:
        """The chapter as XHTML. Raises ChapterFaulty when no reader could open it."""
        if len(page.chapter.html) > LARGEST_CHAPTER:
            raise ChapterFaulty(page.title, "too long for a reader")
        try:
            return content_of(page.chapter.html, page.file, self.around)
        except RecursionError:
            raise ChapterFaulty(page.title, "nested too deep") from None

    # --- what the book is ---------------------------------------------------------------------

    @property
    def tone(self) -> str:
        return self.document.chapters[0].tone

    def programmes(self) -> list[Curriculum]:
        return [row for row in self.curricula if row.programme.kind == ProgrammeKind.PROGRAMME]

    def cover(self) -> bytes:
        """The cover says what the printed one says."""
        first, own = self.curricula[0], self.programmes()
        single = len(own) == 1 and self.order.kind != DocumentKind.LIST
        version = _("version {version}").format(version=first.version)
        words = Words(
            kind=str(DocumentKind(self.order.kind).label),
            title=own[0].programme.name if single else self.document.title,
            motto=own[0].title if single else "",
            publisher=f"{self.document.author} · {version}",
        )
        return draw_cover(words, self.tone)

    def facts(self) -> dict[str, Any]:
        """What stands in the package beside the list of its files."""
        first = self.curricula[0]
        return {
            "identifier": uuid.uuid5(uuid.NAMESPACE_URL, f"sha256:{self.order.digest()}").urn,
            "published": self.published(),
            "version": first.version,
            "summary": first.summary if self.order.kind != DocumentKind.LIST else "",
            "items": self.items,
            "spine": map(key_of, ["text/cover.xhtml", *self.reading_order()]),
            "has_images": bool(self.images),
            "is_described": self.is_described,
            **licence_of(first, self.document.title),
        }

    def reading_order(self) -> list[str]:
        """The contents stand behind the imprint, as in print."""
        files = [page.file for page in self.pages]
        place = next((n for n, page in enumerate(self.pages) if page.chapter.entry), 0)
        return [*files[:place], "nav.xhtml", *files[place:]]

    def published(self) -> date:
        """The day on which the last of the curricula was published: no clock is asked."""
        days = [row.published_at.date() for row in self.curricula if row.published_at]
        return max(days, default=UNDATED)

    def ways(self) -> dict[str, Any]:
        """The contents as a tree, and the places that a reader jumps to."""
        titled = [page for page in self.pages if page.chapter.entry]
        places = [(page.role[0], page) for page in titled if page.role[0] in LANDMARKS]
        return {"lines": tree(titled), "start": titled[0] if titled else None, "places": places}


def key_of(file: str) -> str:
    """The id of a file in the package."""
    return "item-" + re.sub(r"[^A-Za-z0-9.-]", "-", file)


@cache
def fonts() -> dict[str, bytes]:
    """The fonts of the screens, with the licence that has to travel with them."""
    found = {}
    for pattern in FONTS:
        family = pattern.partition("-{")[0]
        folder = PACKAGES / "@fontsource" / family
        for script in SCRIPTS:
            name = pattern.format(script=script)
            found[name] = (folder / "files" / name).read_bytes()
        found[f"{family}-licence.txt"] = (folder / "LICENSE").read_bytes()
    return found
