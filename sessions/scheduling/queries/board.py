"""The draft of a schedule as its coordinators see it: each session with what it lacks."""

from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Prefetch, QuerySet
from django.utils import timezone

from participants.models import Cohort
from sessions.scheduling.models import (
    AgendaItem,
    Assignment,
    AssignmentState,
    ItemKind,
    ProgrammeSession,
    ScheduleChange,
    ScheduleRelease,
    SessionStatus,
)
from sessions.scheduling.queries.conflicts import Asked, Warned, warnings_of
from sessions.scheduling.queries.teaching import minutes_of


@dataclass
class Meeting:
    """A session on the board. ``number`` counts those that take place; 0 for a cancelled one."""

    row: ProgrammeSession
    number: int
    crew: list[Assignment]
    taught: list[AgendaItem]
    total: int
    used: int
    over: bool
    warnings: list[Warned] = field(default_factory=list)

    @property
    def free(self) -> int:
        return self.total - self.used

    @property
    def cancelled(self) -> bool:
        return bool(self.row.status == SessionStatus.CANCELLED)

    @property
    def is_planned(self) -> bool:
        return bool(self.row.status == SessionStatus.PLANNED) and not self.over

    @property
    def without_leader(self) -> bool:
        return self.is_planned and not any(one.binds for one in self.crew)

    @property
    def without_venue(self) -> bool:
        return self.is_planned and self.row.venue is None


def full_sessions(cohort: Cohort) -> QuerySet[ProgrammeSession]:
    """With place, people and agenda: four queries for all of them."""
    items = AgendaItem.objects.select_related("exercise").order_by("position", "pk")
    people = Assignment.objects.select_related("practitioner").order_by("role", "pk")
    rows = ProgrammeSession.objects.filter(cohort=cohort).select_related("venue", "replaces")
    return rows.prefetch_related(
        Prefetch("agenda", items), Prefetch("assignments", people)
    ).order_by("starts_at", "pk")


def board(cohort: Cohort, now: datetime | None = None) -> list[Meeting]:
    """All sessions in the order of their dates, coming ones with what speaks against them."""
    now, number, meetings = now or timezone.now(), 0, []
    for row in full_sessions(cohort):
        number += row.status != SessionStatus.CANCELLED
        meetings.append(meeting(row, number, now))
    coming = [one for one in meetings if one.is_planned]
    found = warnings_of(cohort, [asked_of(one.row, one.crew) for one in coming])
    for one, warnings in zip(coming, found, strict=True):
        one.warnings = warnings
    return meetings


def meeting(row: ProgrammeSession, number: int, now: datetime) -> Meeting:
    items = list(row.agenda.all())
    return Meeting(
        row=row,
        number=0 if row.status == SessionStatus.CANCELLED else number,
        crew=list(row.assignments.all()),
        taught=[item for item in items if item.kind == ItemKind.EXERCISE],
        total=minutes_of(row),
        used=sum(item.minutes for item in items),
        over=row.ends_at <= now,
    )


def asked_of(row: ProgrammeSession, crew: list[Assignment]) -> Asked:
    """A session as the conflicts ask about it, with those who have not declined."""
    people = tuple(one.practitioner for one in crew if one.state != AssignmentState.DECLINED)
    return Asked(row.starts_at, row.ends_at, row.local_date, row.venue, people, row.pk)


def last_change(cohort: Cohort) -> ScheduleChange | None:
    """The change that can be undone: the newest, unless the schedule was released since."""
    change = ScheduleChange.objects.filter(cohort=cohort, undone_at=None).first()
    if change is None:
        return None
    released = ScheduleRelease.objects.filter(cohort=cohort, released_at__gt=change.changed_at)
    return None if released.exists() else change
