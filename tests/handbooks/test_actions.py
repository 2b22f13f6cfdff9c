"""Ten people order one book: one job, one file, ten answers."""

import pytest
from django.conf import settings
from django.utils import timezone

from cocora.audit.models import AuditEntry
from cocora.common.refusal import Refusal
from cocora.jobs import actions as job_actions
from cocora.jobs.actions import work
from cocora.jobs.models import Job, JobState
from handbooks import actions
from handbooks.actions import (
    book_order,
    cancel_order,
    list_order,
    order_book,
    request_preview,
    retry_order,
)
from handbooks.actions.make import Clock
from handbooks.actions.pictures import pictures_of
from handbooks.actions.preview import PREVIEW
from handbooks.engine.render import (
    ChapterFaulty,
    DiskFull,
    LimitReached,
    RendererMissing,
    RenderFailed,
)
from handbooks.models import BookPart, Document, DocumentKind, Order, Paper, Preview
from programmes.actions import load_package, publish_curriculum
from programmes.models import Curriculum, Exercise, ExerciseList
from tests.factories import MembershipFactory, OrganisationFactory, UserFactory
from tests.handbooks.books import collection, foundations, guide, taught
from tests.programmes.packages import package, published

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def store(settings, tmp_path, monkeypatch):
    """Files of this test only, and no broker."""
    settings.FILES_DIR = tmp_path
    monkeypatch.setattr(job_actions, "send", lambda job_id: None)
    return tmp_path


@pytest.fixture
def printer(monkeypatch):
    """Writes a small file instead of a book, and counts; or fails as it is told."""

    class Printer:
        calls = 0
        failure = None

        def __call__(self, document, target, report):
            self.calls += 1
            report(1, 2, "A chapter")
            if self.failure:
                raise self.failure
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(b"%PDF")
            return 7

    printer = Printer()
    monkeypatch.setattr("handbooks.actions.make.print_pdf", printer)
    return printer


def ten_orders(order):
    return [order_book(order=order, by=UserFactory()) for _number in range(10)]


def test_ten_orders_are_one_job_and_one_document(printer):
    foundations()
    placed = ten_orders(guide(taught()))
    job = Job.objects.get()
    assert {order.job_id for order in placed} == {job.pk}
    work(job.pk)
    document = Document.objects.get()
    assert set(Order.objects.values_list("document", flat=True)) == {document.pk}
    assert (document.pages, document.size, document.version) == (7, 4, "1.0.0")
    assert document.title == "Programme cpp: Facilitator guide"
    assert document.file_name == "cocora-cpp-guide-1.0.0-en-a4.pdf"
    job.refresh_from_db()
    assert job.result == {"document": document.pk, "pages": 7}
    assert AuditEntry.objects.filter(verb="handbook.ordered").count() == 10


def test_the_next_person_has_it_at_once(printer):
    order = guide(taught())
    order_book(order=order, by=UserFactory())
    work(Job.objects.get().pk)
    late = order_book(order=order, by=UserFactory())
    assert (late.document, late.job) == (Document.objects.get(), None)
    assert (printer.calls, Job.objects.count()) == (1, 1)


def test_a_lost_file_is_made_again(printer, store):
    order = guide(taught())
    order_book(order=order, by=UserFactory())
    work(Job.objects.get().pk)
    document = Document.objects.get()
    (store / document.path).unlink()
    late = order_book(order=order, by=UserFactory())
    assert late.document is None
    work(late.job_id)
    late.refresh_from_db()
    assert late.document == document
    assert (store / document.path).read_bytes() == b"%PDF"


def test_a_job_that_comes_late_finds_the_document(printer):
    order = guide(taught())
    placed = order_book(order=order, by=UserFactory())
    work(placed.job_id)
    again = Job.objects.create(kind=actions.KIND, key=order.digest(), arguments=order.arguments())
    work(again.pk)
    again.refresh_from_db()
    assert (again.state, printer.calls) == (JobState.DONE, 1)


def test_an_update_of_the_engine_while_an_order_waits(printer, monkeypatch):
    order = guide(taught())
    placed = order_book(order=order, by=UserFactory())
    monkeypatch.setattr("handbooks.books.engine_fingerprint", lambda: "a newer engine")
    work(placed.job_id)
    placed.refresh_from_db()
    assert placed.document.digest == placed.digest == order.digest() != placed.job.key


