"""On the page of a cohort: its partner communities and the places of its practitioners."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest
from cocora.accounts.roles import Permission
from participants.access import cohort_view
from participants.actions import partners as actions
from participants.forms.cohorts import PartnerForm, PlaceForm, RoleForm
from participants.models import Cohort, CohortCommunity, CohortPractitioner
from participants.views.answers import attempt, carried_out
from participants.views.cohorts import overview


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def partner_add(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    form = PartnerForm(request.POST, by=request.user, cohort=cohort)
    if form.is_valid() and carried_out(
        form, lambda: actions.add_partner(cohort=cohort, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The community is a partner now."))
        return redirect(cohort)
    return overview(request, cohort, partner_form=form)


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def partner_end(request: AccountRequest, cohort: Cohort, pk: int) -> HttpResponse:
    rows = CohortCommunity.objects.allowing(request.user, Permission.RUN_COHORTS)
    row = get_object_or_404(
        rows.select_related("cohort__organisation", "community"), cohort=cohort, pk=pk
    )
    attempt(
        request,
        lambda: actions.end_partnership(partnership=row, by=request.user),
        _("The partnership has ended."),
    )
    return redirect(cohort)


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def place_add(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    form = PlaceForm(request.POST, by=request.user, cohort=cohort)
    if form.is_valid() and carried_out(
        form, lambda: actions.give_place(cohort=cohort, by=request.user, **form.cleaned_data)
    ):
        messages.success(request, _("The place is given."))
        return redirect(cohort)
    return overview(request, cohort, place_form=form)


def place_of(request: AccountRequest, cohort: Cohort, pk: int) -> CohortPractitioner:
    rows = CohortPractitioner.objects.allowing(request.user, Permission.RUN_COHORTS)
    known = rows.select_related("cohort__organisation", "practitioner")
    return get_object_or_404(known, cohort=cohort, pk=pk)


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def place_role(request: AccountRequest, cohort: Cohort, pk: int) -> HttpResponse:
    place, form = place_of(request, cohort, pk), RoleForm(request.POST)
    if form.is_valid():
        attempt(
            request,
            lambda: actions.change_place(place=place, by=request.user, **form.cleaned_data),
            _("The role is changed."),
        )
    else:
        messages.error(request, _("Choose one of the roles."))
    return redirect(cohort)


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def place_end(request: AccountRequest, cohort: Cohort, pk: int) -> HttpResponse:
    place = place_of(request, cohort, pk)
    attempt(
        request,
        lambda: actions.end_place(place=place, by=request.user),
        _("The place has ended."),
    )
    return redirect(cohort)
