"""The demo: two organisations at work, made once, by the actions that the screens use."""

import pytest
from django.core.management import call_command
from django.db import transaction
from django.utils import timezone

from cocora.accounts.actions.demo import ORGANISATIONS
from cocora.accounts.models import Organisation, User
from cocora.accounts.roles import Role
from cocora.home.demo.filling import fill
from cocora.home.management.commands.prepare import PACKAGES
from participants.models import (
    BlockOut,
    Cohort,
    Community,
    Consent,
    Enrolment,
    Participant,
    Practitioner,
)
from participants.queries.likeness import alike
from participants.vocabulary import CohortStatus, EnrolmentStatus
from sessions.scheduling.models import Assignment, AssignmentState, OutboxMessage, ProgrammeSession

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def filled(django_db_setup, django_db_blocker):
    """Made once for the tests of this file, and taken away after them."""
    with django_db_blocker.unblock():
        whole = transaction.atomic()
        whole.__enter__()
        call_command("curriculum", "load", "--publish", *map(str, PACKAGES[:3]), verbosity=0)
        yield fill()
        transaction.set_rollback(True)
        whole.__exit__(None, None, None)


def test_each_programme_is_there_in_each_state(filled):
    seen = set(Cohort.objects.values_list("curriculum__programme__code", "status"))
    assert seen == {(code, status) for code in ("ccp", "cpp", "cap") for status in CohortStatus}
    assert {organisation.country for organisation in Organisation.objects.all()} == {"DK", "DE"}
    zones = set(Cohort.objects.values_list("organisation__country", "time_zone"))
    assert zones == {("DK", "Europe/Copenhagen"), ("DE", "Europe/Berlin")}
    assert Community.objects.count() == 6
    assert Practitioner.objects.count() == 12
    assert BlockOut.objects.exists()
    assert 110 <= Participant.objects.count() <= 130


def test_there_is_a_past_and_a_future(filled):
    now = timezone.now()
    for organisation in Organisation.objects.all():
        sessions = ProgrammeSession.objects.filter(cohort__organisation=organisation)
        assert sessions.filter(status="held", ends_at__lt=now).exists()
        assert sessions.filter(status="planned", starts_at__gt=now).exists()
        assert sessions.filter(status="cancelled").exists()
    assert not ProgrammeSession.objects.filter(status="planned", ends_at__lt=now).exists()
    assert set(Assignment.objects.values_list("state", flat=True)) == set(AssignmentState)
    states = set(OutboxMessage.objects.values_list("state", flat=True))
    assert {"waiting", "sent"} <= states
    assert OutboxMessage.objects.filter(participant__isnull=False, state="waiting").exists()


def test_people_are_in_every_state_and_some_consent_is_missing_or_withdrawn(filled):
    assert set(Enrolment.objects.values_list("status", flat=True)) == set(EnrolmentStatus)
    assert Consent.objects.filter(withdrawn_at__isnull=False).exists()
    assert Participant.objects.filter(consents=None, enrolments__isnull=False).exists()
    for organisation in Organisation.objects.all():
        assert len(alike(Participant.objects.filter(organisation=organisation))) >= 2


def test_a_second_time_changes_nothing(filled):
    before = [model.objects.count() for model in (Cohort, Participant, Consent, ProgrammeSession)]
    again = fill()
    assert not again.made
    after = [model.objects.count() for model in (Cohort, Participant, Consent, ProgrammeSession)]
    assert after == before


@pytest.mark.parametrize(
    ("role", "sees"),
    [
        (Role.COORDINATOR, ["Harbour group, autumn", "North table"]),
        (Role.FACILITATOR, ["Harbour group, autumn"]),
        (Role.PARTNER, ["Harbour group, autumn"]),
    ],
)
def test_every_account_has_something_to_do(filled, role: Role, sees: list[str]):
    user = User.objects.get(email=ORGANISATIONS[0].people[role][0])
    names = set(Cohort.objects.visible_to(user).values_list("name", flat=True))
    assert set(sees) <= names
    assert not names & {"Lake group, winter", "South bank table"}
