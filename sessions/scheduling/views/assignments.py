"""Who leads a session: asking somebody, asking again, taking somebody off."""

from collections.abc import Callable
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
from participants.vocabulary import CohortRole
from sessions.scheduling.actions import assignments as actions
from sessions.scheduling.forms.assignments import AssignForm
from sessions.scheduling.models import Assignment, ProgrammeSession


@cohort_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def assign(request: AccountRequest, cohort: Cohort, pk: int) -> HttpResponse:
    """Choose whom to ask; beside each name stands what speaks against it."""
    held = get_object_or_404(sessions_of(request, cohort), pk=pk)
    form = AssignForm(request.POST or None, programme_session=held)
    if form.is_valid():
        chosen = form.cleaned_data["practitioner"]
        role = CohortRole(form.cleaned_data["role"])
        try:
            actions.assign_practitioner(
                programme_session=held, practitioner=chosen, role=role, by=request.user
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            told = _("The question to %(name)s waits in the outbox.") % {"name": chosen}
            messages.success(request, told)
            return redirect(held)
    context = {"cohort": cohort, "programme_session": held, "form": form}
    return render(request, "sessions/assignment_new.html", context)


def sessions_of(request: AccountRequest, cohort: Cohort) -> Any:
    rows = ProgrammeSession.objects.allowing(request.user, Permission.RUN_COHORTS)
    return rows.filter(cohort=cohort).select_related("cohort__organisation", "venue")


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def assignment_remove(
    request: AccountRequest, cohort: Cohort, pk: int, assignment_pk: int
) -> HttpResponse:
    assignment = assignment_of(request, cohort, pk, assignment_pk)
    return attempt(
        request,
        assignment.programme_session,
        lambda: actions.remove_assignment(assignment=assignment, by=request.user),
        _("Taken off. The next release says so to those concerned."),
    )


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def assignment_ask(
    request: AccountRequest, cohort: Cohort, pk: int, assignment_pk: int
) -> HttpResponse:
    assignment = assignment_of(request, cohort, pk, assignment_pk)
    return attempt(
        request,
        assignment.programme_session,
        lambda: actions.ask_again(assignment=assignment, by=request.user),
        _("The question waits in the outbox once more."),
    )


def assignment_of(
    request: AccountRequest, cohort: Cohort, pk: int, assignment_pk: int
) -> Assignment:
    rows = Assignment.objects.allowing(request.user, Permission.RUN_COHORTS)
    inside = rows.filter(programme_session__cohort=cohort, programme_session=pk)
    related = inside.select_related("programme_session__cohort__organisation", "practitioner")
    return get_object_or_404(related, pk=assignment_pk)


def attempt(
    request: AccountRequest,
    programme_session: ProgrammeSession,
    action: Callable[[], object],
    done: str,
) -> HttpResponse:
    """Do it, say so or say why not, and go back to the session."""
    try:
        action()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect(programme_session)
