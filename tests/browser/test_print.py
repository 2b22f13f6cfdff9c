"""Order a book, watch it being made, take it away."""

import re
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect
from pypdf import PdfReader

from cocora.accounts.roles import Role
from cocora.jobs.actions import JobRefused, Work, handlers
from cocora.jobs.models import Job
from handbooks.actions import KIND
from handbooks.models import Document
from programmes.actions import collect_exercise, create_list
from programmes.models import Exercise, ExerciseList
from tests.browser.journey import axe, overflow, pictures, settled, signed_in, work_off_jobs
from tests.conftest import World
from tests.programmes.packages import package, published

MOST_MILLISECONDS = 180_000  # until a book is made, on a machine that has more to do


@pytest.fixture(autouse=True)
def own_files(settings: Any, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path


@pytest.fixture
def shelf(world: World) -> World:
    published(package(programme="small", name="Prevention Programme"))
    return world


@pytest.fixture
def tuesday(shelf: World) -> ExerciseList:
    collected = create_list(title="Tuesday evening", owner=shelf[Role.STAFF])
    for exercise in Exercise.objects.order_by("position"):
        collect_exercise(exercise=exercise, exercise_list=collected)
    return collected


def work_beside() -> Thread:
    """A worker of this process, on a connection of its own, while the browser watches."""

    def run() -> None:
        work_off_jobs()
        connection.close()

    thread = Thread(target=run)
    thread.start()
    return thread


def downloaded(page: Page) -> PdfReader:
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").first.click()
    return PdfReader(BytesIO(Path(download.value.path()).read_bytes()))


def ordered(page: Page) -> None:
    """The page follows the order now, so its job is in the database."""
    expect(page.get_by_role("progressbar")).to_be_visible()


def ready(page: Page) -> None:
    expect(page.get_by_text("The book is ready.")).to_be_attached(timeout=MOST_MILLISECONDS)


def words(book: PdfReader) -> str:
    return " ".join(" ".join(page.extract_text() for page in book.pages).split())


def test_a_list_is_printed(page: Page, live_server, tuesday: ExerciseList) -> None:
    signed_in(page, tuesday.owner, live_server.url)
    page.goto(live_server.url + tuesday.get_absolute_url())
    page.get_by_role("button", name="Print this list").click()
    ordered(page)
    pictures(page, "order-waiting")
    assert axe(page) == []
    worker = work_beside()
    ready(page)
    worker.join()
    pictures(page, "order-done")
    assert axe(page) == []
    assert "Exercise P1.2" in words(downloaded(page))


def test_a_guide_is_made_once_for_everybody(page: Page, live_server, shelf: World) -> None:
    signed_in(page, shelf[Role.STAFF], live_server.url).goto(f"{live_server.url}/handbooks/")
    page.get_by_role("button", name="Facilitator guide Prevention Programme", exact=True).click()
    ordered(page)
    worker = work_beside()
    ready(page)
    worker.join()
    book = downloaded(page)
    assert "Exercise P1.1" in words(book)

    page.context.clear_cookies()
    signed_in(page, shelf[Role.PARTNER], live_server.url).goto(f"{live_server.url}/handbooks/")
    pictures(page, "handbooks")
    assert axe(page) == []
    page.get_by_role("button", name="Facilitator guide Prevention Programme", exact=True).click()
    ready(page)
    assert downloaded(page).pages[0].extract_text() == book.pages[0].extract_text()
    assert Document.objects.count() == 1


def both_themes(page: Page, name: str) -> None:
    """Pictures by day and by night, and no fault of accessibility in either."""
    for theme in ("light", "dark"):
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        pictures(page, f"{name}-{theme}")
        assert axe(page) == []
        assert overflow(page) <= 0
    page.emulate_media(color_scheme="light", reduced_motion="reduce")


def test_a_book_is_composed_cancelled_and_ordered_again(
    page: Page, live_server, shelf: World
) -> None:
    signed_in(page, shelf[Role.STAFF], live_server.url).goto(f"{live_server.url}/handbooks/")
    both_themes(page, "handbooks-front")
    page.get_by_role("link", name="Compose: paper, parts, EPUB Prevention Programme").click()
    expect(page.get_by_role("button", name="Order this book")).to_be_visible()
    settled(page)
    # Chosen by keyboard; the address follows, so that it can be passed on.
    page.get_by_role("radio", name="Programme handbook").focus()
    with page.expect_response("**/handbooks/compose/?*"):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_text("Prevention Programme: Facilitator guide")).to_be_visible()
    with page.expect_response("**/handbooks/compose/?*"):
        page.get_by_role("radio", name="A5").check()
    expect(page).to_have_url(re.compile("kind=guide.*paper=A5"))
    assert "csrf" not in page.url
    page.reload()
    expect(page.get_by_role("radio", name="A5")).to_be_checked()
    expect(page.get_by_text("The number of pages is known when it is made")).to_be_visible()

    page.get_by_role("button", name="Show the first pages").click()
    expect(page.get_by_text("The first pages are being drawn")).to_be_visible()
    work_beside().join()
    expect(
        page.get_by_alt_text("Page 1 of Prevention Programme: Facilitator guide")
    ).to_be_visible()
    both_themes(page, "compose")

    page.get_by_role("button", name="Order this book").click()
    ordered(page)
    both_themes(page, "order-open")
    page.get_by_role("button", name="Cancel this order").click()
    expect(page.get_by_text("You cancelled this order")).to_be_visible()
    both_themes(page, "order-cancelled")
    assert work_off_jobs() == 0

    page.get_by_role("button", name="Order again").click()
    ordered(page)
    worker = work_beside()
    ready(page)
    worker.join()
    book = downloaded(page)
    assert round(float(book.pages[0].mediabox.width)) == 420
    both_themes(page, "order-ready")
    page.goto(f"{live_server.url}/handbooks/documents/")
    both_themes(page, "shelf")


