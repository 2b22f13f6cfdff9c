"""Ways through the book: links that lead somewhere, and "page 46" beside what a text mentions.

It runs when all chapters are composed. What is not part of this edition is not linked to.
"""

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import replace
from html import escape

from django.utils.translation import gettext as _

from handbooks.compose.prose import CLOSES, OPENS
from handbooks.engine.document import Chapter as Printed
from handbooks.engine.document import Entry
from handbooks.typography import typeset

ANCHOR = re.compile(r'<[a-z][^<>]*?\sid="([^"<>]+)"')
LINK = re.compile(r'<a\b([^>]*?)href="#([^"]*)"[^>]*>([^<]*(?:<(?!/a>)[^<]*)*)</a>')
AUTHORED = re.compile(f"{OPENS}(.*?){CLOSES}", re.DOTALL)
# Where a number of a page would be in the way: headings, links, and what is to be read verbatim.
APART = re.compile(r"(<(h[1-6]|a|code|pre|th)\b.*?</\2>)", re.DOTALL)
CODE = r"[A-Z][A-Z0-9]{0,3}\.\d{1,3}"
MENTION = re.compile(
    rf"<em>(?P<title>[^<]{{2,130}})</em>(?P<behind>,?\s\((?P<code>{CODE})\))?|\b(?P<bare>{CODE})\b"
)
SLOT = '<a class="page" href="#{anchor}">000</a>'


class References:
    """What stands where in one book."""

    def __init__(
        self, chapters: Iterable[Printed], exercises: Iterable[Entry], language: str
    ) -> None:
        self.chapters = list(chapters)
        self.anchors = {
            anchor for chapter in self.chapters for anchor in ANCHOR.findall(chapter.html)
        }
        self.by_code: dict[str, list[str]] = defaultdict(list)
        self.by_title: dict[str, list[str]] = defaultdict(list)
        self.titles: dict[str, str] = {}
        for entry in exercises:
            title = typeset(escape(entry.title), language)
            self.by_code[entry.code].append(entry.anchor)
            self.by_title[title].append(entry.anchor)
            self.by_title[f"{entry.code} {title}"].append(entry.anchor)
            self.titles[entry.anchor] = title

    def resolved(self) -> tuple[Printed, ...]:
        return tuple(
            replace(chapter, html=Resolver(self, chapter).html()) for chapter in self.chapters
        )


class Resolver:
    """The references of one chapter."""

    def __init__(self, book: References, chapter: Printed) -> None:
        self.book, self.chapter = book, chapter
        self.own = set(ANCHOR.findall(chapter.html))
        self.anchor = chapter.entry.anchor if chapter.entry else ""

    def html(self) -> str:
        html = LINK.sub(self.link, self.chapter.html)
        return AUTHORED.sub(lambda match: self.mentions(match[1]), html)

    def link(self, match: re.Match[str]) -> str:
        """The link, if this book has what it leads to; otherwise its words."""
        before, anchor, words = match[1], match[2], match[3]
        if anchor in self.book.anchors:
            return match[0]
        return "" if 'class="page"' in before else words

    def mentions(self, html: str) -> str:
        """An author's text with links on the exercises that it mentions."""
        parts = APART.split(html)
        # Three parts each: text, what stands apart, and the name of its element.
        for place in range(0, len(parts), 3):
            parts[place] = self.with_links(parts[place])
        for place in range(1, len(parts), 3):
            if link := LINK.fullmatch(parts[place]):
                parts[place] += place_of(link[2])
        del parts[2::3]
        return "".join(parts)

    def with_links(self, text: str) -> str:
        out, end = [], 0
        while match := MENTION.search(text, end):
            words, upto = self.bare(match) if match["bare"] else (self.titled(match), match.end())
            out += [text[end : match.start()], words]
            end = upto
        return "".join(out) + text[end:]

    def bare(self, match: re.Match[str]) -> tuple[str, int]:
        """A code, with its title if that follows; and where both end."""
        anchor = self.target(self.book.by_code.get(match["bare"], []))
        if not anchor:
            return match[0], match.end()
        title = re.escape(self.book.titles[anchor])
        named = re.compile(rf",?\s(<em>{title}</em>|{title}(?!\w))").match(
            match.string, match.end()
        )
        end = named.end() if named else match.end()
        return linked(anchor, match[0]) + (named[0] if named else "") + place_of(anchor), end

    def titled(self, match: re.Match[str]) -> str:
        """``<em>Title</em>``, perhaps with its code in brackets behind it."""
        title, code, book = match["title"], match["code"], self.book
        anchor = self.target(book.by_code.get(code, []) if code else book.by_title.get(title, []))
        if not anchor:
            return match[0]
        if code:
            return match[0].replace(code, linked(anchor, code) + place_of(anchor))
        return f"<em>{linked(anchor, title)}</em>{place_of(anchor)}"

    def target(self, candidates: list[str]) -> str:
        """The one that is meant: of the same programme when there are several. A text does not
        send its reader to where she is."""
        if len(candidates) > 1:
            near = [one for one in candidates if self.anchor.startswith(f"{prefix_of(one)}-")]
            candidates = sorted(near, key=lambda one: len(prefix_of(one)))[-1:]
        found = candidates[0] if candidates else ""
        return "" if found in self.own else found


def prefix_of(anchor: str) -> str:
    """Its programme: ``cpp-2`` of ``cpp-2-P1.2``."""
    return anchor.rpartition("-")[0]


def linked(anchor: str, words: str) -> str:
    return f'<a href="#{anchor}">{words}</a>'


def place_of(anchor: str) -> str:
    """The number of its page, for those who hold paper in the hand."""
    page = escape(_("p. {number}")).format(number=SLOT.format(anchor=escape(anchor)))
    return f'<span class="print-only"> <span class="at">{page}</span></span>'
