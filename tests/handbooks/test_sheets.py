"""Worksheets to fill in: what becomes a field, what it is called, and the PDF that has them."""

import subprocess

import page as validator
import pytest
from django.urls import reverse
from pypdf import PdfReader, PdfWriter

from cocora.accounts.roles import Role
from handbooks.actions import book_order
from handbooks.actions.choose import ChoiceRefused
from handbooks.actions.preview import beginning
from handbooks.compose import compose
from handbooks.compose.sheets import filled
from handbooks.engine.press import print_pdf
from handbooks.models import Document, DocumentKind, Format, Order, Paper
from programmes.models import Handout
from tests.handbooks.books import foundations, taught
from tests.programmes.packages import exercise_md, package, published

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.xdist_group("sheets")]
SHEET = """
Own move: ____

1. ____
2. first ____ then ____

- loose

  ____

### What we saw

____

____

| Place | Who | When |
|---|---|---|
| Hall |   |   |
|   |   |   |

| | Yes | No |
|---|---|---|
| Music |   | ____ |

| Part | Points |
|---|---|
| Goals | 3 |
| Sum |  |
"""


def with_sheet(text=SHEET):
    """A programme with two exercises: the first has a sheet, the second has cards."""
    files = package(exercises=2, programme="cpp", name="Programme cpp")
    facts = [{"item": "Sheet", "quantity": "1", "handout": "sheet"}]
    words = exercise_md("P1.1", materials=facts).split("## Handout")[0]
    words += f"## Handout: My sheet {{sheet sheet}}\n{text}"
    files["p1-one/p1-1-exercise.en.md"] = words.encode()
    return published(files)


def sheets(curriculum=None, **choice):
    return book_order(kind=DocumentKind.SHEETS, curriculum=curriculum or with_sheet(), **choice)


def titles(html):
    return [part.split('"')[0] for part in html.split('title="')[1:]]


def filled_in(body, layout="sheet"):
    return filled(Handout(code="sheet", title="My sheet", layout=layout, body=body), "p-P1.1", "")


# --- what becomes a field ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "labels", "tags"),
    [
        ("Own move: ____", ["Own move"], "i"),
        ("I am ____ and live in ____ now.", ["I am", "and live in"], "ii"),
        ("- ____\n- my ____", ["My sheet", "my"], "ii"),
        ("### Seen\n\n____\n\n____\n\n____", ["Seen"], "t"),
        ("### Seen\n\nWho was it?\n\n____", ["Who was it?"], "t"),
        ("### Seen\n\nYou need not say.\n\n____", ["Seen"], "t"),
        ("### Seen\n\n- a\n- b\n\n____", ["Seen"], "t"),
        ("____", ["My sheet"], "t"),
        ("| A | B |\n|---|---|\n| x |  |\n| y |  |", ["B: x", "B: y"], "tt"),
        ("| No | B |\n|---|---|\n| 1. |  |\n| 2. |  |", ["B: No 1.", "B: No 2."], "tt"),
        ("| A | B |\n|---|---|\n|  |  |", ["A: row 1", "B: row 1"], "tt"),
        ("| | B |\n|---|---|\n|  |  |\n| | |", ["B: row 1", "B: row 2"], "tt"),
        ("| A |\n|---|\n| Why? |\n|  |\n| How? |\n| |", ["A: Why?", "A: How?"], "tt"),
        ("| A | B |\n|---|---|\n| x | by ____ |\n| y |  |", ["B: x: by", "B: y"], "it"),
    ],
)
def test_where_one_writes_there_is_a_field(body, labels, tags):
    html = filled_in(body)
    assert titles(html) == labels
    found = [("i" if part.startswith("input") else "t") for part in html.split("<")
             if part.startswith(("input", "textarea"))]  # fmt: skip
    assert "".join(found) == tags
    assert "___" not in html


@pytest.mark.parametrize("body", ["Just words.", "`a ____`", "| A | B |\n|---|---|\n| Sum |  |"])
def test_a_sheet_with_nothing_to_fill_in_has_no_field(body):
    assert filled_in(body) == ""


def test_cards_have_no_field():
    assert filled_in("____", layout="cards") == ""


def test_a_label_is_words_only_and_not_endless():
    html = filled_in(f'## "A" & <b> **b**\n\n____\n\n{"word " * 40}____')
    assert titles(html)[0] == "&quot;A&quot; &amp; &lt;b&gt; b"
    assert titles(html)[1].endswith("word…")
    assert len(titles(html)[1]) <= 121


# --- the book ---------------------------------------------------------------------------------


