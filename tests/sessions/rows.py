"""Rows of a schedule for tests: a cohort with people who may be written to."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone

from cocora.accounts.roles import Role
from participants.models import (
    Cohort,
    CommunityContact,
    Consent,
    ConsentTerms,
    Enrolment,
    Participant,
    Practitioner,
    Venue,
)
from participants.vocabulary import (
    AgeBand,
    CohortRole,
    EnrolmentStatus,
    Giver,
    Means,
    Purpose,
)
from sessions.scheduling.models import Assignment, ProgrammeSession
from tests.conftest import World
from tests.factories import (
    CohortCommunityFactory,
    CohortFactory,
    CohortPractitionerFactory,
    CommunityContactFactory,
    PractitionerFactory,
    VenueFactory,
)


def in_days(days: int) -> date:
    return timezone.localdate() + timedelta(days=days)


def session_on(
    cohort: Cohort, day: date, start: str = "16:00", end: str = "18:00", **fields
) -> ProgrammeSession:
    begin, stop = time.fromisoformat(start), time.fromisoformat(end)
    zone = ZoneInfo(cohort.time_zone)
    return ProgrammeSession.objects.create(
        cohort=cohort,
        local_date=day,
        local_start=begin,
        local_end=stop,
        starts_at=datetime.combine(day, begin, zone),
        ends_at=datetime.combine(day, stop, zone),
        **fields,
    )


def move(row: ProgrammeSession, day: date, start: str = "16:00", end: str = "18:00") -> None:
    zone = ZoneInfo(row.cohort.time_zone)
    row.local_date = day
    row.local_start, row.local_end = time.fromisoformat(start), time.fromisoformat(end)
    row.starts_at = datetime.combine(day, row.local_start, zone)
    row.ends_at = datetime.combine(day, row.local_end, zone)
    row.save()


def assigned(row: ProgrammeSession, practitioner: Practitioner, **fields) -> Assignment:
    return Assignment.objects.create(
        programme_session=row,
        practitioner=practitioner,
        role=CohortRole.FACILITATOR,
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        **fields,
    )


def enrolled(cohort: Cohort, code: str, contact: str, *, agrees: bool = True) -> Participant:
    person = Participant.objects.create(
        organisation=cohort.organisation,
        code=code,
        display_name=f"Name of {code}",
        contact=contact,
        age_band=AgeBand.ADULT,
    )
    today = timezone.localdate()
    Enrolment.objects.create(
        cohort=cohort, participant=person, status=EnrolmentStatus.ENROLLED, joined_on=today
    )
    if agrees:
        agree(person)
    return person


def agree(person: Participant, *, yes: bool = True) -> Consent:
    terms, _made = ConsentTerms.objects.get_or_create(
        purpose=Purpose.CONTACT, language="en", country="", defaults={"title": "T", "text": "t"}
    )
    return Consent.objects.create(
        participant=person,
        terms=terms,
        purpose=Purpose.CONTACT,
        giver=Giver.PARTICIPANT,
        agreed=yes,
        means=Means.SCREEN,
    )


@dataclass
class Plan:
    """A running cohort of ours with two facilitators, a partner's contact and two participants."""

    cohort: Cohort
    venue: Venue
    lead: Practitioner
    helper: Practitioner
    contact: CommunityContact
    mia: Participant
    silent: Participant
    sessions: list[ProgrammeSession]


def plan_of(world: World, sessions: int = 3, **fields) -> Plan:
    cohort = CohortFactory(organisation=world.ours, name="Tuesday group", **fields)
    venue = VenueFactory(organisation=world.ours, name="Harbour house")
    own = PractitionerFactory(
        organisation=world.ours,
        name="Helga Helper",
        email="helga@example.org",
        user=world[Role.FACILITATOR],
    )
    lead = PractitionerFactory(organisation=world.ours, name="Lena Lead", email="lena@example.org")
    CohortPractitionerFactory(cohort=cohort, practitioner=lead, role=CohortRole.LEAD)
    CohortPractitionerFactory(cohort=cohort, practitioner=own, role=CohortRole.FACILITATOR)
    partner = CohortCommunityFactory(cohort=cohort)
    contact = CommunityContactFactory(community=partner.community, email="partner@example.org")
    rows = [session_on(cohort, in_days(7 * (n + 1)), venue=venue) for n in range(sessions)]
    for row in rows:
        assigned(row, lead)
    if rows:
        assigned(rows[0], own)
    return Plan(
        cohort=cohort,
        venue=venue,
        lead=lead,
        helper=own,
        contact=contact,
        mia=enrolled(cohort, "lumo", "mia@example.org"),
        silent=enrolled(cohort, "rade", "ole@example.org", agrees=False),
        sessions=rows,
    )


@pytest.fixture
def plan(world: World) -> Plan:
    return plan_of(world)
