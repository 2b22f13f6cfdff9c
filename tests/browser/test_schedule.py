"""A coordinator lays out sessions without a mouse, edits an agenda, moves dates, cancels one."""

import time

import pytest
from playwright.sync_api import Page, expect

from cocora.accounts.roles import Role
from participants.models import Cohort
from sessions.scheduling.models import ProgrammeSession
from tests.browser.journey import axe, overflow, pictures, settled, signed_in, told
from tests.conftest import World
from tests.factories import CohortFactory, CohortPractitionerFactory, VenueFactory
from tests.sessions.curricula import taught_curriculum

# The whole work of a coordinator, of which the machine takes a few seconds.
MOST_SECONDS = 90


@pytest.fixture
def cohort(world: World, transactional_db: None) -> Cohort:
    made = CohortFactory(
        organisation=world.ours,
        name="Harbour in spring",
        curriculum=taught_curriculum(*[60] * 14),
        starts_on="2027-02-25",
        ends_on="2027-12-01",
    )
    CohortPractitionerFactory(cohort=made)
    VenueFactory(organisation=world.ours, name="Assembly hall")
    return Cohort.objects.get(pk=made.pk)


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def looks_right(page: Page, name: str) -> None:
    pictures(page, name)
    assert axe(page) == []
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 844})
        assert overflow(page) == 0, name


def test_twelve_sessions_without_a_mouse(
    page: Page, live_server, world: World, cohort: Cohort
) -> None:
    signed_in(page, world[Role.COORDINATOR], live_server.url)
    page.goto(f"{live_server.url}/cohorts/{cohort.pk}/schedule/")
    looks_right(page, "schedule-empty")
    begin = time.monotonic()
    page.get_by_role("link", name="Lay out sessions").first.focus()
    press(page, "Enter")
    venue = page.get_by_label("Venue")
    expect(venue).to_be_visible()
    settled(page)
    venue.focus()
    press(page, "A")
    expect(venue.locator("option:checked")).to_have_text("Assembly hall, 30 seats")
    page.get_by_label("How many sessions").focus()
    press(page, "Enter")
    heading = page.get_by_role("heading", name="12 sessions, not saved yet")
    expect(heading).to_be_focused()
    expect(page.get_by_text("Thu 25 Mar 2027: Maundy Thursday")).to_be_visible()
    save = page.get_by_role("button", name="Save 12 sessions")
    save.focus()
    press(page, "Enter")
    expect(page.get_by_text("12 sessions are laid out.")).to_be_visible()
    assert time.monotonic() - begin < MOST_SECONDS
    assert ProgrammeSession.objects.filter(cohort=cohort).count() == 12
    looks_right(page, "schedule-draft")


def test_the_pages_of_a_session_fit_every_screen(
    page: Page, live_server, world: World, cohort: Cohort
) -> None:
    signed_in(page, world[Role.COORDINATOR], live_server.url)
    page.goto(f"{live_server.url}/cohorts/{cohort.pk}/schedule/series/")
    looks_right(page, "series")
    page.get_by_role("button", name="Show the dates").click()
    expect(page.get_by_role("heading", name="12 sessions, not saved yet")).to_be_visible()
    looks_right(page, "series-preview")
    page.get_by_role("button", name="Save 12 sessions").click()
    expect(page.get_by_text("12 sessions are laid out.")).to_be_visible()
    first = ProgrammeSession.objects.filter(cohort=cohort).first()
    page.goto(f"{live_server.url}{first.get_absolute_url()}")
    looks_right(page, "session")
    page.get_by_role("link", name="Change").click()
    page.get_by_label("This and the following").check()
    page.get_by_label("From").fill("18:00")
    page.get_by_label("To", exact=True).fill("20:00")
    page.get_by_role("button", name="Show what changes").click()
    expect(page.get_by_role("heading", name="12 sessions would change")).to_be_visible()
    looks_right(page, "session-change")
    page.get_by_role("button", name="Change 12 sessions").click()
    expect(page.get_by_text("12 sessions are changed.")).to_be_visible()
    page.goto(f"{live_server.url}{first.get_absolute_url()}cancel/")
    page.get_by_label("Why").fill("Burst pipe")
    page.get_by_role("radio").nth(1).check()
    looks_right(page, "session-cancel")
    page.get_by_role("button", name="Cancel this session").click()
    expect(page.get_by_text("In place of 25 February 2027")).to_be_visible()
    page.goto(f"{live_server.url}/cohorts/{cohort.pk}/schedule/")
    looks_right(page, "schedule-changed")


def test_an_agenda_by_keyboard_and_by_mouse(
    page: Page, live_server, world: World, cohort: Cohort
) -> None:
    signed_in(page, world[Role.COORDINATOR], live_server.url)
    page.goto(f"{live_server.url}/cohorts/{cohort.pk}/schedule/series/")
    page.get_by_role("button", name="Show the dates").click()
    page.get_by_role("button", name="Save 12 sessions").click()
    told(page, "12 sessions are laid out.")
    first = ProgrammeSession.objects.filter(cohort=cohort).first()
    page.goto(f"{live_server.url}{first.get_absolute_url()}")
    titles = page.locator(".agenda__title")
    expect(titles).to_have_text(["Arrival", "P1.1 Exercise 1", "Break", "Reflection"])
    page.get_by_label("Minutes of Exercise 1").fill("50")
    page.get_by_role("button", name="Move down: Exercise 1").focus()
    press(page, "Enter")
    expect(titles).to_have_text(["Arrival", "Break", "P1.1 Exercise 1", "Reflection"])
    expect(page.get_by_label("Minutes of Exercise 1")).to_have_value("50")
    expect(page.get_by_role("button", name="Move up: Exercise 1")).to_be_focused()
    settled(page)
    press(page, "Alt+ArrowUp")
    expect(titles).to_have_text(["Arrival", "P1.1 Exercise 1", "Break", "Reflection"])
    settled(page)
    handle = page.locator(".agenda__line [data-drag]").nth(2)
    handle.drag_to(page.locator(".agenda__line").first, target_position={"x": 60, "y": 4})
    expect(titles).to_have_text(["Break", "Arrival", "P1.1 Exercise 1", "Reflection"])
