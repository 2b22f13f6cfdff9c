"""Who is concerned by a schedule, and who may be written to about it."""

from dataclasses import dataclass, field
from typing import Literal

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from participants.models import (
    Cohort,
    CohortPractitioner,
    CommunityContact,
    Participant,
    Practitioner,
)
from participants.queries import answers
from participants.vocabulary import CohortRole, EnrolmentStatus, Purpose
from sessions.scheduling.queries.snapshots import Change, Snapshot

Kind = Literal["practitioner", "contact", "participant"]
# What changes for whoever comes; how a session is led and what is done there is for its leaders.
FOR_EVERYBODY = {"new", "moved", "cancelled", "restored", "venue"}


@dataclass(frozen=True)
class Person:
    """Somebody who is told about sessions: about all of a cohort, or about those she leads."""

    kind: Kind
    pk: object
    shown: str
    email: str
    only_own: bool = False

    def is_told(self, change: Change) -> bool:
        if self.kind != "practitioner":
            return change["kind"] in FOR_EVERYBODY
        if self.pk in change["people"]:
            return True
        return not self.only_own and change["kind"] in FOR_EVERYBODY


@dataclass
class Audience:
    """Everybody concerned. Who has not agreed to messages, or has no address, gets none."""

    people: list[Person] = field(default_factory=list)
    without_consent: list[Participant] = field(default_factory=list)
    without_address: list[Participant] = field(default_factory=list)


def is_address(text: str) -> bool:
    try:
        validate_email(text)
    except ValidationError:
        return False
    return True


def audience(cohort: Cohort, *pictures: Snapshot) -> Audience:
    """Whom a release of this cohort concerns; ``pictures`` are the schedules before and after."""
    leading = {pk for told in pictures for one in told["sessions"] for pk in one["people"]}
    found = Audience(people=[*practitioners(cohort, leading), *contacts(cohort)])
    addresses = {person.email.lower() for person in found.people}
    for person in participants(cohort, found):
        if person.email.lower() not in addresses:
            found.people.append(person)
    return found


def practitioners(cohort: Cohort, leading: set[int]) -> list[Person]:
    """Who has a place in the cohort, or leads one of its sessions.

    Who facilitates hears of the sessions she leads; who leads the cohort, comes for an authority,
    or leads nothing yet hears of all.
    """
    places = CohortPractitioner.objects.filter(cohort=cohort, left_on=None)
    roles = dict(places.values_list("practitioner_id", "role"))
    rows = Practitioner.objects.filter(pk__in={*roles, *leading}, retired_at=None)
    whole = {CohortRole.LEAD, CohortRole.AUTHORITY}
    return [
        Person(
            "practitioner",
            row.pk,
            row.name,
            row.email,
            only_own=row.pk in leading and roles.get(row.pk) not in whole,
        )
        for row in rows
    ]


def contacts(cohort: Cohort) -> list[Person]:
    """The contacts of communities that are partners now; one address is written to once."""
    rows = CommunityContact.objects.filter(
        community__partnerships__cohort=cohort,
        community__partnerships__ended_on=None,
        ended_at=None,
    )
    by_address: dict[str, Person] = {}
    for row in rows.distinct().order_by("pk"):
        by_address.setdefault(row.email.lower(), Person("contact", row.pk, row.name, row.email))
    return list(by_address.values())


def participants(cohort: Cohort, found: Audience) -> list[Person]:
    """Those enrolled whose consent covers messages and who have a mail address."""
    rows = Participant.objects.present().filter(
        enrolments__cohort=cohort, enrolments__status=EnrolmentStatus.ENROLLED
    )
    people = list(rows.select_related("organisation").order_by("code"))
    agreed = answers(people, Purpose.CONTACT)
    told = []
    for person in people:
        if not agreed[person.pk].allowed:
            found.without_consent.append(person)
        elif not is_address(person.contact):
            found.without_address.append(person)
        else:
            told.append(Person("participant", person.pk, person.code, person.contact))
    return told
