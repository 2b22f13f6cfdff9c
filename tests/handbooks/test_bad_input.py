"""What nobody should print: a clear sentence, a job that can be retried, no half file."""

import errno
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial

import pytest
from django.db import connection

from cocora.common.refusal import Refusal
from cocora.jobs import actions as job_actions
from cocora.jobs.actions import work
from cocora.jobs.models import Job, JobState
from handbooks.actions import cancel_order, choose, list_order, make, order_book, retry_order
from handbooks.engine import press, render, style
from handbooks.engine.crew import crew
from handbooks.engine.document import Chapter, PrintDocument
from handbooks.engine.press import Press, print_pdf
from handbooks.engine.render import DiskFull, FontsMissing, LimitReached, Limits, render_pdf
from handbooks.engine.store import Store
from handbooks.epub import book as epub
from handbooks.models import Document, Order
from programmes.models import Curriculum, Exercise, ExerciseList
from tests.factories import UserFactory
from tests.handbooks.books import foundations, guide, taught

pytestmark = pytest.mark.xdist_group("bad_input")

TIGHT = Limits(cpu_seconds=2)
SECOND = Limits(cpu_seconds=1)
TOO_MUCH = "This book takes more time or memory than one book may."
ROW = "<tr><td>Chairs</td><td>12</td></tr>"


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path, monkeypatch):
    settings.FILES_DIR = tmp_path / "files"
    settings.PRINT_ENGINE = "linked"
    monkeypatch.setattr(press, "store", lambda: Store(tmp_path / "units"))
    monkeypatch.setattr(job_actions, "send", lambda job_id: None)


@pytest.fixture(scope="module", autouse=True)
def crew_goes_home():
    yield
    crew().close()


def book(*html):
    chapters = tuple(
        Chapter(f"chapter:{number}", f"<h1>{number}</h1>{text}", running=f"Chapter {number}")
        for number, text in enumerate(html)
    )
    return PrintDocument("Book", "Author", "en", "A4", chapters)


def silent(*_words):
    """Nobody listens."""


def files_in(folder):
    return [path for path in folder.rglob("*") if path.is_file()]


# --- Too much ---------------------------------------------------------------------------------


ENDLESS_TABLE = f"<table><tbody>{ROW * 6000}</tbody></table>"
TEN_MEGABYTES = f"<p>{'A town wants its people to belong. ' * 300_000}</p>"


@pytest.mark.parametrize(
    ("engine", "html"),
    [
        pytest.param("linked", ENDLESS_TABLE, id="endless table"),
        pytest.param("plain", ENDLESS_TABLE, id="endless table, plainly"),
        pytest.param("linked", TEN_MEGABYTES, id="10 MB"),
    ],
)
def test_a_chapter_without_an_end_is_named(engine, html, settings, tmp_path):
    settings.PRINT_ENGINE = engine
    target = tmp_path / "files" / "book.pdf"
    with pytest.raises(LimitReached, match="Chapter 1"):
        print_pdf(book("<p>Short</p>", html), target, silent, TIGHT)
    assert files_in(tmp_path / "files") == []


def test_ten_thousand_chapters_end_with_the_time_of_a_book(tmp_path):
    """Each of them is quick; all of them together are not."""
    with pytest.raises(LimitReached, match="of processor time"):
        print_pdf(book(*["<p>x</p>"] * 10_000), tmp_path / "book.pdf", silent, SECOND)
    assert not (tmp_path / "book.pdf").exists()


@pytest.mark.django_db
def test_a_list_of_ten_thousand_exercises_is_refused_with_the_number(monkeypatch):
    monkeypatch.setattr(choose, "MOST_EXERCISES", 1)
    rows = ExerciseList.objects.create(title="All", owner=UserFactory())
    taught()
    for place, exercise in enumerate(Exercise.objects.all()):
        rows.rows.create(exercise=exercise, position=place)
    with pytest.raises(Refusal, match=r"2 exercises.+at most 1"):
        list_order(exercise_list=rows)


@pytest.mark.django_db
def test_a_book_of_ten_thousand_exercises_is_refused_with_the_number(monkeypatch):
    monkeypatch.setattr(choose, "MOST_EXERCISES", 1)
    curriculum = taught()
    with pytest.raises(Refusal, match=r"2 exercises.+at most 1"):
        guide(curriculum)


@pytest.mark.django_db
def test_a_text_that_is_too_large_fails_the_job_and_it_can_be_tried_again(monkeypatch, tmp_path):
    monkeypatch.setattr(make, "print_pdf", partial(print_pdf, limits=TIGHT))
    foundations("\n\n".join(["| a | b |\n|---|---|"] + ["| Chairs | 12 |\n" * 3000] * 2))
    placed = order_book(order=guide(taught()), by=UserFactory())
    work(placed.job_id)
    job = Job.objects.get()
    assert (job.state, job.problem[: len(TOO_MUCH)]) == (JobState.FAILED, TOO_MUCH)
    assert files_in(tmp_path / "files") == []
    placed.refresh_from_db()
    retry_order(order=placed, by=placed.ordered_by)
    placed.refresh_from_db()
    assert placed.is_open


