"""The page of a session: its facts, and its agenda that can be edited without a mouse."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest
from cocora.accounts.roles import Permission
from cocora.common.refusal import Refusal
from participants.access import cohort_view
from participants.models import Cohort
from sessions.scheduling.actions.agenda import Step, edit_agenda
from sessions.scheduling.forms.agenda import edit_of, typed_minutes
from sessions.scheduling.models import (
    AgendaItem,
    ItemKind,
    ProgrammeSession,
    SessionStatus,
)
from sessions.scheduling.queries.board import asked_of
from sessions.scheduling.queries.conflicts import warnings_of
from sessions.scheduling.queries.sentences import names_in
from sessions.scheduling.queries.snapshots import latest_releases, numbered_lines
from sessions.scheduling.queries.teaching import (
    agenda_of,
    exercises_of,
    planned_exercises,
    released_agenda,
    title_of,
)
from sessions.scheduling.views.meetings import own_session


@cohort_view(Permission.SEE_COHORTS)
def session(request: AccountRequest, cohort: Cohort, pk: int) -> HttpResponse:
    """The draft for those who run the cohort, what was released for everybody else."""
    if not cohort.may_run:
        return released_session(request, cohort, pk)
    row = own_session(request, cohort, pk)
    context = context_of(request, cohort, row)
    at = request.GET.get("at", "")
    context["at"] = int(at) if at.isdecimal() else None
    return render(request, "sessions/session.html", context)


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def agenda(request: AccountRequest, cohort: Cohort, pk: int) -> HttpResponse:
    """Saves the minutes and takes one step. A refusal keeps what was typed."""
    row = own_session(request, cohort, pk)
    version = request.POST.get("version", "")
    try:
        edit = edit_of(request.POST, {one.pk: one for one in exercises_of(cohort)})
        at = edit_agenda(
            cohort=cohort,
            programme_session=row,
            version=int(version) if version.isdecimal() else 0,
            edit=edit,
            by=request.user,
        )
    except Refusal as refusal:
        context = context_of(request, cohort, row, typed=typed_minutes(request.POST))
        return render(request, "sessions/session.html", {**context, "refusal": str(refusal)})
    if edit.step == Step.TO:
        messages.success(request, _("Moved to the other session."))
    return redirect(f"{row.get_absolute_url()}?at={at}#agenda" if at else row)


def context_of(
    request: AccountRequest,
    cohort: Cohort,
    row: ProgrammeSession,
    typed: dict[int, str] | None = None,
) -> dict[str, Any]:
    items = AgendaItem.objects.visible_to(request.user).filter(programme_session=row)
    items = items.select_related("exercise__module").prefetch_related("exercise__texts")
    told = agenda_of(row, items, cohort)
    others = ProgrammeSession.objects.allowing(request.user, Permission.RUN_COHORTS).filter(
        cohort=cohort
    )
    ordered = list(others.standing().order_by("starts_at", "pk"))
    taken = planned_exercises(cohort)
    crew = list(row.assignments.all())
    planned = row.status == SessionStatus.PLANNED
    return {
        "cohort": cohort,
        "meeting": row,
        "number": next((n for n, one in enumerate(ordered, 1) if one.pk == row.pk), 0),
        "agenda": told,
        "lines": [
            (line, (typed or {}).get(line.item.pk, line.item.minutes)) for line in told.lines
        ],
        "others": [
            (n, one)
            for n, one in enumerate(ordered, 1)
            if one.pk != row.pk and one.status == SessionStatus.PLANNED
        ],
        "exercises": [
            (one, title_of(one, cohort), one.pk in taken) for one in exercises_of(cohort)
        ],
        "kinds": [kind for kind in ItemKind if kind != ItemKind.EXERCISE],
        "crew": crew,
        "led": any(one.binds for one in crew),
        "planned": planned,
        "warnings": warnings_of(cohort, [asked_of(row, crew)])[0] if planned else [],
    }


def released_session(request: AccountRequest, cohort: Cohort, pk: int) -> HttpResponse:
    release = latest_releases([cohort]).get(cohort.pk)
    lines = numbered_lines(release.snapshot) if release else []
    line = next((one for one in lines if one["id"] == pk), None)
    if line is None:
        raise Http404
    names = names_in([{"people": line["people"]}])
    context = {
        "cohort": cohort,
        "release": release,
        "line": line,
        "leading": [names[person] for person in line["people"] if person in names],
        "agenda": released_agenda(cohort, line),
    }
    return render(request, "sessions/session_released.html", context)
