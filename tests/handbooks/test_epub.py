"""The EPUB of a book: what every reader demands of one, and what EPUBCheck finds."""

import io
import subprocess
from datetime import UTC
from pathlib import Path
from zipfile import ZIP_STORED

import pytest
from django.conf import settings
from django.core.management import call_command
from PIL import Image

from cocora.home.management.commands.prepare import PACKAGES
from cocora.jobs import actions as job_actions
from cocora.jobs.actions import JobLost, JobRefused, work
from cocora.jobs.models import Job, JobState
from handbooks import actions
from handbooks.actions import book_order, list_order, order_book
from handbooks.compose import NothingToPrint
from handbooks.engine.render import ChapterFaulty, DiskFull
from handbooks.epub import book as epub_book
from handbooks.epub.book import write_epub
from handbooks.models import Document, DocumentKind, Format, Order, Paper
from programmes.actions import load_package, publish_curriculum
from programmes.models import ChapterText, Curriculum, Exercise, ExerciseList, Handout
from tests.factories import UserFactory
from tests.handbooks.books import chapter_md, foundations, guide, taught
from tests.handbooks.epubs import TYPE, XHTML, Book, broken_links, made, words
from tests.handbooks.test_parts import with_workbook
from tests.programmes.packages import package, published

SVG = "{http://www.w3.org/2000/svg}"

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.xdist_group("epub")]

EPUBCHECK = Path("/usr/share/java/epubcheck.jar")
# A process that lives for seconds gains nothing from the second compiler.
QUICK = ("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC")
HOSTILE = """
<script>alert(1)</script> <img src=x onerror=alert(1)> ]]> &lt;!--

<!DOCTYPE x [<!ENTITY y "z">]> &y;

[run](javascript:alert(1)) [data](data:text/html,x) [nowhere](#no-such-place) [file](../../x)

<iframe src="https://example.org"></iframe> <style>p { display: none }</style> </p></section>

[far](https://example.org/a?b=c&d=e#f) [odd](https://exa mple.org/^) [mail](mailto:a@example.org)
"""
WIDE = """
| What | Who | When | Why? |
|------|-----|------|------|
| Tea  |     | now  | good |

---
"""


def epub(kind=DocumentKind.GUIDE, curriculum=None, **choice):
    return book_order(kind=kind, curriculum=curriculum, language="en", format=Format.EPUB, **choice)


def quiet(done, total, stage):
    """Nobody watches."""


def picture():
    file = io.BytesIO()
    Image.new("RGB", (2, 2), "#f4b223").save(file, "PNG")
    return file.getvalue()


# Stands in a package where HOSTILE comes in, which the check of packages would refuse.
PLACE = "Here stands something else."


def rich():
    """A published programme in which everything stands that a text can hold."""
    foundations(text=f"See [the exercise](#cpp-P1.2).\n\n{PLACE}" + WIDE, change=spoil)
    files = package(exercises=2, programme="cpp", name="Programme <cpp> & friends")
    files["images/a-map.png"] = picture()
    files["chapters/about.en.md"] = chapter_md("about", "two", "![A map](images/a-map.png)")
    first = files["p1-one/p1-1-exercise.en.md"]
    files["p1-one/p1-1-exercise.en.md"] = first.replace(b"The first card.", PLACE.encode())
    draft, _new = load_package(files=files, by=None)
    spoil(draft)
    publish_curriculum(curriculum=draft, by=None)
    return draft


def spoil(draft):
    """Let in what an older version of the check may have let in."""
    for row in ChapterText.objects.filter(chapter__curriculum=draft):
        row.body = row.body.replace(PLACE, HOSTILE)
        row.save()
    for row in Handout.objects.filter(text__exercise__module__curriculum=draft):
        row.cards = [{**card, "text": card["text"].replace(PLACE, HOSTILE)} for card in row.cards]
        row.save()


@pytest.fixture
def book(tmp_path):
    return Book(made(epub(curriculum=rich()), tmp_path))


