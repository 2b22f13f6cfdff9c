"""From an invitation to a second step: how people come in."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from playwright.sync_api import Page, expect

from cocora.accounts.actions.mail import deliver_waiting_mail
from cocora.accounts.models import User
from cocora.accounts.roles import Role
from tests.browser.journey import axe, pictures, settled, signed_in
from tests.conftest import World
from tests.factories import PASSWORD, MembershipFactory, UserFactory

pytestmark = pytest.mark.usefixtures("clean_cache")

CODE_LASTS = 30
ASKED_FOR_PASSWORD = re.compile("/reauthenticate/")


def look_at(page: Page, name: str) -> None:
    pictures(page, name)
    assert axe(page) == []


def code(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, next(iter(yield_hotp_counters_from_time()))))


def give_password(page: Page, address: str, user: User) -> None:
    page.goto(f"{address}/accounts/login/")
    page.get_by_role("textbox", name="E-mail address").fill(user.email)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def confirm_password(page: Page, wanted: re.Pattern[str]) -> None:
    """The library may ask again who one is before a second step is changed."""
    page.wait_for_url(lambda url: bool(wanted.search(url) or ASKED_FOR_PASSWORD.search(url)))
    if ASKED_FOR_PASSWORD.search(page.url):
        page.get_by_role("textbox", name="Password").fill(PASSWORD)
        page.get_by_role("button", name="Go on").click()


def sign_out(page: Page) -> None:
    page.locator(".topbar .tools .menu > summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/accounts/login/"))
    settled(page)


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    """It stands where a code has just begun, so that a slow machine has all of it for typing."""
    begin = (time.time() // CODE_LASTS + 1) * CODE_LASTS
    with time_machine.travel(datetime.fromtimestamp(begin, UTC)) as clock:
        yield clock


@pytest.fixture
def newcomer(world: World) -> User:
    """A facilitator who has set up no second step yet."""
    user = UserFactory(email="noor@ours.example", display_name="Noor")
    MembershipFactory(user=user, organisation=world.ours, role=Role.FACILITATOR)
    return user


def next_code(clock: time_machine.Traveller, secret: str) -> str:
    """The clock goes on to where the next code has just begun."""
    clock.move_to(datetime.fromtimestamp((time.time() // CODE_LASTS + 1) * CODE_LASTS, UTC))
    return code(secret)


def test_authenticator_app_is_set_up_and_asked_for(
    page: Page, live_server, clock: time_machine.Traveller, newcomer: User
) -> None:
    give_password(page, live_server.url, newcomer)
    expect(page.get_by_role("heading", level=1)).to_have_text("One more step keeps people safe")
    look_at(page, "second-step")

    page.get_by_role("link", name="Use an authenticator app").click()
    confirm_password(page, re.compile("/totp/activate/"))
    secret = page.locator("#authenticator_secret").input_value()
    look_at(page, "authenticator-app")
    page.get_by_role("textbox", name="Code").fill(next_code(clock, secret))
    page.get_by_role("button", name="Set it up").click()
    expect(page.get_by_text("Recovery codes").first).to_be_visible()
    look_at(page, "recovery-codes")

    page.goto(live_server.url)
    sign_out(page)
    give_password(page, live_server.url, newcomer)
    expect(page.get_by_role("textbox", name="Code")).to_be_visible()
    look_at(page, "second-step-asked")
    # One code opens one door only, so she waits for another.
    page.get_by_role("textbox", name="Code").fill(next_code(clock, secret))
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Noor")


def test_passkey_is_added_and_opens_the_door(page: Page, live_server, newcomer: User) -> None:
    device = page.context.new_cdp_session(page)
    device.send("WebAuthn.enable")
    device.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    give_password(page, live_server.url, newcomer)
    page.get_by_role("link", name="Use a passkey").click()
    confirm_password(page, re.compile("/webauthn/add/"))
    expect(page.get_by_role("textbox", name="Name")).to_be_visible()
    look_at(page, "passkey")
    page.get_by_role("textbox", name="Name").fill("Phone")
    page.get_by_role("checkbox", name="Sign in with this passkey alone").check()
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page).to_have_url(re.compile("recovery-codes|webauthn/$"))
    assert Authenticator.objects.filter(user=newcomer, type=Authenticator.Type.WEBAUTHN).exists()

    page.goto(live_server.url)
    sign_out(page)
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Noor")


def test_invited_by_mail_and_in(
    page: Page, live_server, world: World, mailoutbox: list, new_context
) -> None:
    signed_in(page, world[Role.ADMINISTRATOR], live_server.url).goto(f"{live_server.url}/people/")
    page.get_by_role("link", name="Invite somebody").click()
    expect(page.get_by_role("button", name="Send the invitation")).to_be_visible()
    look_at(page, "invite")
    page.get_by_role("textbox", name="E-mail address").fill("kim@example.net")
    page.get_by_role("radio", name="Community partner").check()
    page.get_by_role("button", name="Send the invitation").click()
    expect(page.get_by_text("kim@example.net").first).to_be_visible()
    look_at(page, "people")

    deliver_waiting_mail()
    link = re.search(r"https?://\S+/invitations/\S+", mailoutbox[-1].body)
    assert link
    guest = new_context().new_page()
    guest.goto(live_server.url + urlsplit(link[0]).path)
    look_at(guest, "invited")
    guest.get_by_label("Your name").fill("Kim")
    guest.get_by_label("Choose a password").fill("four brown otters swim")
    guest.get_by_role("button", name="Create my account").click()
    expect(guest.get_by_role("heading", level=1)).to_contain_text("Kim")
    look_at(guest, "home-of-a-partner")
