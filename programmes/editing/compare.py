"""What changed between two texts, field by field and word by word."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher
from itertools import groupby

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programmes.models import TextKind
from programmes.package.fields import Fields, Row
from programmes.package.writing import read_fields

WORD = re.compile(r"\s+|\w+|[^\w\s]")
# Beyond this many words a passage is shown as replaced: comparing takes time squared.
MOST_WORDS = 3000
ALIKE = 0.3
# An unchanged passage longer than this is shortened in the middle.
LONG = 420
AROUND = 170

LABELS: dict[str, str | Promise] = {
    "code": _("Code"),
    "title": _("Title"),
    "summary": _("Summary"),
    "type": _("Type"),
    "method": _("Method"),
    "complexity": _("Complexity"),
    "intensity": _("Emotional intensity"),
    "minutes_minimum": _("Minutes, at least"),
    "minutes_typical": _("Minutes, typical"),
    "group_minimum": _("Group, at least"),
    "group_maximum": _("Group, at most"),
    "ages_minimum": _("Youngest age"),
    "ages_maximum": _("Oldest age"),
    "setting": _("Place"),
    "space": _("Space"),
    "online": _("Can be run online"),
    "topics": _("Topics"),
    "competences": _("Competences"),
    "materials": _("Materials"),
    "sources": _("Sources"),
    "steps": _("Steps"),
    "debrief": _("Debrief"),
    "handouts": _("Handouts"),
    "topic": _("Topic"),
    "prerequisites": _("Modules that come before"),
    "part": _("Part of the book"),
    "position": _("Place in its part"),
    "books": _("Books"),
    "body": _("Text"),
    "source": _("Text"),
}


@dataclass(frozen=True)
class Piece:
    """A passage that is alike in both texts, or only in the earlier or the later one."""

    kind: str
    text: str


@dataclass(frozen=True)
class Change:
    """A field that differs. ``before`` and ``after`` are for reading side by side."""

    name: str
    label: str | Promise
    pieces: list[Piece]

    @property
    def before(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind != "ins"]

    @property
    def after(self) -> list[Piece]:
        return [piece for piece in self.pieces if piece.kind != "del"]


def changes(kind: str, old: str, new: str) -> list[Change]:
    """The fields that differ, in the order of the form."""
    before, after = parts_of(kind, old), parts_of(kind, new)
    if "source" in before or "source" in after:
        before, after = {"source": old}, {"source": new}
    names = [*after, *(name for name in before if name not in after)]
    return [
        Change(name, label_of(name), shortened(pieces(before.get(name, ""), after.get(name, ""))))
        for name in names
        if before.get(name, "") != after.get(name, "")
    ]


def label_of(name: str) -> str | Promise:
    """Sections are called by their own headings."""
    return LABELS.get(name, name)


def parts_of(kind: str, source: str) -> dict[str, str]:
    """Every field as text; the whole source when it can't be taken apart."""
    fields = read_fields(kind, source) if kind != TextKind.CURRICULUM else None
    return text_parts(fields) if fields else {"source": source}


def text_parts(fields: Fields) -> dict[str, str]:
    """Every field as one text, sections under their own names."""
    values = asdict(fields)
    sections = values.pop("sections", {})
    return {**{name: as_text(name, value) for name, value in values.items()}, **sections}


def as_text(name: str, value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, dict):
        return "\n\n".join(
            f"{group}\n" + "\n".join(f"- {line}" for line in lines)
            for group, lines in value.items()
        )
    rows = value if isinstance(value, list) else []
    apart = "\n\n" if name in ("steps", "handouts") else "\n"
    return apart.join(row if isinstance(row, str) else row_as_text(row) for row in rows)


def row_as_text(row: Row) -> str:
    """A row of a form as somebody would read it aloud."""
    cards = "\n\n".join(f"{card['title']}\n{card['text']}" for card in row.get("cards", []))
    names = ("title", "item", "quantity", "minutes", "code", "layout", "handout")
    head = " · ".join(row[name] for name in names if row.get(name))
    return "\n".join(part for part in (head, row.get("text", ""), cards) if part)


def pieces(old: str, new: str) -> list[Piece]:
    """Both texts as one row of passages; lines first, then words where lines differ."""
    return joined(line_pieces(old.splitlines(keepends=True), new.splitlines(keepends=True)))


def line_pieces(old: list[str], new: list[str]) -> Iterator[Piece]:
    for tag, i, j, k, end in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        before, after = "".join(old[i:j]), "".join(new[k:end])
        if tag == "equal":
            yield Piece("same", before)
        else:
            yield from word_pieces(before, after)


def word_pieces(old: str, new: str) -> Iterator[Piece]:
    before, after = WORD.findall(old), WORD.findall(new)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    small = len(before) + len(after) < MOST_WORDS
    if not small or matcher.ratio() < ALIKE:
        yield from (Piece("del", old), Piece("ins", new))
        return
    for tag, i, j, k, end in matcher.get_opcodes():
        if tag == "equal":
            yield Piece("same", "".join(before[i:j]))
        else:
            yield from (Piece("del", "".join(before[i:j])), Piece("ins", "".join(after[k:end])))


def joined(found: Iterator[Piece]) -> list[Piece]:
    """Neighbours of one kind as one piece, none empty."""
    kept = [piece for piece in found if piece.text]
    return [
        Piece(kind, "".join(piece.text for piece in group))
        for kind, group in groupby(kept, key=lambda piece: piece.kind)
    ]


def shortened(found: list[Piece]) -> list[Piece]:
    return [
        Piece("same", f"{piece.text[:AROUND]} … {piece.text[-AROUND:]}")
        if piece.kind == "same" and len(piece.text) > LONG
        else piece
        for piece in found
    ]
