"""A whole book of our own curricula, read back from the PDF."""

import re
import subprocess
from pathlib import Path

import page as validator
import pytest
from django.conf import settings
from django.db import transaction
from pypdf import PdfReader

from handbooks.actions import book_order
from handbooks.compose import compose
from handbooks.engine.render import render_pdf
from handbooks.models import DocumentKind, Paper
from programmes.actions import load_package, publish_curriculum
from programmes.models import Curriculum
from programmes.package.read import read_folder

# So that the test database is there when the book of this module is made.
pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.xdist_group("book")]

FONTS = ("Literata", "Bricolage-Grotesque", "Atkinson-Hyperlegible-Next")


@pytest.fixture(scope="module")
def printed(django_db_setup, django_db_blocker, tmp_path_factory):
    """The handbook of the Collaborative Programme: what was composed, and where its PDF lies."""
    target = tmp_path_factory.mktemp("book") / "ccp.pdf"
    with django_db_blocker.unblock(), transaction.atomic():
        for code in ("ccp", "foundations"):
            files = read_folder(settings.BASE_DIR / "programmes" / "curricula" / code)
            curriculum, _new = load_package(files=files, by=None)
            publish_curriculum(curriculum=curriculum, by=None)
        order = book_order(
            kind=DocumentKind.HANDBOOK,
            curriculum=Curriculum.objects.get(programme__code="ccp"),
            language="en",
            paper=Paper.A4,
        )
        document = compose(order)
        render_pdf(document, target, lambda *progress: None)
        transaction.set_rollback(True)
    return document, target


@pytest.fixture(scope="module")
def book(printed):
    return PdfReader(printed[1])


@pytest.fixture(scope="module")
def texts(book):
    return [page.extract_text() for page in book.pages]


def test_it_passes_the_validator_of_pdf_ua(printed):
    report = validator.validate_pdf(printed[1], profile=validator.ValidationProfile.PDF_UA_1)
    assert [failure.to_json() for failure in report.failures] == []
    assert report.rules.passed > 100


