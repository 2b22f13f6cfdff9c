"""Releasing the draft, and reading what was released."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest
from cocora.accounts.roles import Permission
from cocora.common.refusal import Refusal
from participants.access import cohort_view
from participants.models import Cohort
from sessions.scheduling.actions.releases import release_schedule
from sessions.scheduling.forms.releases import ReleaseForm
from sessions.scheduling.models import ScheduleRelease
from sessions.scheduling.queries.gaps import (
    audience_gaps,
    conflicts_in,
    gaps_in,
    state_gaps,
)
from sessions.scheduling.queries.sentences import names_in, sentence
from sessions.scheduling.queries.snapshots import (
    EMPTY,
    Change,
    compare,
    drafts,
    follow,
    latest_releases,
    mark_of,
    numbered_lines,
)
from sessions.scheduling.queries.telling import plan


@cohort_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def release(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    """What would be released: the changes, what speaks against them, and who is told."""
    last = latest_releases([cohort]).get(cohort.pk)
    before = last.snapshot if last else EMPTY
    after = follow(before, drafts([cohort])[cohort.pk])
    changes = compare(before, after)
    told_by_her = request.POST if request.method == "POST" else None
    form = ReleaseForm(told_by_her, initial={"mark": mark_of(changes)})
    if form.is_valid():
        try:
            made = release_schedule(cohort=cohort, by=request.user, **form.cleaned_data)
        except Refusal as refusal:
            form = ReleaseForm(
                initial={"mark": mark_of(changes), "comment": form.cleaned_data["comment"]}
            )
            messages.error(request, str(refusal))
        else:
            messages.success(request, released(made))
            return redirect("sessions:outbox", cohort.pk)
    planned = plan(cohort, before, after)
    gaps = [*state_gaps(cohort), *gaps_in(after), *conflicts_in(cohort, after)]
    context = {
        "cohort": cohort,
        "form": form,
        "last": last,
        "number": last.number + 1 if last else 1,
        "changes": told(changes),
        "gaps": [*gaps, *audience_gaps(planned.audience)],
        "letters": planned.letters if changes else [],
    }
    return render(request, "sessions/release_new.html", context)


def released(made: ScheduleRelease) -> str:
    return _("Release %(number)s is made. The messages wait here until you send them.") % {
        "number": made.number
    }


def told(changes: list[Change]) -> list[dict[str, Any]]:
    """The changes as sentences, each with the kind that its tag shows."""
    names = names_in(changes)
    return [{"kind": one["kind"], "sentence": sentence(one, names)} for one in changes]


@cohort_view(Permission.SEE_COHORTS)
def releases(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    rows = ScheduleRelease.objects.visible_to(request.user).filter(cohort=cohort)
    newest_first = list(rows.select_related("released_by"))
    return render(
        request,
        "sessions/release_list.html",
        {"cohort": cohort, "releases": [(row, told(row.changes)) for row in newest_first[:50]]},
    )


@cohort_view(Permission.SEE_COHORTS)
def release_detail(request: AccountRequest, cohort: Cohort, number: int) -> HttpResponse:
    """One released version, whole, and compared with any other of this cohort."""
    rows = ScheduleRelease.objects.visible_to(request.user).filter(cohort=cohort)
    shown = get_object_or_404(rows.select_related("released_by"), number=number)
    others = [row for row in rows.defer("snapshot", "changes") if row.number != number]
    wanted = request.GET.get("with", "")
    other = next((row for row in others if str(row.number) == wanted), None)
    changes = shown.changes
    if other:
        first, second = sorted([shown, other], key=lambda row: row.number)
        changes = compare(first.snapshot, second.snapshot)
    context = {
        "cohort": cohort,
        "release": shown,
        "others": others,
        "other": other,
        "changes": told(changes),
        "lines": numbered_lines(shown.snapshot),
    }
    return render(request, "sessions/release_detail.html", context)
