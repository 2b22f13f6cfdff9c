"""Rows that may be one person: the list of pairs, and two of them side by side."""

from uuid import UUID

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.roles import Permission
from cocora.common.refusal import Refusal
from participants.actions.duplicates import merge_participants, tell_apart
from participants.actions.reading import note_identities_shown
from participants.forms.duplicates import MergeForm
from participants.models import Participant
from participants.queries.likeness import alike
from participants.views.answers import run_organisations
from participants.views.participants import run_people

PER_PAGE = 25


@account_view(Permission.RUN_COHORTS)
def duplicates(request: AccountRequest) -> HttpResponse:
    """Pairs that look like one person, by contact or by name and age."""
    page = Paginator(alike(run_people(request)), PER_PAGE).get_page(request.GET.get("page"))
    shown = {person.pk: person for pair in page for person in (pair.one, pair.other)}
    verb = "participants.duplicates_shown"
    note_identities_shown(people=shown.values(), by=request.user, verb=verb)
    context = {"page": page, "crumbs": crumbs()}
    return render(request, "participants/duplicate_list.html", context)


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def duplicate(request: AccountRequest, pk: UUID, other_pk: UUID) -> HttpResponse:
    """Both rows side by side; the first one stays when they are merged."""
    kept, merged = pair(request, pk, other_pk)
    asked = request.POST if request.method == "POST" else None
    form = MergeForm(asked, kept=kept, merged=merged)
    if form.is_valid():
        try:
            merge_participants(kept=kept, merged=merged, taken=form.cleaned_data, by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            sentence = _("%(one)s and %(other)s are one person now: %(one)s.")
            messages.success(request, sentence % {"one": kept.code, "other": merged.code})
            return redirect(kept)
    verb = "participants.compared"
    note_identities_shown(people=[kept, merged], by=request.user, verb=verb)
    context = {
        "form": form,
        "rows": [kept, merged],
        "kept": kept,
        "merged": merged,
        "crumbs": [*crumbs(), (_("Possible duplicates"), reverse("participants:duplicates"))],
    }
    return render(request, "participants/duplicate_pair.html", context)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def duplicate_dismiss(request: AccountRequest, pk: UUID, other_pk: UUID) -> HttpResponse:
    one, other = pair(request, pk, other_pk)
    try:
        tell_apart(one=one, other=other, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Remembered: these are two people."))
    return redirect("participants:duplicates")


def pair(request: AccountRequest, pk: UUID, other_pk: UUID) -> tuple[Participant, Participant]:
    rows = Participant.objects.visible_to(request.user).present().select_related("organisation")
    rows = rows.filter(organisation__in=run_organisations(request))
    rows = rows.prefetch_related("enrolments__cohort", "needs", "consents")
    return get_object_or_404(rows, pk=pk), get_object_or_404(rows, pk=other_pk)


def crumbs() -> list[tuple[str, str]]:
    return [(_("Participants"), reverse("participants:participants"))]