def test_its_structure_is_sound(printed):
    ended = subprocess.run(["qpdf", "--check", printed[1]], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stdout


def test_it_says_what_it_is(book):
    assert book.metadata.title == "Collaborative Programme: Programme handbook"
    assert book.metadata.author == "CoCoRa platform"
    assert book.trailer["/Root"]["/Lang"] == "en"
    assert "/StructTreeRoot" in book.trailer["/Root"]
    assert not book.attachments


def fonts_of(book):
    for leaf in book.pages:
        for font in leaf["/Resources"].get("/Font", {}).values():
            yield font.get_object()


def test_only_our_fonts_and_all_embedded(book):
    seen = set()
    for font in fonts_of(book):
        described = font["/DescendantFonts"][0].get_object()["/FontDescriptor"]
        assert "/FontFile2" in described
        seen.add(str(font["/BaseFont"]).split("+")[1])
    assert len(seen) >= 6
    assert all(name.startswith(FONTS) for name in seen)


def flattened(outline, level=0):
    for item in outline:
        if isinstance(item, list):
            yield from flattened(item, level + 1)
        else:
            yield level, item


def test_the_outline_is_programme_module_exercise(printed, book):
    entries = [chapter.entry for chapter in printed[0].chapters if chapter.entry]
    outline = list(flattened(book.outline))
    assert [level for level, _item in outline] == [entry.level for entry in entries]
    assert [plain(item.title) for _level, item in outline] == [plain(e.title) for e in entries]
    assert {0, 1, 2} == {level for level, _item in outline}


def plain(text):
    return " ".join(text.split())


def places(book):
    """The page of each named destination, counted from 1."""
    return {
        name.strip("/"): book.get_destination_page_number(destination) + 1
        for name, destination in book.named_destinations.items()
    }


def test_the_contents_name_the_right_pages(printed, book):
    """Each line of the contents links twice, and the number printed beside is the page meant."""
    where = places(book)
    document = printed[0]
    contents = next(chapter for chapter in document.chapters if chapter.kind == "contents")
    entries = [chapter.entry for chapter in document.chapters if chapter.entry]
    (first,) = [n for n, chapter in enumerate(document.chapters) if chapter is contents]
    pages = [leaf for leaf in book.pages if "Contents" in leaf.extract_text()[:60]]
    assert pages
    printed_numbers = re.findall(
        r"(?<!\d)(\d{1,3})(?!\d)", "".join(page.extract_text() for page in pages)
    )
    wanted = [str(where[entry.anchor]) for entry in entries]
    assert first == 3
    assert in_order(wanted[:20], printed_numbers)


def in_order(wanted, found):
    """Whether all wanted stand in ``found`` in this order, others between them."""
    remaining = iter(found)
    return all(number in remaining for number in wanted)


def test_every_link_leads_somewhere(book):
    where = set(book.named_destinations)
    inside = 0
    for leaf in book.pages:
        for annotation in leaf.get("/Annots") or []:
            link = annotation.get_object()
            if "/Dest" in link:
                inside += 1
                assert link["/Dest"] in where
            else:
                assert link["/A"]["/URI"].startswith(("https://", "http://", "mailto:"))
    assert inside > 100


def test_the_printed_number_is_the_number_of_the_page(texts):
    numbered = [n for n, text in enumerate(texts, 1) if re.search(rf"(^|\D){n}(\D|$)", text)]
    # Neither the inside of the cover nor the half title has one.
    assert set(range(4, len(texts) + 1)) <= set(numbered)


def test_every_exercise_begins_on_the_page_of_its_name(printed, book, texts):
    where = places(book)
    for chapter in printed[0].chapters:
        if chapter.kind in ("exercise", "module", "chapter"):
            assert plain(chapter.entry.title)[:18] in plain(texts[where[chapter.entry.anchor] - 1])


def test_quotes_are_set(texts):
    whole = "".join(texts)
    assert '"' not in whole
    assert "“" in whole
    assert "�" not in whole


def test_the_fingerprint_stands_in_the_imprint(texts):
    assert re.search(r"Fingerprint of this book: ?\n?[0-9a-f]{4} [0-9a-f]{4} [0-9a-f]{4}", texts[3])
    assert "creativecommons.org/licenses/by/4.0" in texts[3]
    assert "Local counsel must confirm" in plain(texts[3])


def boxes(target, number):
    """(left, top, bottom, text) of the lines of a page, in points from the upper left corner."""
    out = subprocess.run(
        ["pdftotext", "-bbox-layout", "-f", str(number), "-l", str(number), target, "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    for block in re.findall(r"<line (.*?)</line>", out, re.DOTALL):
        left, top, _right, bottom = (
            float(block.split(f'{name}="')[1].split('"')[0])
            for name in ("xMin", "yMin", "xMax", "yMax")
        )
        yield left, top, bottom, " ".join(re.findall(r">([^<]+)</word>", block))


LABELS = ("Closing", "Preparation", "Tips", "Safeguarding", "Follow-up", "Room")
LABELS_END = 150  # points: the left column ends at 58 mm


def test_no_label_stands_alone_at_the_foot_of_a_page(printed, texts):
    """What stands in the left column has text beside it, on the same page."""
    checked = 0
    for number, text in enumerate(texts, 1):
        if "Closing" not in text and "Preparation" not in text:
            continue
        lines = list(boxes(printed[1], number))
        for left, top, _bottom, words in lines:
            # The same words stand in the drawings, further to the right.
            if left < LABELS_END and words in LABELS:
                beside = [line for line in lines if line[0] > left + 60 and abs(line[1] - top) < 9]
                assert beside, (number, words)
                checked += 1
    assert checked > 30


def test_nothing_of_this_machine_is_in_the_file(printed):
    data = Path(printed[1]).read_bytes()
    for sign in (str(settings.BASE_DIR), str(settings.DATA_DIR), "media:", "file:"):
        assert sign.encode() not in data
