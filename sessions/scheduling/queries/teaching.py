"""What a cohort can be taught, and what of it is on no session yet."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from participants.models import Cohort
from programmes.models import Exercise
from programmes.queries import shown
from sessions.scheduling.layout import Piece
from sessions.scheduling.models import AgendaItem, ItemKind, ProgrammeSession, SessionStatus


def exercises_of(cohort: Cohort) -> list[Exercise]:
    """The exercises of its curriculum in their order, with module and texts: three queries."""
    rows = Exercise.objects.filter(module__curriculum=cohort.curriculum_id)
    return list(
        rows.select_related("module")
        .prefetch_related("texts")
        .order_by("module__position", "position")
    )


def title_of(exercise: Exercise, cohort: Cohort) -> str:
    """In the cohort's language, or the one it was written in."""
    texts = list(exercise.texts.all())
    if not texts:
        return ""
    return shown(texts, cohort.language, cohort.curriculum.base_language).text.title


def planned_exercises(cohort: Cohort) -> set[int]:
    """Those that are on the agenda of a session that was not cancelled."""
    items = AgendaItem.objects.filter(
        programme_session__cohort=cohort, kind=ItemKind.EXERCISE
    ).exclude(programme_session__status=SessionStatus.CANCELLED)
    return set(items.values_list("exercise_id", flat=True))


def pieces_of(cohort: Cohort) -> list[Piece]:
    """What is still to be laid out."""
    taken = planned_exercises(cohort)
    return [
        Piece(row.pk, row.code, title_of(row, cohort), row.minutes)
        for row in exercises_of(cohort)
        if row.pk not in taken
    ]


@dataclass(frozen=True)
class Line:
    """A block of an agenda with the clock times at which it begins and ends."""

    item: AgendaItem
    title: str
    starts: datetime
    ends: datetime


@dataclass(frozen=True)
class Agenda:
    lines: list[Line]
    total: int
    used: int

    @property
    def free(self) -> int:
        return self.total - self.used

    @property
    def over(self) -> int:
        return max(-self.free, 0)


def agenda_of(
    programme_session: ProgrammeSession, items: Iterable[AgendaItem], cohort: Cohort
) -> Agenda:
    """The items need ``exercise__texts``; moments are in the cohort's zone when they are shown."""
    lines, clock = [], programme_session.starts_at
    for item in items:
        ends = clock + timedelta(minutes=item.minutes)
        lines.append(Line(item, name_of(item, cohort), clock, ends))
        clock = ends
    return Agenda(lines, minutes_of(programme_session), sum(line.item.minutes for line in lines))


def name_of(item: AgendaItem, cohort: Cohort) -> str:
    """What stands on the agenda: the exercise, one's own words, or the kind of block."""
    if item.exercise is None:
        return item.title or str(item.get_kind_display())
    title = title_of(item.exercise, cohort)
    return f"{title} ({item.title})" if item.title else title


def minutes_of(programme_session: ProgrammeSession) -> int:
    length = programme_session.ends_at - programme_session.starts_at
    return int(length.total_seconds()) // 60


@dataclass(frozen=True)
class ReleasedLine:
    """A block as it was told: when, and what."""

    starts: datetime
    title: str
    minutes: int
    code: str


def released_agenda(cohort: Cohort, entry: dict[str, Any]) -> list[ReleasedLine]:
    """The agenda of a released session, with the titles of its exercises."""
    titles = {row.code: title_of(row, cohort) for row in exercises_of(cohort)}
    clock, lines = datetime.fromisoformat(entry["starts_at"]), []
    for kind, code, own, minutes in entry["agenda"]:
        title = " ".join(part for part in (titles.get(code, ""), own) if part)
        lines.append(ReleasedLine(clock, title or str(ItemKind(kind).label), minutes, code))
        clock += timedelta(minutes=minutes)
    return lines
