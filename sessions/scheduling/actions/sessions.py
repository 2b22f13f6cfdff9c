"""Change sessions, cancel one and put another in its place."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cocora.accounts.models import User
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from participants.models import Cohort
from sessions.scheduling.actions.changes import (
    Picture,
    Stale,
    free_hours,
    keep_change,
    locked,
    no_double_booking,
    picture_of,
)
from sessions.scheduling.actions.series import Planned, write_series
from sessions.scheduling.models import (
    AgendaItem,
    Assignment,
    AssignmentState,
    ProgrammeSession,
    SessionStatus,
)
from sessions.scheduling.queries.moves import Edit, Move, Scope, asked_of, mark_of, moves_of

SESSION_FIELDS = [
    "title", "local_date", "local_start", "local_end", "starts_at", "ends_at", "venue",
    "guidance", "version",
]  # fmt: skip


def changed_meanwhile() -> str:
    return _("Somebody changed this schedule just now. Look at it again, then save.")


def refuse_unless_planned(programme_session: ProgrammeSession) -> None:
    if programme_session.status == SessionStatus.HELD:
        raise Refusal(_("This session was held: it stays as it was."))
    if programme_session.status == SessionStatus.CANCELLED:
        raise Refusal(_("This session is cancelled."))


@transaction.atomic
def change_sessions(
    *, cohort: Cohort, programme_session: ProgrammeSession, scope: Scope, edit: Edit,
    seen: str, by: User,
) -> int:  # fmt: skip
    """Change one session, this and the following, or all to come; says how many.

    ``seen`` is the mark of the preview: if anything is different now, nothing is done. Sessions
    that were held are never touched.
    """
    locked(cohort)
    chosen = ProgrammeSession.objects.get(pk=programme_session.pk)
    refuse_unless_planned(chosen)
    moves = moves_of(cohort, chosen, scope, edit)
    if mark_of(moves) != seen:
        raise Stale(changed_meanwhile())
    moves = [move for move in moves if move.fault or move.sentences()]
    for move in moves:
        if move.fault:
            raise Refusal(move.fault)
    if not moves:
        raise Refusal(_("Nothing would change."))
    rows = [move.row for move in moves]
    before = picture_of(rows)
    write_moves(cohort, moves)
    told = ngettext("%(count)s session changed", "%(count)s sessions changed", len(rows))
    keep_and_record(
        cohort, told % {"count": len(rows)}, before, picture_of(rows), by, "sessions.changed"
    )
    return len(rows)


def write_moves(cohort: Cohort, moves: list[Move]) -> None:
    now = timezone.now()
    assignments, gone, new = [], [], []
    for move in moves:
        # Asked before the row takes its new hours on.
        again = {one.pk for one in move.asked_again}
        removed = {one.pk for one in move.removed}
        apply(move)
        gone += sorted(removed)
        for one in move.people:
            if one.pk not in removed:
                assignments.append(follow(one, move, asks=one.pk in again, now=now))
        new += [
            Assignment(
                programme_session=move.row,
                practitioner=person,
                role=role,
                starts_at=move.row.starts_at,
                ends_at=move.row.ends_at,
            )
            for person, role in move.added
        ]
    with no_double_booking(cohort, [asked_of(move) for move in moves]):
        free_hours(move.row for move in moves)
        Assignment.objects.filter(pk__in=gone).delete()
        ProgrammeSession.objects.bulk_update([move.row for move in moves], SESSION_FIELDS)
        columns = [
            "starts_at",
            "ends_at",
            "state",
            "asked_at",
            "answered_at",
            "token_hash",
            "binds",
        ]
        Assignment.objects.bulk_update(assignments, columns)
        Assignment.objects.bulk_create(new)


def apply(move: Move) -> None:
    row, span = move.row, move.span
    assert span is not None
    row.local_date, row.local_start, row.local_end = move.date, move.starts, move.ends
    row.starts_at, row.ends_at, row.venue = span.starts_at, span.ends_at, move.venue
    row.title, row.guidance = move.title, move.guidance
    row.version += 1


def follow(one: Assignment, move: Move, *, asks: bool, now: datetime) -> Assignment:
    """An assignment keeps step with its session; a yes to another time is asked for again."""
    one.starts_at, one.ends_at = move.row.starts_at, move.row.ends_at
    if asks:
        one.state, one.answered_at = AssignmentState.ASKED, None
        # Without a token she is one of those whom the next mail asks.
        one.asked_at, one.token_hash = now, ""
    one.binds = one.state != AssignmentState.DECLINED
    return one


def keep_and_record(
    cohort: Cohort, summary: str, before: Picture, after: Picture, by: User, verb: str
) -> None:
    keep_change(cohort=cohort, summary=summary, before=before, after=after, by=by)
    record(
        by=by,
        verb=verb,
        target=cohort,
        organisation=cohort.organisation,
        detail={"sessions": len(after)},
    )


@transaction.atomic
def cancel_session(
    *, cohort: Cohort, programme_session: ProgrammeSession, version: int, reason: str, by: User,
    replacement: tuple[date, time, time] | None = None,
) -> ProgrammeSession | None:  # fmt: skip
    """Cancel, say why, and put another session in its place if wished, with the same agenda,
    place and people. The room and the people are free again."""
    row = next(iter(locked(cohort, [programme_session.pk])), None)
    if row is None or row.version != version:
        raise Stale(changed_meanwhile())
    refuse_unless_planned(row)
    before = picture_of([row])
    ProgrammeSession.objects.filter(pk=row.pk).update(
        status=SessionStatus.CANCELLED,
        cancelled_at=timezone.now(),
        cancelled_because=reason,
        version=F("version") + 1,
    )
    Assignment.objects.filter(programme_session=row).update(binds=False)
    made = replace(cohort, row, replacement) if replacement else None
    after = picture_of([row, made] if made else [row])
    told = _("%(day)s cancelled") % {"day": date_format(row.local_date, "j F")}
    keep_and_record(cohort, told, before, after, by, "session.cancelled")
    return made


def replace(
    cohort: Cohort, row: ProgrammeSession, wanted: tuple[date, time, time]
) -> ProgrammeSession:
    people = row.assignments.exclude(state=AssignmentState.DECLINED)
    crew = tuple((one.practitioner, one.role) for one in people.select_related("practitioner"))
    day, starts, ends = wanted
    one = Planned(
        day, starts, ends, row.venue, crew, title=row.title, guidance=row.guidance, replaces=row
    )
    made = write_series(cohort, [one])[0][0]
    AgendaItem.objects.bulk_create(copies(row.agenda.all(), made))
    return made


def copies(items: Iterable[AgendaItem], made: ProgrammeSession) -> list[AgendaItem]:
    return [
        AgendaItem(
            programme_session=made,
            position=item.position,
            kind=item.kind,
            exercise_id=item.exercise_id,
            title=item.title,
            minutes=item.minutes,
        )
        for item in items
    ]
