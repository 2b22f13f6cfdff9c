"""A linked book is the book that the plain engine makes; what changes is set again, no more."""

import collections
import io
import os
import subprocess
import threading
from dataclasses import replace
from pathlib import Path

import page as validator
import pytest
from PIL import Image
from pypdf import PdfReader

from handbooks.engine import press
from handbooks.engine.crew import crew
from handbooks.engine.document import Chapter, PrintDocument
from handbooks.engine.press import NotLinkable, Press, print_pdf
from handbooks.engine.render import ChapterFaulty, LimitReached, Limits, render_pdf

pytestmark = [pytest.mark.once, pytest.mark.xdist_group("link")]

WORDS = "A town wants its young people to belong and to be heard, and it says so. "


def picture(colour="red"):
    file = io.BytesIO()
    Image.new("RGB", (60, 40), colour).save(file, "PNG")
    return file.getvalue()


def chapter(number, html, **fields):
    heading = f'<h1 id="c{number}" class="in-outline">Chapter {number}: Grüße ß æ</h1>'
    return Chapter(
        f"chapter:{number}", heading + html, running=f"Chapter {number}", tab=f"C{number}", **fields
    )


TABLE = """<table><thead><tr><th scope="col">What</th><th scope="col">How many</th></tr></thead>
<tbody><tr><td>Cards</td><td>12</td></tr><tr><td>Pens</td><td>3</td></tr></tbody></table>"""
CARDS = """<section class="sheet" id="cards"><h2 class="cards-title">Cards</h2>
<div class="card-row">
<div class="card"><h3>One</h3></div><div class="card"><h3>Two</h3></div></div></section>"""


def book(**fields):
    """Five chapters with what books are made of, linked with each other."""
    lines = "".join(
        f'<li class="level-1"><a href="#c{n}">Chapter {n}</a>'
        f'<a class="page" href="#c{n}">000</a></li>'
        for n in range(1, 5)
    )
    chapters = (
        Chapter("contents", f'<h1>Contents</h1><ul class="toc">{lines}</ul>', running="Contents"),
        chapter(1, f"<p>{WORDS * 60}</p>" * 3 + TABLE, tone="ccp"),
        chapter(2, "<ul><li>One<ol><li>Inner</li></ol></li><li>Two</li></ul>" + TABLE, tone="cpp"),
        chapter(
            3,
            f'<p>{WORDS * 80}</p><p>See page <a class="page" href="#c1">000</a>.</p>'
            '<p><img src="media:a/red.png" alt="A red field"></p>'
            '<p><a href="https://example.org/">Outside</a> and <a href="#cards">cards</a></p>',
            tone="cap",
        ),
        chapter(4, '<p><img src="media:a/red.png" alt="The same"></p>' + CARDS),
    )
    given = {
        "title": "The (small) book",
        "author": "Author",
        "language": "en",
        "paper": "A4",
        "chapters": chapters,
        "media": {"a/red.png": picture()},
    }
    return PrintDocument(**given | fields)


def silent(*_words):
    """Nobody listens."""


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path, monkeypatch):
    monkeypatch.setattr(press, "store", lambda: press.Store(tmp_path / "units"))


@pytest.fixture(scope="module", autouse=True)
def crew_goes_home():
    yield
    crew().close()


def linked(document, target, **options):
    """The bytes of the book, and how many units were set for it."""
    made = Press(document, silent, **options)
    missing = sum(not made.store.has(piece.key) for piece in made.pieces)
    made.run(target)
    return target.read_bytes(), missing


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """The same book from both engines."""
    folder = tmp_path_factory.mktemp("pair")
    render_pdf(book(), folder / "plain.pdf", silent)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(press, "store", lambda: press.Store(folder / "units"))
        Press(book(), silent).run(folder / "linked.pdf")
    return PdfReader(folder / "plain.pdf"), PdfReader(folder / "linked.pdf"), folder


# --- The same book ------------------------------------------------------------------------


def test_the_text_of_each_page_is_the_same(pair):
    plain, linked_, _folder = pair
    # The number of a page is painted after its running head: the same words, in another order.
    texts = [
        [sorted(page.extract_text().split()) for page in reader.pages]
        for reader in (plain, linked_)
    ]
    assert len(texts[0]) > 8
    assert texts[0] == texts[1]


