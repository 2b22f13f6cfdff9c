"""Sessions of all cohorts that somebody may see, day by day, for calendars and front pages.

Who plans sees the draft; everybody else sees what was released, and nothing earlier.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.accounts.roles import Permission
from participants.models import Cohort, Practitioner, Venue
from sessions.scheduling.models import Assignment, ProgrammeSession, SessionStatus
from sessions.scheduling.queries.snapshots import Entry, latest_releases, stands


@cache
def address() -> str:
    """The address of a session with places for its numbers."""
    return reverse("sessions:session", args=[1, 2]).replace("/1/", "/{}/").replace("/2/", "/{}/")


@dataclass(frozen=True)
class Meeting:
    """One session as a calendar shows it, on the clock of its place."""

    pk: int
    cohort_pk: int
    cohort: str
    programme: str
    zone: str
    day: date
    start: str
    end: str
    title: str
    venue: str
    leads: tuple[str, ...]
    status: str
    may_move: bool

    @property
    def url(self) -> str:
        # One reverse for all of them: a month can hold hundreds.
        return address().format(self.cohort_pk, self.pk)

    @property
    def state(self) -> str:
        """One word beside its name, where there is something to say."""
        if not self.stands:
            return _("cancelled")
        return _("open") if self.may_move and not self.leads else ""

    @property
    def stands(self) -> bool:
        return self.status != SessionStatus.CANCELLED


@dataclass(frozen=True)
class Chosen:
    """What a calendar is narrowed to; nothing chosen means everything."""

    cohort: int | None = None
    practitioner: int | None = None
    venue: int | None = None


@dataclass
class Day:
    day: date
    inside: bool
    today: bool
    meetings: list[Meeting] = field(default_factory=list)

    @property
    def iso(self) -> str:
        return self.day.isoformat()


ROW = (
    "pk", "cohort_id", "cohort__name", "cohort__curriculum__programme__code", "cohort__time_zone",
    "local_date", "local_start", "local_end", "title", "venue__name", "status",
)  # fmt: skip


def meetings(user: User, first: date, last: date, chosen: Chosen = Chosen()) -> list[Meeting]:
    """Everything between two days, in the order of time; always with the same four queries."""
    return sorted(
        [*planned(user, first, last, chosen), *released(user, first, last, chosen)],
        key=lambda one: (one.day, one.start, one.cohort, one.pk),
    )


def planned(user: User, first: date, last: date, chosen: Chosen) -> list[Meeting]:
    """The draft of the cohorts that she runs."""
    rows = ProgrammeSession.objects.allowing(user, Permission.RUN_COHORTS)
    rows = rows.filter(local_date__range=(first, last))
    if chosen.cohort:
        rows = rows.filter(cohort=chosen.cohort)
    if chosen.venue:
        rows = rows.filter(venue=chosen.venue)
    binding = Assignment.objects.filter(programme_session__in=rows.values("pk"), binds=True)
    led: dict[int, list[tuple[int, str]]] = {}
    named = binding.values_list("programme_session_id", "practitioner_id", "practitioner__name")
    for session_pk, practitioner_pk, name in named:
        led.setdefault(session_pk, []).append((practitioner_pk, name))
    found = []
    for row in rows.order_by().values_list(*ROW):
        crew = led.get(row[0], [])
        if chosen.practitioner and chosen.practitioner not in {pk for pk, _name in crew}:
            continue
        found.append(meeting_of(row, tuple(name for _pk, name in crew)))
    return found


def meeting_of(row: tuple[Any, ...], leads: tuple[str, ...]) -> Meeting:
    pk, cohort_pk, cohort, programme, zone, day, start, end, title, venue, status = row
    return Meeting(
        pk, cohort_pk, cohort, programme, zone, day, f"{start:%H:%M}", f"{end:%H:%M}", title,
        venue or "", leads, status, status == SessionStatus.PLANNED,
    )  # fmt: skip


def released(user: User, first: date, last: date, chosen: Chosen) -> list[Meeting]:
    """The newest release of the cohorts that she sees but does not run."""
    runs = Cohort.objects.allowing(user, Permission.RUN_COHORTS)
    seen = Cohort.objects.visible_to(user).exclude(pk__in=runs.values("pk"))
    if chosen.cohort:
        seen = seen.filter(pk=chosen.cohort)
    cohorts = {one.pk: one for one in seen.select_related("curriculum__programme")}
    span = first.isoformat(), last.isoformat()
    return [
        entry_meeting(one, cohorts[pk])
        for pk, release in latest_releases(cohorts.values()).items()
        for one in release.snapshot["sessions"]
        if span[0] <= one["date"] <= span[1] and chosen_has(chosen, one)
    ]


def chosen_has(chosen: Chosen, one: Entry) -> bool:
    if chosen.venue and (one["venue"] or {}).get("id") != chosen.venue:
        return False
    return not chosen.practitioner or chosen.practitioner in one["people"]


def entry_meeting(one: Entry, cohort: Cohort) -> Meeting:
    return Meeting(
        pk=one["id"],
        cohort_pk=cohort.pk,
        cohort=cohort.name,
        programme=cohort.curriculum.programme.code,
        zone=cohort.time_zone,
        day=date.fromisoformat(one["date"]),
        start=one["start"],
        end=one["end"],
        title=one["title"],
        venue=(one["venue"] or {}).get("name", ""),
        leads=(),
        status=one["status"] if not stands(one) else SessionStatus.PLANNED.value,
        may_move=False,
    )


def month_days(day: date) -> list[list[date]]:
    """The weeks of a month, from Monday to Sunday."""
    first = day.replace(day=1)
    begin = first - timedelta(days=first.weekday())
    weeks: list[list[date]] = []
    while begin.month == first.month or not weeks or begin < first:
        weeks.append([begin + timedelta(days=n) for n in range(7)])
        begin += timedelta(days=7)
    return weeks


def week_of(day: date) -> list[date]:
    monday = day - timedelta(days=day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]


def by_day(
    days: Iterable[date], found: list[Meeting], today: date, month: int | None = None
) -> list[Day]:
    told = {day: Day(day, month is None or day.month == month, day == today) for day in days}
    for one in found:
        if one.day in told:
            told[one.day].meetings.append(one)
    return list(told.values())


def filters(user: User) -> dict[str, list[tuple[int, str]]]:
    """What somebody can narrow a calendar to: cohorts, and for those who plan people and places."""
    cohorts = Cohort.objects.visible_to(user).order_by("name", "pk")
    people = Practitioner.objects.visible_to(user).in_use()
    venues = Venue.objects.visible_to(user).in_use()
    return {
        "cohort": list(cohorts.values_list("pk", "name")),
        "practitioner": list(people.values_list("pk", "name")),
        "venue": list(venues.values_list("pk", "name")),
    }
