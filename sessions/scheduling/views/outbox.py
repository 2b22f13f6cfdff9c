"""The outbox of a cohort: every mail about its schedule, before it leaves and after."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cocora.accounts.access import AccountRequest
from cocora.accounts.roles import Permission
from cocora.common.refusal import Refusal
from participants.access import cohort_view
from participants.models import Cohort
from sessions.scheduling.actions import outbox as actions
from sessions.scheduling.models import MessageState, OutboxMessage

PER_PAGE = 30


@cohort_view(Permission.RUN_COHORTS)
def outbox(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    """What waits, what was held back, what has left; participants by their code only."""
    rows = mail_of(request, cohort)
    shown = request.GET.get("state", MessageState.WAITING)
    if shown not in MessageState.values:
        shown = MessageState.WAITING
    counts = dict.fromkeys(MessageState.values, 0)
    for state in rows.order_by().values_list("state", flat=True):
        counts[state] += 1
    page = Paginator(rows.filter(state=shown), PER_PAGE).get_page(request.GET.get("page"))
    context = {
        "cohort": cohort,
        "page": page,
        "shown": shown,
        "tabs": [(state.value, state.label, counts[state]) for state in MessageState],
        "waiting": counts[MessageState.WAITING],
    }
    return render(request, "sessions/outbox.html", context)


def mail_of(request: AccountRequest, cohort: Cohort) -> Any:
    rows = OutboxMessage.objects.allowing(request.user, Permission.RUN_COHORTS)
    return rows.filter(cohort=cohort).select_related(
        "cohort__organisation", "practitioner", "contact__community", "participant__organisation",
        "release",
    )  # fmt: skip


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def outbox_send_all(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    done = actions.send_all(cohort=cohort, by=request.user)
    if done.sent:
        said = ngettext(
            "%(n)s message is on its way.", "%(n)s messages are on their way.", done.sent
        )
        messages.success(request, said % {"n": done.sent})
    if done.refused:
        said = ngettext(
            "%(n)s message can't leave: try it by itself to read why.",
            "%(n)s messages can't leave: try them one by one to read why.",
            done.refused,
        )
        messages.warning(request, said % {"n": done.refused})
    return redirect("sessions:outbox", cohort.pk)


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def outbox_send(request: AccountRequest, cohort: Cohort, pk: str) -> HttpResponse:
    message = get_object_or_404(mail_of(request, cohort), pk=pk)
    return attempt(
        request,
        cohort,
        lambda: actions.send_message(message=message, by=request.user),
        _("The message is on its way."),
    )


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def outbox_hold(request: AccountRequest, cohort: Cohort, pk: str) -> HttpResponse:
    message = get_object_or_404(mail_of(request, cohort), pk=pk)
    return attempt(
        request,
        cohort,
        lambda: actions.hold_back(message=message, by=request.user),
        _("The message is held back."),
    )


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def outbox_wait(request: AccountRequest, cohort: Cohort, pk: str) -> HttpResponse:
    message = get_object_or_404(mail_of(request, cohort), pk=pk)
    return attempt(
        request,
        cohort,
        lambda: actions.let_wait(message=message, by=request.user),
        _("The message waits again."),
    )


def attempt(
    request: AccountRequest, cohort: Cohort, action: Callable[[], object], done: str
) -> HttpResponse:
    """Do it, say so or say why not, and go back to the outbox."""
    try:
        action()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("sessions:outbox", cohort.pk)
