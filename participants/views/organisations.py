"""What an organisation begins its cohorts with, and how long it keeps data."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.actions.organisations import change_organisation
from cocora.accounts.models import Organisation
from cocora.accounts.roles import Permission
from participants.forms.people import OrganisationForm
from participants.views.answers import carried_out, run_organisations


@account_view(Permission.RUN_COHORTS)
def organisation_list(request: AccountRequest) -> HttpResponse:
    """To the only one, or a choice for those who look after several."""
    own = run_organisations(request)
    if len(own) == 1:
        return redirect("participants:organisation", own[0].pk)
    return render(request, "participants/organisation_list.html", {"organisations": own})


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def organisation(request: AccountRequest, pk: int) -> HttpResponse:
    run = Organisation.objects.allowing(request.user, Permission.RUN_COHORTS)
    row = get_object_or_404(run, pk=pk)
    form = OrganisationForm(request.POST or None, organisation=row)
    if form.is_valid() and carried_out(
        form,
        lambda: change_organisation(organisation=row, by=request.user, **form.cleaned_data),
    ):
        messages.success(request, _("The settings are saved. They count for what is new."))
        return redirect("participants:organisation", row.pk)
    context = {"organisation": row, "form": form}
    return render(request, "participants/organisation_form.html", context)
