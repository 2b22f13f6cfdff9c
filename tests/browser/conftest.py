"""Debian's Chromium against a live server. A message of the console is a fault of the page."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import ConsoleMessage, Page, expect

from tests.browser.late import answer_late

HERE = Path(__file__).parent
# Playwright's own loop runs in the test's thread, and Django takes that for asynchronous code.
os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
# Waiting costs nothing where the answer is here, and a loaded machine is no fault of a page.
expect.set_options(timeout=30_000)
if os.environ.get("COCORA_TEST_LATE"):
    answer_late()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict:
    return {
        "executable_path": os.environ.get("COCORA_CHROMIUM", "/usr/bin/chromium"),
        "args": ["--no-sandbox"] if os.geteuid() == 0 else [],
    }


@pytest.fixture
def console(page: Page) -> list[str]:
    """What the console has complained about so far; a test that provokes a complaint clears it."""
    return page.complaints  # type: ignore[attr-defined]


@pytest.fixture
def page(page: Page) -> Iterator[Page]:
    """A page that fails its test on every error, broken Content-Security-Policy included."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(f"{page.url}: {message.text}")

    page.on("console", listen)
    page.on("pageerror", lambda error: complaints.append(f"{page.url}: {error}"))
    page.complaints = complaints  # type: ignore[attr-defined]
    yield page
    assert complaints == []
