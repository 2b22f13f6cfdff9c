"""What nobody has to know any more goes, and nothing else."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command
from django.utils import timezone

from cocora.audit.models import AuditEntry
from participants import scans
from participants.actions.retention import (
    Forgotten,
    due_people,
    forget_what_is_due,
    months_before,
)
from participants.models import AccessNeed, ConsentLink, Participant
from participants.vocabulary import Need
from tests.conftest import World
from tests.factories import (
    CohortFactory,
    ConsentFactory,
    ConsentLinkFactory,
    EnrolmentFactory,
    ParticipantFactory,
)

pytestmark = pytest.mark.django_db

LONG_AGO = timedelta(days=400)


@pytest.fixture(autouse=True)
def files(tmp_path, settings):
    settings.FILES_DIR = tmp_path


def graduate(world: World, ended: timedelta) -> Participant:
    """Somebody whose last cohort ended so long ago."""
    last = timezone.localdate() - ended
    cohort = CohortFactory(
        organisation=world.ours, starts_on=last - timedelta(days=60), ends_on=last
    )
    return EnrolmentFactory(cohort=cohort, status="completed").participant


def known(person: Participant) -> str:
    return Participant.objects.get(pk=person.pk).display_name


@pytest.mark.parametrize(
    ("day", "months", "before"),
    [
        (date(2026, 8, 31), 6, date(2026, 2, 28)),
        (date(2028, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 1, 15), 1, date(2025, 12, 15)),
        (date(2026, 12, 31), 12, date(2025, 12, 31)),
        (date(2026, 3, 31), 1, date(2026, 2, 28)),
    ],
)
def test_months_are_those_of_the_calendar(day: date, months: int, before: date):
    assert months_before(day, months) == before


def test_names_go_months_after_the_last_cohort_and_the_code_stays(world: World):
    old, recent = graduate(world, LONG_AGO), graduate(world, timedelta(days=30))
    told = forget_what_is_due()
    assert told.identities == 1
    row = Participant.objects.get(pk=old.pk)
    assert (row.display_name, row.contact, row.code) == ("", "", old.code)
    assert known(recent)
    assert not forget_what_is_due()


def test_a_later_cohort_keeps_the_name(world: World):
    person = graduate(world, LONG_AGO)
    EnrolmentFactory(cohort=world.cohorts.ours, participant=person)
    forget_what_is_due()
    assert known(person)


def test_who_was_never_in_a_cohort_is_kept_from_the_day_of_being_written_down(world: World):
    old = ParticipantFactory(organisation=world.ours, created_at=timezone.now() - LONG_AGO)
    new = ParticipantFactory(organisation=world.ours)
    forget_what_is_due()
    assert not known(old)
    assert known(new)


def test_a_merged_row_goes_with_the_person_and_stays_with_her(world: World):
    kept = EnrolmentFactory(cohort=world.cohorts.ours).participant
    merged = ParticipantFactory(
        organisation=world.ours, merged_into=kept, created_at=timezone.now() - LONG_AGO
    )
    forget_what_is_due()
    assert known(merged)
    kept.enrolments.all().delete()
    Participant.objects.filter(pk=kept.pk).update(created_at=timezone.now() - LONG_AGO)
    forget_what_is_due()
    assert not known(merged)
    assert not known(kept)


def test_each_organisation_keeps_names_as_long_as_it_says(world: World):
    person = graduate(world, timedelta(days=100))
    assert due_people(world.ours, timezone.localdate()) == []
    world.ours.keep_names_months = 2
    assert due_people(world.ours, timezone.localdate()) == [person]


def test_needs_go_the_day_after_their_last(world: World):
    person, today = ParticipantFactory(organisation=world.ours), timezone.localdate()
    person.needs.create(need=Need.VEGAN, expires_on=today)
    person.needs.create(need=Need.VEGETARIAN, expires_on=today - timedelta(days=1))
    forget_what_is_due()
    assert [row.need for row in AccessNeed.objects.all()] == [Need.VEGAN]


def test_scans_go_with_the_name_and_the_answer_stays(
    world: World, django_capture_on_commit_callbacks
):
    old, recent = graduate(world, LONG_AGO), graduate(world, timedelta(days=30))
    for person in (old, recent):
        name = scans.keep(person, b"a signed sheet", "jpg")
        ConsentFactory(participant=person, means="paper", scan=name)
    with django_capture_on_commit_callbacks(execute=True):
        assert forget_what_is_due().scans == 1
    assert old.consents.exists()
    with pytest.raises(FileNotFoundError):
        scans.read(old, old.consents.get().scan)
    assert scans.read(recent, recent.consents.get().scan)


def test_a_file_that_no_row_names_goes_after_a_day(world: World, monkeypatch):
    person = ParticipantFactory(organisation=world.ours)
    stray = scans.folder() / scans.keep(person, b"half an upload", "jpg")
    forget_what_is_due()
    assert stray.exists()
    monkeypatch.setattr("participants.actions.retention.STRAY_AFTER", -1)
    forget_what_is_due()
    assert not stray.exists()


def test_old_links_go(world: World):
    person = ParticipantFactory(organisation=world.ours)
    now = timezone.now()
    ConsentLinkFactory(participant=person, expires_at=now - timedelta(days=31))
    fresh = ConsentLinkFactory(participant=person)
    forget_what_is_due()
    assert list(ConsentLink.objects.all()) == [fresh]


def test_a_dry_run_counts_and_touches_nothing(world: World, capsys):
    person = graduate(world, LONG_AGO)
    call_command("forget", "--dry-run")
    assert "identities: 1 would be deleted" in capsys.readouterr().out
    assert known(person)
    assert not AuditEntry.objects.exists()
    call_command("forget")
    assert "identities: 1 deleted" in capsys.readouterr().out
    assert not known(person)


def test_the_audit_log_keeps_counts_only(world: World):
    person = graduate(world, LONG_AGO)
    forget_what_is_due()
    entry = AuditEntry.objects.get(verb="retention.done")
    assert entry.organisation_id == world.ours.pk
    assert entry.detail["identities"] == 1
    assert person.code not in str(entry.detail)


def test_counts_add_up():
    assert Forgotten(1, 2) + Forgotten(1, 0, 3) == Forgotten(2, 2, 3)
    assert not Forgotten()