def test_a_character_without_a_glyph_can_still_be_copied(tmp_path):
    strange = replace(book(), chapters=(chapter(1, "<p>A 漢 B</p>"), chapter(2, "<p>C 字漢 D</p>")))
    linked(strange, tmp_path / "book.pdf")
    command = ["pdftotext", tmp_path / "book.pdf", "-"]
    text = subprocess.run(command, capture_output=True, check=True)
    words = text.stdout.decode().replace(" ", "")
    assert "A漢B" in words
    assert "C字漢D" in words


def outline(reader, rows=None, depth=0):
    for row in reader.outline if rows is None else rows:
        if isinstance(row, list):
            yield from outline(reader, row, depth + 1)
        else:
            page = reader.get_destination_page_number(row)
            yield depth, row.title, page, round(row.top), round(row.left)


def test_the_outline_is_the_same(pair):
    plain, linked_, _folder = pair
    assert len(list(outline(plain))) == 4
    assert list(outline(plain)) == list(outline(linked_))


def targets(reader):
    return {
        name: (reader.get_destination_page_number(row), round(row.top))
        for name, row in reader.named_destinations.items()
    }


def links(reader):
    for number, page in enumerate(reader.pages):
        for row in page.get("/Annots", []):
            link = row.get_object()
            target = link["/Dest"] if "/Dest" in link else link["/A"]["/URI"]
            yield number, [round(float(edge)) for edge in link["/Rect"]], target


def test_links_lead_to_the_same_places(pair):
    plain, linked_, _folder = pair
    assert {"c1", "c4", "cards"} <= set(targets(plain))
    assert targets(plain) == targets(linked_)
    assert len(list(links(plain))) == 11
    assert list(links(plain)) == list(links(linked_))


def kinds(reader):
    """How many elements of each kind the tag tree has."""
    found, waiting = collections.Counter(), [reader.trailer["/Root"]["/StructTreeRoot"]["/K"]]
    while waiting:
        row = waiting.pop()
        row = row.get_object() if hasattr(row, "get_object") else row
        if isinstance(row, list):
            waiting += row
        elif isinstance(row, dict):
            found[row.get("/S")] += "/S" in row
            waiting += [row["/K"]] if "/K" in row else []
    return found


def test_the_tags_are_the_same_but_for_the_parts(pair):
    plain, linked_, _folder = pair
    there = kinds(linked_)
    assert there.pop("/Part") == 5
    assert there["/Table"] == 2
    assert there == kinds(plain)


def test_table_heads_of_different_chapters_have_different_names(pair):
    _plain, reader, _folder = pair
    rows = (reader.get_object(number) for number in range(1, reader.trailer["/Size"]))
    names = [row["/ID"] for row in rows if isinstance(row, dict) and row.get("/S") == "/TH"]
    assert len(names) == len(set(names)) == 4


@pytest.mark.parametrize("name", ["plain", "linked"])
def test_the_validator_finds_nothing(pair, name):
    report = validator.validate_pdf(
        pair[2] / f"{name}.pdf", profile=validator.ValidationProfile.PDF_UA_1
    )
    assert [str(row) for row in report.failures] == []


def test_metadata_and_language_are_those_of_the_document(pair):
    for reader in pair[:2]:
        assert reader.metadata.title == "The (small) book"
        assert reader.metadata.author == "Author"
        assert reader.trailer["/Root"]["/Lang"] == "en"
        assert reader.xmp_metadata.dc_title == {"x-default": "The (small) book"}


def test_each_face_and_each_image_stands_there_once(pair):
    reader = pair[1]
    streams = [reader.get_object(number) for number in range(1, reader.trailer["/Size"])]
    images = [row for row in streams if isinstance(row, dict) and row.get("/Subtype") == "/Image"]
    names = [row["/FontName"] for row in streams if isinstance(row, dict) and "/FontName" in row]
    assert len(images) == 1
    assert len(names) == len(set(names)) > 2


def drawn(path):
    """The pages as grey images."""
    prefix = path.with_suffix("")
    subprocess.run(["pdftoppm", "-r", "50", "-png", "-gray", path, prefix], check=True)
    return [Image.open(file) for file in sorted(path.parent.glob(f"{prefix.name}-*.png"))]


def test_the_pages_look_the_same(pair):
    folder = pair[2]
    pages = list(zip(drawn(folder / "plain.pdf"), drawn(folder / "linked.pdf"), strict=True))
    assert len({image.tobytes() for image, _other in pages}) == len(pages)
    for image, other in pages:
        far = sum(abs(a - b) > 64 for a, b in zip(image.tobytes(), other.tobytes(), strict=True))
        assert far == 0


