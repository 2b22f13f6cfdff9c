"""Somebody is written down, asked, enrolled, and takes it back: as a coordinator does it."""

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from cocora.accounts.roles import Role
from participants.actions.terms import load_terms
from participants.models import Enrolment, Participant
from participants.queries import may
from participants.vocabulary import EnrolmentStatus, Purpose
from tests.browser.journey import WIDTHS, axe, overflow, pictures, signed_in
from tests.conftest import World

pytestmark = pytest.mark.django_db(transaction=True)

NAME = "Aino Donaudampfschifffahrtsgesellschaft van der Hoeven"


def fits(page: Page) -> None:
    assert axe(page) == []
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        assert overflow(page) <= 0, width


@pytest.fixture
def desk(page: Page, world: World, live_server: Any) -> Page:
    load_terms()
    return signed_in(page, world[Role.COORDINATOR], live_server.url)


def answer_link(browser: Browser, address: str) -> None:
    """A guardian, on a phone of her own, with the keyboard."""
    context = browser.new_context(viewport={"width": 390, "height": 844})
    phone = context.new_page()
    phone.goto(address)
    assert NAME not in phone.content()
    fits(phone)
    pictures(phone, "consent-link")
    for group in phone.locator("main fieldset").all():
        group.get_by_role("radio", name="Yes").focus()
        phone.keyboard.press("Space")
    phone.get_by_role("button", name="Send my answers").press("Enter")
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    fits(phone)
    phone.goto(address)
    expect(phone.get_by_role("heading", name="This link can't be used")).to_be_visible()
    context.close()


def test_somebody_is_written_down_asked_enrolled_and_takes_it_back(
    desk: Page, browser: Browser, world: World, live_server: Any, settings: Any
):
    settings.SITE_URL = live_server.url
    cohort, people = world.cohorts.ours, f"/cohorts/{world.cohorts.ours.pk}/people/"
    desk.goto(live_server.url + people)
    expect(desk.get_by_text("Nobody has applied yet")).to_be_visible()
    desk.get_by_role("link", name="Add people").first.click()
    desk.get_by_role("link", name="write down somebody new").click()
    desk.locator("[name=display_name]").fill(NAME)
    desk.locator("[name=contact]").fill("+45 20 30 40 50")
    desk.get_by_label("Age", exact=True).select_option("15")
    desk.get_by_label("A way in without steps").check()
    fits(desk)
    pictures(desk, "participant-add")
    desk.get_by_role("button", name="Add this person").click()

    expect(desk.get_by_role("heading", name=NAME)).to_be_visible()
    person = Participant.objects.get()
    fits(desk)
    desk.get_by_role("link", name="Ask for consent").click()
    expect(desk.get_by_role("button", name="Save these answers")).to_be_visible()
    for group in desk.locator("main fieldset").all():
        group.get_by_role("radio", name="Yes").check()
    fits(desk)
    pictures(desk, "consent-ask")
    desk.get_by_role("button", name="Save these answers").click()
    expect(desk.get_by_text("Still to agree: a guardian").first).to_be_visible()
    assert not may(person, Purpose.TAKE_PART)

    desk.get_by_role("button", name="Link for a guardian").click()
    answer_link(browser, desk.get_by_label("The link").input_value())
    assert may(person, Purpose.TAKE_PART)

    desk.goto(live_server.url + people)
    expect(desk.get_by_text(NAME)).to_have_count(0)
    desk.get_by_role("link", name="Show names").click()
    expect(desk.get_by_text(NAME)).to_be_visible()
    desk.get_by_role("button", name=f"Enrol {person.code}").press("Enter")
    expect(desk.get_by_text("is enrolled")).to_be_visible()
    fits(desk)
    pictures(desk, "cohort-people")
    assert Enrolment.objects.get().status == EnrolmentStatus.ENROLLED

    desk.goto(live_server.url + person.get_absolute_url())
    pictures(desk, "participant")
    desk.get_by_role("link", name=re.compile("Take back.*Taking part")).click()
    expect(desk.get_by_text(f"{cohort.name}: now enrolled")).to_be_visible()
    fits(desk)
    pictures(desk, "consent-withdraw")
    desk.get_by_role("button", name="Take the consent back").click()
    expect(desk.get_by_text("Taken back: Taking part.")).to_be_visible()
    assert Enrolment.objects.get().status == EnrolmentStatus.WITHDRAWN
    assert not may(person, Purpose.TAKE_PART)
