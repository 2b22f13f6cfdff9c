"""People of a cohort: who applied, waits, takes part, has completed or left."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest
from cocora.accounts.models import User
from cocora.accounts.roles import Permission
from cocora.common.refusal import Refusal
from participants.access import cohort_view
from participants.actions import enrolments as actions
from participants.actions.reading import note_identities_shown
from participants.forms.enrolments import AddForm, SearchForm, StepForm
from participants.models import AccessNeed, Cohort, Enrolment, Participant
from participants.queries.consent import Answer, all_answers
from participants.queries.enrolment import SEATED, Eligibility, eligibilities
from participants.queries.people import matching
from participants.views.answers import attempt
from participants.vocabulary import CohortStatus, EnrolmentStatus, Entry, Need, Purpose

MOST_FOUND = 30
ENDING = timedelta(days=14)
SHOWN = (Purpose.TAKE_PART, Purpose.CONTACT, Purpose.PHOTO)
ON_THE_WAY = (EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED)


@dataclass(frozen=True)
class Line:
    """One person of the cohort, with what the page says about her."""

    enrolment: Enrolment
    answer: Answer
    contact: bool
    photo: bool
    entry: Eligibility


@cohort_view(Permission.SEE_NAMES)
def cohort_people(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    """Codes, and names when asked for. Facilitators see who is in the room, and no applicants."""
    lines = lines_of(request, cohort)
    named = bool(request.GET.get("names"))
    if named:
        people = [line.enrolment.participant for line in lines]
        note_identities_shown(
            people=people, by=request.user, verb="cohort.names_shown", cohort=cohort
        )
    groups = {
        status: [line for line in lines if line.enrolment.status == status]
        for status in EnrolmentStatus
    }
    seated = sum(len(groups[status]) for status in SEATED)
    context = {
        "cohort": cohort,
        "tab": "people",
        "groups": [(status, found) for status, found in groups.items() if found],
        "named": named,
        "seated": seated,
        "free": max(0, cohort.capacity - seated),
        "waiting": sum(len(groups[status]) for status in ON_THE_WAY),
        "left_to_complete": len(groups[EnrolmentStatus.ENROLLED]),
        "anybody": bool(lines),
        "needs": needs_in(request, cohort),
        "by_rule": cohort.entry != Entry.OPEN,
        "ending": is_ending(cohort),
    }
    return render(request, "participants/cohort_people.html", context)


def is_ending(cohort: Cohort) -> bool:
    """Whether it is time to say who has completed; before, that is a button in nobody's way."""
    near = actions.today_of(cohort) + ENDING
    return cohort.status != CohortStatus.CANCELLED and cohort.ends_on <= near


def lines_of(request: AccountRequest, cohort: Cohort) -> list[Line]:
    """Everybody of the cohort whom she may see, with a fixed number of queries."""
    seen = Enrolment.objects.visible_to(request.user).filter(
        cohort=cohort, participant__merged_into=None
    )
    enrolments = list(
        seen.select_related("participant__organisation").order_by("participant__code")
    )
    people = [row.participant for row in enrolments]
    told = all_answers(people, SHOWN)
    invited = {row.participant_id for row in enrolments if row.invited}
    entry = eligibilities(people, cohort, invited)
    return [
        Line(
            enrolment=row,
            answer=told[row.participant_id][Purpose.TAKE_PART],
            contact=told[row.participant_id][Purpose.CONTACT].allowed,
            photo=told[row.participant_id][Purpose.PHOTO].allowed,
            entry=entry[row.participant_id],
        )
        for row in enrolments
    ]


def needs_in(request: AccountRequest, cohort: Cohort) -> list[tuple[str, int]]:
    """What the room and the table have to offer: how often, never for whom."""
    enrolled = Enrolment.objects.visible_to(request.user).filter(
        cohort=cohort, status=EnrolmentStatus.ENROLLED
    )
    rows = AccessNeed.objects.visible_to(request.user).filter(
        participant__in=enrolled.values("participant"), expires_on__gte=timezone.localdate()
    )
    counted = rows.order_by().values_list("need").annotate(number=Count("participant"))
    return [(str(Need(need).label), number) for need, number in sorted(counted)]