def test_only_sheets_with_fields_are_in_it():
    foundations()
    curriculum = with_sheet()
    order = sheets(curriculum=curriculum)
    document = compose(order)
    keys = [chapter.key for chapter in document.chapters]
    assert keys == ["cover", "imprint", "contents", "fill-in:cpp-P1.1-sheet"]
    assert "P1.1 Exercise P1.1" in document.chapters[-1].html
    # The foundations have no sheets: a new version of them makes no other book.
    assert order.curricula == (curriculum.pk,)
    workbook = compose(book_order(kind=DocumentKind.WORKBOOK, curriculum=curriculum))
    assert (document.fillable, workbook.fillable) == (True, False)
    assert not beginning(document).fillable


def test_no_book_without_fields_and_none_as_an_epub():
    with pytest.raises(ChoiceRefused, match="no worksheet with anything to fill in") as caught:
        sheets(curriculum=taught("cap"))
    assert caught.value.field == "curriculum"
    with pytest.raises(ChoiceRefused, match="as a PDF only") as caught:
        sheets(format=Format.EPUB)
    assert caught.value.field == "format"


@pytest.fixture
def printed(tmp_path):
    document = compose(sheets())
    targets = [tmp_path / name for name in ("one.pdf", "two.pdf")]
    for target in targets:
        print_pdf(document, target, lambda *_facts: None)
    return targets


def test_the_pdf_has_fields_with_names_and_labels(printed, tmp_path):
    one, two = printed
    assert one.read_bytes() == two.read_bytes()
    fields = PdfReader(one).get_fields()
    names = [f"cpp-P1-1_sheet_{number}" for number in range(1, len(fields) + 1)]
    assert list(fields) == names
    assert [field["/TU"] for field in fields.values()] == [
        "Own move", "My sheet", "first", "then", "loose", "What we saw", "Who: Hall", "When: Hall",
        "Place: row 2", "Who: row 2", "When: row 2", "Yes: Music", "No: Music",
    ]  # fmt: skip
    report = validator.validate_pdf(one, profile=validator.ValidationProfile.PDF_UA_1)
    assert list(map(str, report.failures)) == []
    ended = subprocess.run(["qpdf", "--check", one], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stdout

    writer = PdfWriter(clone_from=PdfReader(one))
    words = {names[0]: "Æblegrød, ß and ż", names[5]: "Monday"}
    for sheet in writer.pages:
        if "/Annots" in sheet:
            writer.update_page_form_field_values(sheet, words, auto_regenerate=False)
    writer.write(tmp_path / "filled.pdf")
    again = PdfReader(tmp_path / "filled.pdf").get_form_text_fields()
    assert {name: again[name] for name in words} == words
    assert again[names[1]] == ""


@pytest.mark.parametrize(
    ("paper", "large"), [("A4", True), ("A5", False), ("A5", True), ("letter", False)]
)
def test_fields_stay_on_the_paper_and_hold_words(paper, large, tmp_path):
    target = tmp_path / "book.pdf"
    wide = "| A | B | C | D | E |\n|---|---|---|---|---|\n|  |  |  |  |  |\n|  |  |  |  |  |\n"
    order = sheets(curriculum=with_sheet(text=SHEET + "\n" + wide), paper=Paper(paper), large=large)
    print_pdf(compose(order), target, lambda *_facts: None)
    found = 0
    for sheet in PdfReader(target).pages:
        width = float(sheet.mediabox.width)
        for one in sheet.get("/Annots", []):
            facts = one.get_object()
            if facts["/Subtype"] == "/Widget":
                left, top, right, bottom = map(float, facts["/Rect"])
                found += 1
                assert 30 < left < right < width - 30
                assert right - left > 40
                assert 14 < abs(top - bottom) < 130
    assert found == 23


# --- screens ----------------------------------------------------------------------------------


def test_they_are_composed_and_ordered(world, settings, tmp_path, monkeypatch):
    settings.FILES_DIR = tmp_path
    monkeypatch.setattr("cocora.jobs.actions.send", lambda job_id: None)
    staff, curriculum = world.client(Role.STAFF), with_sheet()
    choice = {"kind": "sheets", "curriculum": curriculum.pk, "format": "epub"}
    form = staff.get(reverse("handbooks:compose"), choice).context["form"]
    assert form.order.format == "pdf"
    assert set(form.fields) == {"kind", "curriculum", "language", "paper", "large"}
    assert b'value="sheets"' in staff.get(reverse("handbooks:list")).content
    assert staff.post(reverse("handbooks:order_create"), choice).status_code == 302
    order = Order.objects.get()
    assert (order.kind, order.title) == ("sheets", "Programme cpp: Worksheets to fill in")


def test_the_file_says_what_it_is():
    document = Document(
        kind=DocumentKind.SHEETS, curriculum=with_sheet(), version="1.0.0", language="en",
        paper="A4",
    )  # fmt: skip
    assert document.file_name == "cocora-cpp-sheets-1.0.0-en-a4.pdf"
