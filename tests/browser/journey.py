"""What every journey needs: to be signed in, to look around, to be measured."""

import os
from typing import Any

from django.conf import settings
from django.test import Client
from playwright.sync_api import Page, expect

from cocora.accounts.models import User
from cocora.jobs.actions import work
from cocora.jobs.models import Job

AXE = settings.BASE_DIR / "node_modules" / "axe-core" / "axe.min.js"
PICTURES = settings.BASE_DIR / "test-results"
WIDTHS = {390: 844, 768: 1024, 1440: 900}
# Fonts are there, htmx has swapped and put the classes of a swap away, nothing is on its way from
# one colour or place to another. What turns for ever, like a spinner, is not waited for.
AT_REST = """async () => {
  const frame = () => new Promise(requestAnimationFrame)
  const ends = a => a.playState === "running" && isFinite(a.effect.getComputedTiming().endTime)
  await document.fonts.ready
  do await frame()
  while (document.querySelector(".htmx-request, .htmx-swapping, .htmx-settling"))
  await frame()
  await Promise.allSettled(document.getAnimations().filter(ends).map(a => a.finished))
}"""
# A page that asks for news every second must not be swapped while it is looked at.
FAULTS = """async () => {
  const still = event => event.preventDefault()
  document.addEventListener("htmx:beforeSwap", still)
  try { return await axe.run() } finally { document.removeEventListener("htmx:beforeSwap", still) }
}"""


def signed_in(page: Page, user: User, address: str) -> Page:
    """The page with this person's session, as the live server at ``address`` made it."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": address}])
    return page


def settled(page: Page) -> Page:
    """The page once it is loaded and nothing on it moves. That it is the page one means, and not
    the one before, has to be expected first: a click returns before its answer is here."""
    page.wait_for_load_state()
    page.evaluate(AT_REST)
    return page


def told(page: Page, words: str) -> None:
    """Wait for the answer that says so; all that was written before is in the database now."""
    expect(page.locator("#messages")).to_contain_text(words)
    settled(page)


def axe(page: Page) -> list[str]:
    """One line for each fault of accessibility on the page. Evaluated, since CSP bars a script."""
    settled(page).evaluate(AXE.read_text())
    found: dict[str, Any] = page.evaluate(FAULTS)
    return [
        f"{fault['id']}: {node['html']} {node['failureSummary']}"
        for fault in found["violations"]
        for node in fault["nodes"]
    ]


def pictures(page: Page, name: str) -> None:
    """The whole page as a phone, a tablet and a desk see it, in ``test-results/``: for people to
    look at, so only when they ask for it by COCORA_TEST_PICTURES=1."""
    if not os.environ.get("COCORA_TEST_PICTURES"):
        return
    before = page.viewport_size
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        settled(page).screenshot(path=PICTURES / f"{name}-{width}.png", full_page=True)
    if before:
        page.set_viewport_size(before)


def overflow(page: Page) -> int:
    """Pixels by which the page is wider than its window; a phone would scroll sideways."""
    return settled(page).evaluate("() => document.documentElement.scrollWidth - window.innerWidth")


def work_off_jobs() -> int:
    """Do what a worker would do now; the number of jobs."""
    waiting = list(Job.objects.all().open().values_list("pk", flat=True))
    for job_id in waiting:
        work(job_id)
    return len(waiting)
