"""Practitioners: who they are, which account they have. Their times: ``times.py``."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Count, Q
from django.forms import model_to_dict
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.roles import Permission
from participants.actions import practitioners as actions
from participants.actions import retiring
from participants.forms.people import LinkForm, PractitionerForm
from participants.models import CohortPractitioner, Practitioner
from participants.views.answers import attempt, carried_out, run_organisations
from programmes.models import Programme

PER_PAGE = 50


@account_view(Permission.RUN_COHORTS)
def practitioner_list(request: AccountRequest) -> HttpResponse:
    """Those in use, or the hidden ones; found by name or authority."""
    hidden, asked = "hidden" in request.GET, request.GET.get("q", "").strip()
    seen = Practitioner.objects.visible_to(request.user).filter(retired_at__isnull=not hidden)
    found = seen.filter(Q(name__icontains=asked) | Q(authority__icontains=asked)) if asked else seen
    counted = found.select_related("organisation", "invitation").annotate(
        cohort_count=Count("places", filter=Q(places__left_on=None), distinct=True)
    )
    counted = counted.order_by("name", "pk")
    context = {
        "page": Paginator(counted, PER_PAGE).get_page(request.GET.get("page")),
        "hidden": hidden,
        "asked": asked,
        "several": len(run_organisations(request)) > 1,
    }
    return render(request, "participants/practitioner_list.html", context)


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def practitioner_create(request: AccountRequest) -> HttpResponse:
    form = PractitionerForm(
        request.POST or None, by=request.user, organisations=run_organisations(request)
    )
    made: list[Practitioner] = []
    if form.is_valid() and carried_out(
        form,
        lambda: made.append(
            actions.create_practitioner(
                organisation=form.chosen_organisation, by=request.user, **form.facts
            )
        ),
    ):
        messages.success(request, _("The practitioner is here. An account is the next step."))
        return redirect(made[0])
    context = {"form": form, "crumbs": crumbs()}
    return render(request, "participants/practitioner_form.html", context)


def crumbs(*practitioners: Practitioner) -> list[tuple[str, str]]:
    above = [(_("Practitioners"), reverse("participants:practitioners"))]
    return [*above, *((str(row), row.get_absolute_url()) for row in practitioners)]


def seen_practitioner(request: AccountRequest, pk: int) -> Practitioner:
    rows = Practitioner.objects.visible_to(request.user)
    return get_object_or_404(rows.select_related("organisation", "invitation", "user"), pk=pk)


@account_view(Permission.RUN_COHORTS)
def practitioner(request: AccountRequest, pk: int) -> HttpResponse:
    return practitioner_page(request, seen_practitioner(request, pk))


def practitioner_page(
    request: AccountRequest, row: Practitioner, link_form: LinkForm | None = None
) -> HttpResponse:
    places = CohortPractitioner.objects.allowing(request.user, Permission.RUN_COHORTS)
    taught = Programme.objects.visible_to(request.user).filter(code__in=row.facilitates)
    context = {
        "practitioner": row,
        "places": places.filter(practitioner=row)
        .select_related("cohort__curriculum__programme")
        .order_by("-cohort__starts_on", "pk"),
        "programmes": taught,
        "times": row.availabilities.all(),
        "blocked": row.block_outs.all(),
        "link_form": link_form or LinkForm(by=request.user, practitioner=row),
        "crumbs": crumbs(),
    }
    return render(request, "participants/practitioner_detail.html", context)


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def practitioner_edit(request: AccountRequest, pk: int) -> HttpResponse:
    row = seen_practitioner(request, pk)
    form = PractitionerForm(
        request.POST or None,
        by=request.user,
        organisations=[row.organisation],
        initial=model_to_dict(row),
    )
    if form.is_valid() and carried_out(
        form, lambda: actions.change_practitioner(practitioner=row, by=request.user, **form.facts)
    ):
        messages.success(request, _("The practitioner is saved."))
        return redirect(row)
    context = {"form": form, "practitioner": row, "crumbs": crumbs(row)}
    return render(request, "participants/practitioner_form.html", context)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def practitioner_link(request: AccountRequest, pk: int) -> HttpResponse:
    row = seen_practitioner(request, pk)
    form = LinkForm(request.POST, by=request.user, practitioner=row)
    if form.is_valid() and carried_out(
        form,
        lambda: actions.link_practitioner(practitioner=row, user=form.member, by=request.user),
    ):
        messages.success(request, _("The account is linked."))
        return redirect(row)
    return practitioner_page(request, row, form)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def practitioner_invite(request: AccountRequest, pk: int) -> HttpResponse:
    """Invite, and invite again where the link has expired or the mail did not leave."""
    row = seen_practitioner(request, pk)
    attempt(
        request,
        lambda: actions.invite_practitioner(practitioner=row, by=request.user),
        _("The invitation to %(email)s is on its way.") % {"email": row.email},
    )
    return redirect(row)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def practitioner_retire(request: AccountRequest, pk: int) -> HttpResponse:
    row = seen_practitioner(request, pk)
    done = _("It is hidden. Nothing of it is deleted.")
    attempt(request, lambda: retiring.retire(row=row, by=request.user), done)
    return redirect(row)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def practitioner_restore(request: AccountRequest, pk: int) -> HttpResponse:
    row = seen_practitioner(request, pk)
    attempt(request, lambda: retiring.restore(row=row, by=request.user), _("It is back in use."))
    return redirect(row)
