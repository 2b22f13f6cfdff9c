"""Cancelling a whole cohort: here, because its dates and messages go with it."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest
from cocora.accounts.roles import Permission
from participants.access import cohort_view
from participants.forms.cohorts import CancelForm
from participants.models import Cohort
from participants.views.answers import carried_out
from sessions.scheduling.actions.cohorts import call_off_cohort
from sessions.scheduling.models import ProgrammeSession


@cohort_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def cohort_cancel(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    form = CancelForm(request.POST or None)
    if form.is_valid() and carried_out(
        form, lambda: call_off_cohort(cohort=cohort, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The cohort is cancelled."))
        return redirect(cohort)
    rows = ProgrammeSession.objects.visible_to(request.user).filter(cohort=cohort)
    context = {"cohort": cohort, "form": form, "coming": rows.coming(timezone.now()).count()}
    return render(request, "participants/cohort_cancel.html", context)
