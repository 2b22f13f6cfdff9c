"""A coordinator brings in twenty people from a spreadsheet, in a real browser."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from participants.actions.participants import create_participant
from participants.models import Participant
from participants.tables.writing import write_xlsx
from tests.browser.journey import axe, overflow, pictures, signed_in, told
from tests.conftest import Role, World

HEADINGS = ["First name", "Surname", "E-mail or phone", "Age", "Language", "Shoe size"]


@pytest.fixture
def spreadsheet(tmp_path: Path) -> Path:
    """Twenty people who can be taken, and three rows that say why they can't."""
    rows = [
        [f"Person{n}", "Lind", f"person{n}@example.org", str(15 + n % 9), "Danish", "40"]
        for n in range(20)
    ]
    rows += [
        ["Lotte", "Holm", "", "2009-04-01", "", ""],
        ["", "", "nobody@example.org", "17", "", ""],
        ["PERSON3", "Lind", "Person3@example.org", "18", "", ""],
    ]
    path = tmp_path / "people.xlsx"
    path.write_bytes(write_xlsx(HEADINGS, rows))
    return path


def looks_right(page: Page, name: str) -> None:
    page.emulate_media(reduced_motion="reduce")  # Colours are measured, not their way there.
    pictures(page, name)
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) <= 0, name
        assert axe(page) == [], name


@pytest.fixture
def here(world: World, transactional_db: None) -> World:
    """One of them is here already."""
    create_participant(
        organisation=world.ours,
        display_name="Person0 Lind",
        contact="person0@example.org",
        age_band="16-17",
        by=world[Role.COORDINATOR],
    )
    _cohort = world.cohorts.ours
    return world


def test_from_a_spreadsheet_to_the_people_of_a_cohort(
    page: Page, live_server, here: World, spreadsheet: Path
) -> None:
    cohort = here.cohorts.ours
    signed_in(page, here[Role.COORDINATOR], live_server.url)
    page.goto(f"{live_server.url}/cohorts/{cohort.pk}/people/import/")
    looks_right(page, "import-file")
    page.get_by_label("File").set_input_files(spreadsheet)
    page.get_by_role("button", name="Look at the list").click()

    expect(page.get_by_role("heading", name="Check the list")).to_be_visible()
    expect(page.get_by_text("This is a date. Birthdays are not kept here")).to_be_visible()
    expect(page.get_by_text("The name is missing.")).to_be_visible()
    expect(page.get_by_text("The same person stands in row 5.")).to_be_visible()
    looks_right(page, "import-check")
    page.get_by_role("link", name="Here already").click()
    expect(page).to_have_url(re.compile("show="))
    expect(page.get_by_text("applies to the cohort", exact=False).first).to_be_visible()
    assert Participant.objects.count() == 1

    page.get_by_role("link", name="Change the columns").click()
    expect(page.get_by_role("heading", name="What stands in which column?")).to_be_visible()
    looks_right(page, "import-columns")
    page.get_by_label("Column E, “Language”, holds").select_option("Leave out")
    page.get_by_role("button", name="Check the list").click()
    page.get_by_role("button", name="Create 19 people").click()
    expect(page.get_by_text("19 people were created. 20 applied to the cohort.")).to_be_visible()
    assert Participant.objects.count() == 20
    assert cohort.enrolments.count() == 20
    assert {person.language for person in Participant.objects.all()} == {"en"}


def look_at(page: Page, server: str, spreadsheet: Path) -> None:
    page.goto(f"{server}/participants/import/")
    page.get_by_label("File").set_input_files(spreadsheet)
    page.get_by_role("button", name="Look at the list").click()


def test_the_same_list_again_changes_nothing(
    page: Page, live_server, here: World, spreadsheet: Path
) -> None:
    signed_in(page, here[Role.COORDINATOR], live_server.url)
    look_at(page, live_server.url, spreadsheet)
    page.get_by_role("button", name="Create 19 people").click()
    told(page, "19 people were created.")
    look_at(page, live_server.url, spreadsheet)
    expect(page.get_by_text("nobody on this list is new here")).to_be_visible()
    page.get_by_role("button", name="Delete this list").click()
    expect(page.get_by_text("Nothing of it was kept")).to_be_visible()
    assert Participant.objects.count() == 20


def test_a_file_that_is_no_list_says_why_at_its_field(page: Page, live_server, here: World) -> None:
    signed_in(page, here[Role.COORDINATOR], live_server.url)
    page.goto(f"{live_server.url}/participants/import/")
    broken = {"name": "people.xlsx", "mimeType": "", "buffer": b"PK\x03\x04 broken"}
    page.get_by_label("File").set_input_files(broken)
    page.get_by_role("button", name="Look at the list").click()
    expect(page.get_by_text("The Excel file is damaged").first).to_be_visible()
    looks_right(page, "import-refused")


def test_two_rows_become_one_person(page: Page, live_server, here: World) -> None:
    create_participant(
        organisation=here.ours,
        display_name="P. Lind",
        contact="PERSON0@example.org",
        age_band="18-20",
        by=here[Role.COORDINATOR],
    )
    signed_in(page, here[Role.COORDINATOR], live_server.url)
    page.goto(f"{live_server.url}/participants/duplicates/")
    looks_right(page, "duplicates")
    page.get_by_role("link", name="Compare").click()
    expect(page.get_by_role("heading", name="One person or two?")).to_be_visible()
    looks_right(page, "duplicate-pair")
    page.get_by_role("radio", name="18–20").check()
    page.get_by_role("button", name="It is one person: merge").click()
    page.get_by_role("button", name="Yes, it is one person").click()
    expect(page.get_by_text("are one person now")).to_be_visible()
    row = Participant.objects.present().get()
    assert (row.display_name, row.age_band) == ("Person0 Lind", "18-20")
