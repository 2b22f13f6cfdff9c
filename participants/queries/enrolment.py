"""Who may come into a cohort, who is in it, and what is still open."""

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _

from participants.models import Cohort, Enrolment, Participant
from participants.queries.merged import family_of, roots_of
from participants.vocabulary import EnrolmentStatus, Entry
from programmes.models import Programme

# In the cohort or on the way into it.
CURRENT = (EnrolmentStatus.APPLIED, EnrolmentStatus.WAITLISTED, EnrolmentStatus.ENROLLED)
# Who has a place.
SEATED = (EnrolmentStatus.ENROLLED, EnrolmentStatus.COMPLETED)


@dataclass(frozen=True)
class Eligibility:
    """Whether somebody may join, and the reason as people read it."""

    may_join: bool
    reason: str = ""


def eligibility(participant: Participant, cohort: Cohort, *, invited: bool = False) -> Eligibility:
    return eligibilities([participant], cohort, {participant.pk} if invited else ())[participant.pk]


def eligibilities(
    people: Iterable[Participant], cohort: Cohort, invited: Iterable[UUID] = ()
) -> dict[UUID, Eligibility]:
    """The entry rule of a cohort for many people, with at most three queries.

    The programme before is one whose ``leads_to`` names the programme of this cohort.
    """
    people, invited = list(people), set(invited)
    if cohort.entry == Entry.OPEN:
        return {person.pk: Eligibility(True) for person in people}
    graduated = graduations(people, cohort) if cohort.entry == Entry.GRADUATES else {}
    before = _("the programme before")
    if cohort.entry == Entry.GRADUATES:
        before = " / ".join(str(programme) for programme in leading_to(cohort)) or before
    return {
        person.pk: judged(person.pk, cohort, graduated, person.pk in invited, before)
        for person in people
    }


def judged(
    pk: UUID, cohort: Cohort, graduated: dict[UUID, Enrolment], invited: bool, before: str
) -> Eligibility:
    done = graduated.get(pk)
    if done:
        facts = {
            "programme": done.cohort.curriculum.programme,
            "month": f"{done.completed_on:%Y-%m}",
        }
        return Eligibility(True, _("Completed the %(programme)s in %(month)s") % facts)
    if invited:
        return Eligibility(True, _("Invited"))
    if cohort.entry == Entry.INVITED:
        return Eligibility(False, _("By invitation only: can be invited"))
    return Eligibility(
        False, _("Has not completed the %(programme)s yet; can be invited") % {"programme": before}
    )


def leading_to(cohort: Cohort) -> list[Programme]:
    """The programmes that come before this cohort's one."""
    code = cohort.curriculum.programme.code
    offered = Programme.objects.filter(organisation=None) | Programme.objects.filter(
        organisation=cohort.organisation_id
    )
    return [programme for programme in offered if code in programme.leads_to]


def graduations(people: list[Participant], cohort: Cohort) -> dict[UUID, Enrolment]:
    """For those who completed the programme before: with which enrolment, the newest."""
    roots = roots_of(people)
    code = cohort.curriculum.programme.code
    completed = Enrolment.objects.filter(
        participant__in=family_of(people, roots), status=EnrolmentStatus.COMPLETED
    ).select_related("cohort__curriculum__programme")
    newest = {
        roots.get(row.participant_id, row.participant_id): row
        for row in completed.order_by("completed_on", "pk")
        if code in row.cohort.curriculum.programme.leads_to
    }
    asked = {person.pk: roots.get(person.pk, person.pk) for person in people}
    return {pk: newest[root] for pk, root in asked.items() if root in newest}


def free_places(cohort: Cohort) -> int:
    """Places that nobody has; never below nought."""
    taken = cohort.enrolments.filter(status__in=SEATED).count()
    return max(0, cohort.capacity - taken)
