"""What a change would do: to one session, to this and the following, or to all."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from django.db import models
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cocora.common.refusal import FieldRefusal
from participants.models import Cohort, Practitioner, Venue
from sessions.scheduling.dates import Span, span_of
from sessions.scheduling.models import (
    Assignment,
    AssignmentState,
    ProgrammeSession,
    SessionStatus,
)
from sessions.scheduling.queries.audience import audience
from sessions.scheduling.queries.board import full_sessions
from sessions.scheduling.queries.conflicts import Asked, Warned, warnings_of
from sessions.scheduling.queries.snapshots import latest_releases

Crew = tuple[tuple[Practitioner, str], ...]


class Scope(models.TextChoices):
    ONE = "one", gettext_lazy("Only this session")
    FOLLOWING = "following", gettext_lazy("This and the following")
    ALL = "all", gettext_lazy("All that are still to come")


@dataclass(frozen=True)
class Edit:
    """What is to become different: only the ``changed`` of these count."""

    changed: frozenset[str]
    date: date
    starts: time
    ends: time
    venue: Venue | None
    crew: Crew
    title: str
    guidance: str


@dataclass
class Move:
    """One session and what it would be afterwards."""

    row: ProgrammeSession
    people: list[Assignment]
    date: date
    starts: time
    ends: time
    venue: Venue | None
    crew: Crew
    title: str
    guidance: str
    span: Span | None = None
    fault: str = ""
    warnings: list[Warned] = field(default_factory=list)

    @property
    def moves(self) -> bool:
        """Whether its date or its time become others."""
        was = (self.row.local_date, self.row.local_start, self.row.local_end)
        return was != (self.date, self.starts, self.ends)

    @property
    def removed(self) -> list[Assignment]:
        staying = {person.pk for person, _role in self.crew}
        return [one for one in self.people if one.practitioner_id not in staying]

    @property
    def added(self) -> Crew:
        there = {one.practitioner_id for one in self.people}
        return tuple(pair for pair in self.crew if pair[0].pk not in there)

    @property
    def asked_again(self) -> list[Assignment]:
        """Whose yes was for another time."""
        gone = {one.pk for one in self.removed}
        yes = [one for one in self.people if one.state == AssignmentState.ACCEPTED]
        return [one for one in yes if self.moves and one.pk not in gone]

    @property
    def refused(self) -> bool:
        return bool(self.fault) or any(warned.refused for warned in self.warnings)

    def sentences(self) -> list[str]:
        """What changes and what disappears."""
        return [*self.changes(), *self.losses()]

    def changes(self) -> list[str]:
        found = []
        if self.row.local_date != self.date:
            told = {"old": shown(self.row.local_date), "new": shown(self.date)}
            found.append(_("Moves from %(old)s to %(new)s.") % told)
        if (self.row.local_start, self.row.local_end) != (self.starts, self.ends):
            told = {
                "old": f"{self.row.local_start:%H:%M}–{self.row.local_end:%H:%M}",
                "new": f"{self.starts:%H:%M}–{self.ends:%H:%M}",
            }
            found.append(_("%(new)s instead of %(old)s.") % told)
        if self.row.venue != self.venue:
            if self.venue:
                found.append(_("At %(venue)s.") % {"venue": self.venue.name})
            else:
                found.append(_("The venue becomes open."))
        if self.row.title != self.title:
            found.append(_("Called “%(title)s”.") % {"title": self.title})
        if self.row.guidance != self.guidance:
            found.append(_("Another word to the facilitators."))
        return found + [
            _("%(name)s is asked.") % {"name": person.name} for person, _role in self.added
        ]

    def losses(self) -> list[str]:
        gone = [_("%(name)s is no longer asked.") % {"name": one.practitioner.name}
                for one in self.removed]  # fmt: skip
        return gone + [
            _("%(name)s has said yes to the old time and is asked again.")
            % {"name": one.practitioner.name}
            for one in self.asked_again
        ]


def shown(day: date) -> str:
    return date_format(day, "D j M Y")


def touched(
    sessions: Iterable[ProgrammeSession],
    chosen: ProgrammeSession,
    scope: Scope,
    now: datetime | None = None,
) -> list[ProgrammeSession]:
    """Which sessions a change reaches. What was held, cancelled or is over stays as it is."""
    if scope == Scope.ONE:
        return [row for row in sessions if row.pk == chosen.pk]
    now = now or timezone.now()
    planned = [row for row in sessions if row.status == SessionStatus.PLANNED]
    rows = [row for row in planned if row.ends_at > now or row.pk == chosen.pk]
    if scope == Scope.FOLLOWING:
        return [row for row in rows if row.starts_at >= chosen.starts_at]
    return rows


def moves_of(cohort: Cohort, chosen: ProgrammeSession, scope: Scope, edit: Edit) -> list[Move]:
    """Every session that the change reaches, with what speaks against its new shape."""
    days = edit.date - chosen.local_date
    rows = touched(full_sessions(cohort), chosen, scope)
    moves = [move_of(row, edit, days) for row in rows]
    for move in moves:
        look_at_clock(cohort, move)
    standing = [move for move in moves if move.span]
    found = warnings_of(cohort, [asked_of(move) for move in standing])
    for move, warnings in zip(standing, found, strict=True):
        remark = move.span.remark if move.span else ""
        move.warnings = [*([Warned(remark)] if remark else []), *warnings]
    return moves


def move_of(row: ProgrammeSession, edit: Edit, days: timedelta) -> Move:
    people = list(row.assignments.all())
    staying: Crew = tuple((one.practitioner, one.role) for one in people)
    new = edit.changed
    return Move(
        row=row,
        people=people,
        date=row.local_date + days if "date" in new else row.local_date,
        starts=edit.starts if "starts" in new else row.local_start,
        ends=edit.ends if "ends" in new else row.local_end,
        venue=edit.venue if "venue" in new else row.venue,
        crew=edit.crew if "crew" in new else staying,
        title=edit.title if "title" in new else row.title,
        guidance=edit.guidance if "guidance" in new else row.guidance,
    )


def look_at_clock(cohort: Cohort, move: Move) -> None:
    try:
        move.span = span_of(move.date, move.starts, move.ends, cohort.zone)
    except FieldRefusal as refusal:
        move.fault = str(refusal)


def asked_of(move: Move) -> Asked:
    assert move.span is not None
    declined = {one.practitioner_id for one in move.people if one.state == AssignmentState.DECLINED}
    people = tuple(person for person, _role in move.crew if person.pk not in declined)
    span = move.span
    return Asked(span.starts_at, span.ends_at, move.date, move.venue, people, move.row.pk)


def mark_of(moves: Sequence[Move]) -> str:
    """Stands for what somebody has seen, so that nothing else is changed in its place."""
    told = [(move.row.pk, move.row.version, move.sentences()) for move in moves]
    return hashlib.sha256(repr(told).encode()).hexdigest()[:24]


@dataclass(frozen=True)
class Told:
    """Who hears of a change at the next release; ``released`` is whether anybody knows the dates.
    Participants are only counted."""

    released: bool
    names: tuple[str, ...] = ()
    contacts: tuple[str, ...] = ()
    participants: int = 0


def people_told(cohort: Cohort, moves: Sequence[Move]) -> Told:
    """Practitioners before and after; everybody else only for dates, hours and places that they
    were told before."""
    touched_now = [move for move in moves if move.sentences()]
    leading = {one.practitioner.name for move in touched_now for one in move.people}
    leading |= {person.name for move in touched_now for person, _role in move.crew}
    names = tuple(sorted(leading))
    release = latest_releases([cohort]).get(cohort.pk)
    if release is None:
        return Told(released=False, names=names)
    known = {one["id"] for one in release.snapshot["sessions"]}
    for_all = [move for move in touched_now if move.moves or move.row.venue != move.venue]
    if not any(move.row.pk in known for move in for_all):
        return Told(released=True, names=names)
    people = audience(cohort).people
    return Told(
        released=True,
        names=names,
        contacts=tuple(person.shown for person in people if person.kind == "contact"),
        participants=sum(person.kind == "participant" for person in people),
    )
