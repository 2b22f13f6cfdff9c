"""The platform as it is started: web and worker as processes of their own, a book by Celery."""

import os
import re
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from io import BytesIO
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from django.conf import settings
from playwright.sync_api import Page, expect
from pypdf import PageObject, PdfReader

from cocora.accounts.actions.demo import PASSWORD
from tests.browser.journey import settled
from tests.programmes.packages import package


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def environment(data: Path, port: int) -> dict[str, str]:
    """An embedded installation of its own, whatever these tests run on."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("COCORA_")}
    return {**kept, "COCORA_DATA": str(data), "COCORA_PORT": str(port)}


def manage(variables: dict[str, str], *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=settings.BASE_DIR,
        env=variables,
        check=True,
        capture_output=True,
    )


def wait_until_ready(address: str, seconds: float = 240) -> None:
    until = time.monotonic() + seconds
    while True:
        try:
            with urlopen(f"{address}/health/", timeout=5) as answer:
                if b'"ready": true' in answer.read():
                    return
        except (URLError, OSError):
            pass
        assert time.monotonic() < until, "The platform did not become ready."
        time.sleep(0.5)


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[str]:
    """The address of a running platform with one small programme and the demo accounts."""
    port = free_port()
    variables = environment(tmp_path / "data", port)
    for name, content in package(name="Small course").items():
        path = tmp_path / "package" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    manage(variables, "migrate")
    manage(variables, "curriculum", "load", "--publish", str(tmp_path / "package"))
    manage(variables, "demo_accounts")
    manage(variables, "collectstatic", "--noinput")
    up = subprocess.Popen(
        [sys.executable, "manage.py", "up"],
        cwd=settings.BASE_DIR,
        env=variables,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        address = f"http://localhost:{port}"
        wait_until_ready(address)
        yield address
    finally:
        up.terminate()
        up.wait(120)


def sign_in(page: Page, address: str, who: str) -> None:
    page.goto(address)
    page.get_by_role("textbox", name="E-mail address").fill(who)
    page.get_by_role("textbox", name="Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def downloaded(page: Page) -> PdfReader:
    # Whether one sees it being made is a race with the workers; test_print.py looks at that.
    expect(page).to_have_url(re.compile(r"/handbooks/orders/\d+/$"))
    expect(page.get_by_text("The book is ready.")).to_be_attached(timeout=240_000)
    with page.expect_download() as download:
        page.get_by_role("link", name="Download").click()
    return PdfReader(BytesIO(Path(download.value.path()).read_bytes()))


def words_of(page: PageObject) -> str:
    return " ".join(page.extract_text().split())


def test_a_guide_in_the_hand(page: Page, platform: str) -> None:
    sign_in(page, f"{platform}/handbooks/", "staff@example.org")
    page.get_by_role("button", name="Facilitator guide Small course", exact=True).click()
    assert any("Exercise P1.1" in words_of(leaf) for leaf in downloaded(page).pages)


def test_from_a_sentence_of_an_author_to_the_book_of_a_trainer(page: Page, platform: str) -> None:
    sign_in(page, f"{platform}/programmes/small/", "staff@example.org")
    page.get_by_role("link", name="Make our own version").click()
    page.get_by_role("button", name="Make a copy").click()
    page.wait_for_url("**/programmes/drafts/*/")
    draft = page.url
    page.get_by_role("link", name="Exercise P1.1").first.click()
    page.locator("[name=steps-text]:not(template *)").first.fill("Say hello to your neighbour.")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    page.goto(draft)
    page.get_by_label("What is new").fill("A warmer welcome.")
    page.get_by_role("button", name="Publish version").click()
    page.get_by_role("button", name="Publish", exact=True).click()
    expect(page.get_by_text("is published").first).to_be_visible()
    page.context.clear_cookies()

    sign_in(page, f"{platform}/handbooks/compose/", "facilitator@example.org")
    page.get_by_role("button", name="Not now").click()
    expect(page.get_by_role("button", name="Not now")).to_have_count(0)
    page.goto(f"{platform}/handbooks/compose/")
    choose(page, lambda: page.get_by_role("radio", name="Facilitator guide").check())
    programme = page.get_by_label("Programme", exact=True)
    own = programme.locator("option", has_not_text="1.0.0")
    expect(own).to_have_count(1)
    label = own.inner_text()
    choose(page, lambda: programme.select_option(label=label))
    since = page.get_by_label("What has changed")
    choose(page, lambda: since.select_option(label="Since version 1.0.0"))
    choose(page, page.get_by_label("Mark the changes at the margin").check)
    page.get_by_role("button", name="Order this book").click()
    book = downloaded(page)
    leaves = [words_of(leaf) for leaf in book.pages]
    (changed,) = [n for n, words in enumerate(leaves) if "hello to your neighbour" in words]
    listed = next(words for words in leaves if "What has changed" in words)
    assert "P1.1" in listed
    assert "Step 1" in listed
    assert re.search(rf"\b{book.page_labels[first_page_of(leaves, 'P1.1')]}\b", listed)
    assert changed >= first_page_of(leaves, "P1.1")


def choose(page: Page, act: Callable[[], object]) -> None:
    """A choice brings the page up to date; the next one waits for that, as people do."""
    with page.expect_response(lambda answer: "/handbooks/compose/" in answer.url):
        act()
    settled(page)


def first_page_of(leaves: list[str], code: str) -> int:
    """Where the exercise begins: its page has the facts in a box."""
    return next(n for n, words in enumerate(leaves) if code in words and "Method" in words)
