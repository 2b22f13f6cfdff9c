"""One cohort of the demo, from its plan to where it stands now."""

import random
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone

from cocora.accounts.models import Organisation, User
from cocora.common.refusal import Refusal
from cocora.home.demo.consents import ask, ask_to_speak
from cocora.home.demo.plan import LED, Run
from cocora.home.demo.timetable import call_off, change_course, days_of, lay_sessions, settle_past
from participants.actions.cohorts import cancel_cohort, create_cohort, move_cohort
from participants.actions.enrolments import apply_to_cohort, complete, enrol, enrol_all, withdraw
from participants.actions.partners import add_partner, give_place
from participants.models import Cohort, Community, Enrolment, Participant, Practitioner, Venue
from participants.queries.cohorts import taught_version
from participants.vocabulary import CohortRole, CohortStatus, EnrolmentStatus, Entry
from programmes.models import Programme
from sessions.scheduling.actions.releases import release_schedule
from sessions.scheduling.models import MessageState, OutboxMessage

APPLIED_BEFORE = (10, 35)


class NothingToTeach(Exception):
    """The curriculum of a programme is not published here."""


@dataclass
class Stage:
    """Everything that the cohorts of one organisation are made of."""

    organisation: Organisation
    country: str
    time_zone: str
    town: str
    by: User
    chance: random.Random
    today: date
    venues: list[Venue]
    practitioners: list[Practitioner]
    communities: list[Community]
    people: list[Participant]


def run_cohort(stage: Stage, run: Run) -> Cohort:
    """In the order in which it happens: plan, partners, open, sessions, people, end."""
    days = days_of(stage.country, run, stage.today)
    cohort = planned(stage, run, days)
    for number in run.partners:
        add_partner(cohort=cohort, community=stage.communities[number], by=stage.by)
    crew = [
        (practitioner, role_of(practitioner, place))
        for place, practitioner in enumerate(stage.practitioners[number] for number in run.crew)
    ]
    for practitioner, role in crew:
        give_place(cohort=cohort, practitioner=practitioner, role=role, by=stage.by)
    lay_sessions(cohort, run, days, stage.venues[run.venue], crew, stage.country, stage.by)
    if run.state == CohortStatus.DRAFT:
        return cohort
    move(stage, cohort, CohortStatus.OPEN)
    if run.state != CohortStatus.OPEN:
        release(stage, cohort, run)
    invite(stage, cohort, run, days)
    END[run.state](stage, cohort, run, days)
    return cohort


def planned(stage: Stage, run: Run, days: list[date]) -> Cohort:
    programme = Programme.objects.filter(code=run.programme, organisation=None).first()
    curriculum = taught_version(programme, stage.organisation) if programme else None
    if curriculum is None:
        raise NothingToTeach(run.programme)
    return create_cohort(
        organisation=stage.organisation,
        curriculum=curriculum,
        name=run.name,
        place=stage.town,
        language="en",
        time_zone=stage.time_zone,
        starts_on=days[0],
        # Nobody opens a cohort that is over: what is past gets its last day afterwards.
        ends_on=max(days[-1], stage.today),
        capacity=run.capacity,
        entry=run.entry,
        by=stage.by,
    )


def role_of(practitioner: Practitioner, place: int) -> CohortRole:
    return CohortRole.AUTHORITY if practitioner.authority else LED[place]


def move(stage: Stage, cohort: Cohort, to: CohortStatus) -> None:
    move_cohort(cohort=cohort, to=to, by=stage.by)
    cohort.refresh_from_db()


def release(stage: Stage, cohort: Cohort, run: Run) -> None:
    """The first release; of cohorts that have begun its messages left long ago."""
    release_schedule(cohort=cohort, by=stage.by, comment="The first plan of all sessions")
    if run.state != CohortStatus.CANCELLED:
        settle_past(cohort, stage.chance)
    if run.week <= 0:
        then = timezone.now() - timedelta(weeks=3 - run.week)
        OutboxMessage.objects.filter(cohort=cohort, state=MessageState.WAITING).update(
            state=MessageState.SENT, sent_at=then, written_at=then
        )


def invite(stage: Stage, cohort: Cohort, run: Run, days: list[date]) -> None:
    """Its people apply, some weeks before it begins, and are asked for consent."""
    over = run.state == CohortStatus.COMPLETED
    for person in stage.people[run.people]:
        invited = run.entry == Entry.INVITED and stage.chance.random() < 0.85
        apply_to_cohort(participant=person, cohort=cohort, by=stage.by, invited=invited or over)
        ask(person, stage.by, stage.chance, everybody=over)
        if run.programme == "cap":
            ask_to_speak(person, stage.by)
        early = timedelta(days=stage.chance.randint(*APPLIED_BEFORE))
        applied = min(days[0] - early, stage.today)
        Enrolment.objects.filter(cohort=cohort, participant=person).update(applied_on=applied)


def seat_all(stage: Stage, cohort: Cohort, days: list[date]) -> None:
    """Everybody who may; most from the first day, a few later. The others stay on the list."""
    for row in enrolments_of(cohort):
        late = timedelta(days=14) if stage.chance.random() < 0.1 else timedelta()
        try:
            enrol(enrolment=row, by=stage.by, on=min(days[0] + late, stage.today))
        except Refusal:
            # The list shows why: an answer is missing, or the programme before.
            continue


def enrolments_of(cohort: Cohort) -> list[Enrolment]:
    rows = cohort.enrolments.select_related("participant__organisation", "cohort__organisation")
    return list(rows.order_by("pk"))


def opened(stage: Stage, cohort: Cohort, run: Run, days: list[date]) -> None:
    """What begins soon has its people already; where it is full, the others wait."""
    if run.week <= 1:
        enrol_all(cohort=cohort, by=stage.by)
    release(stage, cohort, run)


def under_way(stage: Stage, cohort: Cohort, run: Run, days: list[date]) -> None:
    move(stage, cohort, CohortStatus.RUNNING)
    seat_all(stage, cohort, days)
    seated = [row for row in enrolments_of(cohort) if row.status == EnrolmentStatus.ENROLLED]
    if len(seated) > 12:
        left = max(seated[5].joined_on or days[0], stage.today - timedelta(days=9))
        withdraw(enrolment=seated[5], by=stage.by, on=left)
        change_course(cohort, stage.by)


def completed(stage: Stage, cohort: Cohort, run: Run, days: list[date]) -> None:
    move(stage, cohort, CohortStatus.RUNNING)
    seat_all(stage, cohort, days)
    for number, row in enumerate(enrolments_of(cohort)):
        if row.status != EnrolmentStatus.ENROLLED:
            continue
        if number % 5 == 3:
            withdraw(enrolment=row, by=stage.by, on=max(row.joined_on or days[0], days[2]))
        else:
            complete(enrolment=row, by=stage.by, on=days[-1])
    Cohort.objects.filter(pk=cohort.pk).update(ends_on=days[-1])
    move(stage, cohort, CohortStatus.COMPLETED)


def cancelled(stage: Stage, cohort: Cohort, run: Run, days: list[date]) -> None:
    call_off(cohort, run.reason, stage.by)
    cancel_cohort(cohort=cohort, reason=run.reason, by=stage.by)
    Cohort.objects.filter(pk=cohort.pk).update(ends_on=days[-1])


END = {
    CohortStatus.OPEN: opened,
    CohortStatus.RUNNING: under_way,
    CohortStatus.COMPLETED: completed,
    CohortStatus.CANCELLED: cancelled,
}
