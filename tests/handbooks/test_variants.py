"""Every kind of book as a PDF: valid, numbered right, with what was asked for."""

import re

import page as validator
import pypdfium2
import pytest
from pypdf import PdfReader

from handbooks.actions import book_order
from handbooks.compose import compose
from handbooks.engine.press import print_pdf
from handbooks.engine.store import Store
from handbooks.models import DocumentKind
from tests.handbooks.books import foundations
from tests.handbooks.test_changes import edited, version
from tests.handbooks.test_parts import many, with_workbook

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.xdist_group("variants")]


@pytest.fixture(scope="module")
def kept(tmp_path_factory):
    """Chapters are kept from test to test, as they are from book to book."""
    return Store(tmp_path_factory.mktemp("units"))


@pytest.fixture(autouse=True)
def own_units(monkeypatch, kept):
    monkeypatch.setattr("handbooks.engine.press.store", lambda: kept)


class Printed:
    def __init__(self, target, order):
        self.document = compose(order)
        print_pdf(self.document, target, lambda *progress: None)
        self.path = target
        self.reader = PdfReader(target)
        self.texts = [" ".join(page.extract_text().split()) for page in self.reader.pages]
        self.where = {
            name.strip("/"): self.reader.get_destination_page_number(place) + 1
            for name, place in self.reader.named_destinations.items()
        }

    def page(self, words):
        """The only page that begins with these words, by its number."""
        (number,) = [n for n, text in enumerate(self.texts, 1) if text.startswith(words)]
        return number

    def dead_links(self):
        for page in self.reader.pages:
            for annotation in page.get("/Annots") or []:
                target = annotation.get_object().get("/Dest")
                if target is not None and target.strip("/") not in self.where:
                    yield target


@pytest.fixture
def changed(tmp_path):
    foundations()
    old = version("1.0.0")
    new = version("2.0.0", edited)
    kind = DocumentKind.GUIDE
    order = book_order(kind=kind, curriculum=new, since=old, marks=True)
    return Printed(tmp_path / "changed.pdf", order)


KINDS = {
    "guide": lambda: (DocumentKind.GUIDE, many(), []),
    "handbook": lambda: (DocumentKind.HANDBOOK, many(), ["handouts", "two", "notes"]),
    "collection": lambda: (DocumentKind.COLLECTION, many() and None, []),
    "workbook": lambda: (DocumentKind.WORKBOOK, with_workbook(), []),
    "brief": lambda: (DocumentKind.BRIEF, many(), []),
}


@pytest.mark.parametrize("name", KINDS)
def test_every_kind_of_book_passes_the_validator_and_has_no_dead_link(name, tmp_path):
    kind, curriculum, without = KINDS[name]()
    order = book_order(kind=kind, curriculum=curriculum, without=without)
    book = Printed(tmp_path / "book.pdf", order)
    report = validator.validate_pdf(book.path, profile=validator.ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in report.failures] == []
    assert list(book.dead_links()) == []
    assert not re.search(r"\b000\b", " ".join(book.texts))


def test_a_book_with_changes_passes_the_validator(changed):
    report = validator.validate_pdf(changed.path, profile=validator.ValidationProfile.PDF_UA_1)
    assert [failure.message for failure in report.failures] == []
    assert list(changed.dead_links()) == []


def test_the_list_of_changes_names_the_right_pages(changed):
    text = changed.texts[changed.page("What has changed") - 1]
    # The number follows what stands to its left, as one reads it from the file.
    for anchor, title, left in (
        ("cpp-P1.1", "Exercise P1.1", "P1.1"),
        ("cpp-P1.4", "Exercise P1.4", "P1.4"),
        ("cpp-about", "About", "Then"),
    ):
        number = changed.where[anchor]
        assert title in changed.texts[number - 1]
        assert re.search(rf"{re.escape(left)} {number}\b", text), (title, number, text)


def test_a_bar_stands_beside_what_has_changed_and_only_there(changed):
    """The page of an exercise that is the same has nothing between its text and its edge."""
    number = changed.where["cpp-P1.1"]
    assert bars(changed.path, number) or bars(changed.path, number + 1)
    same = changed.where["cpp-P1.3"]
    assert not bars(changed.path, same)


def bars(path, number):
    """How many rows of pixels have ink 4 mm right of the text, where nothing else is."""
    image = pypdfium2.PdfDocument(path)[number - 1].render(scale=2).to_pil().convert("L")
    at = round(image.width * (210 - 22 + 4.5) / 210)
    column = image.crop((at, 0, at + 1, image.height)).tobytes()
    return sum(value < 128 for value in column)


def test_the_indexes_name_the_right_pages(tmp_path):
    book = Printed(tmp_path / "book.pdf", book_order(kind=DocumentKind.GUIDE, curriculum=many()))
    for name in ("time", "type", "topic", "competence"):
        text = book.texts[book.where[f"index-{name}"] - 1]
        lines = re.findall(r"(P1\.\d) (\d+)\b", text)
        assert len(lines) >= 7
        assert {(code, int(page)) for code, page in lines} == {
            (f"P1.{n}", book.where[f"cpp-P1.{n}"]) for n in range(1, 8)
        }
    assert book.where["notes"] == len(book.texts) - 3
    assert book.reader.pages[-1].extract_text().strip() == str(len(book.texts))


def test_the_half_title_stands_on_a_right_page_and_the_imprint_behind_it(tmp_path):
    book = Printed(tmp_path / "b.pdf", book_order(kind=DocumentKind.GUIDE, curriculum=many()))
    assert book.texts[1] == ""
    assert book.texts[2] == "Programme cpp Facilitator guide"
    assert "Fingerprint of this book" in book.texts[3]
