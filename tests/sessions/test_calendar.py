"""The calendar shows everybody just what she may know, with as many queries for one as for many."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cocora.accounts.roles import Role
from sessions.scheduling.actions.releases import release_schedule
from sessions.scheduling.queries.calendar import month_days, week_of
from tests.factories import CohortFactory, VenueFactory
from tests.sessions.rows import in_days, move, plan, plan_of, session_on

pytestmark = pytest.mark.django_db
__all__ = ["plan"]
NEXT = "/calendar/?view=list&day="


def listed(world, who, **told):
    day = told.pop("day", timezone.localdate())
    more = "".join(f"&{name}={value}" for name, value in told.items())
    return world.client(who).get(f"{NEXT}{day}{more}")


@pytest.mark.parametrize("view", ["month", "week", "list", ""])
def test_each_view_shows_a_session(plan, world, view):
    day = plan.sessions[0].local_date
    page = world.client(Role.COORDINATOR).get(f"/calendar/?view={view}&day={day}")
    assert page.status_code == 200
    assert "Tuesday group" in page.content.decode()


def test_who_does_not_plan_sees_what_was_released_and_nothing_earlier(plan, world):
    assert "16:00" not in listed(world, Role.FACILITATOR).content.decode()
    release_schedule(cohort=plan.cohort, by=world[Role.COORDINATOR])
    move(plan.sessions[0], in_days(7), "09:15", "11:00")
    assert "16:00" in (text := listed(world, Role.FACILITATOR).content.decode())
    assert "09:15" not in text
    assert "09:15" in listed(world, Role.COORDINATOR).content.decode()


def test_another_organisation_sees_nothing(plan, world):
    release_schedule(cohort=plan.cohort, by=world[Role.COORDINATOR])
    text = listed(world, world.stranger).content.decode()
    assert "Tuesday group" not in text
    assert "Lena Lead" not in text
    assert "Harbour house" not in text


def test_only_those_who_see_cohorts_have_a_calendar(plan, world):
    assert world.client(Role.STAFF).get("/calendar/").status_code == 403
    assert world.client(world.nobody).get("/calendar/").status_code == 403


def test_filters_stand_in_the_address(plan, world):
    other = VenueFactory(organisation=world.ours, name="Library")
    session_on(plan.cohort, in_days(3), "10:00", "11:00", venue=other)
    there = listed(world, Role.COORDINATOR, venue=other.pk).content.decode()
    assert there.count('class="meet-card ') == 1
    hers = listed(world, Role.COORDINATOR, practitioner=plan.helper.pk).content.decode()
    assert hers.count('class="meet-card ') == 1
    none = CohortFactory(organisation=world.ours)
    assert (
        'class="meet-card ' not in listed(world, Role.COORDINATOR, cohort=none.pk).content.decode()
    )


@pytest.mark.parametrize(
    "bad", ["day=2027-02-31", "day=9999-01-01", "cohort=x", "venue=999999", "view=year", "day="]
)
def test_bad_input_shows_a_calendar_all_the_same(plan, world, bad):
    page = world.client(Role.COORDINATOR).get(f"/calendar/?{bad}")
    assert page.status_code == 200


def test_a_day_that_is_none_is_said(plan, world):
    page = world.client(Role.COORDINATOR).get("/calendar/?day=2027-02-31")
    assert "valid date" in page.content.decode()


@pytest.mark.parametrize("view", ["month", "week", "list"])
@pytest.mark.parametrize("sessions", [1, 50])
def test_it_costs_the_same_always(world, sessions, view, django_assert_num_queries):
    plan = plan_of(world, sessions=1)
    for number in range(1, sessions):
        session_on(plan.cohort, in_days(7), f"{number % 24:02}:{number % 50:02}", "23:59")
    browser = world.client(Role.COORDINATOR)
    browser.get("/calendar/")
    with django_assert_num_queries(10):
        page = browser.get(f"/calendar/?view={view}&day={in_days(7)}")
    assert page.context["count"] == sessions


def test_weeks_of_a_month():
    weeks = month_days(date(2027, 2, 14))
    assert weeks[0][0] == date(2027, 2, 1)
    assert weeks[-1][-1] == date(2027, 2, 28)
    assert len(month_days(date(2027, 5, 1))) == 6
    assert week_of(date(2027, 3, 28))[-1] == date(2027, 3, 28)
    for month in range(1, 13):
        days = [day for week in month_days(date(2028, month, 15)) for day in week]
        assert days == [days[0] + timedelta(days=n) for n in range(len(days))]
        assert date(2028, month, 1) in days


def test_a_cancelled_session_is_shown_as_such(plan, world):
    row = plan.sessions[0]
    row.status, row.cancelled_at = "cancelled", timezone.now()
    row.save()
    text = listed(world, Role.COORDINATOR).content.decode()
    assert "Cancelled" in text


def test_where_a_session_was_dropped_is_proposed_and_not_saved(plan, world):
    row, day = plan.sessions[0], in_days(9)
    browser = world.client(Role.COORDINATOR)
    page = browser.get(f"{row.get_absolute_url()}change/?date={day}")
    assert page.context["form"]["date"].value() == day
    row.refresh_from_db()
    assert row.local_date == in_days(7)
    for faulty in ("2027-02-31", "x", ""):
        assert browser.get(f"{row.get_absolute_url()}change/?date={faulty}").status_code == 200
