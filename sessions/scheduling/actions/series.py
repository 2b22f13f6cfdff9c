"""Lay out many sessions at once: all of them are saved, or none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, time

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cocora.accounts.models import User
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from participants.models import Cohort, Practitioner, Venue
from sessions.scheduling.actions.changes import drawn, keep_change, no_double_booking
from sessions.scheduling.dates import MOST, Span, span_of, too_many
from sessions.scheduling.layout import Block
from sessions.scheduling.models import AgendaItem, Assignment, ItemKind, ProgrammeSession
from sessions.scheduling.queries.conflicts import Asked


@dataclass(frozen=True)
class Planned:
    """One session to be made: when, where, by whom, with what."""

    date: date
    starts: time
    ends: time
    venue: Venue | None = None
    # Whom to ask, with their role in the cohort.
    crew: tuple[tuple[Practitioner, str], ...] = ()
    blocks: tuple[Block, ...] = ()
    title: str = ""
    guidance: str = ""
    replaces: ProgrammeSession | None = field(default=None, compare=False)


@transaction.atomic
def lay_out_series(
    *, cohort: Cohort, planned: Sequence[Planned], by: User
) -> list[ProgrammeSession]:
    """Make these sessions with their agenda, and ask their practitioners.

    Refuses hours that are not there, and a room or a person that is taken; then nothing is saved.
    """
    if not planned:
        raise Refusal(_("There is no session left to save."))
    if len(planned) > MOST:
        raise Refusal(too_many())
    if cohort.is_over:
        raise Refusal(_("This cohort is over: it gets no more sessions."))
    rows, agenda, assignments = write_series(cohort, planned)
    summary = ngettext("%(count)s session laid out", "%(count)s sessions laid out", len(rows))
    after = pictures(rows, agenda, assignments)
    told = summary % {"count": len(rows)}
    keep_change(cohort=cohort, summary=told, before=[], after=after, by=by)
    record(
        by=by,
        verb="schedule.laid_out",
        target=cohort,
        organisation=cohort.organisation,
        detail={"sessions": len(rows)},
    )
    return rows


def write_series(
    cohort: Cohort, planned: Sequence[Planned]
) -> tuple[list[ProgrammeSession], list[AgendaItem], list[Assignment]]:
    """A fixed number of statements, however many sessions, in the order of time."""
    zone = cohort.zone
    spans = [(span_of(one.date, one.starts, one.ends, zone), one) for one in planned]
    spans.sort(key=lambda pair: pair[0].starts_at)
    rows = [session_of(cohort, span, one) for span, one in spans]
    asked = [asked_of(span, one) for span, one in spans]
    with no_double_booking(cohort, asked):
        rows = ProgrammeSession.objects.bulk_create(rows)
        pairs = [(row, one) for row, (_span, one) in zip(rows, spans, strict=True)]
        agenda = AgendaItem.objects.bulk_create(
            [item_of(row, n, block) for row, one in pairs for n, block in enumerate(one.blocks, 1)]
        )
        assignments = Assignment.objects.bulk_create(
            [
                Assignment(
                    programme_session=row,
                    practitioner=person,
                    role=role,
                    starts_at=row.starts_at,
                    ends_at=row.ends_at,
                )
                for row, one in pairs
                for person, role in sorted(one.crew, key=lambda pair: pair[0].pk)
            ]
        )
    return rows, agenda, assignments


def session_of(cohort: Cohort, span: Span, one: Planned) -> ProgrammeSession:
    return ProgrammeSession(
        cohort=cohort,
        title=one.title,
        local_date=one.date,
        local_start=one.starts,
        local_end=one.ends,
        starts_at=span.starts_at,
        ends_at=span.ends_at,
        venue=one.venue,
        guidance=one.guidance,
        replaces=one.replaces,
    )


def asked_of(span: Span, one: Planned) -> Asked:
    people = tuple(person for person, _role in one.crew)
    return Asked(span.starts_at, span.ends_at, one.date, one.venue, people)


def item_of(row: ProgrammeSession, position: int, block: Block) -> AgendaItem:
    part = ""
    if block.parts:
        told = {"part": block.part, "parts": block.parts}
        part = _("part %(part)s of %(parts)s") % told
    return AgendaItem(
        programme_session=row,
        position=position,
        kind=ItemKind(block.kind.value),
        exercise_id=block.piece.key if block.piece else None,
        title=part,
        minutes=block.minutes,
    )


def pictures(
    rows: list[ProgrammeSession], agenda: list[AgendaItem], assignments: list[Assignment]
) -> list[dict[str, object]]:
    """What was just written, without reading it again."""
    items: dict[int, list[AgendaItem]] = {row.pk: [] for row in rows}
    crew: dict[int, list[Assignment]] = {row.pk: [] for row in rows}
    for item in agenda:
        items[item.programme_session_id].append(item)
    for one in assignments:
        crew[one.programme_session_id].append(one)
    return [drawn(row, items[row.pk], crew[row.pk]) for row in rows]
