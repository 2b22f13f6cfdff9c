"""Worksheets to fill in on a screen: the sheets of a programme with fields where one would write.

A blank in a line becomes a field of one line, ruled lines become a field of several, and so does an
empty cell of a table. What a field asks for is read from the words around it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from html import escape, unescape

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cocora.common.markdown import render
from handbooks.compose.desk import Desk, image_base
from handbooks.compose.exercises import ExercisePages
from handbooks.compose.workbook import lifted
from handbooks.engine.document import Chapter as Printed
from handbooks.engine.document import Entry
from programmes.models import Handout
from programmes.queries import modules_of
from programmes.vocabulary import HandoutLayout

TAG = re.compile(r"(<[^>]*>)")
BLANK = re.compile(r"_{3,}")
RULES = re.compile(r"(?:<hr[^>]*>\s*)+")
TABLE = re.compile(r"<table>.*?</table>", re.DOTALL)
ROW = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
CELL = re.compile(r"<(t[hd])>(.*?)</t[hd]>", re.DOTALL)
# A block that asks, by what it asks for: what stands in a list belongs to the heading above.
ASKING = re.compile(r"<(h[1-6]|p)>(.*?)</\1>", re.DOTALL)
BLOCK = re.compile(r"</?(?:p|li|ul|ol|blockquote|h[1-6]|td|th)>|<br[^>]*>")
LINE_OF_ITEM = re.compile(r"<li>\s*<hr[^>]*>\s*</li>")
LINE_IN_ITEM = re.compile(r"<li>\s*<p>((?:(?!</?li>|</p>).)*)</p>\s*<hr[^>]*>\s*</li>", re.DOTALL)
LABEL_LENGTH = 120


def sheets(desk: Desk) -> Iterator[Printed]:
    """Each sheet that has something to fill in, on pages of its own."""
    for curriculum in desk.programmes:
        for module in modules_of(curriculum).prefetch_related("exercises__texts__handouts"):
            for exercise in module.exercises.all():
                pages = ExercisePages(desk, exercise, curriculum)
                for handout in pages.words.handouts.all():
                    name = f"{pages.anchor}_{handout.code}"
                    if body := filled(handout, name, image_base(curriculum)):
                        yield sheet(desk, pages, handout, body)


def sheet(desk: Desk, pages: ExercisePages, handout: Handout, body: SafeString) -> Printed:
    anchor = f"{pages.anchor}-{handout.code}"
    html = desk.html(
        "fill_in",
        anchor=anchor,
        exercise=pages.exercise,
        text=pages.words,
        title=handout.title,
        body=body,
    )
    entry = Entry(1, anchor, pages.exercise.code, handout.title)
    return pages.around(f"fill-in:{anchor}", html, entry)


def has_fields(handout: Handout) -> bool:
    return bool(filled(handout, "", ""))


def filled(handout: Handout, name: str, images: str) -> SafeString:
    """The text of a sheet with its fields, which are called ``name`` and a number; '' if it has
    nothing to fill in."""
    if handout.layout != HandoutLayout.SHEET:
        return SafeString("")
    fields = Fields(name, handout.title)
    html = fields.into(render(lifted(handout.body), images))
    return SafeString(html if fields.number else "")


@dataclass(frozen=True)
class Row:
    """The words of a row of a table, with those at the head and in the row above."""

    number: int
    heads: list[str]
    words: list[str]
    above: list[str]

    def label(self, column: int) -> str:
        """What a cell asks: the head of its column, and what its row begins with."""
        beside = next((plain(BLANK.sub("", word)) for word in self.words[:column] if word), "")
        if beside.rstrip(".").isdigit() and self.heads[0]:
            beside = f"{self.heads[0]} {beside}"
        of_row = beside or self.over(column) or _("row {number}").format(number=self.number)
        return ": ".join(words for words in (self.heads[column], of_row) if words)

    def over(self, column: int) -> str:
        """The words right above, when that row has nothing to fill in and so asks for this one."""
        asks = self.above is not self.heads and all(self.above)
        return self.above[column] if asks else ""


def is_gap(heads: list[str], column: int, words: str) -> bool:
    """Whether one writes there. The place below an empty head, where rows begin, asks nothing."""
    begins = column == 0 and not heads[0]
    return bool(BLANK.search(words)) or (not words and not begins)


class Fields:
    """Puts fields into one sheet; their names are ``name`` and a number."""

    def __init__(self, name: str, title: str) -> None:
        # A point would part the name of a field from that of its parent.
        self.name = name.replace(".", "-")
        self.number = 0
        self.heading = self.asked = title

    def into(self, html: str) -> str:
        """``html`` with its fields. Tables are taken by themselves: their heads ask."""
        # A field that is a block of its own would break the tags of a list.
        html = LINE_OF_ITEM.sub(r"<li>____</li>", html)
        html = LINE_IN_ITEM.sub(r"<li>\1 ____</li>", html)
        out, start = [], 0
        for match in TABLE.finditer(html):
            out += [self.text(html[start : match.start()]), self.table(match[0])]
            start = match.end()
        return "".join([*out, self.text(html[start:])])

    # --- text -----------------------------------------------------------------------------

    def text(self, html: str) -> str:
        out, start = [], 0
        for match in RULES.finditer(html):
            out += [self.lines(html[start : match.start()]), self.area(match[0].count("<hr"))]
            start = match.end()
        return "".join([*out, self.lines(html[start:])])

    def area(self, lines: int) -> str:
        return f'<p class="fill-lines">{self.field("textarea", self.asked, lines)}</p>'

    def lines(self, html: str) -> str:
        """Blanks in running text; remembers what was asked last."""
        out, words, verbatim, place = [], "", 0, 0
        for part in TAG.split(html):
            place += len(part)
            if part.startswith("<"):
                verbatim += {"<code>": 1, "</code>": -1, "<pre>": 1, "</pre>": -1}.get(part, 0)
                words = "" if BLOCK.match(part) else words
            elif not verbatim and BLANK.search(part):
                with_fields, words = self.blanks(part, words, html[place:])
                out.append(with_fields)
                continue
            else:
                words += part
            out.append(part)
        self.remember(html)
        return "".join(out)

    def blanks(self, text: str, words: str, behind: str) -> tuple[str, str]:
        """A text with fields for its blanks, and the words that the next one has before it."""
        pieces = BLANK.split(text)
        out = [pieces[0]]
        words += pieces[0]
        for number, piece in enumerate(pieces[1:], 2):
            # The last blank of a paragraph has the rest of the line.
            is_last = number == len(pieces) and not piece.strip() and bool(BLOCK.match(behind))
            out += [self.field("input", plain(words) or self.asked, 2 if is_last else 1), piece]
            words = piece if plain(piece) else words
        return "".join(out), words

    def remember(self, html: str) -> None:
        """What asks for the lines below: the last heading, or the beginning of a sentence
        right before them."""
        for match in ASKING.finditer(html):
            words = BLANK.sub("", match[2])
            if match[1].startswith("h"):
                self.heading = self.asked = plain(words)
            else:
                asks = len(words) < LABEL_LENGTH and not plain(words).endswith((".", "!"))
                self.asked = (plain(words) if asks else "") or self.heading
        if html.rstrip().endswith(("</ul>", "</ol>", "</blockquote>")):
            self.asked = self.heading

    # --- tables ---------------------------------------------------------------------------

    def table(self, html: str) -> str:
        rows = [CELL.findall(row) for row in ROW.findall(html)]
        heads, *body = [[plain(content) for _kind, content in row] for row in rows]
        # A single gap, as in the row of a sum, asks for nothing.
        if sum(is_gap(heads, column, word) for row in body for column, word in enumerate(row)) < 2:
            body = []
        above = heads
        out = [html[: html.index("</tr>") + len("</tr>")]]
        for number, words in enumerate(body, 1):
            asked = Row(number, heads, words, above)
            cells = (
                self.cell(kind, content, column, asked)
                for column, (kind, content) in enumerate(rows[number])
            )
            out.append(f"<tr>{''.join(cells)}</tr>")
            above = words
        if not body:
            return html
        return f"{out[0]}</thead><tbody>{''.join(out[1:])}</tbody></table>"

    def cell(self, kind: str, content: str, column: int, row: "Row") -> str:
        if not is_gap(row.heads, column, row.words[column]):
            return f"<{kind}>{content}</{kind}>"
        label = row.label(column)
        words = plain(BLANK.sub("", content))
        if not words:
            return f'<td class="fill-cell">{self.field("textarea", label, 1)}</td>'
        inside = BLANK.sub(lambda _blank: self.field("input", f"{label}: {words}", 1), content)
        return f"<{kind}>{inside}</{kind}>"

    # --- fields ---------------------------------------------------------------------------

    def field(self, tag: str, label: str, size: int) -> str:
        self.number += 1
        name, title = escape(f"{self.name}_{self.number}"), escape(short(label))
        start = f'<{tag} class="size-{min(size, 8)}" name="{name}" title="{title}"'
        return f"{start}></textarea>" if tag == "textarea" else f'{start} type="text">'


def plain(html: str) -> str:
    """The words of a piece of HTML, without the colon that leads on to the blank."""
    return " ".join(unescape(TAG.sub("", html)).split()).strip().removesuffix(":").strip()


def short(label: str) -> str:
    """A label as one can listen to it; cut between words."""
    if len(label) <= LABEL_LENGTH:
        return label
    return label[:LABEL_LENGTH].rsplit(" ", 1)[0] + "…"
