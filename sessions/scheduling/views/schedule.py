"""The schedule of a cohort: the draft for those who run it, the release for everybody else."""

from django.http import HttpResponse
from django.shortcuts import render

from cocora.accounts.access import AccountRequest
from cocora.accounts.roles import Permission
from participants.access import cohort_view
from participants.models import Cohort
from sessions.scheduling.queries.board import board, last_change
from sessions.scheduling.queries.conflicts import lift_common
from sessions.scheduling.queries.sentences import names_in
from sessions.scheduling.queries.snapshots import (
    latest_releases,
    numbered_lines,
    unreleased_changes,
)
from sessions.scheduling.queries.teaching import pieces_of


@cohort_view(Permission.SEE_COHORTS)
def schedule(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    if not cohort.may_run:
        return released_schedule(request, cohort)
    meetings, changes = board(cohort), unreleased_changes(cohort)
    coming = [one for one in meetings if one.is_planned]
    context = {
        "cohort": cohort,
        "meetings": meetings,
        "coming": coming,
        "always": lift_common(coming),
        "open": sum(one.without_leader or one.without_venue for one in meetings),
        "changes": len(changes),
        "fresh": {told["id"] for told in changes},
        "undo": last_change(cohort),
        "left": pieces_of(cohort),
    }
    return render(request, "sessions/schedule.html", context)


def released_schedule(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    """What was told to everybody, and nothing of the draft."""
    release = latest_releases([cohort]).get(cohort.pk)
    lines = numbered_lines(release.snapshot) if release else []
    names = names_in([{"people": [pk for line in lines for pk in line["people"]]}])
    for line in lines:
        line["leading"] = [names[pk] for pk in line["people"] if pk in names]
    context = {"cohort": cohort, "release": release, "lines": lines}
    return render(request, "sessions/schedule_released.html", context)
