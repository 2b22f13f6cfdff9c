"""Who can be asked for a session, and what speaks against each of them."""

from dataclasses import dataclass

from participants.models import CohortPractitioner, Practitioner
from sessions.scheduling.models import ProgrammeSession
from sessions.scheduling.queries.conflicts import Asked, look_around, practitioner_warnings


@dataclass(frozen=True)
class Candidate:
    practitioner: Practitioner
    warnings: list[str]

    @property
    def label(self) -> str:
        return " · ".join([self.practitioner.name, *self.warnings])


def candidates(programme_session: ProgrammeSession) -> list[Candidate]:
    """The practitioners of the cohort who are not asked yet; the free ones come first."""
    asked = programme_session.assignments.values("practitioner_id")
    places = CohortPractitioner.objects.filter(
        cohort_id=programme_session.cohort_id, left_on=None, practitioner__retired_at=None
    ).exclude(practitioner_id__in=asked)
    people = [place.practitioner for place in places.select_related("practitioner")]
    if not people:
        return []

    def wish(*practitioners: Practitioner) -> Asked:
        return Asked(
            starts_at=programme_session.starts_at,
            ends_at=programme_session.ends_at,
            date=programme_session.local_date,
            practitioners=practitioners,
            pk=programme_session.pk,
        )

    around = look_around(programme_session.cohort, [wish(*people)], lambda day: "")
    found = [
        Candidate(one, [told.sentence for told in practitioner_warnings(around, wish(one))])
        for one in people
    ]
    return sorted(found, key=lambda one: (len(one.warnings), one.practitioner.name))