def check(path):
    """What EPUBCheck says of a file when it finds a fault; '' when it finds none."""
    assert EPUBCHECK.is_file(), "EPUBCheck is missing: apt-get install epubcheck"
    done = subprocess.run(
        ["java", *QUICK, "-jar", EPUBCHECK, "--failonwarnings", path],
        capture_output=True,
        text=True,
        check=False,
    )
    return done.stdout + done.stderr if done.returncode else ""


def test_epubcheck_finds_nothing_in_a_small_book(tmp_path):
    assert check(made(epub(curriculum=rich()), tmp_path)) == ""


def test_epubcheck_finds_nothing_in_the_whole_collection(tmp_path):
    call_command("curriculum", "load", "--publish", *map(str, PACKAGES))
    target = made(epub(DocumentKind.COLLECTION), tmp_path)
    assert broken_links(Book(target)) == []
    assert check(target) == ""


def test_epubcheck_does_find_faults(tmp_path):
    path = made(epub(curriculum=taught()), tmp_path)
    path.write_bytes(path.read_bytes().replace(b"application/epub+zip", b"application/epub-zip", 1))
    assert "mimetype" in check(path)


def test_the_container_is_as_the_standard_wants_it(book):
    first, second = book.entries[:2]
    assert (first.filename, first.compress_type, first.extra) == ("mimetype", ZIP_STORED, b"")
    assert book.files["mimetype"] == b"application/epub+zip"
    assert second.filename == "META-INF/container.xml"
    assert b'full-path="EPUB/package.opf"' in book.files["META-INF/container.xml"]
    assert all(name.isascii() and " " not in name for name in book.files)
    assert len({name.lower() for name in book.files}) == len(book.files)


def test_every_file_is_listed_once_and_every_page_is_read(book):
    listed = [f"EPUB/{row.get('href')}" for row in book.manifest().values()]
    beside = {"mimetype", "META-INF/container.xml", "EPUB/package.opf"}
    assert sorted(listed) == sorted(set(book.files) - beside)
    assert sorted(f"EPUB/{name}" for name in book.spine()) == sorted(book.pages)
    assert book.spine()[:3] == ["text/cover.xhtml", "text/0001-imprint.xhtml", "nav.xhtml"]


def test_links_lead_somewhere_and_ids_stand_once(book):
    assert broken_links(book) == []
    for name in book.pages:
        assert len(set(book.ids(name))) == len(book.ids(name)), name
    link = book.page("foundations-purpose").find(f".//{XHTML}p/{XHTML}a")
    assert link.get("href").endswith("-exercise-cpp-p1-2.xhtml#cpp-P1.2")


def test_contents_are_a_tree_of_parts_modules_and_exercises(book):
    top = book.page("nav").find(f".//{XHTML}nav/{XHTML}ol")
    programme = top[-2]
    assert words(programme[0]) == "Programme <cpp> & friends"
    (module,) = programme.find(f"{XHTML}ol")
    assert words(module[0]) == "P1 Module P1"
    assert [words(row) for row in module.find(f"{XHTML}ol")] == [
        "P1.1 Exercise P1.1",
        "P1.2 Exercise P1.2",
    ]
    links = [row for page in book.pages.values() for row in page.iter(f"{XHTML}a")]
    assert "000" not in [words(row) for row in links]


def test_headings_stand_in_order(book):
    for name, page in book.pages.items():
        levels = [
            int(row.tag[-1])
            for row in page.iter()
            if row.tag[-2:-1] == "h" and row.tag[-1].isdigit()
        ]
        steps = zip([0, *levels], levels, strict=False)
        assert all(after <= before + 1 for before, after in steps), name
        assert not levels or levels[0] == 1, name


