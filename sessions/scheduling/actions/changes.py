"""What every change shares: its picture for undoing, and a clear no of the database."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from typing import Any

from django.db import IntegrityError, OperationalError, transaction
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.common.refusal import Refusal
from participants.models import Cohort, Practitioner, Venue
from sessions.scheduling.models import (
    AgendaItem,
    Assignment,
    ProgrammeSession,
    ScheduleChange,
)
from sessions.scheduling.queries.conflicts import Asked, booked_twice

Picture = list[dict[str, Any]]


class Stale(Refusal):
    """Somebody else changed it since it was looked at."""


SESSION_COLUMNS = (
    "title", "local_date", "local_start", "local_end", "starts_at", "ends_at", "venue_id",
    "guidance", "status", "cancelled_at", "cancelled_because", "replaces_id", "uid", "sequence",
    "version",
)  # fmt: skip
ITEM_COLUMNS = ("id", "position", "kind", "exercise_id", "title", "minutes")
ASSIGNMENT_COLUMNS = (
    "id", "practitioner_id", "role", "state", "asked_at", "answered_at", "token_hash",
    "starts_at", "ends_at", "binds",
)  # fmt: skip
KEPT_CHANGES = 50


def picture_of(sessions: Iterable[ProgrammeSession]) -> Picture:
    """These sessions with agenda and assignments as plain data, with three queries."""
    pks = [row.pk for row in sessions]
    rows = ProgrammeSession.objects.filter(pk__in=pks).prefetch_related("agenda", "assignments")
    return [drawn(row, row.agenda.all(), row.assignments.all()) for row in rows.order_by("pk")]


def drawn(
    row: ProgrammeSession, agenda: Iterable[AgendaItem], assignments: Iterable[Assignment]
) -> dict[str, Any]:
    return {
        "id": row.pk,
        **plain(row, SESSION_COLUMNS),
        "agenda": [plain(item, ITEM_COLUMNS) for item in agenda],
        "assignments": [plain(one, ASSIGNMENT_COLUMNS) for one in assignments],
    }


def plain(row: Any, columns: Iterable[str]) -> dict[str, Any]:
    return {name: as_text(getattr(row, name)) for name in columns}


def as_text(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date | time):
        return value.isoformat()
    return value if value is None or isinstance(value, int | bool) else str(value)


def keep_change(
    *, cohort: Cohort, summary: str, before: Picture, after: Picture, by: User
) -> ScheduleChange:
    """So that it can be undone. Only the newest changes of a cohort are kept."""
    made = ScheduleChange.objects.create(
        cohort=cohort, summary=summary[:200], before=before, after=after, changed_by=by
    )
    old = ScheduleChange.objects.filter(cohort=cohort).order_by("-changed_at", "-pk")
    too_old = list(old.values_list("pk", flat=True)[KEPT_CHANGES : KEPT_CHANGES + 50])
    if too_old:
        ScheduleChange.objects.filter(pk__in=too_old).delete()
    return made


def wait_for_turn(asked: Sequence[Asked]) -> None:
    """Who wants the same room or person waits until the other is done. Without this two inserts
    into an exclusion constraint may wait for each other, and one is told nothing but "deadlock"."""
    venues = {one.venue.pk for one in asked if one.venue}
    people = {person.pk for one in asked for person in one.practitioners}
    for rows, wanted in ((Venue.objects, venues), (Practitioner.objects, people)):
        if wanted:
            turn = rows.filter(pk__in=wanted).order_by("pk").select_for_update(no_key=True)
            list(turn.values_list("pk", flat=True))


@contextmanager
def no_double_booking(cohort: Cohort, asked: Sequence[Asked]) -> Iterator[None]:
    """Around the writing: what the database refuses becomes one sentence with who, what, when."""
    try:
        with transaction.atomic():
            wait_for_turn(asked)
            yield
    except IntegrityError as error:
        if not any(name in str(error) for name in ("venue_free", "practitioner_free")):
            raise
        told = booked_twice(cohort, asked)
        raise Refusal(told or _("A room or a person is taken then. Nothing was saved.")) from None
    except OperationalError as error:
        if "deadlock" not in str(error):
            raise
        raise Refusal(_("Somebody saved the same hours just now. Please try again.")) from None


def free_hours(rows: Iterable[ProgrammeSession]) -> None:
    """Let go of rooms and people, so that sessions may pass each other while they move."""
    pks = [row.pk for row in rows]
    ProgrammeSession.objects.filter(pk__in=pks).update(venue=None)
    Assignment.objects.filter(programme_session__in=pks).update(binds=False)


def locked(cohort: Cohort, pks: Iterable[int] | None = None) -> list[ProgrammeSession]:
    """The sessions of a cohort, ours until the transaction ends."""
    rows = ProgrammeSession.objects.filter(cohort=cohort).order_by("pk")
    if pks is not None:
        rows = rows.filter(pk__in=list(pks))
    return list(rows.select_for_update())
