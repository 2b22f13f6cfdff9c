"""Order, watch, take away; with and without JavaScript."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse, reverse_lazy
from django.utils import timezone

from cocora.accounts.roles import Role
from cocora.jobs import actions as job_actions
from cocora.jobs.models import Job, JobState
from handbooks.models import Document, DocumentKind, Order
from programmes.actions import load_package
from programmes.models import Exercise, ExerciseList
from tests.handbooks.books import foundations, guide, taught
from tests.programmes.packages import package, published

LIST_QUERIES = 6
COMPOSE_QUERIES = 19
SHELF_QUERIES = 6
ORDER_QUERIES = 4


@pytest.fixture(autouse=True)
def store(settings, tmp_path, monkeypatch):
    settings.FILES_DIR = tmp_path
    monkeypatch.setattr(job_actions, "send", lambda job_id: None)
    return tmp_path


@pytest.fixture
def staff(world):
    return world.client(Role.STAFF)


def finished(curriculum, store, number=0, **fields):
    """A document with its file."""
    document = Document.objects.create(
        digest=f"{number:064}",
        kind=DocumentKind.GUIDE,
        curriculum=curriculum,
        title=f"Guide {number}",
        version="1.0.0",
        language="en",
        paper="A4",
        pages=120,
        size=8,
        **fields,
    )
    path = store / document.path
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"%PDF-1.7")
    return document


def body(answer):
    return b"".join(answer.streaming_content)


def ordered(by, document=None, **job):
    row = None if document else Job.objects.create(kind="handbook", key=timezone.now(), **job)
    arguments = {"kind": "guide", "title": "x", "language": "en", "paper": "A4", "curricula": []}
    digest = document.digest if document else "f" * 64
    return Order.objects.create(
        ordered_by=by,
        digest=digest,
        kind=DocumentKind.GUIDE,
        title="Facilitator guide",
        arguments=arguments,
        job=row,
        document=document,
    )


def test_a_book_is_ordered_and_watched(staff):
    curriculum = taught()
    answer = staff.post(
        reverse("handbooks:order_create"), {"kind": "guide", "curriculum": curriculum.pk}
    )
    order = Order.objects.get()
    assert answer.url == order.get_absolute_url()
    page = staff.get(answer.url).content.decode()
    assert "Waiting for a free printer" in page
    assert f'hx-get="{order.get_absolute_url()}" hx-trigger="every 1s"' in page
    assert '<meta http-equiv="refresh" content="3">' in page


def test_progress_is_a_fragment_for_htmx(staff, world):
    order = ordered(
        world[Role.STAFF],
        state=JobState.RUNNING,
        lease_until=timezone.now(),
        progress=3,
        total=9,
        stage="P1 Identity",
        seconds_left=118,
    )
    part = staff.get(order.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in part
    assert 'value="3" max="9"' in part
    assert "about 2 minutes left" in part
    assert "P1 Identity" in part


def test_polling_stops_when_the_book_is_there(staff, world, store):
    order = ordered(world[Role.STAFF], finished(taught(), store))
    part = staff.get(order.get_absolute_url(), headers={"HX-Request": "true"}).content.decode()
    assert "hx-get" not in part
    assert order.document.get_absolute_url() in part
    assert "http-equiv" not in staff.get(order.get_absolute_url()).content.decode()


def test_a_failure_is_shown_and_tried_again(staff, world):
    order = ordered(
        world[Role.STAFF],
        state=JobState.FAILED,
        finished_at=timezone.now(),
        problem="The disk is full.",
    )
    page = staff.get(order.get_absolute_url()).content.decode()
    assert "The disk is full." in page
    assert "hx-get" not in page
    answer = staff.post(reverse("handbooks:order_retry", args=[order.pk]))
    assert answer.url == order.get_absolute_url()
    order.refresh_from_db()
    assert order.job.is_open


def test_an_own_list_is_printed(staff, world):
    taught()
    own = ExerciseList.objects.create(owner=world[Role.STAFF], title="Tuesday")
    own.rows.create(exercise=Exercise.objects.first(), position=1)
    staff.post(reverse("handbooks:order_create"), {"kind": "list", "exercise_list": own.pk})
    order = Order.objects.get()
    assert (order.title, order.kind, order.exercise_list) == ("Tuesday", "list", own)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"kind": "collection"}, "No curriculum is published yet"),
        ({"kind": "guide"}, "Choose a programme"),
        ({"kind": "pamphlet"}, "can&#x27;t be ordered"),
        ({"kind": "list"}, "Choose a list"),
        ({}, "can&#x27;t be ordered"),
        ({"kind": "guide", "curriculum": "999999"}, "can&#x27;t be ordered"),
        ({"kind": "guide", "paper": "A0"}, "can&#x27;t be ordered"),
    ],
)
def test_a_wrong_order_says_why(data, sentence, staff):
    answer = staff.post(reverse("handbooks:order_create"), data, follow=True)
    assert sentence in answer.content.decode()
    assert not Order.objects.exists()


def test_the_list_of_another_person_is_no_choice(staff, world):
    taught()
    theirs = ExerciseList.objects.create(owner=world.stranger, title="Theirs")
    theirs.rows.create(exercise=Exercise.objects.first(), position=1)
    data = {"kind": "list", "exercise_list": theirs.pk}
    staff.post(reverse("handbooks:order_create"), data)
    assert not Order.objects.exists()


def test_a_document_is_downloaded_or_looked_at(staff, store):
    document = finished(taught(), store)
    answer = staff.get(document.get_absolute_url())
    assert body(answer) == b"%PDF-1.7"
    assert answer["Content-Type"] == "application/pdf"
    name = 'filename="cocora-cpp-guide-1.0.0-en-a4.pdf"'
    assert answer["Content-Disposition"] == f"attachment; {name}"
    inline = staff.get(f"{document.get_absolute_url()}?inline")
    assert inline["Content-Disposition"] == f"inline; {name}"
    assert body(inline) == b"%PDF-1.7"


def test_an_unchanged_document_is_not_sent_twice(staff, store):
    document = finished(taught(), store)
    answer = staff.get(document.get_absolute_url())
    assert body(answer)
    again = staff.get(document.get_absolute_url(), headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == answer["ETag"] == f'"{document.digest}"'


def test_a_document_without_its_file_is_not_found(staff, store):
    document = finished(taught(), store)
    (store / document.path).unlink()
    assert staff.get(document.get_absolute_url()).status_code == 404


def test_orders_of_others_are_not_there(staff, world):
    theirs = ordered(world.stranger)
    mine = ordered(world[Role.STAFF])
    assert staff.get(mine.get_absolute_url()).status_code == 200
    assert staff.get(theirs.get_absolute_url()).status_code == 404
    assert staff.post(reverse("handbooks:order_retry", args=[theirs.pk])).status_code == 404


def test_a_printed_list_is_only_for_those_who_ordered_it(staff, world, store):
    document = finished(taught(), store)
    Document.objects.update(kind=DocumentKind.LIST, curriculum=None)
    ordered(world.stranger, document)
    assert staff.get(document.get_absolute_url()).status_code == 404
    ordered(world[Role.STAFF], document)
    assert body(staff.get(document.get_absolute_url()))
    assert document.title in staff.get(reverse("handbooks:list")).content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_much_for_three_as_for_one(
    rows, staff, world, store, django_assert_num_queries
):
    foundations()
    for number in range(rows):
        curriculum = taught(f"p{number}", exercises=1)
        document = finished(curriculum, store, number)
        ordered(world[Role.STAFF], document)
        ordered(world[Role.STAFF], state=JobState.WAITING)
    staff.get("/")
    with django_assert_num_queries(LIST_QUERIES):
        page = staff.get(reverse("handbooks:list")).content.decode()
    assert page.count("Guide ") >= rows


@pytest.mark.parametrize("others", [0, 2])
def test_watching_asks_the_same_whoever_waits(others, staff, world, django_assert_num_queries):
    order = ordered(world[Role.STAFF])
    Order.objects.bulk_create(
        Order(
            ordered_by=world.stranger,
            digest=order.digest,
            kind=order.kind,
            title="x",
            arguments={},
            job=order.job,
        )
        for _number in range(others)
    )
    with django_assert_num_queries(ORDER_QUERIES):
        staff.get(order.get_absolute_url(), headers={"HX-Request": "true"})


# --- Composing -----------------------------------------------------------------------------------

COMPOSE = reverse_lazy("handbooks:compose")


def composed(client, **choice):
    return client.get(COMPOSE, choice).content.decode()


def test_a_book_is_composed_and_ordered(staff, store):
    curriculum = taught()
    choice = {"curriculum": curriculum.pk, "kind": "guide", "paper": "A5", "without": "annex"}
    page = composed(staff, large="on", **choice)
    assert "Programme cpp: Facilitator guide" in page
    assert "The number of pages is known when it is made" in page
    assert re.search(r'value="A5"[^>]* checked', page)
    answer = staff.post(
        reverse("handbooks:order_create"), {**choice, "large": "on", "composed": "1"}
    )
    order = Order.objects.get()
    assert answer.url == order.get_absolute_url()
    chosen = {name: order.arguments[name] for name in ("paper", "large", "without")}
    assert chosen == {"paper": "A5", "large": True, "without": ["annex"]}


def test_what_makes_no_sense_is_not_shown(staff):
    taught()
    assert 'name="paper"' in composed(staff, kind="guide")
    epub = composed(staff, kind="guide", format="epub")
    assert 'name="paper"' not in epub
    assert 'name="large"' not in epub
    brief = composed(staff, kind="brief")
    assert 'name="without"' not in brief
    assert 'name="curriculum"' not in composed(staff, kind="collection")


def test_an_empty_book_is_refused_at_its_field(staff):
    curriculum = taught()
    choice = {"curriculum": curriculum.pk, "kind": "guide", "composed": "1"}
    choice["without"] = ["one", "two", "exercises", "annex"]
    answer = staff.post(reverse("handbooks:order_create"), choice, follow=True)
    page = answer.content.decode()
    assert page.count("Keep at least one part.") == 1
    assert answer.redirect_chain[0][0].startswith(str(COMPOSE))
    assert "csrf" not in answer.redirect_chain[0][0]
    assert not Order.objects.exists()


def test_changes_are_offered_since_older_versions(staff):
    old = taught()
    new = published(package(programme="cpp", version="2.0.0", name="Programme cpp"))
    page = composed(staff, kind="guide", curriculum=new.pk)
    assert "Since version 1.0.0" in page
    staff.post(
        reverse("handbooks:order_create"),
        {"kind": "guide", "curriculum": new.pk, "since": old.pk, "marks": "on"},
    )
    arguments = Order.objects.get().arguments
    assert (arguments["since"], arguments["marks"]) == (old.pk, True)
    assert 'name="since"' not in composed(staff, kind="guide", curriculum=old.pk)


def test_only_what_is_known_is_foretold(staff, world, store):
    curriculum = taught()
    finished(curriculum, store, seconds=40)
    page = composed(staff, kind="guide", curriculum=curriculum.pk)
    assert "about 120 pages" in page
    assert "the last one like it took 40 seconds" in page
    order = guide(curriculum)
    Document.objects.update(digest=order.digest())
    page = composed(staff, kind="guide", curriculum=curriculum.pk)
    assert "Ready at once" in page
    assert "about 120" not in page


@pytest.mark.parametrize("rows", [1, 3])
def test_composing_asks_as_much_for_three_as_for_one(rows, staff, store, django_assert_num_queries):
    foundations()
    curricula = [taught(f"p{number}", exercises=number + 1) for number in range(rows)]
    for number, curriculum in enumerate(curricula):
        finished(curriculum, store, number)
    staff.get("/")
    with django_assert_num_queries(COMPOSE_QUERIES):
        composed(staff, kind="guide", curriculum=curricula[0].pk)


def test_pictures_are_for_those_who_may_see_the_book(staff, world, store):
    curriculum = taught()
    placed = {"kind": "guide", "curriculum": curriculum.pk}
    answer = staff.post(reverse("handbooks:preview_create"), placed)
    assert answer.url.startswith(str(COMPOSE))
    assert "The first pages are being drawn" in staff.get(answer.url).content.decode()
    digest = guide(curriculum).digest()
    folder = store / "handbooks" / "pictures" / digest[:2] / digest
    folder.mkdir(parents=True)
    (folder / "1.png").write_bytes(b"PNG")
    page = staff.get(answer.url).content.decode()
    address = reverse("handbooks:picture", args=[digest, 1])
    assert f'src="{address}" alt="Page 1 of Programme cpp: Facilitator guide"' in page
    shown = staff.get(address)
    assert (shown["Content-Type"], body(shown)) == ("image/png", b"PNG")
    assert staff.get(address, headers={"If-None-Match": shown["ETag"]}).status_code == 304
    assert world.client(Role.COORDINATOR).get(address).status_code == 404
    assert staff.get(reverse("handbooks:picture", args=[digest, 2])).status_code == 404


# --- Waiting and cancelling ----------------------------------------------------------------------


def test_an_order_is_cancelled_and_made_again(staff, world):
    order = ordered(world[Role.STAFF], state=JobState.WAITING)
    assert "Cancel this order" in staff.get(order.get_absolute_url()).content.decode()
    answer = staff.post(reverse("handbooks:order_cancel", args=[order.pk]), follow=True)
    page = answer.content.decode()
    assert "You cancelled this order" in page
    assert "hx-get" not in page
    assert Job.objects.get().state == JobState.CANCELLED
    staff.post(reverse("handbooks:order_retry", args=[order.pk]))
    order.refresh_from_db()
    assert order.is_open


def test_only_ones_own_order_is_cancelled(staff, world):
    theirs = ordered(world.stranger)
    assert staff.post(reverse("handbooks:order_cancel", args=[theirs.pk])).status_code == 404
    assert Job.objects.get().is_open


def test_who_waits_long_is_told_why(staff, world):
    order = ordered(world[Role.STAFF])
    assert "seems to be off" not in staff.get(order.get_absolute_url()).content.decode()
    Job.objects.update(created_at=timezone.now() - timedelta(seconds=21))
    assert "The printer seems to be off" in staff.get(order.get_absolute_url()).content.decode()
    soon = timezone.now() + timedelta(seconds=20)
    Job.objects.create(kind="handbook", key="x", state=JobState.RUNNING, lease_until=soon)
    page = staff.get(order.get_absolute_url()).content.decode()
    assert "Other books are made before yours" in page
    assert "seems to be off" not in page


# --- The shelf -----------------------------------------------------------------------------------


@pytest.mark.parametrize("rows", [1, 3])
def test_the_shelf_asks_as_much_for_three_as_for_one(rows, staff, store, django_assert_num_queries):
    for number in range(rows):
        finished(taught(f"p{number}", exercises=1), store, number)
    staff.get("/")
    with django_assert_num_queries(SHELF_QUERIES):
        page = staff.get(reverse("handbooks:shelf")).content.decode()
    assert page.count("row__title") == rows


def test_the_shelf_is_narrowed_and_paged(staff, store):
    cpp, cap = taught("cpp"), taught("cap")
    for number in range(25):
        finished(cpp, store, number, large=number == 24, without=["annex"])
    finished(cap, store, 30, since="0.9.0")
    shelf = reverse("handbooks:shelf")
    page = staff.get(shelf).content.decode()
    assert page.count("row__title") == 24
    assert "A4 · large print · without Annexes" in page
    assert "A4 · changes since version 0.9.0" in page
    assert staff.get(shelf, {"page": 2}).content.decode().count("row__title") == 2
    assert staff.get(shelf, {"programme": "cap"}).content.decode().count("row__title") == 1
    assert staff.get(shelf, {"kind": "guide"}).content.decode().count("row__title") == 24
    assert staff.get(shelf, {"kind": "nonsense"}).status_code == 200


def test_an_exercise_of_a_draft_is_seen_as_it_will_be_printed(staff, world, store):
    draft, _new = load_package(files=package(), by=None, organisation=world.ours)
    address = reverse("handbooks:exercise_page", args=[draft.pk, "P1.1"])
    assert b"Print it as it is saved" in staff.get(address).content
    assert b"being printed" in staff.post(address).content
    job_actions.work(Job.objects.get().pk)
    assert Job.objects.get().state == JobState.DONE, Job.objects.get().problem
    page = staff.get(address).content.decode()
    found = re.findall(r'src="(/handbooks/pictures/[^"]+)"', page)
    assert found
    assert body(staff.get(found[0])).startswith(b"\x89PNG")
    other = world.client(world.stranger)
    assert [other.get(url).status_code for url in (found[0], address)] == [404, 404]
    beside = staff.get(address, headers={"HX-Request": "true"}).content
    assert b"<html" not in beside


def test_the_page_of_a_text_that_is_to_be_mended_says_so(staff, world):
    draft, _new = load_package(files=package(), by=None, organisation=world.ours)
    page = staff.get(reverse("handbooks:exercise_page", args=[draft.pk, "P9.9"]))
    assert b"Mend what stands above" in page.content
