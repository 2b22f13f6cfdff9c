"""Rows of one person: who was entered twice and merged is asked, counted and shown as one."""

from collections.abc import Iterable
from uuid import UUID

from participants.models import Participant


def roots_of(people: Iterable[Participant]) -> dict[UUID, UUID]:
    """For each merged row of these people's organisations, the row that stands for the person.

    One query, whatever was merged into what how often; rows that were never merged are missing.
    """
    organisations = {person.organisation_id for person in people}
    merged = Participant.objects.filter(organisation__in=organisations).exclude(merged_into=None)
    step = {pk: into for pk, into in merged.values_list("pk", "merged_into") if into}
    return {pk: last(pk, step) for pk in step}


def last(pk: UUID, step: dict[UUID, UUID]) -> UUID:
    seen = {pk}
    while pk in step and step[pk] not in seen:
        pk = step[pk]
        seen.add(pk)
    return pk


def family_of(people: Iterable[Participant], roots: dict[UUID, UUID]) -> set[UUID]:
    """The keys of every row that is one of these people."""
    wanted = {roots.get(person.pk, person.pk) for person in people}
    return wanted | {pk for pk, root in roots.items() if root in wanted}


def present_row(participant: Participant) -> Participant:
    """The row that stands for this person now."""
    root = roots_of([participant]).get(participant.pk, participant.pk)
    return Participant.objects.select_related("organisation").get(pk=root)
