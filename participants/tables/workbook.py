"""An XLSX file, read for its values only: no formula is worked out, nothing outside is fetched."""

import io
import re
import warnings
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from openpyxl import load_workbook

from cocora.common.refusal import Refusal
from participants.tables.table import MAX_COLUMNS, MAX_ROWS, Table, laid_out

# What may come out of the archive. Its own word is enough: zipfile never unpacks more than that.
MAX_UNPACKED = 40 * 1024 * 1024
MAX_PARTS = 400
MERGED = re.compile(rb'<(?:\w+:)?mergeCell\b[^>]*?\bref="([A-Z]+[0-9]+:[A-Z]+[0-9]+)"')
FORMULA = re.compile(rb"<(?:\w+:)?f[\s>/]")
UNREADABLE = gettext_lazy(
    "The Excel file is damaged. Open it in your spreadsheet program and save it again."
)


def read_workbook(data: bytes) -> Table:
    """The first sheet of a workbook as a table, or a Refusal."""
    refuse_bomb(data)
    try:
        with warnings.catch_warnings():
            # openpyxl warns of drop-down lists and headers that it leaves out.
            warnings.simplefilter("ignore")
            return laid_out(lines_of(data))
    except Refusal:
        raise
    except Exception as fault:
        # A stranger's file can fail anywhere inside the library.
        raise Refusal(str(UNREADABLE)) from fault


def refuse_bomb(data: bytes) -> None:
    """Before anything is unpacked: an archive of a few kilobytes can hold gigabytes."""
    try:
        parts = zipfile.ZipFile(io.BytesIO(data)).infolist()
    except (zipfile.BadZipFile, ValueError, NotImplementedError) as fault:
        raise Refusal(str(UNREADABLE)) from fault
    if sum(part.file_size for part in parts) > MAX_UNPACKED or len(parts) > MAX_PARTS:
        raise Refusal(_("Unpacked, this Excel file is too large. Save the list in a new one."))
    if not any(part.filename == "xl/workbook.xml" for part in parts):
        raise Refusal(_("This is neither a CSV nor an Excel file."))


def lines_of(data: bytes) -> list[tuple[int, list[str]]]:
    values = sheet_of(data, data_only=True)
    source = zipfile.ZipFile(io.BytesIO(data)).read(values._worksheet_path)
    refuse_merged(source)
    # A formula that was never worked out has no value; then its text is shown.
    formulas = walk(sheet_of(data, data_only=False)) if FORMULA.search(source) else None
    lines = []
    for number, cells in enumerate(walk(values), start=1):
        texts = [told(cell) for cell in cells]
        if formulas is not None:
            pairs = zip(texts, next(formulas), strict=False)
            texts = [text or told(formula) for text, formula in pairs]
        lines.append((number, texts))
    return lines


def sheet_of(data: bytes, *, data_only: bool) -> Any:
    workbook = load_workbook(
        io.BytesIO(data), read_only=True, data_only=data_only, keep_links=False
    )
    for sheet in workbook.worksheets:
        if sheet.sheet_state == "visible":
            # Its own word on its size may be wrong.
            sheet.reset_dimensions()
            return sheet
    raise Refusal(_("The Excel file has no sheet to read."))


def walk(sheet: Any) -> Iterator[tuple[Any, ...]]:
    """All rows that may count, and one more of each to tell that there were too many."""
    return sheet.iter_rows(max_row=MAX_ROWS + 2, max_col=MAX_COLUMNS + 1, values_only=True)


def refuse_merged(source: bytes) -> None:
    merged = MERGED.search(source)
    if merged:
        raise Refusal(
            _("Cells %(cells)s are merged. Split them, so that each row stands for one person.")
            % {"cells": merged[1].decode()}
        )


def told(value: Any) -> str:
    """The value as somebody would type it."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        value = value.date() if not (value.hour or value.minute or value.second) else value
    if isinstance(value, date):
        return value.isoformat()
    return str(value)
