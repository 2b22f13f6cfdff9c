"""Lists as files: whatever stands in a cell comes back as it was, and is never a formula."""

import csv
import io
import re
import time
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import example, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from cocora.common.refusal import Refusal
from participants.tables.guard import freed, guarded, plain
from participants.tables.reading import MAX_BYTES, read_table
from participants.tables.table import MAX_CELL, MAX_COLUMNS, MAX_ROWS
from participants.tables.writing import write_csv, write_xlsx

RUN = "=+-@＝＋－＠"
NASTY = st.text(
    st.sampled_from([*RUN, "\t", "\r", "\n", "\0", " ", "\u3000", "\xa0", "'", '"', ";", ",", "|"])
    | st.characters(codec="utf-8"),
    max_size=24,
)
LIST = st.lists(st.lists(NASTY, min_size=3, max_size=3), min_size=1, max_size=40)


def upload(data: bytes | str, name: str = "people.csv"):
    return SimpleUploadedFile(name, data.encode() if isinstance(data, str) else data)


def cells_of(data: bytes | str, name: str = "people.csv") -> list[tuple[str, ...]]:
    return [row.cells for row in read_table(upload(data, name)).rows]


def refused(data: bytes | str) -> str:
    with pytest.raises(Refusal) as told:
        read_table(upload(data))
    return str(told.value)


def workbook(*rows, change=None) -> bytes:
    book = Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    if change:
        change(sheet)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


# --- Written ------------------------------------------------------------------------------


@settings(max_examples=300, deadline=None)
@given(LIST)
@example([["=1+1", "+4512345678", '"=1'], ["\t=1", "\r=1", "\0=1"], ["＝1", "　=1", "'=1"]])
@example([["a;=1", "a,@b", "a\n-1"], ["a|+1", "a\t=1", 'a";=1;"'], ["-", "'", "''=1"]])
def test_no_cell_of_a_csv_is_a_formula_for_any_separator(rows: list[list[str]]):
    text = write_csv(["One", "Two", "Three"], rows).decode("utf-8-sig")
    for separator in ";,\t|":
        for line in csv.reader(io.StringIO(text, newline=""), delimiter=separator):
            assert not [cell for cell in line if cell.strip(' "').startswith(tuple(RUN))]
    assert not re.search("[\0\x01-\x08]", text)


@settings(max_examples=200, deadline=None)
@given(LIST)
@example([["=1+1", "+4512345678", "'=1"], ["''=1", "a;=1", "a;'=1"], ["-", "'", "x"]])
def test_what_is_written_as_csv_is_read_the_same(rows: list[list[str]]):
    kept = [[plain(cell) for cell in row] for row in rows]
    expected = [tuple(row) for row in kept if any(row)]
    written = write_csv(["One", "Two", "Three"], rows)
    if expected:
        assert cells_of(written) == expected


@settings(max_examples=60, deadline=None)
@given(LIST)
@example([["=1+1", "+45 12", "#N/A"], ["１", "=HYPERLINK()", "\0=1"], ["01", "1e5", "TRUE"]])
def test_each_cell_of_a_workbook_is_text(rows: list[list[str]]):
    written = write_xlsx(["One", "Two", "Three"], rows)
    sheet = load_workbook(io.BytesIO(written)).active
    for line in sheet.iter_rows(min_row=2):
        assert {cell.data_type for cell in line} <= {"s", "inlineStr", "n"}
        assert all(cell.value is None or isinstance(cell.value, str) for cell in line)
        assert all(cell.quotePrefix for cell in line if cell.value is not None)
    kept = [tuple(plain(cell) for cell in row) for row in rows]
    if any(any(row) for row in kept):
        assert cells_of(written) == [row for row in kept if any(row)]


@given(NASTY)
def test_the_guard_is_taken_off_again(text: str):
    assert freed(guarded(text)) == plain(text)


# --- Read ---------------------------------------------------------------------------------


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize(
    ("encoding", "read_as"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("cp1252", "cp1252"),
    ],
)
def test_any_separator_and_encoding_is_read(separator: str, encoding: str, read_as: str):
    lines = [["Name", "Age"], ["Zoë Bjørnsdóttir", "17"], ["François Müller", "19"]]
    text = "\r\n".join(separator.join(line) for line in lines)
    table = read_table(upload(text.encode(encoding)))
    assert table.headings == ("Name", "Age")
    assert [row.cells for row in table.rows] == [tuple(line) for line in lines[1:]]
    assert table.encoding == read_as


def test_rows_have_the_numbers_of_the_spreadsheet():
    table = read_table(upload('\n\nName,Age\n"Ada\nBerg",17\n\n,\nBo,15\n'))
    assert [(row.number, row.cells) for row in table.rows] == [
        (4, ("Ada Berg", "17")),
        (7, ("Bo", "15")),
    ]


def test_a_cell_that_looks_like_a_formula_is_text():
    assert cells_of("Name,Phone\n=1+1,+45 12\n-x,@y\n") == [("=1+1", "+45 12"), ("-x", "@y")]


def test_a_column_without_heading_is_called_by_its_letter():
    table = read_table(upload("Name,,Age\nAda,x,17,y\n"))
    assert table.headings == ("Name", "Column B", "Age", "Column D")


