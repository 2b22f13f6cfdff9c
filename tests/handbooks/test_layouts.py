"""Small books in German and Danish on every paper, read back from the PDF."""

import collections
import re
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path

import page as validator
import pypdfium2
import pytest
from django.db import transaction
from PIL import Image
from pypdf import PdfReader
from pypdfium2 import raw
from pyphen import Pyphen

from handbooks.actions import book_order
from handbooks.compose import compose
from handbooks.engine import press
from handbooks.engine.crew import crew
from handbooks.engine.press import Press
from handbooks.engine.render import render_pdf
from handbooks.models import DocumentKind, Paper
from tests.handbooks.samples import WORDS, sample

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.xdist_group("layouts")]

MM = 72 / 25.4
POINTS = {"A4": (595.28, 841.89), "A5": (419.53, 595.28), "letter": (612, 792)}
# In mm, from the left and the right edge of the paper: the text, handouts, the mark at the side.
EDGES = {
    "A4": ((18, 22), (20, 20), 11),
    "A5": ((18, 18), (13, 13), 8),
    "letter": ((20.9, 23), (22, 22), 11),
    "A4 large": ((21, 21), (21, 21), 14),
    "A5 large": ((16, 16), (16, 16), 13),
    "letter large": ((21, 21), (21, 21), 14),
}
BOOKS = [*(("de", layout) for layout in EDGES), ("da", "A4"), ("da", "A5")]
EVERY = [f"{language} {layout}" for language, layout in BOOKS]
LARGE = [name for name in EVERY if name.endswith("large")]


@dataclass
class Printed:
    """A book, and what is read from it."""

    path: Path
    document: object
    language: str
    layout: str

    def __post_init__(self):
        self.reader = PdfReader(self.path)
        self.texts = [page.extract_text() for page in self.reader.pages]


@pytest.fixture(scope="module")
def books(django_db_setup, django_db_blocker, tmp_path_factory):
    """The same small book in its languages and layouts, by name."""
    folder, made = tmp_path_factory.mktemp("layouts"), {}
    with (
        pytest.MonkeyPatch.context() as patch,
        django_db_blocker.unblock(),
        transaction.atomic(),
    ):
        patch.setattr(press, "store", lambda: press.Store(folder / "units"))
        curricula = {language: sample(language) for language in WORDS}
        for language, layout in BOOKS:
            paper, _space, large = layout.partition(" ")
            order = book_order(
                kind=DocumentKind.GUIDE,
                curriculum=curricula[language],
                language=language,
                paper=Paper(paper),
                large=bool(large),
            )
            target = folder / f"{language} {layout}.pdf"
            document = compose(order)
            Press(document, lambda *progress: None).run(target)
            made[target.stem] = Printed(target, document, language, layout)
        transaction.set_rollback(True)
    crew().close()
    return made


@pytest.fixture
def printed(request, books):
    return books[request.param]


def of(*names):
    return pytest.mark.parametrize("printed", names, indirect=True)


# --- Paper -------------------------------------------------------------------------------------


@of(*EVERY)
def test_the_pages_have_the_size_of_the_paper(printed):
    paper = POINTS[printed.layout.split()[0]]
    sizes = {tuple(round(float(edge)) for edge in page.mediabox[2:]) for page in
             printed.reader.pages}  # fmt: skip
    upright = tuple(round(edge) for edge in paper)
    assert upright in sizes
    # Only large print turns the paper round, for tables.
    turned = {upright[::-1]} if printed.layout.endswith("large") else set()
    assert sizes - {upright} == turned


def letters(page):
    """(left, bottom, right, top, letter) of all that is printed on a page, in points."""
    text = page.get_textpage()
    for place in range(text.count_chars()):
        letter = text.get_text_range(place, 1)
        if letter.strip():
            yield (*text.get_charbox(place), letter)


