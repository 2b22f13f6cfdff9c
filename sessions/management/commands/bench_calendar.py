"""``manage.py bench_calendar``: the month page with 400 sessions and a feed with 1,000, as ratios.

The measure is the least that a Django page with one query can be. All are asked for in turns in
one run, and nothing of it stays.
"""

import argparse
import json
import platform
import statistics
from datetime import UTC, date, datetime, time, timedelta
from time import perf_counter
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.management.base import BaseCommand
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.template import Context, Template
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from cocora.accounts.models import Membership, Organisation, User
from cocora.accounts.roles import Role
from participants.models import Cohort, Venue
from participants.vocabulary import CohortStatus
from programmes.models import Curriculum, Programme, ProgrammeKind
from sessions.scheduling.actions.feeds import open_feed
from sessions.scheduling.actions.releases import release_schedule
from sessions.scheduling.models import ProgrammeSession

IN_MONTH, IN_FEED = 400, 1000
MONTH = date(2027, 3, 1)
BARE = Template("<!doctype html><title>Bare</title><p>{{ count }} cohorts</p>")


@login_not_required
def bare(request: HttpRequest) -> HttpResponse:
    return HttpResponse(BARE.render(Context({"count": Cohort.objects.count()})))


urlpatterns = [path("bench/bare/", bare), path("", include(settings.ROOT_URLCONF))]


def lay_rows() -> tuple[User, str]:
    """A coordinator with 400 sessions in one month and 1,000 in all; she, and her feed."""
    user = User.objects.create_user("bench-calendar@example.org", display_name="Bench")
    # Her role asks for a second step, which is set up.
    Authenticator.objects.create(
        user=user, type=Authenticator.Type.TOTP, data={"secret": get_adapter().encrypt("bench")}
    )
    place = Organisation.objects.create(name="Bench", slug="bench-c", country="DK")
    Membership.objects.create(user=user, organisation=place, role=Role.COORDINATOR)
    programme = Programme.objects.create(
        code="bench", kind=ProgrammeKind.PROGRAMME, name="Bench", organisation=place
    )
    curriculum = Curriculum.objects.create(programme=programme, version="1", title="Bench")
    cohort = Cohort.objects.create(
        organisation=place, curriculum=curriculum, name="Bench", place="Bench", capacity=20,
        time_zone="Europe/Copenhagen", status=CohortStatus.RUNNING,
        starts_on=MONTH, ends_on=MONTH + timedelta(days=400),
    )  # fmt: skip
    venue = Venue.objects.create(organisation=place, name="Hall", address="Quay 1")
    rows = [row_at(cohort, number) for number in range(IN_FEED)]
    # Only one of them can have the hall: rows do not overlap there.
    rows[0].venue = venue
    ProgrammeSession.objects.bulk_create(rows)
    release_schedule(cohort=cohort, by=user)
    _feed, token = open_feed(cohort=cohort, by=user)
    return user, token


def row_at(cohort: Cohort, number: int) -> ProgrammeSession:
    day = MONTH + timedelta(days=number % 30 if number < IN_MONTH else 60 + number % 200)
    begin = datetime.combine(day, time(8 + number % 10), cohort.zone)
    end = begin + timedelta(hours=2)
    return ProgrammeSession(
        cohort=cohort, local_date=day, local_start=begin.time(), local_end=end.time(),
        starts_at=begin.astimezone(UTC), ends_at=end.astimezone(UTC),
    )  # fmt: skip


def measured(rounds: int) -> dict[str, Any]:
    user, token = lay_rows()
    signed_in, stranger = Client(), Client()
    signed_in.force_login(user)
    pages = {
        "bare": (stranger, "/bench/bare/"),
        "month": (signed_in, f"/calendar/?view=month&day={MONTH}"),
        "feed": (stranger, f"/feeds/{token}.ics"),
    }
    queries, sizes = {}, {}
    for name, (browser, address) in pages.items():
        with CaptureQueriesContext(connection) as context:
            answer = browser.get(address, secure=settings.SERVED)
        if answer.status_code != 200:
            raise LookupError(f"{name} answers {answer.status_code}")
        queries[name], sizes[name] = len(context), len(answer.content)
    times: dict[str, list[float]] = {name: [] for name in pages}
    for _round in range(rounds):
        for name, (browser, address) in pages.items():
            start = perf_counter()
            browser.get(address, secure=settings.SERVED)
            times[name].append(perf_counter() - start)
    median = {name: statistics.median(taken) for name, taken in times.items()}
    return {
        name: {
            "queries": queries[name],
            "kilobytes": round(sizes[name] / 1024, 1),
            "milliseconds": round(1000 * median[name], 2),
            "ratio": round(median[name] / median["bare"], 1),
        }
        for name in pages
    }


class Command(BaseCommand):
    help = "Measure the month page with 400 sessions and a feed with 1,000 against a bare page."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--rounds", type=int, default=20, help="How often each is asked for.")

    def handle(self, *args: Any, **options: Any) -> None:
        hosts = [*settings.ALLOWED_HOSTS, "testserver"]
        with transaction.atomic(), override_settings(ROOT_URLCONF=__name__, ALLOWED_HOSTS=hosts):
            found = measured(options["rounds"])
            transaction.set_rollback(True)
        told = {
            "machine": {"python": platform.python_version(), "database": connection.vendor},
            "sessions": {"month": IN_MONTH, "feed": IN_FEED},
            "rounds": options["rounds"],
            "pages": found,
        }
        self.stdout.write(json.dumps(told, indent=2))
