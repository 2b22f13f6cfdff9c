"""The chapters of a composed document as the files of an EPUB, and the ways between them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from itertools import count

from handbooks.engine.document import Chapter
from handbooks.epub.content import Around, anchors_in, identifier

# The paper's own pages: the cover is a picture here, the contents are the reader's own, and nobody
# writes on a phone.
ON_PAPER = {"cover", "contents", "half", "half-title", "notes"}
# What a chapter is, for those who hear the book: by its kind, or by the end of its code.
ROLES = {
    "imprint": ("copyright-page", ""),
    "part": ("part", "doc-part"),
    "module": ("chapter", "doc-chapter"),
    "exercise": ("subchapter", ""),
    "reflection": ("chapter", "doc-chapter"),
    "changes": ("errata", "doc-errata"),
    "index": ("index", "doc-index"),
}
ANY_CHAPTER = ("chapter", "doc-chapter")
CHAPTER_ROLES = {
    "glossary": ("glossary", "doc-glossary"),
    "references": ("bibliography", "doc-bibliography"),
    "index": ("index", "doc-index"),
}
LANDMARKS = ("glossary", "bibliography", "index")


@dataclass(frozen=True)
class Page:
    """One file of the book and the chapter in it."""

    file: str
    chapter: Chapter

    @property
    def role(self) -> tuple[str, str]:
        last = re.split(r"[:-]", self.chapter.key)[-1]
        return ROLES.get(self.chapter.kind) or CHAPTER_ROLES.get(last) or ANY_CHAPTER

    @property
    def title(self) -> str:
        entry = self.chapter.entry
        return f"{entry.code} {entry.title}".strip() if entry else self.chapter.running


@dataclass
class Line:
    """A line of the contents and those below it."""

    title: str
    href: str
    below: list["Line"] = field(default_factory=list)


def with_sheets(chapters: Iterable[Chapter]) -> list[Chapter]:
    """The chapters with their handouts in them, which have pages of their own on paper only."""
    joined: list[Chapter] = []
    for chapter in chapters:
        if chapter.kind == "sheet" and joined:
            joined[-1] = replace(joined[-1], html=joined[-1].html + chapter.html)
        else:
            joined.append(chapter)
    return joined


def pages_of(chapters: Iterable[Chapter]) -> Iterator[Page]:
    """A file for each chapter that is not for paper only, with a name that every system takes."""
    numbers = count(1)
    for chapter in with_sheets(chapters):
        if chapter.kind not in ON_PAPER:
            name = re.sub(r"[^a-z0-9]+", "-", chapter.key.lower()).strip("-")[:60]
            yield Page(f"text/{next(numbers):04}-{name}.xhtml", chapter)


def around(pages: list[Page], media: dict[str, bytes]) -> Around:
    files: dict[str, str] = {}
    names: dict[str, str] = {}
    for page in pages:
        name = page.file.removeprefix("text/")
        files |= dict.fromkeys(anchors_in(page.chapter.html), name)
        if page.chapter.entry:
            names[page.chapter.entry.anchor] = page.chapter.entry.code or page.chapter.entry.title
    return Around(files, names, media)


def tree(pages: list[Page]) -> list[Line]:
    """The entries of the contents, each below the last one of a higher level."""
    top: list[Line] = []
    open_lines: list[tuple[int, list[Line]]] = [(-1, top)]
    for page in pages:
        entry = page.chapter.entry
        assert entry is not None
        while open_lines[-1][0] >= entry.level:
            open_lines.pop()
        line = Line(page.title, f"{page.file}#{identifier(entry.anchor)}")
        open_lines[-1][1].append(line)
        open_lines.append((entry.level, line.below))
    return top