@of(*EVERY)
def test_no_text_leaves_its_column(printed):
    """Beside the text is only the mark at the side, and below it only the number of the page."""
    pdf, seen = pypdfium2.PdfDocument(printed.path), 0
    text, handout, tab = EDGES[printed.layout]
    for number, page in enumerate(pdf, 1):
        width, height = page.get_size()
        left_edge, right_edge = handout if "Cut along" in printed.texts[number - 1] else text
        if number == 1:
            left_edge = right_edge = 10
        for left, bottom, right, top, letter in letters(page):
            seen += 1
            beside = left >= left_edge * MM - 1 and right <= width - right_edge * MM + 1
            marked = right <= tab * MM or left >= width - tab * MM
            assert beside or marked, (number, letter, left, right)
            assert 5 * MM < bottom < top < height - 5 * MM, (number, letter)
            assert bottom > 14 * MM or letter.isdigit(), (number, letter, bottom)
    assert seen > 3000


@of(*EVERY)
def test_no_letter_is_printed_over_another(printed):
    for number, page in enumerate(pypdfium2.PdfDocument(printed.path), 1):
        places = collections.defaultdict(list)
        for place, (*box, letter) in enumerate(letters(page)):
            middle = (round((box[0] + box[2]) / 4), round((box[1] + box[3]) / 4))
            # The letters of a ligature have the same place.
            others = [row for row in places[middle] if row[1] < place - 2]
            assert not others, (number, letter, others)
            places[middle].append((letter, place))


@of("de A4", "de A5", "de letter")
def test_cards_have_marks_to_cut_along(printed):
    """Two cards in a row: on each side a tick for each edge, and three above and below."""
    (number,) = [n for n, text in enumerate(printed.texts) if "Cut along" in text]
    page = pypdfium2.PdfDocument(printed.path)[number]
    scale = 4
    image = page.render(scale=scale).to_pil().convert("L")
    side = EDGES[printed.layout][1][0]
    beside = strip(image, (side - 4) * MM * scale, down=True)
    assert len(beside) == len(strip(image, image.width - (side - 4) * MM * scale, down=True)) == 2
    above, below = beside[0] - 4 * MM * scale, beside[1] + 4 * MM * scale
    for height in (above, below):
        ticks = strip(image, height, down=False)
        assert len(ticks) == 3
        assert abs(ticks[0] - side * MM * scale) < 4
        assert abs(ticks[1] - image.width / 2) < 4


def strip(image: Image.Image, at: float, down: bool) -> list[int]:
    """Where dark strokes cross a line through the image, one pixel wide."""
    at = round(at)
    box = (at, 0, at + 1, image.height) if down else (0, at, image.width, at + 1)
    dark = [place for place, value in enumerate(image.crop(box).tobytes()) if value < 128]
    return [place for place in dark if place - 1 not in dark]


# --- Letters -------------------------------------------------------------------------------------


def broken(printed):
    """(first part, second part, the whole) of words of the sample that end a line divided."""
    words = " ".join(WORDS[printed.language].values())
    whole = sorted(set(re.findall(r"\w+", words)), key=len)
    for text in printed.texts:
        for first, second in re.findall(r"(\w+)-\s+(\w+)", text):
            for word in [word for word in whole if first + second in word][:1]:
                yield first, second, word


def where(dictionary, word):
    return Pyphen(lang=dictionary).positions(word.lower())


@of("de A4", "de A5", "da A4", "da A5")
def test_words_are_divided_as_their_language_does(printed):
    divided = set(broken(printed))
    dictionary = {"de": "de_AT", "da": "da_DK"}[printed.language]
    places = [(word, word.index(first + second) + len(first)) for first, second, word in divided]
    assert len(divided) > 5
    assert [row for row in places if row[1] not in where(dictionary, row[0])] == []
    assert [row for row in places if row[1] not in where("en_GB", row[0])]


@of(*LARGE)
def test_large_print_leaves_words_whole(printed):
    """But for those that are longer than a line of a title or of a table."""
    assert all(len(word) > 12 for _first, _second, word in broken(printed))


@of(*EVERY)
def test_letters_and_quotes_of_the_language_are_printed(printed):
    whole = re.sub(r"\s+", "", "".join(printed.texts))
    quotes = {"de": "„DasistunserPlatz.“", "da": "»Detervoresplads.«"}
    inner = {"de": "‚nein‘", "da": "›nej‹"}
    assert set("æøåäöüßÆØÅÄÖÜ") <= set(whole)
    assert quotes[printed.language] in whole
    assert inner[printed.language] in whole
    assert '"' not in whole
    assert "\ufffd" not in whole


