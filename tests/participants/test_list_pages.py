"""The pages of lists: what a coordinator sees from the file to the people, and out again."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from openpyxl import load_workbook

from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from participants.models import NotTheSame, Participant, PeopleImport
from participants.tables.reading import MAX_BYTES, read_table
from tests.conftest import World
from tests.factories import EnrolmentFactory, ParticipantFactory

pytestmark = pytest.mark.django_db

LIST = "Name;Contact;Age\nAino Korhonen;aino@example.org;17\nBram;bram@example.org;teen\n"


@pytest.fixture
def coordinator(world: World):
    return world.client(Role.COORDINATOR)


def send(coordinator, data: bytes | str = LIST, cohort=None, **more):
    page = "participants:cohort_import" if cohort else "participants:import"
    address = reverse(page, args=[cohort.pk] if cohort else [])
    data = data.encode() if isinstance(data, str) else data
    return coordinator.post(address, {"file": SimpleUploadedFile("people.csv", data), **more})


def test_from_the_file_to_the_people_of_a_cohort(world: World, coordinator):
    cohort = world.cohorts.ours
    checked = send(coordinator, cohort=cohort)
    page = coordinator.get(checked["Location"])
    assert "Create 1 person" in page.content.decode()
    assert "C3 · Age" in page.content.decode()
    assert "This is no age" in page.content.decode()
    assert not Participant.objects.exists()
    done = coordinator.post(checked["Location"] + "confirm/", follow=True)
    assert done.redirect_chain[-1][0] == reverse("participants:cohort_people", args=[cohort.pk])
    assert "1 person was created. 1 applied to the cohort." in done.content.decode()
    assert [row.participant.display_name for row in cohort.enrolments.all()] == ["Aino Korhonen"]
    assert coordinator.get(checked["Location"]).status_code == 404


def test_the_same_file_again_changes_nothing_and_says_so(world: World, coordinator):
    text = "Name,Age\nAda,17\n"
    coordinator.post(send(coordinator, text)["Location"] + "confirm/")
    page = coordinator.get(send(coordinator, text)["Location"]).content.decode()
    assert "nobody on this list is new here" in page
    assert "import/confirm" not in page
    assert Participant.objects.count() == 1


def test_columns_that_nobody_can_guess_are_asked_for(world: World, coordinator):
    sent = send(coordinator, "Who;How old\nAda Berg;17\n")
    assert sent["Location"].endswith("/columns/")
    page = coordinator.get(sent["Location"]).content.decode()
    assert "Ada Berg" in page
    assert "Column A, “Who”, holds" in page
    twice = {"column_0": "display_name", "column_1": "display_name"}
    told = coordinator.post(sent["Location"], twice).content.decode()
    assert "“Name” is chosen for two columns" in told
    early = coordinator.get(sent["Location"].replace("columns/", ""), follow=True)
    assert "No column holds “Name”, “Age” yet" in early.content.decode()
    right = coordinator.post(sent["Location"], {"column_0": "display_name", "column_1": "age_band"})
    assert "Create 1 person" in coordinator.get(right["Location"]).content.decode()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"x" * (MAX_BYTES + 1), "larger than 5 MB"),
        (b"PK\x03\x04 broken", "Excel file is damaged"),
        (b"Name;Name\nAda;Berg\n", "Columns A and B are both called"),
        (b"Name;Age\n", "headings, and nobody below them"),
        (b"\x00\x01\x02\x03", "neither a CSV nor an Excel file"),
    ],
)
def test_a_file_that_can_not_be_read_says_why_at_its_field(coordinator, data: bytes, sentence: str):
    page = send(coordinator, data)
    assert page.status_code == 200
    assert sentence in page.content.decode()
    assert 'aria-invalid="true"' in page.content.decode()
    assert not PeopleImport.objects.exists()


def test_who_runs_cohorts_of_two_organisations_says_for_which(world: World):
    platform = world.client(world.platform)
    assert "organisation" in platform.get(reverse("participants:import")).content.decode()
    send(platform, organisation=world.theirs.pk)
    assert PeopleImport.objects.get().organisation == world.theirs
    cohort = world.cohorts.ours
    send(platform, cohort=cohort, organisation=world.theirs.pk)
    assert PeopleImport.objects.get().organisation == world.ours


def test_deleting_a_list_leaves_nothing(coordinator):
    address = send(coordinator)["Location"]
    told = coordinator.post(address + "discard/", follow=True).content.decode()
    assert "Nothing of it was kept" in told
    assert not PeopleImport.objects.exists()
    assert not Participant.objects.exists()


@pytest.mark.parametrize("rows", [1, 3, 50])
def test_the_check_asks_a_constant_number_of_questions(
    world: World, coordinator, rows: int, django_assert_num_queries
):
    ParticipantFactory.create_batch(rows, organisation=world.ours)
    people = "".join(f"Person {number},p{number}@example.org,17\n" for number in range(rows))
    address = send(coordinator, f"Name,Contact,Age\n{people}")["Location"]
    coordinator.get(address)
    with django_assert_num_queries(6):
        coordinator.get(address)


# --- Out ----------------------------------------------------------------------------------


def test_a_list_goes_out_as_text_that_comes_in_again(world: World, coordinator):
    ParticipantFactory(
        organisation=world.ours, display_name="=1+1", contact="+4512345678", language="da"
    )
    ParticipantFactory(organisation=world.theirs, display_name="Theirs")
    answer = coordinator.get(reverse("participants:export"))
    assert "'=1+1" in answer.content.decode("utf-8-sig")
    assert "Theirs" not in answer.content.decode("utf-8-sig")
    assert answer["Cache-Control"] == "private, no-store"
    assert answer["Content-Disposition"].startswith('attachment; filename="people-2')
    assert AuditEntry.objects.filter(verb="people.exported", organisation_id=world.ours.pk).exists()
    page = coordinator.get(send(coordinator, answer.content)["Location"]).content.decode()
    assert "nobody on this list is new here" in page


def test_a_cohort_goes_out_as_a_workbook(world: World):
    row = EnrolmentFactory(cohort=world.cohorts.ours)
    address = reverse("participants:cohort_export", args=[world.cohorts.ours.pk])
    answer = world.client(Role.COORDINATOR).get(address, {"format": "xlsx"})
    sheet = load_workbook(io.BytesIO(answer.content)).active
    assert [cell.value for cell in sheet[1]][:3] == ["Code", "Name", "Contact"]
    assert sheet["A2"].value == row.participant.code
    assert row.participant.contact in [cell.value for cell in sheet[2]]


def test_who_leads_gets_names_and_no_contacts(world: World):
    row = EnrolmentFactory(cohort=world.cohorts.ours, participant__display_name="Aino")
    address = reverse("participants:cohort_export", args=[world.cohorts.ours.pk])
    text = world.client(Role.FACILITATOR).get(address).content.decode("utf-8-sig")
    assert "Aino" in text
    assert row.participant.contact not in text


def test_no_other_kind_of_file(coordinator):
    assert coordinator.get(reverse("participants:export")).status_code == 200
    assert coordinator.get(reverse("participants:export"), {"format": "pdf"}).status_code == 404


# --- Duplicates ---------------------------------------------------------------------------


def two(world: World) -> tuple[Participant, Participant]:
    one = ParticipantFactory(organisation=world.ours, display_name="Aino", contact="a@example.org")
    return one, ParticipantFactory(
        organisation=world.ours, display_name="Aino K.", contact="A@example.org"
    )


def test_two_rows_are_compared_and_merged(world: World, coordinator):
    kept, merged = two(world)
    page = coordinator.get(reverse("participants:duplicates")).content.decode()
    assert kept.code in page
    address = reverse("participants:duplicate", args=[kept.pk, merged.pk])
    assert "Aino K." in coordinator.get(address).content.decode()
    empty = coordinator.post(address, {})
    assert "Choose one side in each line" in empty.content.decode()
    coordinator.post(address, {"display_name": "merged", "contact": "kept"})
    kept.refresh_from_db()
    assert kept.display_name == "Aino K."
    assert list(Participant.objects.present()) == [kept]
    assert coordinator.get(address).status_code == 404


def test_two_people_are_told_apart_on_the_page(world: World, coordinator):
    kept, merged = two(world)
    coordinator.post(reverse("participants:duplicate_dismiss", args=[kept.pk, merged.pk]))
    assert NotTheSame.objects.count() == 1
    page = coordinator.get(reverse("participants:duplicates")).content.decode()
    assert "Nobody seems to be here twice" in page


def test_a_list_of_one_organisation_is_not_read_by_another(world: World, coordinator):
    address = send(coordinator)["Location"]
    assert coordinator.get(address).status_code == 200
    for who in (Role.ADMINISTRATOR, world.stranger):
        assert world.client(who).get(address).status_code == 404
        assert world.client(who).post(address + "confirm/").status_code == 404
    assert read_table(SimpleUploadedFile("x.csv", LIST.encode())).rows
    assert not Participant.objects.exists()


@pytest.mark.parametrize("pairs", [1, 12])
def test_pairs_and_lists_ask_a_constant_number_of_questions(
    world: World, coordinator, pairs: int, django_assert_num_queries
):
    for number in range(pairs):
        contact = f"p{number}@example.org"
        ParticipantFactory.create_batch(2, organisation=world.ours, contact=contact)
        EnrolmentFactory(cohort=world.cohorts.ours)
    for name, arguments, questions in (
        ("participants:duplicates", [], 14),
        ("participants:export", [], 13),
        ("participants:cohort_export", [world.cohorts.ours.pk], 13),
    ):
        address = reverse(name, args=arguments)
        coordinator.get(address)
        with django_assert_num_queries(questions):
            assert coordinator.get(address).status_code == 200
