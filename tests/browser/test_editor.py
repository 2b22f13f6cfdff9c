"""A curriculum edited in real browsers: rows, preview, lost tabs, two people at once."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from programmes.actions import load_package
from programmes.models import Curriculum, DraftText
from programmes.package.read import read_folder
from tests.browser.journey import axe, overflow, pictures, signed_in
from tests.conftest import Role, World

CPP = Path(settings.BASE_DIR, "programmes", "curricula", "cpp")
# Until these words are kept in the browser: that is so a moment after the last key.
KEPT = """async words => {
  while (!Object.values(localStorage).some(kept => kept.includes(words)))
    await new Promise(requestAnimationFrame)
}"""


@pytest.fixture
def draft(world: World, transactional_db: None) -> Curriculum:
    """The first module of the Prevention Programme as a draft of ours."""
    files = {
        path: data
        for path, data in read_folder(CPP).items()
        if path == "curriculum.yaml" or path.startswith("p1-")
    }
    found, _new = load_package(files=files, by=None, organisation=world.ours)
    return found


def open_text(page: Page, world: World, server: str, draft: Curriculum, role: Role) -> DraftText:
    text = DraftText.objects.get(curriculum=draft, code="P1.1")
    signed_in(page, world[role], server).goto(f"{server}{text.get_absolute_url()}")
    return text


@pytest.fixture
def text(page: Page, live_server, world: World, draft: Curriculum) -> DraftText:
    return open_text(page, world, live_server.url, draft, Role.STAFF)


def save(page: Page) -> None:
    page.get_by_role("button", name="Save").last.click()


def test_pages_of_the_editor_fit_every_screen(
    page: Page, live_server, world: World, draft: Curriculum
) -> None:
    text = DraftText.objects.get(curriculum=draft, code="P1.1")
    module = DraftText.objects.get(curriculum=draft, code="P1")
    signed_in(page, world[Role.STAFF], live_server.url)
    page.emulate_media(reduced_motion="reduce")  # Colours are measured, not their way there.
    begin = f"/programmes/drafts/{draft.pk}/"
    for name, address in (
        ("drafts", "/programmes/drafts/"),
        ("draft", begin),
        ("draft-about", f"{begin}about/"),
        ("draft-exercise", text.get_absolute_url()),
        ("draft-module", module.get_absolute_url()),
        ("draft-file", f"{text.get_absolute_url()}file/"),
        ("draft-history", f"{text.get_absolute_url()}history/"),
        ("draft-pictures", f"{begin}images/"),
        ("draft-compare", f"{begin}compare/"),
    ):
        page.goto(f"{live_server.url}{address}")
        pictures(page, name)
        for width in (390, 1440):
            page.set_viewport_size({"width": width, "height": 900})
            assert overflow(page) <= 0, name
        for theme in ("light", "dark"):
            page.evaluate("theme => (document.documentElement.dataset.theme = theme)", theme)
            assert axe(page) == [], (name, theme)


def test_rows_by_keyboard_and_the_minutes_add_up(page: Page, text: DraftText) -> None:
    steps = page.locator("#group-steps > ol > [data-row]")
    titles = page.locator("[name=steps-title]:not(template *)")
    expect(steps).to_have_count(6)
    first, second = titles.nth(0).input_value(), titles.nth(1).input_value()
    down = steps.nth(0).get_by_role("button", name="Move down")
    down.focus()
    page.keyboard.press("Enter")
    expect(titles.nth(0)).to_have_value(second)
    expect(titles.nth(1)).to_have_value(first)
    expect(steps.nth(1).get_by_role("button", name="Move down")).to_be_focused()
    page.keyboard.press("Enter")
    expect(titles.nth(2)).to_have_value(first)
    between = titles.nth(1).input_value()
    expect(page.locator("[data-sum]")).to_have_text("Steps: 40 min, as typical")
    page.get_by_role("button", name="Add a step").press("Enter")
    expect(titles.nth(6)).to_be_focused()
    page.keyboard.type("One more")
    page.locator("[name=steps-minutes]:not(template *)").nth(6).fill("5")
    expect(page.locator("[data-sum]")).to_have_text("Steps: 45 min, typical: 40 min")
    steps.nth(6).get_by_role("button", name="Take away").press("Enter")
    expect(steps).to_have_count(6)
    expect(steps.nth(5).get_by_role("button", name="Take away")).to_be_focused()
    save(page)
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(titles.nth(1)).to_have_value(between)
    assert [step["title"] for step in steps_of(text)][:3] == [second, between, first]


def steps_of(text: DraftText) -> list[dict]:
    exercise = text.curriculum.modules.get().exercises.get(code=text.code)
    return exercise.texts.get().steps


def test_a_row_is_dragged_with_the_mouse(page: Page, text: DraftText) -> None:
    titles = page.locator("[name=steps-title]:not(template *)")
    first = titles.nth(0).input_value()
    handle = page.locator("#group-steps [data-drag]:not(template *)").nth(0)
    page.set_viewport_size({"width": 1440, "height": 1400})
    page.locator("#part-steps").evaluate("part => part.scrollIntoView()")
    handle.hover()
    page.mouse.down()
    target = page.locator("#group-steps > ol > [data-row]").nth(1).bounding_box()
    page.mouse.move(target["x"] + 30, target["y"] + target["height"] * 0.8, steps=8)
    page.mouse.up()
    expect(titles.nth(1)).to_have_value(first)


def test_toolbar_and_preview(page: Page, text: DraftText) -> None:
    box = page.get_by_label("Closing")
    field = page.locator(".field", has=box)
    box.fill("Sing together.")
    box.select_text()
    field.get_by_role("button", name="Bold").click()
    expect(box).to_have_value("**Sing together.**")
    field.get_by_role("button", name="Preview").click()
    shown = field.get_by_role("region", name="Preview")
    expect(shown.locator("strong")).to_have_text("Sing together.")
    box.fill("- one\n- two <img src=x onerror=alert(1)>")
    expect(shown.locator("li")).to_have_count(2)
    expect(shown.locator("img")).to_have_count(0)


def test_a_closed_tab_loses_nothing(page: Page, text: DraftText) -> None:
    page.get_by_label("Closing").fill("Words that nobody has saved.")
    page.get_by_role("button", name="Add a step").click()
    page.keyboard.type("A step of mine")
    expect(page.get_by_text("Not saved yet; kept in this browser")).to_be_visible()
    page.evaluate(KEPT, "A step of mine")
    address = page.url
    page.close(run_before_unload=False)
    again = page.context.new_page()
    again.goto(address)
    expect(again.get_by_text("There is text here that was not saved")).to_be_visible()
    assert axe(again) == []
    again.get_by_role("button", name="Bring it back").click()
    expect(again.get_by_label("Closing")).to_have_value("Words that nobody has saved.")
    titles = again.locator("[name=steps-title]:not(template *)")
    expect(titles).to_have_count(7)
    expect(titles.nth(6)).to_have_value("A step of mine")
    expect(again.locator("[name=handouts-title]:not(template *)")).to_have_count(1)
    expect(again.locator("[name^=cards-][name$=-title]:not(template *)")).to_have_count(8)
    save(again)
    expect(again.get_by_text(re.compile("to mend before publishing")).first).to_be_visible()
    again.reload()
    expect(again.get_by_text("There is text here that was not saved")).to_be_hidden()
    assert again.evaluate("() => localStorage.length") == 0


def test_two_editors_never_overwrite_each_other(
    page: Page, browser: Browser, live_server, world: World, draft: Curriculum, text: DraftText
) -> None:
    other = browser.new_context().new_page()
    open_text(other, world, live_server.url, draft, Role.COORDINATOR)
    page.get_by_label("Closing").fill("The first one sings.")
    save(page)
    expect(page.get_by_text("Saved.")).to_be_visible()
    other.get_by_label("Closing").fill("The second one dances.")
    save(other)
    expect(other.get_by_text("Our staff saved this text while you were writing")).to_be_visible()
    expect(other.get_by_label("Closing")).to_have_value("The second one dances.")
    expect(other.locator(".both ins, .both del").first).to_be_visible()
    assert axe(other) == []
    pictures(other, "draft-conflict")
    text.refresh_from_db()
    assert "The first one sings." in text.source
    other.get_by_label("Closing").fill("The first one sings, the second one dances.")
    save(other)
    expect(other.get_by_text("Saved.")).to_be_visible()
    text.refresh_from_db()
    assert "The first one sings, the second one dances." in text.source


def test_a_picture_is_put_in(page: Page, text: DraftText, tmp_path: Path) -> None:
    file = tmp_path / "map.png"
    file.write_bytes(dot())
    field = page.locator(".field", has=page.get_by_label("Preparation"))
    field.get_by_role("button", name="Picture").click()
    page.locator("#picture-file").set_input_files(file)
    page.locator("#picture-words").fill("A map of the hall")
    assert axe(page) == []
    page.get_by_role("button", name="Put it in").click()
    expect(page.get_by_label("Preparation")).to_have_value(
        re.compile(r"!\[A map of the hall\]\(images/a-map-of-the-hall-[0-9a-f]{8}\.png\)")
    )
    save(page)
    expect(page.get_by_text("Saved.")).to_be_visible()


def dot() -> bytes:
    import io

    from PIL import Image

    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "PNG")
    return out.getvalue()