def test_hostile_text_stays_text(book):
    for page in book.pages.values():
        names = {row.tag.removeprefix(XHTML) for row in page.iter()}
        assert names.isdisjoint({"script", "iframe", "style", "object", "form", "input"})
        links = [row.get("href") or "" for row in page.iter(f"{XHTML}a")]
        assert not [href for href in links if href.startswith(("javascript", "data", ".."))]
        assert not [key for row in page.iter() for key in row.attrib if key.startswith("on")]
    text = words(book.page("foundations-purpose"))
    assert "<script>alert(1)</script>" in text
    assert "<!ENTITY y “z”>]> &y;" in text
    assert "nowhere" in text
    hrefs = [row.get("href") for row in book.page("foundations-purpose").iter(f"{XHTML}a")]
    assert "https://example.org/a?b=c&d=e#f" in hrefs
    assert "mailto:a@example.org" in hrefs


def test_a_picture_stands_in_the_book_with_its_words(book):
    image = book.page("cpp-about").find(f".//{XHTML}img")
    assert image.get("alt") == "A map"
    path = "EPUB/" + image.get("src").removeprefix("../")
    assert book.files[path].startswith(b"\x89PNG")


def test_handouts_are_cards_without_marks_of_the_scissors(book):
    page = book.page("p1-2")
    cards = [row for row in page.iter() if row.get("class") == "card"]
    assert [words(card) for card in cards] == [
        "P1.2 · 1/2 One The first card.",
        "P1.2 · 2/2 Two The second card.",
    ]
    assert "Cut along" not in words(page)


def test_columns_have_heads_and_wide_tables_name_them_in_each_cell(book):
    table = book.page("foundations-purpose").find(f".//{XHTML}table")
    assert table.get("class") == "columns-4"
    assert {row.get("scope") for row in table.iter(f"{XHTML}th")} == {"col"}
    labels = [row.get("data-label") for row in table.iter(f"{XHTML}td")]
    assert labels == ["What:", "Who:", "When:", "Why?"]
    assert book.page("foundations-purpose").find(f".//{XHTML}hr").get("class") == "line"


def test_what_libraries_read(book):
    assert book.metadata("title") == ["Programme <cpp> & friends: Facilitator guide"]
    assert book.metadata("language") == ["en"]
    assert book.metadata("publisher") == ["Test press"]
    assert book.metadata("identifier")[0].startswith("urn:uuid:")
    assert "CC BY 4.0" in book.metadata("rights")[0]
    assert book.metadata("schema:accessMode") == ["textual", "visual"]
    assert "alternativeText" in book.metadata("schema:accessibilityFeature")
    assert book.metadata("schema:accessibilityHazard") == ["none"]
    assert book.metadata("dcterms:conformsTo") == []


def test_it_was_changed_on_the_day_of_publication(tmp_path):
    curriculum = taught()
    book = Book(made(epub(curriculum=curriculum), tmp_path))
    assert book.metadata("dcterms:modified") == [f"{curriculum.published_at:%Y-%m-%d}T00:00:00Z"]


def test_a_draft_has_a_date_too(tmp_path):
    there = taught()
    draft = Curriculum(published_at=None)
    book = epub_book.Epub.__new__(epub_book.Epub)
    book.curricula = [draft]
    assert book.published() == epub_book.UNDATED
    book.curricula = [draft, there]
    assert book.published() == there.published_at.astimezone(UTC).date()


def test_parts_say_what_they_are(book):
    assert book.page("glossary").find(f".//{XHTML}section").get("role") == "doc-glossary"
    assert book.page("p1-1").find(f".//{XHTML}section").get(TYPE) == "subchapter"
    assert book.page("cpp-about").find(f".//{XHTML}section").get("role") == "doc-chapter"
    assert {page.get("lang") for page in book.pages.values()} == {"en"}
    places = book.page("nav").findall(f".//{XHTML}nav")[1]
    found = [row.get(TYPE) for row in places.iter(f"{XHTML}a")]
    assert found == ["cover", "toc", "bodymatter", "glossary"]


