"""A coordinator plans a cohort and who is around it; a partner and a practitioner look at it."""

import pytest
from playwright.sync_api import Page, expect

from cocora.accounts.roles import Role
from participants.models import Cohort, CohortCommunity, CohortPractitioner
from tests.browser.journey import WIDTHS, axe, overflow, pictures, settled, signed_in, told
from tests.conftest import World
from tests.factories import (
    AvailabilityFactory,
    BlockOutFactory,
    CohortFactory,
    CommunityContactFactory,
    CommunityFactory,
    CurriculumFactory,
    PractitionerFactory,
)

LONG = "Donaudampfschifffahrtsgesellschaftskapitänsverein and everybody who would like to come too"


@pytest.fixture
def coordinator(page: Page, live_server, world: World) -> Page:
    return signed_in(page, world[Role.COORDINATOR], live_server.url)


def sound(page: Page, name: str) -> None:
    """Nothing for axe, no sideways scrolling at any width; pictures to look at."""
    assert axe(page) == []
    pictures(page, name)
    before = page.viewport_size
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert overflow(page) <= 0, f"{name} at {width}"
    page.set_viewport_size(before)  # type: ignore[arg-type]


def test_a_cohort_is_planned_from_the_keyboard(coordinator: Page, live_server, world: World):
    curriculum = CurriculumFactory(programme__code="cpp", programme__name="Prevention Programme")
    CommunityFactory(organisation=world.ours, name="Kiosk Association")
    PractitionerFactory(organisation=world.ours, name="Noor Haddad")
    page = coordinator
    page.goto(f"{live_server.url}/cohorts/")
    sound(page, "cohorts-empty")
    page.get_by_role("link", name="New cohort").first.press("Enter")
    page.get_by_label("Curriculum").select_option(str(curriculum.pk))
    page.get_by_label("Name", exact=True).fill("Harbour Street")
    page.get_by_label("Place", exact=True).fill("Aarhus")
    page.get_by_label("Time zone").select_option("Europe/Copenhagen")
    page.get_by_label("First day").fill("2027-03-01")
    page.get_by_label("Last day").fill("2027-02-01")
    page.get_by_role("button", name="Create the cohort").press("Enter")
    expect(page.get_by_label("Last day")).to_have_attribute("aria-invalid", "true")
    expect(page.get_by_label("Place", exact=True)).to_have_value("Aarhus")
    sound(page, "cohort-fault")
    page.get_by_label("Last day").fill("2027-06-01")
    page.get_by_role("button", name="Create the cohort").press("Enter")
    told(page, "The cohort is a draft")
    page.get_by_label("Community", exact=True).select_option(label="Kiosk Association")
    page.get_by_role("button", name="Add as a partner").press("Enter")
    told(page, "partner now")
    page.get_by_label("Practitioner", exact=True).select_option(label="Noor Haddad")
    page.get_by_role("button", name="Give a place").press("Enter")
    told(page, "The place is given")
    page.get_by_text("Role Noor Haddad").press("Enter")
    page.get_by_role("button", name="Facilitates").press("Enter")
    told(page, "The role is changed")
    page.get_by_role("button", name="Open it").press("Enter")
    told(page, "now: Open")
    sound(page, "cohort")
    cohort = Cohort.objects.get()
    assert cohort.status == "open"
    assert CohortCommunity.objects.get().community.name == "Kiosk Association"
    assert CohortPractitioner.objects.get().role == "facilitator"


def test_a_partnership_is_ended_after_a_question(coordinator: Page, live_server, world: World):
    page = coordinator
    page.goto(live_server.url + world.cohorts.ours.get_absolute_url())
    end = page.get_by_role("button", name="End Kiosk Association")
    end.press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Yes, end it").press("Enter")
    told(page, "The partnership has ended")
    assert world.cohorts.ours.partnerships.get().ended_on


def test_a_community_with_contacts_in_every_state(coordinator: Page, live_server, world: World):
    community = world.cohorts.community
    CommunityContactFactory(community=community, name="Ali", email="ali@example.org")
    page = coordinator
    page.goto(live_server.url + community.get_absolute_url())
    page.get_by_role("button", name="Invite Ali").press("Enter")
    told(page, "Ali can come in")
    expect(page.locator(".row", has_text="Ali")).to_contain_text("Invited")
    expect(page.locator(".row", has_text="Pia")).to_contain_text("Has an account")
    sound(page, "community")


def test_long_names_and_many_rows_fit_on_a_phone(coordinator: Page, live_server, world: World):
    for number in range(30):
        CohortFactory(organisation=world.ours, name=f"{number} {LONG}", place=LONG)
    CommunityFactory(organisation=world.ours, name=LONG, place=LONG)
    PractitionerFactory(organisation=world.ours, name=LONG, authority=LONG)
    page = coordinator
    for address in ("cohorts", "communities", "practitioners", "venues"):
        page.goto(f"{live_server.url}/{address}/")
        sound(page, f"{address}-long")
    page.goto(live_server.url + Cohort.objects.first().get_absolute_url())
    sound(page, "cohort-long")


def test_a_practitioner_keeps_her_times_on_her_phone(page: Page, live_server, world: World):
    row = world.cohorts.practitioner
    AvailabilityFactory(practitioner=row)
    BlockOutFactory(practitioner=row)
    page = signed_in(page, world[Role.FACILITATOR], live_server.url)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/my-times/")
    sound(page, "my-times")
    page.get_by_label("Monday").check()
    page.get_by_label("From", exact=True).fill("09:00")
    page.get_by_label("To", exact=True).fill("12:00")
    page.get_by_role("button", name="Add these times").press("Enter")
    told(page, "The weekly time is added")
    page.get_by_role("button", name="Remove Tuesday").press("Enter")
    told(page, "removed")
    assert [str(time) for time in row.availabilities.all()] == ["Monday 09:00–12:00"]


def test_a_partner_meets_the_plan_and_nobody_s_name(page: Page, live_server, world: World):
    rows = world.cohorts
    page = signed_in(page, world[Role.PARTNER], live_server.url)
    page.goto(f"{live_server.url}/cohorts/")
    page.get_by_role("link", name=rows.ours.name).press("Enter")
    expect(page.locator(".tabs a")).to_have_text(["Overview", "Schedule"])
    settled(page)
    expect(page.get_by_role("button", name="End")).to_have_count(0)
    sound(page, "cohort-partner")
