"""Cohorts: the list, one cohort, its plan, its status, the next one."""

from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.roles import Permission
from participants.access import cohort_view
from participants.actions import cohorts as actions
from participants.forms.cohorts import (
    CohortForm,
    MoveForm,
    NextCohortForm,
    PartnerForm,
    PlaceForm,
    StatusFilterForm,
    plan_of,
)
from participants.models import Cohort, CohortCommunity, CohortPractitioner
from participants.queries.cohorts import (
    next_statuses,
    places_taken,
    taught_version,
    with_places_taken,
)
from participants.views.answers import attempt, carried_out, run_organisations
from participants.vocabulary import CohortRole, CohortStatus

PER_PAGE = 25


@account_view(Permission.SEE_COHORTS)
def cohort_list(request: AccountRequest) -> HttpResponse:
    """The cohorts that one runs or has a place in; which of them stands in the address."""
    seen = Cohort.objects.visible_to(request.user)
    form = StatusFilterForm(request.GET)
    chosen = form.cleaned_data["status"] if form.is_valid() else []
    wanted = seen.filter(status__in=chosen) if chosen else seen.current()
    shown = with_places_taken(wanted).with_rights(request.user)
    counts = dict(seen.order_by().values_list("status").annotate(number=Count("pk")))
    context = {
        "page": Paginator(
            shown.select_related("curriculum__programme", "organisation"), PER_PAGE
        ).get_page(request.GET.get("page")),
        "chosen": chosen,
        "statuses": [(status, counts.get(status, 0)) for status in CohortStatus],
        "any": bool(counts),
        "may_run": request.user.may(Permission.RUN_COHORTS),
    }
    return render(request, "participants/cohort_list.html", context)


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def cohort_create(request: AccountRequest) -> HttpResponse:
    form = CohortForm(
        request.POST or None,
        by=request.user,
        organisations=run_organisations(request),
        save=_("Create the cohort"),
    )
    made: list[Cohort] = []
    if form.is_valid() and carried_out(
        form,
        lambda: made.append(
            actions.create_cohort(
                organisation=form.chosen_organisation, by=request.user, **form.facts
            )
        ),
    ):
        messages.success(request, _("The cohort is a draft. Add its partners and practitioners."))
        return redirect(made[0])
    return render(request, "participants/cohort_create.html", {"form": form})


@cohort_view(Permission.SEE_COHORTS)
def cohort(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    return overview(request, cohort)


def overview(request: AccountRequest, cohort: Cohort, **forms: Any) -> HttpResponse:
    """The page of one cohort. Who may not run it is shown no figures and no buttons."""
    partners = CohortCommunity.objects.visible_to(request.user).filter(cohort=cohort)
    places = CohortPractitioner.objects.visible_to(request.user).filter(cohort=cohort)
    context = {
        "cohort": cohort,
        "partners": partners.select_related("community").order_by("community__name", "pk"),
        "places": places.select_related("practitioner").order_by("practitioner__name", "pk"),
        "roles": CohortRole.choices,
    }
    if cohort.may_run:
        current = taught_version(cohort.curriculum.programme, cohort.organisation)
        newer = current if current and current.pk != cohort.curriculum_id else None
        context |= {
            "taken": places_taken(cohort),
            "earlier": Cohort.objects.visible_to(request.user)
            .filter(pk=cohort.earlier_id or 0)
            .first(),
            "moves": next_statuses(cohort),
            "newer": newer,
            "partner_form": PartnerForm(by=request.user, cohort=cohort),
            "place_form": PlaceForm(by=request.user, cohort=cohort),
            **forms,
        }
    return render(request, "participants/cohort_overview.html", context)


@cohort_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def cohort_edit(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    form = CohortForm(
        request.POST or None,
        by=request.user,
        organisations=[cohort.organisation],
        save=_("Save the plan"),
        initial=plan_of(cohort),
    )
    if form.is_valid() and carried_out(
        form, lambda: actions.change_cohort(cohort=cohort, by=request.user, **form.facts)
    ):
        messages.success(request, _("The plan is saved."))
        return redirect(cohort)
    return render(request, "participants/cohort_edit.html", {"cohort": cohort, "form": form})


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def cohort_move(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    form = MoveForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose one of the statuses."))
        return redirect(cohort)
    to = CohortStatus(form.cleaned_data["status"])
    attempt(
        request,
        lambda: actions.move_cohort(cohort=cohort, to=to, by=request.user),
        _("The cohort is now: %(status)s.") % {"status": to.label},
    )
    return redirect(cohort)


@cohort_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def cohort_next(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    """The next cohort, made like this one."""
    form = NextCohortForm(request.POST or None)
    made: list[Cohort] = []
    if form.is_valid() and carried_out(
        form,
        lambda: made.append(
            actions.start_next_cohort(earlier=cohort, by=request.user, **form.cleaned_data)
        ),
    ):
        messages.success(request, _("The next cohort is a draft, with the same people around it."))
        return redirect(made[0])
    context = {
        "cohort": cohort,
        "form": form,
        "version": taught_version(cohort.curriculum.programme, cohort.organisation),
    }
    return render(request, "participants/cohort_next.html", context)
