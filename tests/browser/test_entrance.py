"""The page that everybody sees first."""

import re

from playwright.sync_api import Page, expect

from tests.browser.journey import axe, overflow, pictures, signed_in
from tests.conftest import Role, World

BARRED = "() => document.body.append(Object.assign(document.createElement('script'), {text: '1'}))"


def test_sign_in_page_is_accessible_and_fits_a_phone(page: Page, live_server) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    pictures(page, "sign-in")
    page.set_viewport_size({"width": 390, "height": 844})
    assert overflow(page) == 0
    assert axe(page) == []


def test_a_visitor_is_led_to_sign_in_and_a_member_is_not(
    page: Page, live_server, world: World
) -> None:
    page.goto(live_server.url)
    expect(page).to_have_url(re.compile("/accounts/login/"))
    signed_in(page, world[Role.STAFF], live_server.url).goto(live_server.url)
    expect(page).to_have_url(f"{live_server.url}/")


def test_the_console_is_listened_to(page: Page, live_server, console: list[str]) -> None:
    page.goto(f"{live_server.url}/accounts/login/")
    with page.expect_console_message():
        page.evaluate(BARRED)
    assert "Content Security Policy" in console[0]
    console.clear()
