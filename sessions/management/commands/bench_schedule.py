"""``manage.py bench_schedule``: a series of 40 dates against a bare insert of its rows, as ratios.

Everything is measured in turns in one run, and nothing of it stays.
"""

import argparse
import json
import platform
import statistics
from collections.abc import Callable
from datetime import date, time, timedelta
from functools import partial
from time import perf_counter
from typing import Any

from django.core.management.base import BaseCommand
from django.db import connection, transaction

from cocora.accounts.models import Organisation, User
from participants.models import Cohort, Practitioner, Venue
from participants.vocabulary import CohortRole
from programmes.models import Curriculum, Programme, ProgrammeKind
from sessions.scheduling.actions.series import Planned, lay_out_series
from sessions.scheduling.dates import Rhythm, RhythmKind, series_of
from sessions.scheduling.layout import Frame
from sessions.scheduling.models import AgendaItem, Assignment, ClosedDate, ProgrammeSession
from sessions.scheduling.queries.conflicts import closed_days
from sessions.scheduling.queries.preview import Wish, preview_series
from sessions.scheduling.queries.teaching import pieces_of

DATES, FIRST = 40, date(2027, 1, 4)
EXCEPTIONS = (7, 70, 140)
RHYTHM = Rhythm(RhythmKind.WEEKLY, FIRST, DATES)
STARTS, ENDS = time(17), time(20)


class Desk:
    """What somebody has who lays out a series: a cohort, a hall, a facilitator, closed days."""

    def __init__(self) -> None:
        self.by = User.objects.create_user("bench-schedule@example.org", display_name="Bench")
        organisation = Organisation.objects.create(name="Bench", slug="bench-s", country="DK")
        found = Curriculum.objects.current().filter(programme__kind=ProgrammeKind.PROGRAMME)
        self.cohort = Cohort.objects.create(
            organisation=organisation,
            curriculum=found.order_by("programme__position").first() or made_curriculum(),
            name="Bench",
            place="Bench",
            time_zone="Europe/Copenhagen",
            starts_on=FIRST,
            ends_on=FIRST + timedelta(days=400),
            capacity=20,
        )
        self.hall = Venue.objects.create(organisation=organisation, name="Hall")
        self.lead = Practitioner.objects.create(
            organisation=organisation, name="Lead", email="lead@example.org"
        )
        for days in EXCEPTIONS:
            day = FIRST + timedelta(days=days)
            ClosedDate.objects.create(
                organisation=organisation, starts_on=day, ends_on=day, reason="Closed"
            )

    def generated(self) -> None:
        """The dates around three exceptions, and their rows."""
        days = series_of(RHYTHM, closed=closed_days(self.cohort)).days
        planned = [Planned(day.date, STARTS, ENDS, self.hall) for day in days]
        lay_out_series(cohort=self.cohort, planned=planned, by=self.by)

    def wizard(self) -> None:
        """All that the page does: dates, exercises, conflicts, agendas, assignments."""
        closed = closed_days(self.cohort)
        days = series_of(RHYTHM, closed=closed).days
        preview = preview_series(
            self.cohort,
            [Wish(day.date, STARTS, ENDS) for day in days],
            venue=self.hall,
            crew=((self.lead, CohortRole.LEAD),),
            pieces=pieces_of(self.cohort),
            frame=Frame(),
            closed=closed,
        )
        planned = [
            Planned(
                row.wish.date,
                STARTS,
                ENDS,
                row.venue,
                row.crew,
                row.laid.blocks if row.laid else (),
            )
            for row in preview.kept
        ]
        lay_out_series(cohort=self.cohort, planned=planned, by=self.by)


def made_curriculum() -> Curriculum:
    programme = Programme.objects.create(code="bench", kind=ProgrammeKind.PROGRAMME, name="Bench")
    return Curriculum.objects.create(programme=programme, version="1", title="Bench")


def undone(work: Callable[[], Any]) -> float:
    """Seconds that the work takes; what it wrote is taken back, outside of the measure."""
    mark = transaction.savepoint()
    start = perf_counter()
    work()
    taken = perf_counter() - start
    transaction.savepoint_rollback(mark)
    return taken


MODELS: tuple[Any, ...] = (ProgrammeSession, AgendaItem, Assignment)
Values = list[list[dict[str, Any]]]


def copies(desk: Desk, work: Callable[[], Any]) -> Values:
    """The values of all rows that a piece of work makes, to be inserted without any thought."""
    mark = transaction.savepoint()
    work()
    inside = {"programme_session__cohort": desk.cohort}
    found: Any = [
        list(ProgrammeSession.objects.filter(cohort=desk.cohort).values()),
        list(AgendaItem.objects.filter(**inside).values()),
        list(Assignment.objects.filter(**inside).values()),
    ]
    transaction.savepoint_rollback(mark)
    return found


def bare(values: Values) -> None:
    """A bulk insert of rows that are known beforehand."""
    for model, rows in zip(MODELS, values, strict=True):
        model.objects.bulk_create([model(**row) for row in rows])


def measured(rounds: int) -> dict[str, Any]:
    desk = Desk()
    pairs = {
        "series": (desk.generated, copies(desk, desk.generated)),
        "wizard": (desk.wizard, copies(desk, desk.wizard)),
    }
    times: dict[str, list[float]] = {
        f"{name} {what}": [] for name in pairs for what in ("whole", "bare")
    }
    for _round in range(rounds):
        for name, (work, rows) in pairs.items():
            times[f"{name} whole"].append(undone(work))
            times[f"{name} bare"].append(undone(partial(bare, rows)))
    found: dict[str, Any] = {"dates": DATES, "exceptions": len(EXCEPTIONS), "rounds": rounds}
    for name, (_work, rows) in pairs.items():
        whole, plain = (statistics.median(times[f"{name} {what}"]) for what in ("whole", "bare"))
        found[name] = {
            "rows": sum(len(kind) for kind in rows),
            "milliseconds": round(1000 * whole, 2),
            "bare_milliseconds": round(1000 * plain, 2),
            "ratio": round(whole / plain, 2),
        }
    return found


class Command(BaseCommand):
    help = "Measure laying out a series of 40 dates against a bare insert of the same rows."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--rounds", type=int, default=20, help="How often each is done.")

    def handle(self, *args: Any, **options: Any) -> None:
        with transaction.atomic():
            found = measured(options["rounds"])
            transaction.set_rollback(True)
        machine = {"python": platform.python_version(), "database": connection.vendor}
        self.stdout.write(json.dumps({"machine": machine, **found}, indent=2))
