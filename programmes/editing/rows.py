"""Rows of a form that can be added, moved and taken away, with and without JavaScript.

Boxes of one column have one name, and the order of the page is the order of the rows: nothing has
to be counted or renamed when a row moves. A button beside a row sends what ``obey`` does.
"""

import re
import secrets
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from programmes.package.body import FENCE
from programmes.package.fields import Row


def plain(text: str) -> str:
    """One kind of line end, no space around it."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip()


def one_line(text: str) -> str:
    return " ".join(text.split())


def words_fault(text: str, levels: tuple[int, ...]) -> str | Promise | None:
    """Why a Markdown text can't stand in a field: it would begin a field of its own."""
    lines = text.split("\n")
    if "\x00" in text:
        return _("There is a character here that can't be kept (NUL). Type the text again.")
    if sum(bool(FENCE.match(line)) for line in lines) % 2:
        return _("A block between ``` lines is not closed.")
    fenced = False
    for line in lines:
        fenced ^= bool(FENCE.match(line))
        mark = line.split(" ", 1)[0]
        if not fenced and line.startswith("#") and len(mark) in levels and set(mark) == {"#"}:
            sentence = _("A line begins with “%(mark)s ” and would begin a new field. Use “#### ”.")
            return sentence % {"mark": mark}
    return None


@dataclass(frozen=True)
class Column:
    """One box of a row; ``kind`` is line, number, words or layout."""

    name: str
    label: str | Promise
    kind: str = "line"
    levels: tuple[int, ...] = (2, 3)


@dataclass
class Cell:
    column: Column
    name: str
    id: str
    value: str
    faults: list[str | Promise] = field(default_factory=list)


@dataclass
class RowShown:
    """A row as it stands in the form. ``uid`` ties the cards to their handout."""

    cells: list[Cell]
    place: int
    uid: str = ""
    cards: "Group | None" = None

    def cell(self, name: str) -> Cell:
        return next(cell for cell in self.cells if cell.column.name == name)

    @property
    def faults(self) -> bool:
        inside = bool(self.cards and self.cards.has_faults)
        return inside or any(cell.faults for cell in self.cells)


@dataclass
class Group:
    """Rows of one kind with the boxes that each of them has, and a blank one to copy."""

    name: str
    title: str | Promise
    one: str | Promise
    columns: tuple[Column, ...]
    rows: list[RowShown] = field(default_factory=list)
    faults: list[str | Promise] = field(default_factory=list)
    blank: RowShown | None = None

    @property
    def has_faults(self) -> bool:
        return bool(self.faults) or any(row.faults for row in self.rows)


TEXT = (Column("text", _("Question")),)
GROUPS: dict[str, tuple[str | Promise, str | Promise, tuple[Column, ...]]] = {
    "materials": (
        _("Materials"),
        _("Add a material"),
        (
            Column("item", _("What")),
            Column("quantity", _("How many")),
            Column("handout", _("Code of the handout, if it is printed")),
        ),
    ),
    "steps": (
        _("Steps"),
        _("Add a step"),
        (
            Column("title", _("Title")),
            Column("minutes", _("Minutes"), "number"),
            Column("text", _("What happens"), "words"),
        ),
    ),
    "feel": (_("Feel"), _("Add a question"), TEXT),
    "notice": (_("Notice"), _("Add a question"), TEXT),
    "connect": (_("Connect"), _("Add a question"), TEXT),
    "act": (_("Act"), _("Add a question"), TEXT),
    "handouts": (
        _("Handouts"),
        _("Add a handout"),
        (
            Column("title", _("Title")),
            Column("code", _("Code")),
            Column("layout", _("Layout"), "layout"),
            Column("text", _("Text"), "words", (2,)),
        ),
    ),
    "sources": (_("Sources"), _("Add a source"), (Column("text", _("Source")),)),
}
CARD = (Column("title", _("Title of the card")), Column("text", _("Text"), "words"))
PLACEHOLDER = "__id__"