def test_retry_takes_all_along_who_wait(printer):
    printer.failure = LimitReached("Chapter 3: SIGXCPU")
    order = guide(taught())
    first, second = (order_book(order=order, by=UserFactory()) for _who in range(2))
    work(first.job_id)
    first.refresh_from_db()
    assert first.job.state == JobState.FAILED
    assert first.job.problem.startswith("This book takes more time or memory")
    printer.failure = None
    retry_order(order=first, by=first.ordered_by)
    retry_order(order=first, by=first.ordered_by)
    second.refresh_from_db()
    assert second.job.is_open
    assert Job.objects.count() == 2
    work(second.job_id)
    for placed in (first, second):
        placed.refresh_from_db()
        assert placed.document == Document.objects.get()


def test_a_new_order_after_a_failure_takes_the_old_ones_along(printer):
    order = guide(taught())
    printer.failure = RenderFailed("crash")
    old = order_book(order=order, by=UserFactory())
    work(old.job_id)
    new = order_book(order=order, by=UserFactory())
    old.refresh_from_db()
    assert old.job == new.job
    assert old.job.is_open


def test_nothing_is_retried_while_it_is_at_work_or_done(printer):
    placed = order_book(order=guide(taught()), by=UserFactory())
    retry_order(order=placed, by=placed.ordered_by)
    work(placed.job_id)
    placed.refresh_from_db()
    retry_order(order=placed, by=placed.ordered_by)
    assert Job.objects.count() == 1


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (RendererMissing("cannot load library"), "its Pango libraries are missing"),
        (LimitReached("x"), "more time or memory"),
        (DiskFull("x"), "no room left"),
        (ChapterFaulty("P1.1 A walk", "KeyError"), "“P1.1 A walk” can't be printed"),
        (RenderFailed("x"), "could not be printed"),
    ],
)
def test_a_failure_says_what_people_can_do(failure, sentence, printer):
    printer.failure = failure
    placed = order_book(order=guide(taught()), by=UserFactory())
    work(placed.job_id)
    job = Job.objects.get()
    assert sentence in job.problem
    assert (job.state, Document.objects.count()) == (JobState.FAILED, 0)


def test_a_book_of_nothing_is_refused():
    with pytest.raises(Refusal, match="No curriculum is published yet"):
        collection()
    with pytest.raises(Refusal, match="Choose a programme"):
        book_order(kind=DocumentKind.GUIDE, curriculum=None, language="en", paper=Paper.A4)
    with pytest.raises(Refusal, match="Choose a list"):
        book_order(kind=DocumentKind.LIST, curriculum=None, language="en", paper=Paper.A4)
    empty = ExerciseList.objects.create(owner=UserFactory(), title="Empty")
    with pytest.raises(Refusal, match="This list is empty"):
        list_order(exercise_list=empty, language="en", paper=Paper.A4)


def test_a_language_without_texts_is_refused_with_those_that_there_are():
    curriculum = taught()
    with pytest.raises(Refusal, match=r"no text in “da”\. There is: en"):
        book_order(kind=DocumentKind.GUIDE, curriculum=curriculum, language="da", paper=Paper.A4)


def test_a_list_whose_exercises_are_gone_fails_clearly(printer):
    curriculum = taught()
    order = guide(curriculum)
    gone = actions.BookOrder(**{**order.arguments(), "curricula": (curriculum.pk + 1,)})
    job = Job.objects.create(kind=actions.KIND, key="x" * 64, arguments=gone.arguments())
    work(job.pk)
    job.refresh_from_db()
    assert job.problem == "A curriculum of this book is not there any more."


def test_a_retired_curriculum_can_still_be_printed(printer):
    curriculum = taught()
    placed = order_book(order=guide(curriculum), by=UserFactory())
    curriculum.status = "retired"
    curriculum.save()
    work(placed.job_id)
    placed.refresh_from_db()
    assert placed.document
    assert timezone.now() >= placed.document.made_at


def test_files_lie_under_the_data_folder():
    document = Document(digest="ab" + "c" * 62)
    assert (settings.FILES_DIR / document.path).name == f"{document.digest}.pdf"
    assert document.path.startswith("handbooks/ab/")


