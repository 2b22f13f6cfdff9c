"""Venues: where sessions are held."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.roles import Permission
from participants.actions import retiring
from participants.actions import venues as actions
from participants.forms.people import VenueForm
from participants.models import Venue
from participants.views.answers import attempt, carried_out, run_organisations

PER_PAGE = 50


@account_view(Permission.RUN_COHORTS)
def venue_list(request: AccountRequest) -> HttpResponse:
    """Those in use, or the hidden ones; found by name or address."""
    hidden, asked = "hidden" in request.GET, request.GET.get("q", "").strip()
    seen = Venue.objects.visible_to(request.user).filter(retired_at__isnull=not hidden)
    found = seen.filter(Q(name__icontains=asked) | Q(address__icontains=asked)) if asked else seen
    context = {
        "page": Paginator(found.select_related("organisation"), PER_PAGE).get_page(
            request.GET.get("page")
        ),
        "hidden": hidden,
        "asked": asked,
        "several": len(run_organisations(request)) > 1,
    }
    return render(request, "participants/venue_list.html", context)


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def venue_create(request: AccountRequest) -> HttpResponse:
    form = VenueForm(
        request.POST or None, by=request.user, organisations=run_organisations(request)
    )
    if form.is_valid() and carried_out(
        form,
        lambda: actions.create_venue(
            organisation=form.chosen_organisation, by=request.user, **form.facts
        ),
    ):
        messages.success(request, _("The venue is here."))
        return redirect("participants:venues")
    return render(request, "participants/venue_form.html", {"form": form, "crumbs": crumbs()})


def crumbs(*venues: Venue) -> list[tuple[str, str]]:
    above = [(_("Venues"), reverse("participants:venues"))]
    return [*above, *((str(row), row.get_absolute_url()) for row in venues)]


def seen_venue(request: AccountRequest, pk: int) -> Venue:
    rows = Venue.objects.visible_to(request.user).select_related("organisation")
    return get_object_or_404(rows, pk=pk)


@account_view(Permission.RUN_COHORTS)
def venue(request: AccountRequest, pk: int) -> HttpResponse:
    context = {"venue": seen_venue(request, pk), "crumbs": crumbs()}
    return render(request, "participants/venue_detail.html", context)


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def venue_edit(request: AccountRequest, pk: int) -> HttpResponse:
    row = seen_venue(request, pk)
    form = VenueForm(
        request.POST or None,
        by=request.user,
        organisations=[row.organisation],
        initial=model_to_dict(row),
    )
    if form.is_valid() and carried_out(
        form, lambda: actions.change_venue(venue=row, by=request.user, **form.facts)
    ):
        messages.success(request, _("The venue is saved."))
        return redirect(row)
    context = {"form": form, "venue": row, "crumbs": crumbs(row)}
    return render(request, "participants/venue_form.html", context)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def venue_retire(request: AccountRequest, pk: int) -> HttpResponse:
    row = seen_venue(request, pk)
    done = _("It is hidden. Nothing of it is deleted.")
    attempt(request, lambda: retiring.retire(row=row, by=request.user), done)
    return redirect(row)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def venue_restore(request: AccountRequest, pk: int) -> HttpResponse:
    row = seen_venue(request, pk)
    attempt(request, lambda: retiring.restore(row=row, by=request.user), _("It is back in use."))
    return redirect(row)
