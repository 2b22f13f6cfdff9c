"""Pages about people: codes first, names noted, nothing for those who have no business there."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cocora.accounts.roles import Role
from cocora.audit.actions import LONGEST
from cocora.audit.models import AuditEntry, Kind
from cocora.common.refusal import FieldRefusal, Refusal
from participants.actions import participants as actions
from participants.actions.participants import CONSONANTS, VOWELS, chance_code, known_contact
from participants.actions.reading import listed
from participants.models import Participant
from participants.vocabulary import AgeBand, EnrolmentStatus, Need
from tests.conftest import World
from tests.factories import ConsentFactory, EnrolmentFactory, ParticipantFactory

pytestmark = pytest.mark.django_db

LIST = reverse("participants:participants")
NAME = "Canary Ærø"
FACTS = {
    "display_name": NAME,
    "contact": "canary@example.org",
    "age_band": AgeBand.AGE_15,
    "language": "en",
    "kind": "young",
    "guardian_name": "",
    "guardian_contact": "",
    "needs_until": "",
}


def reads() -> list[AuditEntry]:
    return list(AuditEntry.objects.filter(kind=Kind.READ))


def test_a_code_can_be_said_and_says_nothing():
    codes = {chance_code() for _number in range(500)}
    assert len(codes) > 480
    for code in codes:
        assert set(code[::2]) <= set(CONSONANTS)
        assert set(code[1::2]) <= set(VOWELS)
        assert len(set(code[1::2])) > 1


def test_a_code_that_is_taken_is_not_given_twice(world: World, monkeypatch):
    taken = ParticipantFactory(organisation=world.ours).code
    chances = iter([taken, taken, "BATIMO"])
    monkeypatch.setattr(actions, "chance_code", lambda: next(chances))
    assert actions.free_code(world.ours) == "BATIMO"


@pytest.mark.parametrize("text", ["+45 20 30 40 50", "(030) 123-456", "a@example.org", ""])
def test_one_way_to_reach_somebody(text: str):
    assert known_contact(f"  {text} ") == text


@pytest.mark.parametrize("text", ["12", "call her mother", "a@", "@name", "+---------", "x" * 300])
def test_anything_else_is_no_contact(text: str):
    with pytest.raises(FieldRefusal) as refusal:
        known_contact(text)
    assert refusal.value.field == "contact"


def test_a_coordinator_writes_somebody_down(world: World):
    browser = world.client(Role.COORDINATOR)
    page = reverse("participants:participant_add")
    assert browser.get(page).status_code == 200
    browser.post(page, {**FACTS, "needs": [Need.STEP_FREE]})
    person = Participant.objects.get()
    assert (person.display_name, person.organisation) == (NAME, world.ours)
    assert person.needs.get().expires_on > timezone.localdate()
    assert "anary" not in str(list(AuditEntry.objects.values()))


def test_somebody_new_can_go_right_into_a_cohort(world: World):
    page = reverse("participants:participant_add") + f"?cohort={world.cohorts.ours.pk}"
    world.client(Role.COORDINATOR).post(page, FACTS)
    assert world.cohorts.ours.enrolments.get().status == EnrolmentStatus.APPLIED


def test_a_cohort_of_somebody_else_is_not_joined_that_way(world: World):
    page = reverse("participants:participant_add") + f"?cohort={world.cohorts.theirs.pk}"
    world.client(Role.COORDINATOR).post(page, FACTS)
    assert Participant.objects.get().organisation == world.ours
    assert not world.cohorts.theirs.enrolments.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("contact", "call her mother"),
        ("guardian_contact", "somewhere"),
        ("age_band", ""),
        ("age_band", "17 and a half"),
        ("language", "xx-nonsense"),
        ("needs", ["allergic to everything"]),
        ("needs_until", "2020-01-01"),
        ("needs_until", "31 February"),
        ("display_name", "x" * 81),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_saved(world: World, field: str, value):
    page = reverse("participants:participant_add")
    answer = world.client(Role.COORDINATOR).post(page, {**FACTS, field: value})
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["form"]["language"].value()
    assert not Participant.objects.exists()


def test_what_is_known_can_be_changed(world: World):
    person = ParticipantFactory(organisation=world.ours)
    person.needs.create(need=Need.VEGAN, expires_on=timezone.localdate())
    page = reverse("participants:participant_edit", args=[person.pk])
    browser = world.client(Role.COORDINATOR)
    assert person.display_name in browser.get(page).content.decode()
    browser.post(page, {**FACTS, "needs": [Need.LARGE_PRINT]})
    person = Participant.objects.get()
    assert person.display_name == NAME
    assert [row.need for row in person.needs.all()] == [Need.LARGE_PRINT]


def test_a_merged_row_is_not_changed_any_more(world: World):
    kept = ParticipantFactory(organisation=world.ours)
    merged = ParticipantFactory(organisation=world.ours, merged_into=kept)
    with pytest.raises(Refusal, match="was merged"):
        actions.change_participant(
            participant=merged,
            by=world[Role.COORDINATOR],
            age_band=AgeBand.AGE_15,
            kind="young",
            language="en",
        )
    browser = world.client(Role.COORDINATOR)
    assert browser.get(merged.get_absolute_url()).url == kept.get_absolute_url()


def test_the_list_shows_codes_until_names_are_asked_for(world: World):
    person = ParticipantFactory(organisation=world.ours, display_name=NAME)
    browser = world.client(Role.COORDINATOR)
    plain = browser.get(LIST).content.decode()
    assert person.code in plain
    assert NAME not in plain
    assert reads() == []
    assert NAME in browser.get(LIST, {"names": "1"}).content.decode()
    (read,) = reads()
    assert read.verb == "participants.names_shown"
    assert read.actor_id == world[Role.COORDINATOR].pk
    assert read.detail == {"people": 1, "codes_1": person.code}


@pytest.mark.parametrize("wanted", ["canary", "AERO", "ærø", "ry æ"])
def test_people_are_found_by_name_whatever_its_spelling_and_that_is_noted(world: World, wanted):
    person = ParticipantFactory(organisation=world.ours, display_name=NAME)
    other = ParticipantFactory(organisation=world.ours, display_name="Somebody")
    shown = world.client(Role.COORDINATOR).get(LIST, {"q": wanted}).content.decode()
    assert person.code in shown
    assert other.code not in shown
    assert reads()[0].detail["codes_1"] == person.code


def test_people_are_found_by_a_part_of_the_code(world: World):
    person = ParticipantFactory(organisation=world.ours)
    shown = world.client(Role.COORDINATOR).get(LIST, {"q": person.code[:4].lower()})
    assert person.code in shown.content.decode()


def test_where_consent_is_open_can_be_listed(world: World):
    agreed = ConsentFactory(participant__organisation=world.ours).participant
    asked = ParticipantFactory(organisation=world.ours)
    shown = world.client(Role.COORDINATOR).get(LIST, {"open": "1"}).content.decode()
    assert asked.code in shown
    assert agreed.code not in shown


def test_nobody_of_another_organisation_is_in_the_list(world: World):
    theirs = ParticipantFactory(organisation=world.theirs, display_name=NAME)
    ours = ParticipantFactory(organisation=world.ours)
    shown = world.client(Role.COORDINATOR).get(LIST, {"names": "1"}).content.decode()
    assert ours.code in shown
    assert theirs.code not in shown


def test_when_the_log_cannot_be_written_nothing_is_shown(world: World, monkeypatch):
    person = ParticipantFactory(organisation=world.ours, display_name=NAME)

    def broken(**_facts):
        raise RuntimeError("no log")

    monkeypatch.setattr("participants.actions.reading.record_read", broken)
    browser = world.client(Role.COORDINATOR)
    browser.raise_request_exception = False
    for page in (f"{LIST}?names=1", person.get_absolute_url()):
        answer = browser.get(page)
        assert answer.status_code == 500
        assert NAME not in answer.content.decode()


def test_codes_in_the_log_fit_into_its_values():
    values = dict(listed(["BATIMOXX"] * 100))
    assert len(values) > 1
    assert all(len(value) <= LONGEST for value in values.values())
    assert sum(len(value.split()) for value in values.values()) == 100


@pytest.mark.parametrize("number", [1, 3])
def test_the_list_costs_the_same_for_one_and_for_many(world: World, number: int):
    for _one in range(number):
        row = EnrolmentFactory(cohort=world.cohorts.ours)
        ConsentFactory(participant=row.participant)
    browser = world.client(Role.COORDINATOR)
    browser.get(LIST)
    with CaptureQueriesContext(connection) as queries:
        browser.get(LIST)
    assert len(queries) == 10


@pytest.mark.parametrize("number", [1, 3])
def test_the_people_of_a_cohort_cost_the_same_for_one_and_for_many(world: World, number: int):
    for _one in range(number):
        row = EnrolmentFactory(cohort=world.cohorts.ours)
        ConsentFactory(participant=row.participant)
    browser = world.client(Role.COORDINATOR)
    page = reverse("participants:cohort_people", args=[world.cohorts.ours.pk])
    browser.get(page)
    with CaptureQueriesContext(connection) as queries:
        browser.get(page)
    assert len(queries) == 9


def test_a_facilitator_meets_who_is_in_the_room_and_no_applicant(world: World):
    inside = EnrolmentFactory(cohort=world.cohorts.ours).participant
    outside = EnrolmentFactory(
        cohort=world.cohorts.ours, status=EnrolmentStatus.APPLIED
    ).participant
    browser = world.client(Role.FACILITATOR)
    page = reverse("participants:cohort_people", args=[world.cohorts.ours.pk])
    shown = browser.get(page, {"names": "1"}).content.decode()
    assert inside.display_name in shown
    assert outside.code not in shown
    assert "Enrol" not in shown.replace("Enrolled", "")
    assert browser.get(inside.get_absolute_url()).status_code == 200
    assert browser.get(outside.get_absolute_url()).status_code == 404
    assert {read.verb for read in reads()} == {"cohort.names_shown", "participant.opened"}


def test_the_page_of_one_person_is_noted_each_time(world: World):
    person = ParticipantFactory(organisation=world.ours)
    browser = world.client(Role.COORDINATOR)
    for _time in range(2):
        browser.get(person.get_absolute_url())
    assert [read.target_id for read in reads()] == [str(person.pk)] * 2


def test_the_steps_of_a_line(world: World):
    person = ConsentFactory(participant__organisation=world.ours).participant
    browser, cohort = world.client(Role.COORDINATOR), world.cohorts.ours
    people = reverse("participants:cohort_people", args=[cohort.pk])
    add = reverse("participants:enrolment_add", args=[cohort.pk])
    assert person.code in browser.get(add, {"q": person.code}).content.decode()
    browser.post(add, {"person": [str(person.pk)]})
    row = cohort.enrolments.get()

    def step(name: str, **facts) -> str:
        page = reverse("participants:enrolment_step", args=[cohort.pk, row.pk, name])
        shown = browser.post(page, facts, follow=True).content.decode()
        row.refresh_from_db()
        return shown

    assert "is enrolled" in step("enrol")
    assert "31 February" not in step("complete", on="31 February")
    assert row.status == EnrolmentStatus.ENROLLED
    assert "has completed" in step("complete")
    assert "enrolled again" in step("take-back")
    assert "has left" in step("withdraw")
    assert "on the list again" in step("apply-again")
    assert "another status by now" in step("apply-again")
    assert row.status == EnrolmentStatus.APPLIED
    page = reverse("participants:enrolment_step", args=[cohort.pk, row.pk, "nonsense"])
    assert browser.post(page).status_code == 404
    assert browser.get(people).status_code == 200


def test_a_row_of_another_cohort_is_not_found(world: World):
    row = EnrolmentFactory(cohort=world.cohorts.other)
    here = reverse("participants:enrolment_step", args=[world.cohorts.ours.pk, row.pk, "withdraw"])
    there = reverse(
        "participants:enrolment_step", args=[world.cohorts.other.pk, row.pk, "withdraw"]
    )
    assert world.client(Role.COORDINATOR).post(here).status_code == 404
    assert world.client(Role.COORDINATOR).post(there).status_code == 302


def test_nobody_is_added_who_was_not_offered(world: World):
    stranger = ParticipantFactory(organisation=world.theirs)
    ours = ParticipantFactory(organisation=world.ours)
    page = reverse("participants:enrolment_add", args=[world.cohorts.ours.pk])
    browser = world.client(Role.COORDINATOR)
    browser.post(page, {"person": [str(stranger.pk)]})
    browser.post(page, {"person": []})
    assert not world.cohorts.ours.enrolments.exists()
    browser.post(page, {"person": [str(ours.pk)]})
    assert world.cohorts.ours.enrolments.exists()


def test_needs_of_a_cohort_are_counted_and_name_nobody(world: World):
    row = EnrolmentFactory(cohort=world.cohorts.ours)
    row.participant.needs.create(need=Need.STEP_FREE, expires_on=timezone.localdate())
    page = reverse("participants:cohort_people", args=[world.cohorts.ours.pk])
    assert "A way in without steps 1×" in world.client(Role.COORDINATOR).get(page).content.decode()