# --- What belongs to one organisation ------------------------------------------------------------


def member_of(organisation):
    return MembershipFactory(organisation=organisation).user


def drafted(organisation, programme="own"):
    draft, _new = load_package(
        files=package(programme=programme), by=None, organisation=organisation
    )
    return draft


def test_a_printed_draft_stays_private_after_publication(printer, monkeypatch):
    ours = OrganisationFactory()
    author, stranger = member_of(ours), member_of(OrganisationFactory())
    draft = drafted(ours)
    work(order_book(order=guide(draft), by=author).job_id)
    book = Document.objects.get()
    assert book.organisation == ours
    publish_curriculum(curriculum=draft, by=None)
    # Even if everybody might read what was published, the file shows the draft.
    monkeypatch.setattr(type(Curriculum.objects.all()), "visible_to", lambda self, user: self.all())
    assert not Document.objects.visible_to(stranger).exists()
    assert Document.objects.visible_to(author).get() == book


def test_a_core_book_is_for_everybody(printer):
    work(order_book(order=guide(taught()), by=UserFactory()).job_id)
    assert Document.objects.get().organisation is None
    assert Document.objects.visible_to(UserFactory()).exists()


def test_a_list_prints_only_what_its_owner_may_read():
    ours, core = OrganisationFactory(), taught()
    owner = UserFactory()
    membership = MembershipFactory(organisation=ours, user=owner)
    own = ExerciseList.objects.create(owner=owner, title="Mixed")
    open_one = Exercise.objects.filter(module__curriculum=core).first()
    private = Exercise.objects.filter(module__curriculum=drafted(ours)).first()
    for position, exercise in enumerate([open_one, private]):
        own.rows.create(exercise=exercise, position=position)
    assert list_order(exercise_list=own).exercises == (open_one.pk, private.pk)
    membership.delete()
    assert list_order(exercise_list=own).exercises == (open_one.pk,)


def test_texts_of_two_organisations_are_not_mixed():
    owner = UserFactory()
    own = ExerciseList.objects.create(owner=owner, title="Mixed")
    for position in range(2):
        organisation = OrganisationFactory()
        MembershipFactory(organisation=organisation, user=owner)
        exercise = Exercise.objects.filter(module__curriculum=drafted(organisation)).first()
        own.rows.create(exercise=exercise, position=position)
    with pytest.raises(Refusal, match="two organisations"):
        list_order(exercise_list=own)


def test_the_same_words_of_two_organisations_are_two_books():
    digests = {guide(drafted(OrganisationFactory())).digest() for _organisation in range(2)}
    assert len(digests) == 2


def test_the_book_is_in_the_language_it_was_written_in():
    files = package(programme="dansk", languages="da")
    files = {path.replace(".en.", ".da."): text for path, text in files.items()}
    files["curriculum.yaml"] = files["curriculum.yaml"].replace(b"language: en", b"language: da")
    curriculum = published(files)
    assert curriculum.base_language == "da"
    assert book_order(kind=DocumentKind.GUIDE, curriculum=curriculum).language == "da"


def test_foundations_are_no_book_of_their_own():
    with pytest.raises(Refusal, match="stands in the book of every programme"):
        guide(foundations())


def test_nothing_left_is_refused():
    with pytest.raises(Refusal, match="Keep at least one part"):
        book_order(kind=DocumentKind.GUIDE, curriculum=taught(), without=list(BookPart))
    order = book_order(kind=DocumentKind.GUIDE, curriculum=taught("cap"), without=["annex"])
    assert order.without == ("annex",)


# --- Rights that have gone -----------------------------------------------------------------------


def test_who_may_read_it_no_more_gets_no_book(printer):
    ours = OrganisationFactory()
    author = member_of(ours)
    placed = order_book(order=guide(drafted(ours)), by=author)
    author.memberships.all().delete()
    work(placed.job_id)
    placed.refresh_from_db()
    assert placed.job.problem.startswith("You can't read the texts of this book any more")
    assert (printer.calls, placed.document) == (0, None)
    with pytest.raises(Refusal, match="any more"):
        retry_order(order=placed, by=author)