def test_fonts_travel_with_their_licence(book):
    fonts = [name for name in book.files if name.endswith(".woff2")]
    licences = [name for name in book.files if name.endswith("licence.txt")]
    assert len(fonts) == 12
    assert len(licences) == 3
    assert all(b"SIL OPEN FONT LICENSE" in book.files[name] for name in licences)
    style = book.files["EPUB/epub.css"].decode()
    assert all(name.removeprefix("EPUB/") in style for name in fonts)


def test_the_cover_has_the_colour_of_its_programme(book):
    cover = Image.open(io.BytesIO(book.files["EPUB/cover.png"])).convert("RGB")
    assert cover.size == (1200, 1800)
    assert cover.getpixel((5, 5)) == (0xF4, 0xB2, 0x23)
    assert book.page("cover").find(f".//{XHTML}img").get("alt") == (
        "Cover: Programme <cpp> & friends: Facilitator guide"
    )


def test_the_same_order_gives_the_same_bytes(tmp_path):
    order = epub(curriculum=rich())
    first, second = made(order, tmp_path, "one.epub"), made(order, tmp_path, "two.epub")
    assert first.read_bytes() == second.read_bytes()


def test_the_format_is_part_of_the_digest_and_paper_is_not():
    curriculum = taught()
    order = epub(curriculum=curriculum)
    assert order.digest() != guide(curriculum).digest()
    assert epub(curriculum=curriculum, paper=Paper.values[-1]).digest() == order.digest()


def test_orders_from_before_there_were_formats_are_for_a_pdf():
    order = guide(taught())
    arguments = order.arguments()
    del arguments["format"]
    assert type(order).from_arguments(arguments) == order


def test_a_list_is_a_book_of_its_exercises(tmp_path):
    rich()
    own = ExerciseList.objects.create(owner=UserFactory(), title="Für Ålborg")
    own.rows.create(exercise=Exercise.objects.get(code="P1.2"), position=1)
    book = Book(made(list_order(exercise_list=own, language="en", format=Format.EPUB), tmp_path))
    assert book.metadata("title") == ["Für Ålborg"]
    assert book.spine()[-1] == "text/0002-exercise-cpp-p1-2.xhtml"
    assert broken_links(book) == []


# --- as a job ---------------------------------------------------------------------------------


@pytest.fixture
def store(settings, tmp_path, monkeypatch):
    settings.FILES_DIR = tmp_path
    monkeypatch.setattr(job_actions, "send", lambda job_id: None)
    return tmp_path


def test_an_order_becomes_a_document(store):
    placed = order_book(order=epub(curriculum=taught()), by=UserFactory())
    work(placed.job_id)
    document = Document.objects.get()
    assert Order.objects.get().document == document
    assert (document.format, document.pages, document.paper) == ("epub", None, "")
    assert document.file_name == "cocora-cpp-guide-1.0.0-en.epub"
    assert (store / document.path).stat().st_size == document.size
    job = Job.objects.get()
    assert (job.state, job.progress) == (JobState.DONE, job.total)


def test_it_is_ordered_and_fetched_on_the_page(store, world):
    curriculum = taught()
    browser = world.client(world.platform)
    browser.post(
        "/handbooks/orders/", {"kind": "guide", "curriculum": curriculum.pk, "format": "epub"}
    )
    order = Order.objects.get()
    work(order.job_id)
    page = browser.get(order.get_absolute_url()).content.decode()
    assert "EPUB" in page
    assert "?inline" not in page
    answer = browser.get(Document.objects.get().get_absolute_url() + "?inline")
    assert answer["Content-Type"] == "application/epub+zip"
    assert answer["Content-Disposition"].startswith("attachment")
    assert b"".join(answer.streaming_content).startswith(b"PK")
    listed = browser.get("/handbooks/").content.decode()
    assert "EPUB for phone and e-reader" in listed


def test_the_shell_writes_one(tmp_path, capsys):
    taught()
    target = tmp_path / "guide.epub"
    options = ["--programme", "cpp", "--format", "epub", "--output", str(target)]
    call_command("handbook", "build", *options)
    assert f"{target}: {target.stat().st_size / 1024:.0f} KB" in capsys.readouterr().out
    assert Book(target).metadata("title") == ["Programme cpp: Programme handbook"]