def read_rows(data: QueryDict, name: str, columns: tuple[Column, ...]) -> list[Row]:
    """Rows stand in the order of the page, so the n-th value of each box makes the n-th row."""
    boxes = [data.getlist(f"{name}-{column.name}") for column in columns]
    return [
        {column.name: value for column, value in zip(columns, values, strict=True)}
        for values in zip_longest(*boxes, fillvalue="")
    ]


def write_rows(data: QueryDict, name: str, columns: tuple[Column, ...], rows: list[Row]) -> None:
    for column in columns:
        data.setlist(f"{name}-{column.name}", [row[column.name] for row in rows])


def shown_row(name: str, columns: tuple[Column, ...], row: Row, place: int, key: str) -> RowShown:
    return RowShown(
        [
            Cell(column, f"{name}-{column.name}", f"{name}-{key}-{column.name}", row[column.name])
            for column in columns
        ],
        place,
    )


def blank_of(columns: tuple[Column, ...]) -> Row:
    return {column.name: "cards" if column.kind == "layout" else "" for column in columns}


def shown_group(
    name: str, head: tuple[str | Promise, str | Promise], columns: tuple[Column, ...],
    rows: list[Row],
) -> Group:  # fmt: skip
    found = [shown_row(name, columns, row, place, str(place)) for place, row in enumerate(rows)]
    blank = shown_row(name, columns, blank_of(columns), 0, PLACEHOLDER)
    return Group(name, *head, columns, found, blank=blank)


def cards_of(uid: str, rows: list[Row]) -> Group:
    return shown_group(f"cards-{uid}", (_("Cards"), _("Add a card")), CARD, rows)


def clean_row(row: RowShown) -> Row:
    """The row in one kind of writing; what can't be kept is said beside its box."""
    for cell in row.cells:
        fault: str | Promise | None = None
        if cell.column.kind == "words":
            cell.value = plain(cell.value)
            fault = words_fault(cell.value, cell.column.levels)
        else:
            cell.value = one_line(cell.value)
            if "\x00" in cell.value:
                fault = _("There is a character here that can't be kept (NUL).")
        cell.faults = [fault] if fault else []
    return {cell.column.name: cell.value for cell in row.cells}


def has_words(row: RowShown, values: Row) -> bool:
    typed = [v for cell, v in zip(row.cells, values.values(), strict=True)
             if cell.column.kind != "layout"]  # fmt: skip
    return any(typed) or bool(row.cards and row.cards.rows)


COMMAND = re.compile(
    r"^(?P<name>[a-z]+(-[a-z0-9]{1,12})?):(?P<verb>add|up|down|off)(:(?P<row>[0-9]{1,4}))?$"
)


def obey(data: QueryDict, command: str) -> QueryDict:
    """The data after a button beside a row was pressed: a row more, one less, or moved."""
    match = COMMAND.match(command)
    columns = columns_of(match["name"]) if match else None
    if match is None or columns is None:
        return data
    changed = data.copy()
    rows = read_rows(changed, match["name"], columns)
    uids = changed.getlist("handouts-uid") if match["name"] == "handouts" else None
    here = int(match["row"] or 0)
    if match["verb"] == "add":
        rows.append(blank_of(columns))
        if uids is not None:
            uids.append(secrets.token_hex(4))
    elif here < len(rows):
        shift(rows, here, match["verb"])
        if uids:
            shift(uids, here, match["verb"])
    write_rows(changed, match["name"], columns, rows)
    if uids is not None:
        changed.setlist("handouts-uid", uids)
    return changed


def shift(rows: list[Any], here: int, verb: str) -> None:
    row = rows.pop(here)
    if verb != "off":
        rows.insert(max(here + (1 if verb == "down" else -1), 0), row)


def columns_of(name: str) -> tuple[Column, ...] | None:
    if name in GROUPS:
        return GROUPS[name][2]
    return CARD if name.startswith("cards-") else None