# --- Only what has changed -----------------------------------------------------------------


def edited(document, place, old, new):
    chapters = list(document.chapters)
    chapters[place] = replace(chapters[place], html=chapters[place].html.replace(old, new, 1))
    return replace(document, chapters=tuple(chapters))


def test_an_edit_sets_one_unit_and_gives_the_bytes_of_a_new_book(tmp_path, monkeypatch):
    linked(book(), tmp_path / "first.pdf")
    longer = edited(book(), 1, "<table>", f"<p>{WORDS * 200}</p><table>")
    quick, missing = linked(longer, tmp_path / "quick.pdf")
    monkeypatch.setattr(press, "store", lambda: press.Store(tmp_path / "other"))
    crew().close()
    cold, all_missing = linked(longer, tmp_path / "cold.pdf", hands=1)
    assert (missing, all_missing) == (1, 5)
    assert quick == cold


def test_an_edit_moves_the_numbers_of_later_pages(tmp_path):
    longer = edited(book(), 1, "<table>", f"<p>{WORDS * 200}</p><table>")
    linked(longer, tmp_path / "book.pdf")
    render_pdf(longer, tmp_path / "plain.pdf", silent)
    contents = [
        PdfReader(tmp_path / name).pages[0].extract_text() for name in ("book.pdf", "plain.pdf")
    ]
    assert contents[0].split() == contents[1].split()


def test_a_chapter_left_out_sets_nothing_and_leaves_no_dead_link(tmp_path):
    linked(book(), tmp_path / "first.pdf")
    fewer = replace(book(), chapters=book().chapters[:-1])
    data, missing = linked(fewer, tmp_path / "fewer.pdf")
    reader = PdfReader(io.BytesIO(data))
    dead = {target for _page, _place, target in links(reader)} - set(targets(reader))
    report = validator.validate_pdf_bytes(data, profile=validator.ValidationProfile.PDF_UA_1)
    assert (missing, dead) == (0, {"https://example.org/"})
    assert report.is_compliant


def test_an_image_of_the_same_name_is_set_anew_when_it_changes(tmp_path):
    first, _missing = linked(book(), tmp_path / "first.pdf")
    blue = book(media={"a/red.png": picture("blue")})
    second, missing = linked(blue, tmp_path / "second.pdf")
    shown = [PdfReader(io.BytesIO(data)).pages[-2].images[0].data for data in (first, second)]
    assert missing == 2
    assert shown[0] != shown[1]


def test_an_image_at_another_address_is_the_same_unit(tmp_path):
    """The address has the digest of the curriculum in it, which changes with every text."""
    moved = tuple(
        replace(row, html=row.html.replace("media:a/red.png", "media:b/red.png"))
        for row in book().chapters
    )
    there = {piece.key for piece in Press(book(), silent).pieces}
    other = Press(book(chapters=moved, media={"b/red.png": picture()}), silent)
    assert {piece.key for piece in other.pieces} == there
    data, missing = linked(book(), tmp_path / "first.pdf")
    again, missing = linked(
        book(chapters=moved, media={"b/red.png": picture()}), tmp_path / "b.pdf"
    )
    assert (missing, again) == (0, data)


def test_the_first_page_of_an_opening_has_no_head_and_the_others_have(tmp_path):
    module = replace(book().chapters[1], key="module:1")
    opening = replace(book(), chapters=(chapter(0, "<p>One</p>"), module))
    linked(opening, tmp_path / "linked.pdf")
    render_pdf(opening, tmp_path / "plain.pdf", silent)
    first, second = (
        [sorted(page.extract_text().split()) for page in PdfReader(tmp_path / name).pages]
        for name in ("linked.pdf", "plain.pdf")
    )
    assert first == second
    pages = [page.extract_text() for page in PdfReader(tmp_path / "linked.pdf").pages]
    assert len(pages) > 3
    assert "The (small) book" not in pages[1]
    assert "The (small) book" in pages[3]


def test_a_damaged_unit_is_set_again(tmp_path):
    first, _missing = linked(book(), tmp_path / "first.pdf")
    for path in (tmp_path / "units").glob("*/*"):
        if path.stat().st_size > 5000:
            path.write_bytes(path.read_bytes()[:-7])
    again, _missing = linked(book(), tmp_path / "again.pdf")
    assert again == first


# --- Side by side -----------------------------------------------------------------------------