@cohort_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def enrolment_add(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    """Put people of the organisation on the list of applicants."""
    if request.method == "POST":
        return added(request, cohort)
    form = SearchForm(request.GET)
    found = matching(addable(request, cohort), form.wanted) if form.wanted else []
    shown = found[:MOST_FOUND]
    note_identities_shown(
        people=shown, by=request.user, verb="cohort.names_looked_up", cohort=cohort
    )
    entry = eligibilities(shown, cohort)
    context = {
        "cohort": cohort,
        "cohort_key": str(cohort.pk),
        "tab": "people",
        "form": form,
        "wanted": form.wanted,
        "found": [(person, entry[person.pk]) for person in shown],
        "more": max(0, len(found) - MOST_FOUND),
        "by_rule": cohort.entry != Entry.OPEN,
    }
    return render(request, "participants/enrolment_add.html", context)


def addable(request: AccountRequest, cohort: Cohort) -> list[Participant]:
    """Everybody of the organisation who is not on the way into this cohort or in it."""
    here = Enrolment.objects.visible_to(request.user).filter(cohort=cohort).active()
    rows = Participant.objects.visible_to(request.user).present()
    mine = rows.filter(organisation=cohort.organisation).exclude(pk__in=here.values("participant"))
    return list(mine.select_related("organisation"))


def added(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    others = {str(person.pk): person for person in addable(request, cohort)}
    form = AddForm(request.POST, keys=list(others))
    chosen = form.cleaned_data["person"] if form.is_valid() else []
    if not chosen:
        messages.error(request, _("Choose at least one person."))
        return redirect("participants:enrolment_add", cohort.pk)
    attempt(
        request,
        lambda: actions.apply_all(
            participants=[others[pk] for pk in chosen],
            cohort=cohort,
            by=request.user,
            invited=form.cleaned_data["invited"],
        ),
        _("%(count)s on the list now.") % {"count": len(chosen)},
    )
    return redirect("participants:cohort_people", cohort.pk)


def enrolled(*, enrolment: Enrolment, by: User, on: date | None) -> str:
    status = actions.enrol(enrolment=enrolment, by=by, on=on)
    code = enrolment.participant.code
    if status == EnrolmentStatus.WAITLISTED:
        return _("The cohort is full: %(code)s is on the waiting list.") % {"code": code}
    return _("%(code)s is enrolled.") % {"code": code}


def completed(*, enrolment: Enrolment, by: User, on: date | None) -> str:
    actions.complete(enrolment=enrolment, by=by, on=on)
    return _("%(code)s has completed.") % {"code": enrolment.participant.code}


def left(*, enrolment: Enrolment, by: User, on: date | None) -> str:
    actions.withdraw(enrolment=enrolment, by=by, on=on)
    return _("%(code)s has left.") % {"code": enrolment.participant.code}


def applied_again(*, enrolment: Enrolment, by: User, on: date | None) -> str:
    actions.apply_again(enrolment=enrolment, by=by)
    return _("%(code)s is on the list again.") % {"code": enrolment.participant.code}


def invited(*, enrolment: Enrolment, by: User, on: date | None) -> str:
    actions.invite_to_cohort(enrolment=enrolment, by=by)
    return _("%(code)s is invited.") % {"code": enrolment.participant.code}


def taken_back(*, enrolment: Enrolment, by: User, on: date | None) -> str:
    actions.take_completion_back(enrolment=enrolment, by=by)
    return _("%(code)s is enrolled again.") % {"code": enrolment.participant.code}


# What a button on a line may ask for; each is one action and one sentence.
STEPS: dict[str, Callable[..., str]] = {
    "enrol": enrolled,
    "complete": completed,
    "withdraw": left,
    "apply-again": applied_again,
    "invite": invited,
    "take-back": taken_back,
}


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def enrolment_step(request: AccountRequest, cohort: Cohort, pk: int, step: str) -> HttpResponse:
    if step not in STEPS:
        raise Http404
    rows = Enrolment.objects.visible_to(request.user).filter(cohort=cohort)
    enrolment = get_object_or_404(
        rows.select_related("participant__organisation", "cohort__organisation"), pk=pk
    )
    form = StepForm(request.POST)
    if not form.is_valid():
        messages.error(request, " ".join(map(str, form.errors["on"])))
        return back_to_people(request, cohort)
    try:
        told = STEPS[step](enrolment=enrolment, by=request.user, on=form.cleaned_data["on"])
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, told)
    return back_to_people(request, cohort)


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def enrol_everybody(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    try:
        told = actions.enrol_all(cohort=cohort, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return back_to_people(request, cohort)
    sentence = _(
        "Enrolled: %(enrolled)s. On the waiting list: %(waitlisted)s. "
        "Left on the list, because something is missing: %(left)s."
    )
    messages.success(request, sentence % vars(told))
    return back_to_people(request, cohort)


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def complete_everybody(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    attempt(
        request,
        lambda: actions.complete_all(cohort=cohort, by=request.user),
        _("Everybody who was enrolled has completed."),
    )
    return back_to_people(request, cohort)


def back_to_people(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    """The list as it was looked at: with names, if they were shown."""
    response = redirect("participants:cohort_people", cohort.pk)
    if request.POST.get("names"):
        response["Location"] += "?names=1"
    return response
