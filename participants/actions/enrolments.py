"""A participant's way through a cohort: apply, wait, join, complete, leave, come back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.models import Organisation, User
from cocora.audit.actions import record
from cocora.common.refusal import FieldRefusal, Refusal
from participants.actions.participants import (
    create_participant,
    keep_needs_longer,
    refuse_merged,
)
from participants.models import Cohort, Enrolment, Participant
from participants.queries.consent import answer_of, answers
from participants.queries.enrolment import CURRENT, eligibilities, eligibility, free_places
from participants.queries.merged import family_of, roots_of
from participants.vocabulary import (
    ENROLMENT_MOVES,
    CohortStatus,
    EnrolmentStatus,
    Purpose,
)


@transaction.atomic
def apply_to_cohort(
    *, participant: Participant, cohort: Cohort, by: User | None, invited: bool = False
) -> Enrolment:
    """Put somebody on the list of applicants; who has withdrawn before applies again."""
    refuse_merged(participant)
    refuse_over(cohort)
    if participant.organisation_id != cohort.organisation_id:
        raise Refusal(_("This person belongs to another organisation."))
    known = Enrolment.objects.filter(participant=participant, cohort=cohort).first()
    if known and known.status == EnrolmentStatus.WITHDRAWN:
        return apply_again(enrolment=known, by=by)
    try:
        with transaction.atomic():
            enrolment = Enrolment.objects.create(
                participant=participant,
                cohort=cohort,
                invited=invited,
                applied_on=today_of(cohort),
            )
    except IntegrityError as fault:
        raise Refusal(_("%(code)s is in this cohort already.") % code_of(participant)) from fault
    keep_needs_longer(participant)
    note(by, "enrolment.applied", enrolment)
    return enrolment


@transaction.atomic
def add_newcomer(
    *, organisation: Organisation, cohort: Cohort | None, by: User, **facts: Any
) -> Participant:
    """Write somebody new down and, with a cohort, put her on its list of applicants."""
    person = create_participant(organisation=organisation, by=by, **facts)
    if cohort:
        apply_to_cohort(participant=person, cohort=cohort, by=by)
    return person


@transaction.atomic
def apply_all(
    *, participants: Iterable[Participant], cohort: Cohort, by: User, invited: bool = False
) -> list[Enrolment]:
    """Everybody of a list, or nobody when one of them is refused."""
    return [
        apply_to_cohort(participant=person, cohort=cohort, by=by, invited=invited)
        for person in participants
    ]


@transaction.atomic
def apply_again(*, enrolment: Enrolment, by: User | None) -> Enrolment:
    refuse_over(enrolment.cohort)
    move(
        enrolment,
        EnrolmentStatus.APPLIED,
        applied_on=today_of(enrolment.cohort),
        waitlisted_on=None,
        joined_on=None,
        completed_on=None,
        left_on=None,
    )
    keep_needs_longer(enrolment.participant)
    note(by, "enrolment.applied_again", enrolment)
    return enrolment


@transaction.atomic
def invite_to_cohort(*, enrolment: Enrolment, by: User) -> None:
    """Ask an applicant in by name, whatever the cohort asks of others."""
    if not Enrolment.objects.filter(pk=enrolment.pk, invited=False).update(invited=True):
        raise Refusal(_("%(code)s is invited already.") % code_of(enrolment.participant))
    note(by, "enrolment.invited", enrolment)


@transaction.atomic
def enrol(*, enrolment: Enrolment, by: User | None, on: date | None = None) -> EnrolmentStatus:
    """Give somebody a place, or one on the waiting list when the cohort is full: which of them.

    Refused without consent to take part, saying who has still to agree, and where the entry rule
    of the cohort is not met.
    """
    cohort = lock_cohort(enrolment)
    person = lock_person(enrolment)
    refuse_over(cohort)
    rule = eligibility(person, cohort, invited=enrolment.invited)
    if not rule.may_join:
        raise Refusal(f"{person.code}: {rule.reason}.")
    refuse_without_consent(person)
    return seat(enrolment, cohort, by, on)


def refuse_without_consent(person: Participant) -> None:
    answer = answer_of(person, Purpose.TAKE_PART)
    if not answer.allowed:
        raise Refusal(
            _("%(code)s can't take part yet. %(words)s.")
            % {"code": person.code, "words": answer.words}
        )


def seat(enrolment: Enrolment, cohort: Cohort, by: User | None, on: date | None) -> EnrolmentStatus:
    today = today_of(cohort)
    if not free_places(cohort):
        if enrolment.status == EnrolmentStatus.WAITLISTED:
            raise Refusal(_("All %(capacity)s places are taken.") % {"capacity": cohort.capacity})
        move(enrolment, EnrolmentStatus.WAITLISTED, waitlisted_on=today)
        note(by, "enrolment.waitlisted", enrolment)
        return EnrolmentStatus.WAITLISTED
    joined = on or today
    if joined > cohort.ends_on:
        raise FieldRefusal("on", _("This day is after the end of the cohort."))
    move(
        enrolment,
        EnrolmentStatus.ENROLLED,
        only_from=(EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED),
        joined_on=joined,
        enrolled_by=by,
    )
    keep_needs_longer(enrolment.participant)
    note(by, "enrolment.enrolled", enrolment)
    return EnrolmentStatus.ENROLLED


@transaction.atomic
def complete(*, enrolment: Enrolment, by: User | None, on: date | None = None) -> None:
    """Somebody has been through the programme; from now on she is a graduate of it."""
    cohort = lock_cohort(enrolment)
    day = on or min(today_of(cohort), cohort.ends_on)
    if enrolment.joined_on and day < enrolment.joined_on:
        day = enrolment.joined_on
    if day > today_of(cohort):
        raise FieldRefusal("on", _("This day has not come yet."))
    move(enrolment, EnrolmentStatus.COMPLETED, completed_on=day)
    note(by, "enrolment.completed", enrolment)


@transaction.atomic
def take_completion_back(*, enrolment: Enrolment, by: User) -> None:
    refuse_over(enrolment.cohort)
    move(
        enrolment,
        EnrolmentStatus.ENROLLED,
        only_from=(EnrolmentStatus.COMPLETED,),
        completed_on=None,
    )
    note(by, "enrolment.completion_taken_back", enrolment)


@transaction.atomic
def withdraw(*, enrolment: Enrolment, by: User | None, on: date | None = None) -> None:
    """Somebody leaves, or takes the application back. Nobody is asked why."""
    today = today_of(enrolment.cohort)
    day = on or max(today, enrolment.joined_on or today)
    if on and on > today:
        raise FieldRefusal("on", _("This day has not come yet."))
    if enrolment.joined_on and day < enrolment.joined_on:
        raise FieldRefusal("on", _("This day is before the day of joining."))
    move(enrolment, EnrolmentStatus.WITHDRAWN, left_on=day)
    note(by, "enrolment.withdrawn", enrolment)


@transaction.atomic
def end_enrolments(*, participant: Participant, by: User | None) -> int:
    """Every application and place of somebody who no longer agrees to take part; how many."""
    mine = Enrolment.objects.filter(
        participant__in=family_of([participant], roots_of([participant])), status__in=CURRENT
    ).select_related("cohort__organisation", "participant")
    ended = list(mine)
    for enrolment in ended:
        withdraw(enrolment=enrolment, by=by)
    return len(ended)


@dataclass(frozen=True)
class Enrolled:
    """What became of a list of applicants."""

    enrolled: int
    waitlisted: int
    left: int


@transaction.atomic
def enrol_all(*, cohort: Cohort, by: User) -> Enrolled:
    """Everybody on the list who may join and has agreed, in the order of applying.

    Who lacks something stays on the list; when the places are gone the others wait.
    """
    refuse_over(cohort)
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    waiting = cohort.enrolments.filter(
        status__in=[EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED]
    ).select_related("participant__organisation", "cohort__organisation")
    rows = sorted(waiting, key=lambda row: (row.status != EnrolmentStatus.WAITLISTED, row.pk))
    may_join = ready(rows, cohort)
    free, enrolled, waitlisted = free_places(cohort), 0, 0
    for row in rows:
        if row.pk not in may_join:
            continue
        if enrolled < free:
            enrolled += seat(row, cohort, by, None) == EnrolmentStatus.ENROLLED
        elif row.status == EnrolmentStatus.APPLIED:
            waitlisted += seat(row, cohort, by, None) == EnrolmentStatus.WAITLISTED
    return Enrolled(enrolled, waitlisted, len(rows) - enrolled - waitlisted)


def ready(rows: Iterable[Enrolment], cohort: Cohort) -> set[int]:
    """Those whom neither the entry rule nor a missing consent holds back."""
    rows = list(rows)
    people = [row.participant for row in rows]
    agreed = answers(people, Purpose.TAKE_PART)
    invited = {row.participant_id for row in rows if row.invited}
    entry = eligibilities(people, cohort, invited)
    return {
        row.pk
        for row in rows
        if agreed[row.participant_id].allowed and entry[row.participant_id].may_join
    }


@transaction.atomic
def complete_all(*, cohort: Cohort, by: User) -> int:
    """Everybody who is enrolled, once the cohort is completed; how many."""
    if cohort.status != CohortStatus.COMPLETED:
        raise Refusal(_("Complete the cohort first."))
    rows = cohort.enrolments.filter(status=EnrolmentStatus.ENROLLED)
    enrolled = list(rows.select_related("participant__organisation", "cohort__organisation"))
    if not enrolled:
        raise Refusal(_("Nobody is enrolled any more."))
    for row in enrolled:
        complete(enrolment=row, by=by)
    return len(enrolled)


def move(
    enrolment: Enrolment,
    to: EnrolmentStatus,
    *,
    only_from: Iterable[EnrolmentStatus] | None = None,
    **columns: Any,
) -> None:
    """The one place where a status changes; of two clicks one wins."""
    allowed = [old for old, moves in ENROLMENT_MOVES.items() if to in moves]
    old = [status for status in allowed if only_from is None or status in only_from]
    rows = Enrolment.objects.filter(pk=enrolment.pk, status__in=old)
    if not rows.update(status=to, **columns):
        raise Refusal(
            _("%(code)s has another status by now. Look at the list again.")
            % code_of(enrolment.participant)
        )
    enrolment.refresh_from_db()


def lock_cohort(enrolment: Enrolment) -> Cohort:
    """Places are given one after the other."""
    locked = Cohort.objects.select_for_update(of=("self",))
    return locked.select_related("organisation", "curriculum__programme").get(
        pk=enrolment.cohort_id
    )


def lock_person(enrolment: Enrolment) -> Participant:
    """So that nobody takes the consent back at the same moment."""
    locked = Participant.objects.select_for_update(of=("self",))
    return locked.select_related("organisation").get(pk=enrolment.participant_id)


def refuse_over(cohort: Cohort) -> None:
    if cohort.is_over:
        raise Refusal(_("This cohort is over."))


def today_of(cohort: Cohort) -> date:
    """Today where the cohort meets."""
    return timezone.localdate(timezone=cohort.zone)


def code_of(participant: Participant) -> dict[str, str]:
    return {"code": participant.code}


def note(by: User | None, verb: str, enrolment: Enrolment) -> None:
    record(
        by=by,
        verb=verb,
        target=enrolment,
        organisation=enrolment.cohort.organisation,
        detail={"code": enrolment.participant.code, "cohort": enrolment.cohort_id},
    )