@pytest.mark.django_db
def test_an_epub_that_takes_too_long_ends_between_two_chapters(monkeypatch, tmp_path):
    monkeypatch.setattr(epub, "LIMITS", Limits(cpu_seconds=0))
    order = replace(guide(taught()), format="epub")
    with pytest.raises(LimitReached, match="of processor time"):
        epub.write_epub(order, tmp_path / "files" / "book.epub", silent)
    assert files_in(tmp_path / "files") == []


# --- In the last second -------------------------------------------------------------------------


@pytest.fixture
def small_books(monkeypatch):
    def write(document, target, report):
        report(0, 1, "A chapter")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"%PDF")
        return 3

    monkeypatch.setattr(make, "print_pdf", write)


@pytest.mark.django_db
def test_cancelled_when_the_file_is_there_already(small_books, monkeypatch):
    placed = order_book(order=guide(taught()), by=UserFactory())
    # The pictures are the last thing that is made before the book is told.
    monkeypatch.setattr(
        make, "draw", lambda *_words: cancel_order(order=placed, by=placed.ordered_by)
    )
    work(placed.job_id)
    placed.refresh_from_db()
    assert (placed.state, placed.job.state) == ("cancelled", JobState.CANCELLED)
    assert Document.objects.count() == 0
    monkeypatch.setattr(make, "draw", silent)
    again = order_book(order=guide(Curriculum.objects.get()), by=UserFactory())
    work(again.job_id)
    placed.refresh_from_db()
    assert placed.state == "cancelled"
    assert Order.objects.get(pk=again.pk).state == "ready"


@pytest.mark.django_db
def test_a_curriculum_that_is_gone_is_told(small_books):
    placed = order_book(order=guide(taught()), by=UserFactory())
    job = Job.objects.get()
    job.arguments = {**job.arguments, "curricula": [Curriculum.objects.get().pk + 1]}
    job.save()
    work(placed.job_id)
    job.refresh_from_db()
    assert job.state == JobState.FAILED
    assert job.problem == "A curriculum of this book is not there any more."


# --- A machine that lacks something -----------------------------------------------------------


@pytest.mark.parametrize("engine", [print_pdf, render_pdf])
def test_missing_fonts_are_told_before_anything_is_set(engine, monkeypatch, tmp_path):
    monkeypatch.setattr(style, "PACKAGES", tmp_path)
    with pytest.raises(FontsMissing, match="literata"):
        engine(book("<p>x</p>"), tmp_path / "book.pdf", silent)
    assert "fonts" in make.sentence_for(FontsMissing("literata"))
    assert not (tmp_path / "book.pdf").exists()


def full(*_words):
    raise OSError(errno.ENOSPC, "No space left on device")


@pytest.mark.parametrize("place", [(Store, "put"), (press, "put_in_place")])
def test_a_full_disk_is_told_and_leaves_no_half_file(place, monkeypatch, tmp_path):
    made = Press(book("<p>x</p>"), silent)
    with monkeypatch.context() as patch:
        patch.setattr(*place, full)
        with pytest.raises(DiskFull):
            made.run(tmp_path / "files" / "book.pdf")
    assert files_in(tmp_path / "files") == []
    assert list((tmp_path / "units").rglob("*.part")) == []
    assert Press(book("<p>x</p>"), silent).run(tmp_path / "files" / "book.pdf") == 1


def test_the_fonts_are_there():
    render.look_for_fonts()


@pytest.mark.django_db(transaction=True)
def test_ten_workers_at_once_build_one_book(small_books, monkeypatch):
    """On SQLite one after the other, on PostgreSQL side by side: the row decides."""
    calls = []
    inner = make.print_pdf
    monkeypatch.setattr(make, "print_pdf", lambda *words: calls.append(1) or inner(*words))
    monkeypatch.setattr(make, "draw", silent)
    order = guide(taught())
    people = [UserFactory() for _number in range(10)]

    def order_and_print(person):
        work(order_book(order=order, by=person).job_id or 0)
        connection.close()

    run_together([partial(order_and_print, person) for person in people])
    assert len(calls) == 1
    assert {placed.state for placed in Order.objects.all()} == {"ready"}


def run_together(deeds):
    with ThreadPoolExecutor(len(deeds)) as pool:
        for done in [pool.submit(deed) for deed in deeds]:
            done.result(timeout=300)
