"""A participant's way through a cohort."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from cocora.common.refusal import FieldRefusal, Refusal
from participants.actions import enrolments as actions
from participants.actions.enrolments import today_of
from participants.models import Enrolment
from participants.queries import may
from participants.queries.enrolment import eligibility, free_places
from participants.vocabulary import (
    AgeBand,
    CohortStatus,
    EnrolmentStatus,
    Entry,
    Giver,
    Need,
    Purpose,
)
from tests.conftest import World
from tests.factories import (
    CohortFactory,
    ConsentFactory,
    CurriculumFactory,
    EnrolmentFactory,
    ParticipantFactory,
    ProgrammeFactory,
)

pytestmark = pytest.mark.django_db


def ready(world: World, **fields):
    """Somebody of ours who has agreed to take part."""
    person = ParticipantFactory(organisation=world.ours, **fields)
    ConsentFactory(participant=person)
    return person


def applied(world: World, person=None, **fields) -> Enrolment:
    return EnrolmentFactory(
        cohort=fields.pop("cohort", world.cohorts.ours),
        participant=person or ready(world),
        status=EnrolmentStatus.APPLIED,
        **fields,
    )


def test_somebody_applies_and_is_enrolled(world: World):
    by, cohort = world[Role.COORDINATOR], world.cohorts.ours
    enrolment = actions.apply_to_cohort(participant=ready(world), cohort=cohort, by=by)
    assert actions.enrol(enrolment=enrolment, by=by) == EnrolmentStatus.ENROLLED
    enrolment.refresh_from_db()
    assert (enrolment.joined_on, enrolment.enrolled_by) == (today_of(cohort), by)
    verbs = AuditEntry.objects.filter(verb__startswith="enrolment").values_list("verb", flat=True)
    assert list(verbs) == ["enrolment.enrolled", "enrolment.applied"]


def test_without_consent_nobody_is_enrolled_and_the_sentence_says_who_has_to_agree(world: World):
    person = ParticipantFactory(organisation=world.ours, age_band=AgeBand.AGE_15)
    ConsentFactory(participant=person)
    enrolment = applied(world, person)
    with pytest.raises(Refusal, match="Still to agree: a guardian"):
        actions.enrol(enrolment=enrolment, by=world[Role.COORDINATOR])
    enrolment.refresh_from_db()
    assert enrolment.status == EnrolmentStatus.APPLIED
    ConsentFactory(participant=person, giver=Giver.GUARDIAN)
    assert actions.enrol(enrolment=enrolment, by=world[Role.COORDINATOR]) == "enrolled"


def test_a_full_cohort_puts_on_the_waiting_list_and_a_free_place_lets_in(world: World):
    by, cohort = world[Role.COORDINATOR], CohortFactory(organisation=world.ours, capacity=1)
    first, second = applied(world, cohort=cohort), applied(world, cohort=cohort)
    assert actions.enrol(enrolment=first, by=by) == EnrolmentStatus.ENROLLED
    assert actions.enrol(enrolment=second, by=by) == EnrolmentStatus.WAITLISTED
    with pytest.raises(Refusal, match="All 1 places are taken"):
        actions.enrol(enrolment=second, by=by)
    actions.withdraw(enrolment=first, by=by)
    assert free_places(cohort) == 1
    assert actions.enrol(enrolment=second, by=by) == EnrolmentStatus.ENROLLED


def test_two_clicks_on_one_button_count_once(world: World):
    by, enrolment = world[Role.COORDINATOR], applied(world)
    stale = Enrolment.objects.select_related("participant", "cohort").get(pk=enrolment.pk)
    actions.withdraw(enrolment=enrolment, by=by)
    with pytest.raises(Refusal, match="has another status by now"):
        actions.withdraw(enrolment=stale, by=by)


def test_who_joins_late_belongs_to_the_cohort_from_that_day_only(world: World):
    cohort = world.cohorts.ours
    day = cohort.starts_on + timedelta(days=3)
    enrolment = applied(world)
    actions.enrol(enrolment=enrolment, by=world[Role.COORDINATOR], on=day)
    assert enrolment not in cohort.enrolments.on(day - timedelta(days=1))
    assert enrolment in cohort.enrolments.on(day)


def test_who_left_belongs_to_the_cohort_until_that_day(world: World):
    enrolment = EnrolmentFactory(cohort=world.cohorts.ours)
    yesterday = today_of(enrolment.cohort) - timedelta(days=1)
    actions.withdraw(enrolment=enrolment, by=world[Role.COORDINATOR], on=yesterday)
    assert enrolment in enrolment.cohort.enrolments.on(yesterday)
    assert enrolment not in enrolment.cohort.enrolments.on(yesterday + timedelta(days=1))


@pytest.mark.parametrize(("days", "told"), [(-30, "before the day of joining"), (1, "not come")])
def test_a_day_of_leaving_that_cannot_be(world: World, days: int, told: str):
    enrolment = EnrolmentFactory(cohort=world.cohorts.ours)
    day = today_of(enrolment.cohort) + timedelta(days=days)
    with pytest.raises(FieldRefusal, match=told):
        actions.withdraw(enrolment=enrolment, by=world[Role.COORDINATOR], on=day)


def test_who_left_can_apply_again(world: World):
    by, enrolment = world[Role.COORDINATOR], EnrolmentFactory(cohort=world.cohorts.ours)
    actions.withdraw(enrolment=enrolment, by=by)
    again = actions.apply_to_cohort(
        participant=enrolment.participant, cohort=enrolment.cohort, by=by
    )
    again.refresh_from_db()
    assert again.pk == enrolment.pk
    assert (again.status, again.left_on, again.joined_on) == ("applied", None, None)


def test_the_same_person_twice_in_one_cohort_is_refused(world: World):
    enrolment = EnrolmentFactory(cohort=world.cohorts.ours)
    with pytest.raises(Refusal, match="is in this cohort already"):
        actions.apply_to_cohort(
            participant=enrolment.participant,
            cohort=enrolment.cohort,
            by=world[Role.COORDINATOR],
        )


def test_nobody_of_another_organisation_can_be_added(world: World):
    person = ParticipantFactory(organisation=world.theirs)
    with pytest.raises(Refusal, match="another organisation"):
        actions.apply_to_cohort(
            participant=person, cohort=world.cohorts.ours, by=world[Role.COORDINATOR]
        )


def test_everybody_who_may_is_enrolled_at_once(world: World):
    cohort = CohortFactory(organisation=world.ours, capacity=2)
    people = [applied(world, cohort=cohort) for _number in range(3)]
    lacking = applied(world, ParticipantFactory(organisation=world.ours), cohort=cohort)
    told = actions.enrol_all(cohort=cohort, by=world[Role.COORDINATOR])
    assert (told.enrolled, told.waitlisted, told.left) == (2, 1, 1)
    statuses = [Enrolment.objects.get(pk=row.pk).status for row in [*people, lacking]]
    assert statuses == ["enrolled", "enrolled", "waitlisted", "applied"]


def test_who_waits_comes_before_who_applied_later(world: World):
    cohort = CohortFactory(organisation=world.ours, capacity=1)
    late = applied(world, cohort=cohort)
    waiting = applied(world, cohort=cohort)
    Enrolment.objects.filter(pk=waiting.pk).update(
        status=EnrolmentStatus.WAITLISTED, waitlisted_on=timezone.localdate()
    )
    actions.enrol_all(cohort=cohort, by=world[Role.COORDINATOR])
    assert Enrolment.objects.get(pk=waiting.pk).status == EnrolmentStatus.ENROLLED
    assert Enrolment.objects.get(pk=late.pk).status == EnrolmentStatus.WAITLISTED


def test_everybody_completes_when_the_cohort_is_completed(world: World):
    by, cohort = world[Role.COORDINATOR], world.cohorts.ours
    EnrolmentFactory.create_batch(2, cohort=cohort)
    with pytest.raises(Refusal, match="Complete the cohort first"):
        actions.complete_all(cohort=cohort, by=by)
    cohort.status = CohortStatus.COMPLETED
    cohort.save()
    assert actions.complete_all(cohort=cohort, by=by) == 2
    assert set(cohort.enrolments.values_list("status", flat=True)) == {EnrolmentStatus.COMPLETED}


def test_a_completion_can_be_taken_back_while_the_cohort_runs(world: World):
    by, enrolment = world[Role.COORDINATOR], EnrolmentFactory(cohort=world.cohorts.ours)
    actions.complete(enrolment=enrolment, by=by)
    actions.take_completion_back(enrolment=enrolment, by=by)
    assert (enrolment.status, enrolment.completed_on) == (EnrolmentStatus.ENROLLED, None)


def ladder(world: World):
    """A cohort of the second programme, for graduates of the first."""
    first = ProgrammeFactory(code="first", name="First Programme", leads_to=["second"])
    second = ProgrammeFactory(code="second", name="Second Programme", leads_to=[])
    before = CohortFactory(
        organisation=world.ours, curriculum=CurriculumFactory(programme=first), name="Before"
    )
    after = CohortFactory(
        organisation=world.ours,
        curriculum=CurriculumFactory(programme=second),
        name="After",
        entry=Entry.GRADUATES,
    )
    return before, after


def test_a_graduate_may_join_and_the_reason_can_be_read(world: World):
    before, after = ladder(world)
    done = EnrolmentFactory(cohort=before, status=EnrolmentStatus.COMPLETED)
    rule = eligibility(done.participant, after)
    assert rule.may_join
    assert rule.reason == f"Completed the First Programme in {done.completed_on:%Y-%m}"


def test_who_has_not_graduated_can_be_invited(world: World):
    _before, after = ladder(world)
    by, enrolment = world[Role.COORDINATOR], applied(world, cohort=after)
    with pytest.raises(Refusal, match="Has not completed the First Programme yet; can be invited"):
        actions.enrol(enrolment=enrolment, by=by)
    actions.invite_to_cohort(enrolment=enrolment, by=by)
    enrolment.refresh_from_db()
    assert actions.enrol(enrolment=enrolment, by=by) == EnrolmentStatus.ENROLLED


def test_who_was_merged_has_graduated_with_the_other_row(world: World):
    before, after = ladder(world)
    done = EnrolmentFactory(cohort=before, status=EnrolmentStatus.COMPLETED)
    kept = ParticipantFactory(organisation=world.ours)
    done.participant.merged_into = kept
    done.participant.save()
    assert eligibility(kept, after).may_join


def test_by_invitation_only_means_that(world: World):
    cohort = CohortFactory(organisation=world.ours, entry=Entry.INVITED)
    person = ready(world)
    assert not eligibility(person, cohort).may_join
    assert eligibility(person, cohort, invited=True).may_join


def test_needs_are_kept_until_after_the_cohort(world: World):
    cohort, person = world.cohorts.ours, ready(world)
    person.needs.create(need=Need.STEP_FREE, expires_on=timezone.localdate() + timedelta(days=1))
    actions.apply_to_cohort(participant=person, cohort=cohort, by=world[Role.COORDINATOR])
    until = cohort.ends_on + timedelta(days=world.ours.keep_needs_days)
    assert person.needs.get().expires_on == until


def test_ending_every_enrolment_leaves_completed_ones(world: World):
    person = ready(world)
    applied(world, person)
    EnrolmentFactory(cohort=world.cohorts.other, participant=person, status="completed")
    assert actions.end_enrolments(participant=person, by=None) == 1
    assert set(person.enrolments.values_list("status", flat=True)) == {"withdrawn", "completed"}
    assert may(person, Purpose.TAKE_PART)
