"""An upload becomes a table, or one sentence that says why not."""

import codecs
import csv
import io

from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext as _

from cocora.common.refusal import Refusal
from participants.tables.guard import freed
from participants.tables.table import MAX_COLUMNS, MAX_ROWS, Table, laid_out
from participants.tables.workbook import read_workbook

MAX_BYTES = 5 * 1024 * 1024
ZIP, OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
BOMS = {
    codecs.BOM_UTF8: "utf-8-sig",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
LATIN = "cp1252"
SEPARATORS = (";", ",", "\t", "|")
LOOKED_AT = 20


def read_table(upload: UploadedFile) -> Table:
    """The table in a CSV or XLSX upload. What it is, its first bytes say, not its name."""
    if (upload.size or 0) > MAX_BYTES:
        raise Refusal(_("The file is larger than 5 MB. Split it into several files."))
    data = upload.read()
    if data.startswith(OLE):
        raise Refusal(
            _("This is an old Excel file, or one with a password. Save it as .xlsx or CSV without.")
        )
    return read_workbook(data) if data.startswith(ZIP) else read_text(data)


def read_text(data: bytes) -> Table:
    """A table of separated values, whatever their separator."""
    text, encoding = decoded(data)
    if "\0" in text:
        raise Refusal(_("This is neither a CSV nor an Excel file."))
    lines = split(text, separator_of(text))
    return laid_out([(number, list(map(freed, cells))) for number, cells in lines], encoding)


def decoded(data: bytes) -> tuple[str, str]:
    """The text and how it was read: UTF-8 and UTF-16, then what Windows wrote for decades."""
    for encoding in encodings_of(data):
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError:
            continue
    raise Refusal(
        _("The letters of this file can't be read. Save it as “CSV UTF-8” and send it again.")
    )


def encodings_of(data: bytes) -> list[str]:
    for bom, encoding in BOMS.items():
        if data.startswith(bom):
            return [encoding]
    # Every second byte of Western text in UTF-16 is nothing.
    if data[1:200:2].count(0) > len(data[1:200:2]) * 0.7:
        return ["utf-16-le"]
    if data[0:200:2].count(0) > len(data[0:200:2]) * 0.7:
        return ["utf-16-be"]
    return ["utf-8", LATIN]


def separator_of(text: str) -> str:
    """The separator that gives the first lines the most columns, equally many in each."""

    def fit(separator: str) -> tuple[int, int]:
        lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        try:
            widths = [len(cells) for cells, _n in zip(lines, range(LOOKED_AT), strict=False)]
        except csv.Error:
            return (0, 0)
        widths = [width for width in widths if width] or [0]
        return (widths.count(widths[0]) if widths[0] > 1 else 0, widths[0])

    return max(SEPARATORS, key=fit)


def split(text: str, separator: str) -> list[tuple[int, list[str]]]:
    """Numbered lines; a line break inside quotation marks counts as in a spreadsheet."""
    lines: list[tuple[int, list[str]]] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            if any(cells):
                lines.append((number, cells[: MAX_COLUMNS + 1]))
            if len(lines) > MAX_ROWS + 1:
                break
    except csv.Error as fault:
        raise Refusal(
            _("From row %(row)s on the file can't be read: a quotation mark is missing there.")
            % {"row": number + 1}
        ) from fault
    return lines
