"""Days without sessions, beside the public holidays."""

from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest
from cocora.accounts.roles import Permission
from participants.access import cohort_view
from participants.models import Cohort
from sessions.scheduling.actions.closed import close_days, open_days
from sessions.scheduling.dates import holidays_between
from sessions.scheduling.forms.sessions import ClosedForm
from sessions.scheduling.models import ClosedDate


def closed_of(request: AccountRequest, cohort: Cohort) -> object:
    rows = ClosedDate.objects.visible_to(request.user)
    return rows.filter(Q(cohort=cohort) | Q(cohort=None), organisation=cohort.organisation_id)


@cohort_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def closed(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    """The list, the form below it, and the public holidays within the cohort's dates."""
    form = ClosedForm(request.POST or None)
    if form.is_valid():
        close_days(cohort=cohort, by=request.user, **form.cleaned_data)
        messages.success(request, _("These days are closed. Sessions that lie there are marked."))
        return redirect("sessions:closed", cohort.pk)
    context = {
        "cohort": cohort,
        "form": form,
        "closed": closed_of(request, cohort),
        "holidays": holidays_between(cohort.organisation.country, cohort.starts_on, cohort.ends_on),
    }
    return render(request, "sessions/closed.html", context)


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def closed_remove(request: AccountRequest, cohort: Cohort, pk: int) -> HttpResponse:
    row: ClosedDate = get_object_or_404(closed_of(request, cohort), pk=pk)  # type: ignore[arg-type]
    open_days(closed=row, by=request.user)
    messages.success(request, _("These days are open again."))
    return redirect("sessions:closed", cohort.pk)
