"""Find an exercise, read it, collect it."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from cocora.accounts.roles import Role
from programmes.actions import collect_exercise, create_list
from programmes.models import Exercise, ExerciseList
from tests.browser.journey import WIDTHS, axe, overflow, pictures, settled, signed_in
from tests.conftest import World
from tests.programmes.packages import exercise_md, package, published

SAID = "Everybody has a say.\n\n> Walk to the place where you feel at home, and look around."

# What reaches past the window, also where the page hides it instead of scrolling.
CUT_OFF = """() => [...document.querySelectorAll("main :is(a,p,h1,h2,h3,li,dd,span,button)")]
    .filter(part => !part.closest(".visually-hidden, .table-box, svg"))
    .filter(part => part.getBoundingClientRect().right > innerWidth + 1)
    .map(part => `${part.tagName}.${part.className}`)"""


@pytest.fixture
def shelf(world: World) -> World:
    """Thirty exercises, so that a page of results is not enough; two of them stand out."""
    files = package(exercises=30)
    special = {
        "P1.1": {"title": "Map of belonging", "type": "mapping", "words": SAID},
        "P1.2": {"title": "A map of noises", "type": "practice", "setting": "outdoors"},
    }
    for code, facts in special.items():
        path = f"p1-one/{code.lower().replace('.', '-')}-exercise.en.md"
        files[path] = exercise_md(code, **facts).encode()  # type: ignore[arg-type]
    published(files)
    return world


@pytest.fixture
def reader(page: Page, live_server, shelf: World) -> Page:
    return signed_in(page, shelf[Role.FACILITATOR], live_server.url)


@pytest.fixture
def plain_reader(browser: Browser, live_server, shelf: World) -> Iterator[Page]:
    """The same person with scripts switched off."""
    with browser.new_context(java_script_enabled=False) as context:
        yield signed_in(context.new_page(), shelf[Role.FACILITATOR], live_server.url)


def results(page: Page) -> Locator:
    return page.locator("#results .card__title")


def added(page: Page) -> None:
    expect(page.get_by_role("status").filter(has_text="Added to")).to_be_visible()


def test_words_and_facets_at_once(reader: Page, live_server) -> None:
    page = reader
    page.goto(f"{live_server.url}/programmes/search/")
    pictures(page, "search")
    assert axe(page) == []
    # A picture leaves empty style attributes behind; htmx would copy them, and CSP complain.
    page.reload()
    words = page.get_by_role("searchbox", name="Words")
    words.press_sequentially("map", delay=20)
    expect(page.locator("#results h2")).to_have_text("2 exercises")
    expect(page.locator("#announced")).to_have_text("2 exercises found")
    expect(words).to_be_focused()
    expect(words).to_have_value("map")

    page.get_by_role("checkbox", name="Mapping").check()
    expect(page.locator("#results h2")).to_have_text("1 exercise")
    expect(page.get_by_role("checkbox", name="Mapping")).to_be_focused()
    expect(page).to_have_url(re.compile(r"\?q=map&type=mapping$"))
    pictures(page, "search-narrowed")
    assert axe(page) == []

    page.reload()
    expect(results(page)).to_have_text(["Map of belonging"])
    page.get_by_role("link", name="Map of belonging").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Map of belonging")
    page.go_back()
    expect(page.get_by_role("checkbox", name="Mapping")).to_be_checked()
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?q=map$"))
    expect(page.locator("#results h2")).to_have_text("2 exercises")


def test_a_choice_is_taken_away_and_nothing_is_explained(reader: Page, live_server) -> None:
    page = reader
    page.goto(f"{live_server.url}/programmes/search/?q=map&type=mapping&people=300")
    expect(page.get_by_role("heading", name="No exercise fits all of that")).to_be_visible()
    pictures(page, "search-nothing")
    assert axe(page) == []
    page.get_by_role("link", name="Take away: 300 people").click()
    expect(page).to_have_url(re.compile(r"\?q=map&type=mapping$"))
    expect(results(page)).to_have_text(["Map of belonging"])


def test_facets_on_a_phone_are_folded_and_stay_open(reader: Page, live_server) -> None:
    page = reader
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{live_server.url}/programmes/search/?type=practice")
    outdoors = page.get_by_role("checkbox", name="Outdoors")
    expect(outdoors).to_be_hidden()
    expect(page.locator("#narrowed")).to_have_text("1")
    page.get_by_text("Narrow down").click()
    page.locator("#facet-setting > summary").click()
    outdoors.check()
    expect(page.locator("#narrowed")).to_have_text("2")
    expect(outdoors).to_be_visible()
    expect(outdoors).to_be_focused()
    assert overflow(page) == 0


def test_without_scripts(plain_reader: Page, live_server) -> None:
    page = plain_reader
    page.goto(f"{live_server.url}/programmes/search/")
    page.get_by_role("searchbox", name="Words").fill("map")
    page.get_by_role("checkbox", name="Practice").check()
    page.get_by_role("button", name="Find").click()
    expect(results(page)).to_have_text(["A map of noises"])
    expect(page.get_by_role("searchbox", name="Words")).to_have_value("map")
    page.get_by_role("link", name="Start anew").click()
    expect(results(page)).to_have_count(24)
    page.get_by_role("link", name="Next").click()
    expect(results(page)).to_have_count(6)


def test_read_and_collect(reader: Page, live_server, shelf: World) -> None:
    page = reader
    page.goto(f"{live_server.url}/programmes/small/P1.1/")
    pictures(page, "exercise")
    assert axe(page) == []
    page.get_by_role("link", name="Next step").click()
    expect(page).to_have_url(re.compile("#step-2$"))
    expect(page.locator("#step-2 .steps__head")).to_be_in_viewport()

    page.get_by_text("Add to a list").click()
    page.get_by_label("New list").fill("Tuesday evening")
    page.get_by_role("button", name="Create and add").click()
    added(page)
    page.goto(f"{live_server.url}/programmes/small/P1.2/")
    page.get_by_text("Add to a list").click()
    page.get_by_role("button", name="Tuesday evening").click()
    added(page)
    page.goto(live_server.url + ExerciseList.objects.get().get_absolute_url())
    pictures(page, "list")
    assert axe(page) == []

    titles = page.locator("#rows .row__title")
    expect(titles).to_have_text(["Map of belonging", "A map of noises"])
    page.get_by_role("button", name="Move Map of belonging down").press("Enter")
    expect(titles.first).to_have_text("A map of noises")
    page.get_by_role("button", name="Take A map of noises off").click()
    expect(titles).to_have_count(1)
    expect(page.get_by_role("status").filter(has_text="Taken off")).to_be_visible()


def test_long_names_and_many_rows_fit_on_a_phone(page: Page, live_server, world: World) -> None:
    """An own version whose titles are one long word, forty lists, all pages of the reader."""
    long = "Donaudampfschifffahrtsgesellschaftskapitänskajütenschlüsselanhänger"
    files = package(exercises=3, name=long[:60], version="10.20.30")
    files["p1-one/p1-1-exercise.en.md"] = exercise_md("P1.1", title=long).encode()
    world.ours.name = long * 2
    world.ours.save()
    own = published(files, organisation=world.ours)
    for number in range(40):
        create_list(title=f"{number}{long}", owner=world[Role.STAFF])
    mine = ExerciseList.objects.first()
    for exercise in Exercise.objects.all():
        collect_exercise(exercise=exercise, exercise_list=mine)
    signed_in(page, world[Role.STAFF], live_server.url)
    page.set_viewport_size({"width": 390, "height": 844})
    base = own.get_absolute_url()
    wide = []
    for path in (
        "/", "/programmes/", base, f"{base}P1/", f"{base}P1.1/?language=da",
        "/programmes/search/?programme=small&people=12", "/programmes/lists/",
        mine.get_absolute_url(),
    ):  # fmt: skip
        page.goto(live_server.url + path)
        wide += [(path, settled(page).evaluate(CUT_OFF))]
    assert [cut for cut in wide if cut[1]] == []
    page.goto(f"{live_server.url}{base}P1.1/")
    page.get_by_text("Add to a list").click()
    for width, height in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        page.get_by_role("button", name="Create and add").click(trial=True)
        assert overflow(page) == 0


def test_an_own_version_is_retired_after_a_question(page: Page, live_server, world: World) -> None:
    own = published(package(), organisation=world.ours)
    signed_in(page, world[Role.STAFF], live_server.url)
    page.goto(live_server.url + own.get_absolute_url())
    pictures(page, "version-own")
    page.get_by_role("button", name="Retire this version").click()
    expect(page.get_by_text("Retire this version for good?")).to_be_visible()
    page.get_by_role("button", name="Yes, retire it").click()
    expect(page.get_by_text("This version is retired.")).to_be_visible()
    pictures(page, "version-retired")
    assert axe(page) == []
