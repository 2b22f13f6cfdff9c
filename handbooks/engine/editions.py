"""The same book as it may be ordered next: edited, longer, shorter, on other paper.

Only the benchmark uses it. What leaves a book takes its lines and its page numbers with it, as when
the book is composed anew.
"""

import re
from collections.abc import Callable
from dataclasses import replace

from handbooks.engine.document import Chapter, PrintDocument

PARAGRAPH = re.compile(r"<p[^>]*>.*?</p>", re.DOTALL)
EXTRA_PAGES = '<section class="sheet"><p>A page more.</p></section>' * 4
ID = re.compile(r'\sid="([^"]+)"')
# A line of the contents or of an index, a number of a page in a text, and any other link.
LINE = re.compile(r'<li(?:(?!</li>).)*href="#([^"]+)">000</a></li>', re.DOTALL)
PLACE = re.compile(
    r'\s*<span class="at print-only">(?:(?!</span>).)*href="#([^"]+)"(?:(?!</span>).)*</span>',
    re.DOTALL,
)
LINK = re.compile(r'<a\b[^>]*href="#([^"]+)"[^>]*>((?:(?!</a>).)*)</a>', re.DOTALL)

Edit = Callable[[str], str]


def changed(document: PrintDocument, edits: dict[int, Edit]) -> PrintDocument:
    chapters = tuple(
        replace(row, html=edits[place](row.html)) if place in edits else row
        for place, row in enumerate(document.chapters)
    )
    return replace(document, chapters=chapters)


def reworded(html: str) -> str:
    return html.replace(" the ", " this ", 1)


def longer(html: str) -> str:
    return html + EXTRA_PAGES


def shorter(html: str) -> str:
    """As for other readers: one paragraph is left out."""
    return PARAGRAPH.sub("", html, count=1)


def excerpt(document: PrintDocument, kept: Callable[[int, Chapter], bool]) -> PrintDocument:
    """The chapters that are kept."""
    left = [row for place, row in enumerate(document.chapters) if kept(place, row)]
    there = {name for row in left for name in ID.findall(row.html)}

    def line(match: re.Match[str]) -> str:
        return match[0] if match[1] in there else ""

    def words(match: re.Match[str]) -> str:
        if match[1] in there:
            return match[0]
        return "" if match[2] == "000" else match[2]

    def purged(html: str) -> str:
        return LINK.sub(words, PLACE.sub(line, LINE.sub(line, html)))

    chapters = tuple(replace(row, html=purged(row.html)) for row in left)
    return replace(document, chapters=chapters)


def exercises(document: PrintDocument) -> list[int]:
    places = [place for place, row in enumerate(document.chapters) if row.kind == "exercise"]
    return places or [len(document.chapters) - 1]


def with_sheets(document: PrintDocument, place: int) -> set[int]:
    """A chapter, and the handouts behind it."""
    end = place + 1
    while end < len(document.chapters) and document.chapters[end].kind == "sheet":
        end += 1
    return set(range(place, end))


def editions(document: PrintDocument) -> dict[str, PrintDocument]:
    """What happens to a book, by its name in the table."""
    places = exercises(document)
    middle = places[len(places) // 2]
    left_out = with_sheets(document, places[len(places) // 3])
    fifth: dict[int, Edit] = dict.fromkeys(range(3, len(document.chapters), 5), shorter)
    return {
        "unchanged": document,
        "one exercise edited": changed(document, {middle: reworded}),
        "one exercise edited, four pages more": changed(document, {middle: longer}),
        "one exercise left out": excerpt(document, lambda place, _row: place not in left_out),
        "a fifth of the chapters changed": changed(document, fifth),
    }
