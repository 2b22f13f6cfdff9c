"""Dates for a session that was cancelled, found from everybody's availability."""

from dataclasses import dataclass, replace
from datetime import date, time, timedelta

from django.utils import timezone

from cocora.common.refusal import FieldRefusal
from participants.models import Cohort
from sessions.scheduling.dates import Span, next_days, span_of
from sessions.scheduling.models import ProgrammeSession
from sessions.scheduling.queries.board import asked_of
from sessions.scheduling.queries.conflicts import Asked, warnings_of

LOOK_AHEAD = 90
OFFERED = 3
FRIDAY = 5


@dataclass(frozen=True)
class Offer:
    """A day on which room and people are free."""

    date: date
    starts: time
    ends: time

    @property
    def value(self) -> str:
        return f"{self.date.isoformat()} {self.starts:%H:%M} {self.ends:%H:%M}"


def offers_for(cohort: Cohort, programme_session: ProgrammeSession) -> list[Offer]:
    """The next days at the same hour against which nothing speaks, in the order of their dates.

    The place is free, everybody who was asked can come, no participant is elsewhere, it is no
    holiday, and it lies within the dates of the cohort.
    """
    row = programme_session
    after = max(row.local_date, timezone.localdate())
    last = min(after + timedelta(days=LOOK_AHEAD), cohort.ends_on)
    days = next_days(after, max((last - after).days, 0))
    # Whoever meets on working days is offered no weekend.
    weekend = row.local_date.isoweekday() > FRIDAY
    working = [day for day in days if weekend or day.isoweekday() <= FRIDAY]
    possible = [(day, span) for day in working if (span := clock_of(cohort, row, day))]
    old = asked_of(row, list(row.assignments.select_related("practitioner")))
    asked = [
        Asked(span.starts_at, span.ends_at, day, row.venue, old.practitioners)
        for day, span in possible
    ]
    against_old, *found = warnings_of(cohort, [replace(old, pk=row.pk), *asked])
    # What speaks against every day, and spoke against the old one, is no reason.
    accepted = {warned.sentence for warned in against_old if warned.lasting}
    free = [
        day
        for (day, _span), told in zip(possible, found, strict=True)
        if all(warned.sentence in accepted for warned in told)
    ]
    return [Offer(day, row.local_start, row.local_end) for day in chosen(free, row.local_date)]


def chosen(free: list[date], old: date) -> list[date]:
    """The next ones, with the next on the same day of the week among them."""
    same = [day for day in free if day.weekday() == old.weekday()][:1]
    others = [day for day in free if day not in same]
    return sorted(same + others[: OFFERED - len(same)])


def clock_of(cohort: Cohort, row: ProgrammeSession, day: date) -> Span | None:
    try:
        return span_of(day, row.local_start, row.local_end, cohort.zone)
    except FieldRefusal:
        return None