def test_one_who_may_read_it_is_enough(printer):
    ours = OrganisationFactory()
    gone, here = member_of(ours), member_of(ours)
    order = guide(drafted(ours))
    placed = [order_book(order=order, by=person) for person in (gone, here)]
    gone.memberships.all().delete()
    work(placed[0].job_id)
    assert Document.objects.visible_to(here).exists()
    assert not Document.objects.visible_to(gone).exists()


# --- A job that ends while somebody orders, or wants no more -------------------------------------


def test_a_job_that_ends_between_the_two_questions(printer, monkeypatch):
    order = guide(taught())
    first = order_book(order=order, by=UserFactory())
    submit = job_actions.submit

    def and_then_it_is_done(**words):
        job = submit(**words)
        work(job.pk)
        return job

    monkeypatch.setattr("handbooks.actions.order.submit", and_then_it_is_done)
    late = order_book(order=order, by=UserFactory())
    first.refresh_from_db()
    assert late.document == first.document == Document.objects.get()
    assert (late.job, Job.objects.count(), printer.calls) == (None, 1, 1)


def test_cancelling_leaves_the_book_to_those_who_still_wait(printer):
    order = guide(taught())
    first, second = (order_book(order=order, by=UserFactory()) for _who in range(2))
    assert cancel_order(order=first, by=first.ordered_by)
    assert not cancel_order(order=first, by=first.ordered_by)
    assert Job.objects.get().is_open
    work(first.job_id)
    for placed in (first, second):
        placed.refresh_from_db()
    assert (first.document, first.state) == (None, "cancelled")
    assert second.document == Document.objects.get()
    assert not cancel_order(order=second, by=second.ordered_by)


def test_the_last_one_ends_the_work(printer):
    placed = order_book(order=guide(taught()), by=UserFactory())

    class Cancelling(type(printer)):
        def __call__(self, document, target, report):
            cancel_order(order=placed, by=placed.ordered_by)
            return super().__call__(document, target, report)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("handbooks.actions.make.print_pdf", Cancelling())
        work(placed.job_id)
    job = Job.objects.get()
    assert (job.state, Document.objects.count()) == (JobState.CANCELLED, 0)
    assert job.finished_at
    placed.refresh_from_db()
    retry_order(order=placed, by=placed.ordered_by)
    placed.refresh_from_db()
    assert placed.is_open
    work(placed.job_id)
    placed.refresh_from_db()
    assert placed.state == "ready"


def test_the_time_left_follows_what_is_done(monkeypatch):
    now, told = [0.0], []
    monkeypatch.setattr("handbooks.actions.make.monotonic", lambda: now[0])

    class Told:
        def report(self, done, total, stage, seconds_left):
            told.append(seconds_left)

    clock = Clock(Told())
    for moment, done in [(0, 4), (1, 5), (10, 9), (12, 9), (100, 9), (101, 14)]:
        now[0] = moment
        clock(done, 14, "A chapter")
    # Four were there before; ten seconds for five chapters leave ten for the other five.
    assert told == [None, None, 10, 8, 0, 0]


# --- The first pages -----------------------------------------------------------------------------


def test_the_first_pages_are_drawn_by_a_small_job():
    foundations()
    person, order = UserFactory(), guide(taught())
    preview = request_preview(order=order, by=person)
    assert (preview.job.kind, preview.job.is_open) == (PREVIEW, True)
    work(preview.job_id)
    preview.job.refresh_from_db()
    assert preview.job.problem == ""
    shown = pictures_of(order.digest())
    assert shown == list(range(1, preview.job.result["pictures"] + 1))
    assert len(shown) >= 4
    assert Document.objects.count() == 0
    assert Preview.objects.visible_to(person).exists()
    assert not Preview.objects.visible_to(UserFactory()).exists()
    # Asked for again, nothing is drawn again.
    request_preview(order=order, by=UserFactory())
    assert Job.objects.count() == 1


def test_a_preview_that_fails_says_so_and_blocks_nothing(printer, monkeypatch):
    monkeypatch.setattr("handbooks.actions.preview.print_pdf", printer)
    printer.failure = LimitReached("x")
    order = guide(taught())
    preview = request_preview(order=order, by=UserFactory())
    work(preview.job_id)
    preview.job.refresh_from_db()
    assert preview.job.problem.startswith("This book takes more time or memory")
    assert order_book(order=order, by=UserFactory()).is_open