# --- what can go wrong -------------------------------------------------------------------------


def test_a_full_disk_leaves_no_half_file(tmp_path, monkeypatch):
    order = epub(curriculum=taught())

    def full(target, files):
        target.write_bytes(b"PK")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(epub_book, "write_container", full)
    with pytest.raises(DiskFull):
        write_epub(order, tmp_path / "book.epub", quiet)
    assert list(tmp_path.iterdir()) == []
    assert list(settings.SCRATCH_DIR.glob("print-*/book.epub")) == []


def test_other_faults_of_the_system_are_not_hidden(tmp_path, monkeypatch):
    def gone(target, files):
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(epub_book, "write_container", gone)
    with pytest.raises(OSError, match="Input/output"):
        write_epub(epub(curriculum=taught()), tmp_path / "book.epub", quiet)


def test_a_worker_that_lost_its_job_stops(tmp_path):
    def lost(done, total, stage):
        raise JobLost(1)

    with pytest.raises(JobLost):
        write_epub(epub(curriculum=taught()), tmp_path / "book.epub", lost)
    assert list(tmp_path.iterdir()) == []


def test_a_chapter_that_no_reader_can_open_is_named(tmp_path, monkeypatch):
    monkeypatch.setattr(epub_book, "LARGEST_CHAPTER", 3000)
    with pytest.raises(ChapterFaulty, match=r"P1\.1 Exercise P1\.1"):
        write_epub(epub(curriculum=taught()), tmp_path / "book.epub", quiet)
    with pytest.raises(JobRefused, match=r"“P1\.1 Exercise P1\.1” can't be printed as it is"):
        actions.build_book(
            order=epub(curriculum=Curriculum.objects.get()), target=tmp_path / "x", report=quiet
        )


def test_a_book_of_nothing_is_no_file(tmp_path):
    order = epub(curriculum=taught())
    empty = type(order)(**{**order.arguments(), "kind": "list", "curricula": order.curricula})
    with pytest.raises(NothingToPrint):
        write_epub(empty, tmp_path / "book.epub", quiet)
    assert list(tmp_path.iterdir()) == []


# --- what books have besides their chapters -----------------------------------------------------


def test_epubcheck_finds_nothing_in_a_workbook_a_brief_and_a_book_with_changes(tmp_path):
    old = with_workbook()
    files = package(8, programme="cpp", version="2.0.0", name="Programme cpp")
    files["chapters/about.en.md"] = chapter_md("about", "two", "New.")
    new = published(files)
    orders = [
        epub(DocumentKind.WORKBOOK, old),
        epub(DocumentKind.BRIEF, new),
        epub(DocumentKind.GUIDE, new, since=old, marks=True),
    ]
    for number, order in enumerate(orders):
        target = made(order, tmp_path, f"{number}.epub")
        assert broken_links(Book(target)) == []
        assert check(target) == ""


def test_references_and_indexes_lead_to_exercises_without_numbers_of_pages(tmp_path):
    foundations(text="Read P1.2, please.")
    files = package(7, programme="cpp", name="Programme cpp")
    files["chapters/about.en.md"] = chapter_md("about", "two")
    book = Book(made(epub(curriculum=published(files)), tmp_path))
    assert "Read P1.2, please." in "".join(book.page("foundations-purpose").itertext())
    index = book.page("index-time")
    assert words(index).count("P1.2 Exercise P1.2") == 1
    assert len(list(index.iter(f"{XHTML}a"))) == 7
    drawing = book.page("cpp-about").find(f".//{SVG}svg/{SVG}title")
    assert words(drawing).startswith("The loop of the three programmes")
    assert not [name for name in book.pages if "notes" in name or "half-title" in name]
    assert "Time line" not in words(book.page("p1-2"))
