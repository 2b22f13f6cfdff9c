"""The front page tells each role what needs it, and nothing that is not its business."""

import pytest

from cocora.accounts.roles import Role
from sessions.scheduling.actions.releases import release_schedule
from tests.sessions.rows import in_days, plan, plan_of, session_on

pytestmark = pytest.mark.django_db
__all__ = ["plan"]


def home(world, who):
    page = world.client(who).get("/")
    assert page.status_code == 200
    return page.content.decode()


def test_a_coordinator_reads_what_is_missing(plan, world):
    session_on(plan.cohort, in_days(30))
    text = home(world, Role.COORDINATOR)
    for sentence in (
        "Nobody leads 1 session",
        "1 session has no place",
        "4 changes are not released",
        "The consent of 2 people is missing",
    ):
        assert sentence in text
    release_schedule(cohort=plan.cohort, by=world[Role.COORDINATOR])
    text = home(world, Role.COORDINATOR)
    assert "not released" not in text
    assert "4 messages wait in the outbox" in text


def test_a_facilitator_is_asked_and_sees_her_sessions(plan, world):
    text = home(world, Role.FACILITATOR)
    assert "Can you come?" in text
    assert "What needs you now" not in text
    plan.helper.assignments.update(state="accepted", answered_at=plan.sessions[0].starts_at)
    assert "Your coming sessions" in home(world, Role.FACILITATOR)


def test_a_stranger_reads_nothing_of_it(plan, world):
    text = home(world, world.stranger)
    assert "Tuesday group" not in text
    assert "Nothing waits" in text


@pytest.mark.parametrize("role", [Role.STAFF, Role.AUTHORITY])
def test_who_sees_no_cohorts_has_the_programmes(plan, world, role):
    text = home(world, role)
    assert "Tuesday group" not in text
    assert "The programmes" in text


@pytest.mark.parametrize("cohorts", [1, 3])
def test_it_costs_the_same_always(world, cohorts, django_assert_num_queries):
    first = plan_of(world, sessions=2)
    release_schedule(cohort=first.cohort, by=world[Role.COORDINATOR])
    for number in range(1, cohorts):
        first.cohort.pk = None
        first.cohort.name = f"Group {number}"
        first.cohort.save()
        session_on(first.cohort, in_days(5 + number))
    browser = world.client(Role.COORDINATOR)
    browser.get("/")
    with django_assert_num_queries(21):
        browser.get("/")
