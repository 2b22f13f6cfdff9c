"""The sessions of a demo cohort: laid out as the wizard does it, the past set to what it is."""

import random
from collections.abc import Sequence
from datetime import date, timedelta

from django.utils import timezone

from cocora.accounts.models import User
from cocora.home.demo.plan import Run
from participants.models import Cohort, Practitioner, Venue
from participants.vocabulary import CohortRole, CohortStatus
from sessions.scheduling.actions.assignments import answer_question
from sessions.scheduling.actions.closed import close_days
from sessions.scheduling.actions.releases import release_schedule
from sessions.scheduling.actions.series import Planned, lay_out_series
from sessions.scheduling.actions.sessions import cancel_session
from sessions.scheduling.dates import (
    Rhythm,
    RhythmKind,
    closed_by,
    no_reason,
    public_holidays,
    series_of,
)
from sessions.scheduling.layout import Frame
from sessions.scheduling.models import Assignment, AssignmentState, SessionStatus
from sessions.scheduling.queries.preview import Wish, preview_series
from sessions.scheduling.queries.teaching import pieces_of

Crew = Sequence[tuple[Practitioner, CohortRole]]


def winter_break(today: date) -> tuple[date, date, str]:
    """When nobody meets, beside the public holidays."""
    return date(today.year, 12, 21), date(today.year + 1, 1, 3), "Winter break"


def days_of(country: str, run: Run, today: date) -> list[date]:
    """Its dates, public holidays and the winter break left out."""
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=run.week)
    kind = RhythmKind.WEEKLY if run.every == 1 else RhythmKind.FORTNIGHTLY
    first = monday + timedelta(days=run.weekday - 1)
    rhythm = Rhythm(kind, first=first, count=run.sessions)
    closed = closed_by([winter_break(today)], also=public_holidays(country))
    return [day.date for day in series_of(rhythm, closed=closed).days]


def lay_sessions(
    cohort: Cohort, run: Run, days: Sequence[date], venue: Venue, crew: Crew, country: str, by: User
) -> None:
    """With the exercises of the curriculum. A running cohort has a gap near its end: one session
    without a room and one without anybody who leads it."""
    leading = tuple((person, role.value) for person, role in crew if role != CohortRole.AUTHORITY)
    preview = preview_series(
        cohort,
        [Wish(day, run.starts, run.ends) for day in days],
        venue=venue,
        crew=leading,
        pieces=pieces_of(cohort),
        frame=Frame(),
        closed=no_reason,
    )
    planned = [
        Planned(
            row.wish.date,
            row.wish.starts,
            row.wish.ends,
            row.venue,
            row.crew,
            row.laid.blocks if row.laid else (),
        )
        for row in preview.kept
    ]
    if run.state == CohortStatus.RUNNING:
        planned[-1] = without(planned[-1], venue=None)
        planned[-2] = without(planned[-2], crew=())
    lay_out_series(cohort=cohort, planned=planned, by=by)


def without(one: Planned, **gap: object) -> Planned:
    facts = {"venue": one.venue, "crew": one.crew, **gap}
    return Planned(one.date, one.starts, one.ends, blocks=one.blocks, **facts)  # type: ignore[arg-type]


def settle_past(cohort: Cohort, chance: random.Random) -> None:
    """What is over was held by those who were asked; what comes, most of them have accepted."""
    now = timezone.now()
    past = cohort.sessions.filter(ends_at__lt=now)
    asked = Assignment.objects.filter(programme_session__cohort=cohort)
    asked.filter(programme_session__in=past).update(state=AssignmentState.ACCEPTED, answered_at=now)
    past.update(status=SessionStatus.HELD)
    coming = asked.filter(state=AssignmentState.ASKED).select_related(
        "programme_session__cohort__organisation", "practitioner"
    )
    for row in coming.order_by("pk"):
        draw = chance.random()
        if draw < 0.8:
            answer_question(assignment=row, accepts=draw >= 0.06, by=None)


def change_course(cohort: Cohort, by: User) -> None:
    """What happens to a plan: one session is cancelled and made up for, and told; one more is
    planned, and not told yet."""
    coming = list(cohort.sessions.filter(status=SessionStatus.PLANNED).order_by("starts_at"))
    moved, last = coming[2], coming[-1]
    cancel_session(
        cohort=cohort,
        programme_session=moved,
        version=moved.version,
        reason="The hall is being painted",
        replacement=(moved.local_date + timedelta(days=1), moved.local_start, moved.local_end),
        by=by,
    )
    release_schedule(cohort=cohort, by=by, comment="One evening is a day later")
    extra = Planned(
        last.local_date + timedelta(days=7), last.local_start, last.local_end, title="Looking back"
    )
    lay_out_series(cohort=cohort, planned=[extra], by=by)


def call_off(cohort: Cohort, reason: str, by: User) -> None:
    for row in cohort.sessions.filter(status=SessionStatus.PLANNED).order_by("starts_at"):
        cancel_session(
            cohort=cohort, programme_session=row, version=row.version, reason=reason, by=by
        )


def take_a_break(cohort: Cohort, today: date, by: User) -> None:
    """Closed for every cohort of the organisation."""
    starts, ends, reason = winter_break(today)
    close_days(cohort=cohort, starts_on=starts, ends_on=ends, reason=reason, everywhere=True, by=by)
