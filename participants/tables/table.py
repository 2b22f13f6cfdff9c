"""A list as it stands in a file: headings, and rows with the numbers that a person sees there."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from openpyxl.utils import get_column_letter

from cocora.common.folding import fold
from cocora.common.refusal import Refusal

MAX_ROWS = 5_000
MAX_COLUMNS = 40
MAX_CELL = 1_000


@dataclass(frozen=True)
class Row:
    """``number`` stands in the margin of the spreadsheet; as many cells as there are headings."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """``encoding`` is empty for a workbook, which has none to guess."""

    headings: tuple[str, ...]
    rows: tuple[Row, ...]
    encoding: str = ""


def laid_out(lines: Sequence[tuple[int, list[str]]], encoding: str = "") -> Table:
    """A table of numbered lines. The first that is not empty has the headings.

    Raises Refusal with one sentence: nothing in it, too much in it, two headings that are alike.
    """
    kept = [(number, trimmed(cells)) for number, cells in lines]
    kept = [(number, cells) for number, cells in kept if cells]
    if not kept:
        raise Refusal(_("The file is empty."))
    headings, below = kept[0][1], kept[1:]
    if not below:
        raise Refusal(_("The file has one line only: headings, and nobody below them."))
    if len(below) > MAX_ROWS:
        raise Refusal(
            _("The file has more than %(rows)s rows. Split it into several files.")
            % {"rows": f"{MAX_ROWS:,}"}
        )
    width = max(len(cells) for _number, cells in kept)
    if width > MAX_COLUMNS:
        raise Refusal(
            _("The file has more than %(columns)s columns. Take out those that are not needed.")
            % {"columns": MAX_COLUMNS}
        )
    refuse_long(below)
    rows = (Row(number, filled(cells, width)) for number, cells in below)
    return Table(named(filled(headings, width)), tuple(rows), encoding)


def trimmed(cells: list[str]) -> list[str]:
    """Without space around the texts and without empty cells at the end."""
    texts = [" ".join(cell.split()) for cell in cells]
    while texts and not texts[-1]:
        texts.pop()
    return texts


def filled(cells: list[str], width: int) -> tuple[str, ...]:
    return tuple(cells) + ("",) * (width - len(cells))


def refuse_long(lines: Sequence[tuple[int, list[str]]]) -> None:
    for number, cells in lines:
        for position, cell in enumerate(cells):
            if len(cell) > MAX_CELL:
                raise Refusal(
                    _("Cell %(cell)s has more than %(count)s characters.")
                    % {"cell": f"{letter(position)}{number}", "count": f"{MAX_CELL:,}"}
                )


def named(headings: tuple[str, ...]) -> tuple[str, ...]:
    """Each column with a name of its own: its letter where no heading stands."""
    seen: dict[str, int] = {}
    for position, heading in enumerate(headings):
        alike = fold(heading) or heading
        if heading and alike in seen:
            raise Refusal(
                _("Columns %(one)s and %(other)s are both called “%(name)s”. Rename one of them.")
                % {"one": letter(seen[alike]), "other": letter(position), "name": heading[:60]}
            )
        seen[alike] = position
    return tuple(
        heading or _("Column %(letter)s") % {"letter": letter(position)}
        for position, heading in enumerate(headings)
    )


def letter(position: int) -> str:
    """A, B, … AA: the name of a column in a spreadsheet, counted from 0."""
    return get_column_letter(position + 1)
