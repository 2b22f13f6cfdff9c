"""A practitioner's own sessions, and her answers: signed in, or by the link in her mail."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view, public_view
from cocora.accounts.models import User
from cocora.accounts.roles import Permission
from cocora.common.refusal import Refusal
from sessions.scheduling.actions.assignments import answer_question
from sessions.scheduling.models import Assignment, AssignmentState
from sessions.scheduling.queries.questions import behind_link, own_assignments

ANSWERS = {"yes": True, "no": False}


@account_view(Permission.SEE_COHORTS)
def my_sessions(request: AccountRequest) -> HttpResponse:
    """What is asked of her, then what she has agreed to."""
    rows = own_assignments(request.user)
    context = {
        "asked": [row for row in rows if row.state == AssignmentState.ASKED],
        "agreed": [row for row in rows if row.state == AssignmentState.ACCEPTED],
        "declined": [row for row in rows if row.state == AssignmentState.DECLINED],
    }
    return render(request, "sessions/my_sessions.html", context)


@account_view(Permission.SEE_COHORTS, methods=("POST",))
def my_answer(request: AccountRequest, pk: int) -> HttpResponse:
    """Only her own: somebody who plans her sessions can't answer in her name."""
    seen = Assignment.objects.visible_to(request.user).filter(pk=pk)
    mine = {row.pk for row in own_assignments(request.user)}
    assignment = get_object_or_404(seen.filter(pk__in=mine))
    take(request, assignment, request.user)
    return redirect("sessions:my_sessions")


def take(request: HttpRequest, assignment: Assignment, by: User | None) -> None:
    """Take the answer that was sent, and say what follows from it."""
    accepts = ANSWERS.get(request.POST.get("answer", ""))
    if accepts is None:
        messages.error(request, _("Please say yes or no."))
        return
    try:
        answer_question(assignment=assignment, accepts=accepts, by=by)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return
    yes = _("Thank you, you are expected.")
    messages.success(request, yes if accepts else _("Thank you for telling us in time."))


@public_view("The mailed link is the key; it shows dates and places.", methods=("GET", "POST"))
def answers(request: HttpRequest, token: str) -> HttpResponse:
    """Yes or no without a password. Nobody's name and no cohort stands here."""
    rows = behind_link(token)
    if not rows:
        raise Http404
    if request.method == "POST":
        chosen = next((row for row in rows if str(row.pk) == request.POST.get("which")), None)
        if chosen is None:
            messages.error(request, _("This date is not asked for any more."))
        else:
            take(request, chosen, None)
        return redirect("sessions:answers", token)
    return render(request, "sessions/answers.html", {"rows": rows})
