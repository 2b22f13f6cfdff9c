"""Consent: ask on the screen or from paper, hand out a link, take back, write the words."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.roles import Permission
from cocora.common.cipher import Unreadable
from cocora.common.refusal import Refusal
from participants import scans
from participants.actions import consents as actions
from participants.actions import terms as terms_actions
from participants.actions.reading import note_identities_shown
from participants.forms.consents import AnswersForm, AskForm, LinkForm, PaperForm, TermsForm
from participants.models import Consent, ConsentLink, ConsentTerms
from participants.queries.consent import answer_of
from participants.queries.terms import guardian_is_asked, purposes_for, terms_in_use
from participants.queries.withdrawal import change_of
from participants.views.answers import attempt, carried_out, run_organisations
from participants.views.participants import run_person
from participants.vocabulary import Giver, Means, Purpose

SCAN_TYPES = {scans.PDF: "application/pdf", scans.JPEG: "image/jpeg"}


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def consent_ask(request: AccountRequest, pk: UUID) -> HttpResponse:
    """The person reads and answers on this device, or somebody copies a signed sheet."""
    person = run_person(request, pk)
    giver, means = AskForm(request.GET).chosen
    asked: dict[str, Any] = {
        "purposes": purposes_for(person, giver),
        "words": terms_in_use(person.organisation, person.language),
        "may_wait": True,
    }
    form = (
        PaperForm(request.POST or None, request.FILES or None, **asked)
        if means == Means.PAPER
        else AnswersForm(request.POST or None, **asked)
    )
    if form.is_valid() and carried_out(
        form,
        lambda: actions.record_answers(
            participant=person,
            giver=giver,
            answers=form.answers,
            means=means,
            by=request.user,
            scan=form.cleaned_data.get("scan"),
        ),
    ):
        messages.success(request, _("The answers are saved."))
        return redirect(person)
    context = {
        "person": person,
        "form": form,
        "giver": giver,
        "paper": means == Means.PAPER,
        "ways": ways_to_ask(person.pk, giver, means, guardian_is_asked(person)),
        "contact": person.organisation.data_protection_contact,
    }
    return render(request, "participants/consent_ask.html", context)


def ways_to_ask(pk: UUID, giver: Giver, means: Means, guarded: bool) -> list[dict[str, Any]]:
    """The tabs above the questions: who answers, and on what."""
    page = reverse("participants:consent_ask", args=[pk])
    givers = [Giver.PARTICIPANT, Giver.GUARDIAN] if guarded else [Giver.PARTICIPANT]
    return [
        {
            "label": f"{who.label}, {str(how.label).lower()}",
            "url": f"{page}?{urlencode({'giver': who.value, 'means': how.value})}",
            "current": (who, how) == (giver, means),
        }
        for who in givers
        for how in (Means.SCREEN, Means.PAPER)
    ]


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def consent_withdraw(request: AccountRequest, pk: UUID, purpose: str) -> HttpResponse:
    """First what will change, then one button."""
    person = run_person(request, pk)
    if purpose not in Purpose.values:
        raise Http404
    about = Purpose(purpose)
    if request.method == "POST":
        attempt(
            request,
            lambda: actions.withdraw_consent(participant=person, purpose=about, by=request.user),
            _("Taken back: %(purpose)s.") % {"purpose": about.label},
        )
        return redirect(person)
    context = {
        "person": person,
        "purpose": about,
        "answer": answer_of(person, about),
        "change": change_of(person, about),
    }
    return render(request, "participants/consent_withdraw.html", context)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
@never_cache
def consent_link_make(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Show a new link this once: it is kept nowhere, so nobody can show it again."""
    person = run_person(request, pk)
    form = LinkForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose whom the link is for."))
        return redirect(person)
    giver = Giver(form.cleaned_data["giver"])
    try:
        link, token = actions.make_link(participant=person, giver=giver, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect(person)
    address = settings.SITE_URL + reverse("participants:consent_answer", args=[token])
    context = {"person": person, "link": link, "address": address}
    return render(request, "participants/consent_link.html", context)


@account_view(Permission.RUN_COHORTS, methods=("POST",))
def consent_link_revoke(request: AccountRequest, pk: int) -> HttpResponse:
    rows = ConsentLink.objects.visible_to(request.user).filter(
        participant__organisation__in=run_organisations(request)
    )
    link = get_object_or_404(rows.select_related("participant__organisation"), pk=pk)
    attempt(
        request,
        lambda: actions.revoke_link(link=link, by=request.user),
        _("The link no longer works."),
    )
    return redirect(link.participant)


@account_view(Permission.RUN_COHORTS)
def consent_scan(request: AccountRequest, pk: int) -> HttpResponse:
    """The signed sheet, for those who run the cohorts. It is never shown within a page."""
    rows = Consent.objects.visible_to(request.user).filter(
        participant__organisation__in=run_organisations(request)
    )
    scanned = rows.exclude(scan="").select_related("participant__organisation")
    consent = get_object_or_404(scanned, pk=pk)
    person = consent.participant
    try:
        body = scans.read(person, consent.scan)
    except (FileNotFoundError, Unreadable) as fault:
        raise Http404(_("This scan is not there any more.")) from fault
    note_identities_shown(people=[person], by=request.user, verb="consent.scan_opened")
    kind = consent.scan.rpartition(".")[2]
    response = HttpResponse(body, content_type=SCAN_TYPES[kind])
    response["Content-Disposition"] = f'attachment; filename="{person.code}.{kind}"'
    response["Cache-Control"] = "private, no-store"
    return response


@account_view(Permission.RUN_COHORTS)
def consent_terms(request: AccountRequest) -> HttpResponse:
    """The words that are in use, and the versions before them."""
    organisations = run_organisations(request)
    written = ConsentTerms.objects.visible_to(request.user).filter(organisation__in=organisations)
    context = {
        "shelves": [
            (place, list(terms_in_use(place, place.default_language).values()))
            for place in organisations
        ],
        "written": written.select_related("organisation").order_by(
            "organisation__name", "purpose", "language", "country", "-version"
        ),
    }
    return render(request, "participants/consent_terms.html", context)


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def consent_terms_write(request: AccountRequest) -> HttpResponse:
    """A new version; ``?from=`` begins with words that are there."""
    form = TermsForm(
        request.POST or None,
        by=request.user,
        organisations=run_organisations(request),
        initial=beginning(request),
    )
    if form.is_valid() and carried_out(
        form,
        lambda: terms_actions.write_terms(
            organisation=form.chosen_organisation, by=request.user, **form.facts
        ),
    ):
        messages.success(request, _("These words are in use from now on."))
        return redirect("participants:consent_terms")
    return render(request, "participants/consent_terms_write.html", {"form": form})


def beginning(request: AccountRequest) -> dict[str, Any]:
    known = request.GET.get("from", "")
    rows = ConsentTerms.objects.visible_to(request.user)
    terms = rows.filter(pk=known).first() if known.isdecimal() and len(known) < 10 else None
    if terms is None:
        return {}
    names = ("purpose", "language", "country", "title", "text")
    return {name: getattr(terms, name) for name in names}
