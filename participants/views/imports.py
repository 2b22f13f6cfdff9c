"""A list of people comes in: file, columns, check, confirm. Nothing is written before the last."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.roles import Permission
from cocora.common.refusal import Refusal
from participants.access import cohort_view
from participants.actions import imports
from participants.actions.candidates import Verdict, Weighed, weighed
from participants.actions.columns import NEEDED, Field
from participants.forms.imports import ColumnsForm, ListForm
from participants.models import Cohort, PeopleImport

PER_PAGE = 50


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def people_import(request: AccountRequest) -> HttpResponse:
    """Into the organisation, without a cohort yet."""
    form = ListForm(request.POST or None, request.FILES or None, by=request.user)
    return received(request, form)


@cohort_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def cohort_import(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    """Into the organisation and, as applied, into this cohort."""
    place = cohort.organisation
    form = ListForm(request.POST or None, request.FILES or None, by=request.user, of=place)
    return received(request, form, cohort)


def received(request: AccountRequest, form: ListForm, cohort: Cohort | None = None) -> HttpResponse:
    if form.is_valid():
        waiting = imports.keep_list(
            organisation=form.chosen_organisation,
            table=form.cleaned_data["file"],
            by=request.user,
            cohort=cohort,
        )
        complete = all(wanted in waiting.columns for wanted in NEEDED)
        page = "participants:import_check" if complete else "participants:import_columns"
        return redirect(page, waiting.pk)
    context = {"form": form, "cohort": cohort, "tab": "people", "fields": Field, "step": 1}
    return render(request, "participants/import_file.html", context)


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def import_columns(request: AccountRequest, pk: UUID) -> HttpResponse:
    """What stands in which column; guessed, and to be changed."""
    waiting = own(request, pk)
    form = ColumnsForm(request.POST or None, waiting=waiting)
    if form.is_valid():
        try:
            imports.match_columns(waiting=waiting, columns=form.chosen, by=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return redirect("participants:import_check", waiting.pk)
    context = {**about(waiting), "form": form, "step": 2}
    return render(request, "participants/import_columns.html", context)


@account_view(Permission.RUN_COHORTS)
def import_check(request: AccountRequest, pk: UUID) -> HttpResponse:
    """What confirming would do with each row, and why not."""
    waiting = own(request, pk)
    told = weighed(waiting)
    if told.missing:
        names = ", ".join(f"“{field.label}”" for field in told.missing)
        messages.warning(
            request, _("No column holds %(fields)s yet. Choose it here.") % {"fields": names}
        )
        return redirect("participants:import_columns", waiting.pk)
    groups = [(verdict, len(told.with_verdict(verdict))) for verdict in Verdict]
    # What needs a second look comes first.
    first = next((name for name, count in reversed(groups) if count), Verdict.NEW)
    shown = request.GET.get("show", first)
    context = {
        **about(waiting),
        "told": told,
        "groups": groups,
        "shown": shown,
        "page": Paginator(told.with_verdict(shown), PER_PAGE).get_page(request.GET.get("page")),
        "step": 3,
    }
    return render(request, "participants/import_check.html", context)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def import_confirm(request: AccountRequest, pk: UUID) -> HttpResponse:
    waiting = own(request, pk)
    back = after(waiting)
    try:
        told = imports.confirm_import(waiting=waiting, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("participants:import_check", pk)
    messages.success(request, done(told))
    return redirect(back)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def import_discard(request: AccountRequest, pk: UUID) -> HttpResponse:
    waiting = own(request, pk)
    back = after(waiting)
    imports.discard_import(waiting=waiting, by=request.user)
    messages.success(request, _("The list is deleted. Nothing of it was kept."))
    return redirect(back)


def own(request: AccountRequest, pk: UUID) -> PeopleImport:
    rows = PeopleImport.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("organisation", "cohort__organisation"), pk=pk)


def about(waiting: PeopleImport) -> dict[str, Any]:
    """What the pages of one list share."""
    place = str(waiting.cohort) if waiting.cohort else _("Participants")
    return {"waiting": waiting, "crumbs": [(place, after(waiting))]}


def after(waiting: PeopleImport) -> str:
    """Where the people of the list are to be seen."""
    if waiting.cohort_id:
        return reverse("participants:cohort_people", args=[waiting.cohort_id])
    return reverse("participants:participants")


def done(told: Weighed) -> str:
    created, enrolled = len(told.new), len(told.enrolling)
    made = ngettext("%(count)s person was created.", "%(count)s people were created.", created)
    joined = ngettext(
        "%(count)s applied to the cohort.", "%(count)s applied to the cohort.", enrolled
    )
    sentences = [made % {"count": created}]
    if enrolled:
        sentences.append(joined % {"count": enrolled})
    return " ".join(sentences)
