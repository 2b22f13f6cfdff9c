"""Communities and their contacts, for those who run the organisation's cohorts."""

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
from participants.actions import communities as actions
from participants.actions import retiring
from participants.forms.people import CommunityForm, ContactForm
from participants.models import Cohort, Community, CommunityContact
from participants.views.answers import attempt, carried_out, run_organisations

PER_PAGE = 50


@account_view(Permission.RUN_COHORTS)
def community_list(request: AccountRequest) -> HttpResponse:
    """Those in use, or the hidden ones; found by name or place."""
    hidden, asked = "hidden" in request.GET, request.GET.get("q", "").strip()
    seen = Community.objects.visible_to(request.user).filter(retired_at__isnull=not hidden)
    found = seen.filter(Q(name__icontains=asked) | Q(place__icontains=asked)) if asked else seen
    counted = found.select_related("organisation").annotate(
        contact_count=Count("contacts", filter=Q(contacts__ended_at=None), distinct=True),
        cohort_count=Count("partnerships", filter=Q(partnerships__ended_on=None), distinct=True),
    )
    counted = counted.order_by("name", "pk")
    context = {
        "page": Paginator(counted, PER_PAGE).get_page(request.GET.get("page")),
        "hidden": hidden,
        "asked": asked,
        "several": len(run_organisations(request)) > 1,
    }
    return render(request, "participants/community_list.html", context)


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def community_create(request: AccountRequest) -> HttpResponse:
    form = CommunityForm(
        request.POST or None, by=request.user, organisations=run_organisations(request)
    )
    made: list[Community] = []
    if form.is_valid() and carried_out(
        form,
        lambda: made.append(
            actions.create_community(
                organisation=form.chosen_organisation, by=request.user, **form.facts
            )
        ),
    ):
        messages.success(request, _("The community is here. Add somebody to write to."))
        return redirect(made[0])
    context = {"form": form, "crumbs": crumbs()}
    return render(request, "participants/community_form.html", context)


def crumbs(*communities: Community) -> list[tuple[str, str]]:
    above = [(_("Communities"), reverse("participants:communities"))]
    return [*above, *((str(row), row.get_absolute_url()) for row in communities)]


def seen_community(request: AccountRequest, pk: int) -> Community:
    rows = Community.objects.visible_to(request.user).select_related("organisation")
    return get_object_or_404(rows, pk=pk)


@account_view(Permission.RUN_COHORTS)
def community(request: AccountRequest, pk: int) -> HttpResponse:
    row = seen_community(request, pk)
    contacts = CommunityContact.objects.visible_to(request.user).filter(community=row)
    cohorts = Cohort.objects.allowing(request.user, Permission.RUN_COHORTS)
    context = {
        "community": row,
        "contacts": contacts.select_related("invitation").order_by("name", "pk"),
        "cohorts": cohorts.filter(partnerships__community=row)
        .select_related("curriculum__programme")
        .distinct(),
        "crumbs": crumbs(),
    }
    return render(request, "participants/community_detail.html", context)


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def community_edit(request: AccountRequest, pk: int) -> HttpResponse:
    row = seen_community(request, pk)
    form = CommunityForm(
        request.POST or None,
        by=request.user,
        organisations=[row.organisation],
        initial=model_to_dict(row),
    )
    if form.is_valid() and carried_out(
        form, lambda: actions.change_community(community=row, by=request.user, **form.facts)
    ):
        messages.success(request, _("The community is saved."))
        return redirect(row)
    context = {"form": form, "community": row, "crumbs": crumbs(row)}
    return render(request, "participants/community_form.html", context)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def community_retire(request: AccountRequest, pk: int) -> HttpResponse:
    row = seen_community(request, pk)
    done = _("It is hidden. Nothing of it is deleted.")
    attempt(request, lambda: retiring.retire(row=row, by=request.user), done)
    return redirect(row)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def community_restore(request: AccountRequest, pk: int) -> HttpResponse:
    row = seen_community(request, pk)
    attempt(request, lambda: retiring.restore(row=row, by=request.user), _("It is back in use."))
    return redirect(row)


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def contact_create(request: AccountRequest, pk: int) -> HttpResponse:
    row = seen_community(request, pk)
    form = ContactForm(request.POST or None, used=languages_of(row))
    if form.is_valid() and carried_out(
        form,
        lambda: actions.add_contact(community=row, by=request.user, **form.cleaned_data),
    ):
        messages.success(request, _("The contact is added. An invitation is the next step."))
        return redirect(row)
    context = {"form": form, "community": row, "crumbs": crumbs(row)}
    return render(request, "participants/contact_form.html", context)


def languages_of(row: Community) -> list[str]:
    return [*row.languages, row.organisation.default_language]


def seen_contact(request: AccountRequest, pk: int, contact_pk: int) -> CommunityContact:
    rows = CommunityContact.objects.visible_to(request.user).filter(community=pk)
    known = rows.select_related("community__organisation", "invitation")
    return get_object_or_404(known, pk=contact_pk)


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def contact_edit(request: AccountRequest, pk: int, contact_pk: int) -> HttpResponse:
    contact = seen_contact(request, pk, contact_pk)
    form = ContactForm(
        request.POST or None,
        used=[contact.language, *languages_of(contact.community)],
        initial=model_to_dict(contact),
    )
    if form.is_valid() and carried_out(
        form,
        lambda: actions.change_contact(contact=contact, by=request.user, **form.cleaned_data),
    ):
        messages.success(request, _("The contact is saved."))
        return redirect(contact.community)
    context = {
        "form": form,
        "contact": contact,
        "community": contact.community,
        "crumbs": crumbs(contact.community),
    }
    return render(request, "participants/contact_form.html", context)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def contact_invite(request: AccountRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Invite, and invite again where the link has expired or the mail did not leave."""
    contact = seen_contact(request, pk, contact_pk)
    attempt(
        request,
        lambda: actions.invite_contact(contact=contact, by=request.user),
        _("%(name)s can come in: by the account that is there, or by the link in the mail.")
        % {"name": contact.name},
    )
    return redirect(contact.community)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def contact_end(request: AccountRequest, pk: int, contact_pk: int) -> HttpResponse:
    contact = seen_contact(request, pk, contact_pk)
    attempt(
        request,
        lambda: actions.end_contact(contact=contact, by=request.user),
        _("%(name)s answers for this community no longer.") % {"name": contact.name},
    )
    return redirect(contact.community)
