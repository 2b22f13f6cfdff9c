"""Every page as every role: nothing for axe, nothing in the console, nothing that jumps."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page

from cocora.accounts.roles import PERMISSIONS, Permission, Role
from cocora.home.context import PLACES
from handbooks.models import Document, DocumentKind, Order, Paper
from programmes.actions import collect_exercise, create_list
from programmes.models import Curriculum, Exercise
from programmes.package.read import read_folder
from tests.browser.journey import axe, overflow, settled, signed_in
from tests.conftest import World
from tests.programmes.packages import published

PHONE = {"width": 390, "height": 844}
DESK = {"width": 1440, "height": 900}
# Administrator and coordinator see every page: together in every size and light.
LOOKS = {
    Role.ADMINISTRATOR: [(PHONE, "light"), (DESK, "dark")],
    Role.COORDINATOR: [(PHONE, "dark"), (DESK, "light")],
    Role.FACILITATOR: [(PHONE, "light")],
    Role.STAFF: [(DESK, "dark")],
    Role.PARTNER: [(PHONE, "dark")],
    Role.AUTHORITY: [(DESK, "light")],
}
ACCOUNT = ("accounts:profile", "account_email", "account_change_password", "mfa_index")
BEFORE_SIGN_IN = ("account_login", "account_reset_password")
# How far things jumped, without what a click or a key has moved: below 0.1 is called good. Each
# page has an entry of its navigation, and when that comes the jumps before it have come too.
SHIFTS = """() => new Promise(done => {
  let sum = 0
  const observer = new PerformanceObserver(list => {
    list.getEntries().forEach(e => { if (e.value && !e.hadRecentInput) sum += e.value })
    if (list.getEntriesByType("navigation").length) done(sum)
  })
  observer.observe({ type: "layout-shift", buffered: true })
  observer.observe({ type: "navigation", buffered: true })
})"""


@pytest.fixture
def shelf(world: World) -> World:
    """The real Ambassador Programme and the shared chapters: long texts, wide tables."""
    for name in ("cap", "foundations"):
        published(read_folder(settings.BASE_DIR / "programmes" / "curricula" / name))
    return world


def pages_of(world: World, role: Role) -> Iterator[str]:
    held = PERMISSIONS[role]
    yield from (reverse(p.name) for p in PLACES if not p.permission or p.permission in held)
    yield from map(reverse, ACCOUNT)
    if Permission.INVITE_PEOPLE in held:
        yield reverse("accounts:invite")
    for curriculum in Curriculum.objects.all():
        yield curriculum.get_absolute_url()
    exercise = Exercise.objects.select_related("module").get(code="A6.3")
    yield from (exercise.module.get_absolute_url(), exercise.get_absolute_url())
    chapters = Curriculum.objects.get(programme__code="foundations").chapters
    yield from (row.get_absolute_url() for row in chapters.filter(code__in=["country-cards"]))
    yield f"{reverse('programmes:search')}?q=listen&type=practice&people=12"
    collected = create_list(title="An evening " * 7, owner=world[role])
    collect_exercise(exercise=exercise, exercise_list=collected)
    yield collected.get_absolute_url()
    yield ready_order(world, role).get_absolute_url()
    yield "/nothing/here/"


def ready_order(world: World, role: Role) -> Order:
    made = Document.objects.create(
        digest="0" * 64,
        kind=DocumentKind.GUIDE,
        curriculum=Curriculum.objects.get(programme__code="cap"),
        title="Ambassador Programme: Facilitator guide",
        version="1.0.0",
        language="en",
        paper=Paper.A4,
        pages=188,
        size=2_400_000,
    )
    return Order.objects.create(
        ordered_by=world[role],
        digest=made.digest,
        kind=made.kind,
        title=made.title,
        arguments={},
        document=made,
    )


def faults_of(page: Page, looks: list[tuple[dict[str, int], str]]) -> list[str]:
    """What is wrong with the page that stands open, in each size and light."""
    found = []
    for size, light in looks:
        page.set_viewport_size(size)  # type: ignore[arg-type]
        page.emulate_media(color_scheme=light)  # type: ignore[arg-type]
        found += [f"{size['width']} {light}: {fault}" for fault in axe(page)]
        if overflow(page):
            found.append(f"{size['width']}: wider than the window by {overflow(page)}")
    return found


@pytest.mark.parametrize("role", Role)
def test_every_page_as_every_role(page: Page, live_server, shelf: World, role: Role) -> None:
    signed_in(page, shelf[role], live_server.url)
    page.set_viewport_size(LOOKS[role][0][0])  # type: ignore[arg-type]
    found = {}
    for path in pages_of(shelf, role):
        page.goto(live_server.url + path)
        shift = settled(page).evaluate(SHIFTS)
        faults = faults_of(page, LOOKS[role])
        if shift >= 0.02:
            faults.append(f"jumps by {shift:.3f}")
        if faults:
            found[path] = faults
    page.complaints[:] = [line for line in page.complaints if "/nothing/here/" not in line]  # type: ignore[attr-defined]
    assert found == {}


@pytest.mark.parametrize("name", BEFORE_SIGN_IN)
def test_pages_before_sign_in(page: Page, live_server, db: None, name: str) -> None:
    page.goto(live_server.url + reverse(name))
    assert settled(page).evaluate(SHIFTS) < 0.02
    assert faults_of(page, LOOKS[Role.ADMINISTRATOR] + LOOKS[Role.COORDINATOR]) == []
