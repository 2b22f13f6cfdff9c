"""Whose times somebody may see and change, and how they lie in a calendar."""

import calendar
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Q

from cocora.accounts.models import User
from participants.models import Availability, BlockOut, Practitioner, PractitionerQuerySet
from participants.vocabulary import Weekday


def own_practitioners(user: User) -> PractitionerQuerySet:
    """All that this account is: one in each organisation that she works with."""
    return Practitioner.objects.in_use().of(user).select_related("organisation")


def timed_by(user: User) -> PractitionerQuerySet:
    """Those whose times this person may change: her own, and those of people she plans with."""
    planned = Practitioner.objects.visible_to(user).values("pk")
    own = own_practitioners(user).values("pk")
    rows = Practitioner.objects.filter(Q(pk__in=planned) | Q(pk__in=own))
    return rows.select_related("organisation")


@dataclass(frozen=True)
class Day:
    """One day of a month's page."""

    on: date
    inside: bool
    blocked: bool
    today: bool
    usual: bool


@dataclass(frozen=True)
class Month:
    first: date
    weeks: list[list[Day]]


def week_of(times: Iterable[Availability]) -> list[tuple[Weekday, list[Availability]]]:
    """The weekly times under each day of the week."""
    times = list(times)
    return [(day, [time for time in times if time.weekday == day]) for day in Weekday]


def months_of(
    times: Iterable[Availability], blocks: Iterable[BlockOut], today: date, count: int
) -> list[Month]:
    """The coming months, day by day: when she usually comes, and when she can't."""
    blocks, weekdays = list(blocks), {time.weekday for time in times}
    pages, first = [], today.replace(day=1)
    for _number in range(count):
        weeks = [
            [
                Day(
                    on=day,
                    inside=day.month == first.month,
                    blocked=any(block.starts_on <= day <= block.ends_on for block in blocks),
                    today=day == today,
                    usual=not weekdays or day.isoweekday() in weekdays,
                )
                for day in week
            ]
            for week in calendar.Calendar().monthdatescalendar(first.year, first.month)
        ]
        pages.append(Month(first, weeks))
        first = (first + timedelta(days=32)).replace(day=1)
    return pages