@of(*EVERY)
def test_fonts_are_embedded_as_subsets(printed):
    names = set()
    for number in range(1, printed.reader.trailer["/Size"]):
        row = printed.reader.get_object(number)
        if isinstance(row, dict) and row.get("/Type") == "/FontDescriptor":
            assert "/FontFile2" in row
            assert re.match(r"/[A-Z]{6}\+", row["/FontName"])
            names.add(row["/FontName"].split("+")[1].split("-")[0])
            assert len(row["/FontFile2"].get_object().get_data()) < 40_000
    # Large print is set in one sans serif; its heads keep the face of the series.
    serif = set() if printed.layout.endswith("large") else {"Literata"}
    assert names == {"Atkinson", "Bricolage"} | serif


def sizes(page):
    """The size of each letter of a page as it is printed, in points, and the letter."""
    text, matrix = page.get_textpage(), raw.FS_MATRIX()
    for place in range(text.count_chars()):
        letter = text.get_text_range(place, 1)
        if letter.strip():
            raw.FPDFText_GetMatrix(text, place, matrix)
            yield round(abs(matrix.d) * raw.FPDFText_GetFontSize(text, place), 1), letter


@of(*LARGE)
def test_nothing_in_large_print_is_small(printed):
    """A drawing is as large as the paper allows when it is turned round; all else is set larger."""
    pages = zip(pypdfium2.PdfDocument(printed.path), printed.texts, strict=True)
    texts = [page for page, text in pages if "commitments begin the next plan" not in text]
    found = sorted(row for page in texts for row in sizes(page))
    assert found[0][0] >= 16
    assert found[len(found) // 2][0] >= (16.5 if printed.layout == "A5 large" else 18)


@of("de A4", "da A5", "de A4 large", "de A5 large")
def test_the_validator_finds_nothing(printed):
    report = validator.validate_pdf(printed.path, profile=validator.ValidationProfile.PDF_UA_1)
    assert [failure.to_json() for failure in report.failures] == []
    assert printed.reader.trailer["/Root"]["/Lang"] == printed.language


@of(*EVERY)
def test_no_heading_stands_at_the_foot_of_a_page(printed):
    """The last words of a page are never set in the face of the headings."""
    for number, page in enumerate(printed.reader.pages, 1):
        faces = []

        def note(text, _cm, _tm, font, _size, faces=faces):
            if text.strip() and font:
                faces.append((str(font["/BaseFont"]), text))

        page.extract_text(visitor_text=note)
        alone = all("Bricolage" in face for face, _text in faces[:3])
        body = [row for row in faces if not row[1].strip().isdigit()]
        if len(body) > 3 and not alone:
            assert "Bricolage" not in body[-1][0] or is_opening(number, printed), (number, body[-1])


def is_opening(number, printed):
    """A title page says its name last."""
    return number == 1 or len(printed.texts[number - 1]) < 200


# --- Both engines ------------------------------------------------------------------------------


def test_the_plain_engine_turns_and_sets_pages_alike(books, tmp_path):
    """Also where a chapter has pages of two sizes."""
    linked = books["de A5 large"]
    render_pdf(linked.document, tmp_path / "plain.pdf", lambda *progress: None)
    plain = PdfReader(tmp_path / "plain.pdf")
    words = [sorted(page.extract_text().split()) for page in plain.pages]
    assert words == [sorted(text.split()) for text in linked.texts]
    assert [page.mediabox for page in plain.pages] == [p.mediabox for p in linked.reader.pages]


def test_the_same_pages_have_the_same_bytes(books, tmp_path, monkeypatch):
    """Also when nothing is kept from the last time."""
    document = books["de A4 large"].document
    small = replace(document, chapters=tuple(c for c in document.chapters if c.kind == "exercise"))
    made = []
    for name in ("one", "two"):
        store = press.Store(tmp_path / name)
        monkeypatch.setattr(press, "store", lambda store=store: store)
        Press(small, lambda *progress: None).run(tmp_path / f"{name}.pdf")
        crew().close()
        made.append((tmp_path / f"{name}.pdf").read_bytes())
    assert made[0] == made[1]


@of("de A4", "de A5 large")
def test_the_structure_is_sound(printed):
    ended = subprocess.run(["qpdf", "--check", printed.path], capture_output=True, check=False)
    assert ended.returncode == 0, ended.stdout
