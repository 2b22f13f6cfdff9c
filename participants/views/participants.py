"""People who take part: the list, somebody new, one person."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.paginator import Page, Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.roles import Permission
from participants.actions import participants as actions
from participants.actions.enrolments import add_newcomer
from participants.actions.reading import note_identities_shown
from participants.forms.choices import language_choices
from participants.forms.participants import FindForm, ParticipantForm
from participants.models import (
    AccessNeed,
    Cohort,
    Consent,
    ConsentLink,
    Enrolment,
    Participant,
)
from participants.queries.consent import Answer, all_answers, answers
from participants.queries.enrolment import CURRENT
from participants.queries.merged import family_of, present_row, roots_of
from participants.queries.people import matching
from participants.queries.terms import guardian_is_asked, purposes_for
from participants.views.answers import carried_out, run_organisations
from participants.vocabulary import Giver, Purpose

PER_PAGE = 25


@account_view(Permission.RUN_COHORTS)
def participant_list(request: AccountRequest) -> HttpResponse:
    """Codes; names when asked for, and for whom one has looked by name: then it is noted."""
    form = FindForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    everybody = run_people(request)
    found = matching(everybody, asked["q"]) if asked.get("q") else everybody
    if asked.get("open"):
        told = answers(found, Purpose.TAKE_PART)
        found = [person for person in found if not told[person.pk].allowed]
    page = Paginator(found, PER_PAGE).get_page(request.GET.get("page"))
    named = bool(asked.get("q") or request.GET.get("names"))
    if named:
        note_identities_shown(people=page, by=request.user, verb="participants.names_shown")
    context = {
        "page": page,
        "rows": rows_of(request, page),
        "named": named,
        "form": form,
        "asked": asked,
        "anybody": bool(everybody),
        "several": len({person.organisation_id for person in page}) > 1,
    }
    return render(request, "participants/participant_list.html", context)


def run_people(request: AccountRequest) -> list[Participant]:
    """Everybody of the organisations that she runs cohorts for. Names stay sealed in it."""
    rows = Participant.objects.visible_to(request.user).present()
    mine = rows.filter(organisation__in=run_organisations(request))
    return list(mine.select_related("organisation").order_by("code", "pk"))


def rows_of(request: AccountRequest, page: Page) -> list[dict[str, Any]]:
    """Each person with consent and present cohorts; a fixed number of queries."""
    people = list(page)
    told = answers(people, Purpose.TAKE_PART)
    roots = roots_of(people)
    current: dict[UUID, list[Enrolment]] = {}
    mine = Enrolment.objects.visible_to(request.user).filter(
        participant__in=family_of(people, roots), status__in=CURRENT
    )
    for row in mine.select_related("cohort__curriculum__programme").order_by("cohort__starts_on"):
        current.setdefault(roots.get(row.participant_id, row.participant_id), []).append(row)
    return [
        {"person": person, "answer": told[person.pk], "enrolments": current.get(person.pk, [])}
        for person in people
    ]


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def participant_add(request: AccountRequest) -> HttpResponse:
    """Somebody new; ``?cohort=`` puts her on the list of that cohort at once."""
    cohort = wanted_cohort(request)
    form = ParticipantForm(
        request.POST or None,
        by=request.user,
        organisations=[cohort.organisation] if cohort else run_organisations(request),
        save=_("Add this person"),
    )
    made: list[Participant] = []
    if form.is_valid() and carried_out(
        form,
        lambda: made.append(
            add_newcomer(
                organisation=form.chosen_organisation, cohort=cohort, by=request.user, **form.facts
            )
        ),
    ):
        told = _("The code is %(code)s. Next: ask for consent.") % {"code": made[0].code}
        messages.success(request, told)
        return redirect(made[0])
    context = {"form": form, "cohort": cohort}
    return render(request, "participants/participant_add.html", context)


def wanted_cohort(request: AccountRequest) -> Cohort | None:
    asked = request.GET.get("cohort", "")
    runs = Cohort.objects.allowing(request.user, Permission.RUN_COHORTS)
    known = runs.select_related("organisation", "curriculum__programme")
    return known.filter(pk=asked).first() if asked.isdecimal() and len(asked) < 10 else None


@account_view(Permission.SEE_NAMES)
def participant(request: AccountRequest, pk: UUID) -> HttpResponse:
    """Everything that is kept about one person, for those who run the cohort. Noted each time."""
    rows = Participant.objects.visible_to(request.user).select_related("organisation")
    person = get_object_or_404(rows, pk=pk)
    if person.merged_into_id:
        return redirect(present_row(person))
    note_identities_shown(people=[person], by=request.user, verb="participant.opened")
    family = family_of([person], roots_of([person]))
    enrolments = Enrolment.objects.visible_to(request.user).filter(participant__in=family)
    needs = AccessNeed.objects.visible_to(request.user).filter(participant__in=family)
    runs = person.organisation in run_organisations(request)
    context = {
        "person": person,
        "may_run": runs,
        "purposes": asked_of(person),
        "language": dict(language_choices()).get(person.language, person.language),
        "enrolments": enrolments.select_related("cohort__curriculum__programme"),
        "needs": needs.filter(expires_on__gte=timezone.localdate()),
        "guarded": guardian_is_asked(person),
        "givers": Giver,
        **(papers_of(request, family) if runs else {}),
    }
    return render(request, "participants/participant_detail.html", context)


def asked_of(person: Participant) -> list[tuple[Purpose, Answer]]:
    """What she is asked about, and what she was asked about once."""
    wanted = purposes_for(person, Giver.PARTICIPANT)
    told = all_answers([person], Purpose)[person.pk]
    return [
        (purpose, answer)
        for purpose, answer in told.items()
        if purpose in wanted or answer.agreed or answer.refused
    ]


def papers_of(request: AccountRequest, family: set[UUID]) -> dict[str, Any]:
    """Every answer ever given, and the links that still work."""
    given = Consent.objects.visible_to(request.user).filter(participant__in=family)
    links = ConsentLink.objects.visible_to(request.user).filter(
        participant__in=family, used_at=None, revoked_at=None, expires_at__gt=timezone.now()
    )
    return {
        "consents": given.select_related("terms", "recorded_by", "withdrawn_by", "participant"),
        "links": links.order_by("-created_at"),
    }


@account_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def participant_edit(request: AccountRequest, pk: UUID) -> HttpResponse:
    person = run_person(request, pk)
    note_identities_shown(people=[person], by=request.user, verb="participant.opened")
    form = ParticipantForm(
        request.POST or None,
        by=request.user,
        organisations=[person.organisation],
        person=person,
        save=_("Save"),
    )
    if form.is_valid() and carried_out(
        form,
        lambda: actions.change_participant(participant=person, by=request.user, **form.facts),
    ):
        messages.success(request, _("Saved."))
        return redirect(person)
    context = {"form": form, "person": person}
    return render(request, "participants/participant_edit.html", context)


def run_person(request: AccountRequest, pk: UUID) -> Participant:
    """Somebody of an organisation whose cohorts she runs."""
    rows = Participant.objects.visible_to(request.user).filter(
        organisation__in=run_organisations(request)
    )
    return get_object_or_404(rows.select_related("organisation"), pk=pk)