def test_nothing_moves_while_a_book_is_made(page: Page, live_server, tuesday: ExerciseList) -> None:
    signed_in(page, tuesday.owner, live_server.url)
    page.goto(live_server.url + tuesday.get_absolute_url())
    page.get_by_role("button", name="Print this list").click()
    page.get_by_role("button", name="Cancel this order").focus()
    settled(page)
    before = page.get_by_role("button", name="Cancel this order").bounding_box()
    soon = timezone.now() + timedelta(minutes=1)
    Job.objects.update(state="running", lease_until=soon, attempt=1)
    for done, stage, left in [(1, "P1", None), (4, "P1.2 A long name " * 4, 95), (8, "P1.9", 4)]:
        Job.objects.update(progress=done, total=9, stage=stage, seconds_left=left)
        expect(page.get_by_text(f"{done} of 9 chapters")).to_be_visible()
        assert page.get_by_role("button", name="Cancel this order").bounding_box() == before
    expect(page.get_by_text("a few seconds left")).to_be_visible()
    expect(page.get_by_role("button", name="Cancel this order")).to_be_focused()


def test_composing_works_without_javascript(live_server, shelf: World, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = signed_in(context.new_page(), shelf[Role.STAFF], live_server.url)
    page.goto(f"{live_server.url}/handbooks/compose/")
    page.get_by_role("radio", name="Facilitator guide").check()
    page.get_by_role("radio", name="EPUB").check()
    page.get_by_role("button", name="Show what I have chosen").click()
    expect(page.get_by_text("Prevention Programme: Facilitator guide")).to_be_visible()
    expect(page.get_by_role("radio", name="A5")).to_have_count(0)
    assert "csrf" not in page.url
    page.get_by_role("button", name="Order this book").click()
    page.get_by_role("button", name="Cancel this order").click()
    expect(page.get_by_role("button", name="Order again")).to_be_visible()
    context.close()


def test_a_failure_says_why_and_can_be_tried_again(
    page: Page, live_server, tuesday: ExerciseList, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(work: Work) -> Any:
        raise JobRefused("The paper tray of this test is empty.")

    signed_in(page, tuesday.owner, live_server.url)
    page.goto(live_server.url + tuesday.get_absolute_url())
    with monkeypatch.context() as broken:
        broken.setitem(handlers, KIND, refuse)
        page.get_by_role("button", name="Print this list").click()
        ordered(page)
        work_off_jobs()
    expect(page.get_by_role("alert")).to_contain_text("The paper tray of this test is empty.")
    pictures(page, "order-failed")
    assert axe(page) == []

    page.get_by_role("button", name="Try again").click()
    ordered(page)
    work_beside().join()
    ready(page)