def test_a_workbook_gives_its_values():
    from datetime import date, datetime

    made = workbook(
        ["Name", "Age", "Phone", "Since"],
        ["Ada", 17, 4512345678.0, date(2026, 3, 1)],
        ["Bo", 1.5, "+45", datetime(2026, 3, 1, 12, 30)],
        [],
        ["=A2", True, None, "=1+1"],
    )
    assert cells_of(made) == [
        ("Ada", "17", "4512345678", "2026-03-01"),
        ("Bo", "1.5", "+45", "2026-03-01T12:30:00"),
        ("=A2", "True", "", "=1+1"),
    ]


def test_a_formula_that_was_worked_out_counts_with_its_value():
    made = workbook(["Name", "Age"], ["Ada", "=8+9"])
    source = zipfile.ZipFile(io.BytesIO(made))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as changed:
        for part in source.infolist():
            data = source.read(part)
            if part.filename.endswith("sheet1.xml"):
                assert b"<v />" in data or b"<v></v>" in data or b"<v/>" in data
                data = re.sub(rb"<v ?/>|<v></v>", b"<v>17</v>", data)
            changed.writestr(part, data)
    assert cells_of(out.getvalue()) == [("Ada", "17")]


def test_hidden_sheets_and_later_ones_are_left_out():
    book = Workbook()
    book.active.append(["Secret"])
    book.active.sheet_state = "hidden"
    shown = book.create_sheet("List")
    shown.append(["Name"])
    shown.append(["Ada"])
    book.create_sheet("Other").append(["x"])
    out = io.BytesIO()
    book.save(out)
    assert cells_of(out.getvalue()) == [("Ada",)]


# --- Refused ------------------------------------------------------------------------------


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"0" * 60_000_000)
    return out.getvalue()


def entities() -> bytes:
    """A billion laughs in place of the sheet."""
    laughs = (
        b'<?xml version="1.0"?><!DOCTYPE w [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]>'
        b'<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
        b'<sheetData><row r="1"><c r="A1" t="inlineStr"><is><t>&b;</t></is></c></row>'
        b"</sheetData></worksheet>"
    )
    source = zipfile.ZipFile(io.BytesIO(workbook(["Name"], ["Ada"])))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as changed:
        for part in source.infolist():
            inside = laughs if part.filename.endswith("sheet1.xml") else source.read(part)
            changed.writestr(part, inside)
    return out.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "The file is empty."),
        (b"\n \n;;\n", "The file is empty."),
        (b"Name;Age\n", "headings, and nobody below"),
        (b"x" * (MAX_BYTES + 1), "larger than 5 MB"),
        ("Name,Age\n" + "Ada,17\n" * (MAX_ROWS + 1), "more than 5,000 rows"),
        ("Name,Age\n" + "x," * MAX_COLUMNS + "x\n", "more than 40 columns"),
        ("Name,Age\nAda," + "x" * (MAX_CELL + 1), "Cell B2 has more than 1,000 characters"),
        ("Name,name\nAda,Berg\n", "Columns A and B are both called “name”"),
        ('Name,Age\nAda,17\n"Bo,15\nCy,16\n', "From row 3 on the file can't be read"),
        ("Name,Age\nA\0da,17\n", "neither a CSV nor an Excel file"),
        (b"Name,Age\n\x81\x8d,17\n", "Save it as “CSV UTF-8”"),
        (b"\xff\xfeN\x00a", None),
        (b"\xff\xfeN\x00a\x00m", "letters of this file can't be read"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "an old Excel file, or one with a password"),
        (b"PK\x03\x04broken", "The Excel file is damaged"),
        (bomb(), "Unpacked, this Excel file is too large"),
        (entities(), "The Excel file is damaged"),
        (workbook(["Name"]), "headings, and nobody below"),
        (workbook(), "The file is empty."),
        (
            workbook(["List"], ["Name"], ["A"], change=lambda s: s.merge_cells("A1:C1")),
            "Cells A1:C1 are merged",
        ),
        (
            workbook(["Name"], ["A"], change=lambda s: s.cell(row=900_000, column=1, value="B")),
            None,
        ),
    ],
)
def test_what_can_not_be_read_gets_one_sentence(data: bytes | str, sentence: str | None):
    if sentence:
        assert sentence in refused(data)


def test_another_archive_is_no_table():
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
    assert "neither a CSV nor an Excel file" in refused(out.getvalue())


def outcome(data: bytes) -> str:
    """A table, or the sentence that says why not; anything else is a fault of ours."""
    try:
        read_table(upload(data))
    except Refusal as refusal:
        return str(refusal)
    return "A table."


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_give_a_table_or_a_sentence(data: bytes):
    assert outcome(data).endswith(".")


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 4_000), st.binary(min_size=1, max_size=8))
def test_a_damaged_workbook_gives_a_table_or_a_sentence(at: int, dirt: bytes):
    whole = workbook(["Name", "Age"], ["Ada", 17])
    at %= len(whole)
    assert outcome(whole[:at] + dirt + whole[at + len(dirt) :]).endswith(".")


def test_five_thousand_rows_are_read_in_time():
    rows = [[f"Name {n}", f"person{n}@example.org", str(14 + n % 10)] for n in range(MAX_ROWS)]
    for write in (write_csv, write_xlsx):
        data = write(["Name", "Contact", "Age"], rows)
        began = time.process_time()
        assert len(read_table(upload(data)).rows) == MAX_ROWS
        assert time.process_time() - began < 8
