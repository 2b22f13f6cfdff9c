"""A list as CSV or XLSX, safe to open whatever stands in its cells."""

import csv
import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

from participants.tables.guard import guarded, plain

CONTENT_TYPES = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
WIDTH = 22


def written(kind: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """The bytes of a file; ``kind`` is csv or xlsx."""
    return {"csv": write_csv, "xlsx": write_xlsx}[kind](headings, rows)


def write_csv(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """With the mark that tells Excel UTF-8, and the separator that it expects in most of Europe.

    Each cell stands in quotation marks and is guarded, also where a program splits it anew.
    """
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerow([guarded(heading) for heading in headings])
    writer.writerows([guarded(cell) for cell in row] for row in rows)
    return out.getvalue().encode("utf-8-sig")


def write_xlsx(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Each cell is text by its type, and stays text when somebody edits it (``quotePrefix``)."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("List")
    sheet.freeze_panes = "A2"
    for position in range(len(headings)):
        sheet.column_dimensions[chr(ord("A") + position)].width = WIDTH

    def cell(text: str, **look: Font) -> WriteOnlyCell:
        made = WriteOnlyCell(sheet)
        made.value = plain(text)
        made.data_type = "s"
        made.quotePrefix = True
        for name, value in look.items():
            setattr(made, name, value)
        return made

    sheet.append([cell(heading, font=Font(bold=True)) for heading in headings])
    for row in rows:
        sheet.append([cell(text) for text in row])
    out = io.BytesIO()
    workbook.save(out)
    return out.getvalue()