def test_two_presses_share_the_units_of_one_book(tmp_path):
    set_by = collections.Counter()

    class Counting(press.Store):
        def put(self, key, data):
            set_by[key] += 1
            super().put(key, data)

    def run(name):
        made = Press(book(), silent, hands=1)
        made.store = Counting(tmp_path / "shared")
        made.run(tmp_path / name)

    # Each thread plays a worker; the kernel ends its children when it ends, so it waits.
    workers = [threading.Thread(target=run, args=(f"{n}.pdf",)) for n in range(2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    keys = {piece.key for piece in Press(book(), silent).pieces}
    assert {key: set_by[key] for key in keys} == dict.fromkeys(keys, 1)
    assert (tmp_path / "0.pdf").read_bytes() == (tmp_path / "1.pdf").read_bytes()


def test_cancelled_work_is_resumed_where_it_stopped(tmp_path):
    class Cancelled(Exception):
        pass

    def cancel(done, total, stage):
        if done >= 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        Press(book(), cancel, hands=1).run(tmp_path / "book.pdf")
    assert not (tmp_path / "book.pdf").exists()
    _data, missing = linked(book(), tmp_path / "book.pdf")
    assert 0 < missing < 4


def test_progress_counts_chapters_and_never_goes_back(tmp_path):
    heard = []
    Press(book(), lambda *words: heard.append(words)).run(tmp_path / "book.pdf")
    counts = [done for done, _total, _stage in heard]
    assert counts == sorted(counts)
    assert (counts[0], counts[-1]) == (0, 5)
    assert {total for _done, total, _stage in heard} == {6}
    assert heard[-1][2] == "The (small) book"


# --- Faults --------------------------------------------------------------------------------------


def faulty(html):
    return replace(book(), chapters=(book().chapters[2], chapter(9, html)))


def test_a_chapter_that_cannot_be_set_is_named(tmp_path):
    with pytest.raises(ChapterFaulty) as caught:
        linked(faulty("<div>" * 2000), tmp_path / "book.pdf")
    assert caught.value.chapter == "Chapter 9"
    assert list(tmp_path.glob("*.pdf")) == []


def test_a_chapter_that_takes_too_long_is_named(tmp_path):
    slow = '<div style="display:flex;flex-direction:column">' * 8 + "x"
    with pytest.raises(LimitReached, match="Chapter 9"):
        linked(faulty(slow), tmp_path / "book.pdf", limits=Limits(cpu_seconds=3))


def test_a_book_that_needs_its_place_is_printed_plainly(tmp_path, settings, caplog):
    settings.PRINT_ENGINE = "linked"
    sided = faulty('<p style="break-before: left">One</p><p style="break-before: left">Two</p>')
    with pytest.raises(NotLinkable):
        Press(sided, silent).run(tmp_path / "book.pdf")
    assert print_pdf(sided, tmp_path / "book.pdf", silent) > 2
    assert "printed plainly" in caplog.text


def test_other_libraries_are_printed_plainly(tmp_path, settings, monkeypatch, caplog):
    settings.PRINT_ENGINE = "linked"
    monkeypatch.setattr(press, "version", lambda name: "71.0")
    small = replace(book(), chapters=(book().chapters[2],))
    assert print_pdf(small, tmp_path / "book.pdf", silent) == 1
    assert "made for WeasyPrint 70.0" in caplog.text


def test_the_setting_switches_back_to_plain(tmp_path, settings):
    settings.PRINT_ENGINE = "plain"
    small = replace(book(), chapters=(book().chapters[2],))
    assert print_pdf(small, tmp_path / "book.pdf", silent) == 1
    assert not (tmp_path / "units").exists()


def test_a_page_reaches_no_file(tmp_path):
    secret = Path(tmp_path, "secret.png")
    secret.write_bytes(picture())
    data, _missing = linked(
        faulty(f'<p><img src="file://{secret}" alt="x"> <img src="{secret}" alt="y"></p>'),
        tmp_path / "book.pdf",
    )
    assert not any(page.images for page in PdfReader(io.BytesIO(data)).pages)


def test_what_is_not_used_for_longest_is_thrown_away_first(tmp_path):
    store = press.Store(tmp_path / "small", limit_bytes=25)
    for age, key in enumerate(("cc-new", "bb-middle", "aa-old")):
        store.put(key, b"0123456789")
        moment = 1_000_000 - age
        os.utime(store.path(key), (moment, moment))
    assert store.prune() == 1
    assert not store.has("aa-old")
    assert store.has("bb-middle")
