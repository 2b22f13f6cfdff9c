"""Practitioners, their accounts and their times."""

from datetime import date, time, timedelta

import pytest
from django.utils import timezone

from cocora.accounts.actions.invitations import join
from cocora.accounts.models import Invitation
from cocora.accounts.roles import Role
from cocora.common.refusal import Refusal
from participants.actions import practitioners as actions
from participants.models import Availability, BlockOut, Practitioner
from participants.queries.times import months_of
from participants.vocabulary import AccountState
from tests.factories import (
    AvailabilityFactory,
    BlockOutFactory,
    CohortPractitionerFactory,
    PractitionerFactory,
    ProgrammeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db


def told(response):
    return " ".join(str(message) for message in response.context["messages"])


def test_a_practitioner_is_written_down_and_changed(world):
    ProgrammeFactory(code="cpp", name="Prevention")
    ProgrammeFactory(code="base", kind="foundations")
    browser = world.client(Role.COORDINATOR)
    given = {"name": "Noor", "email": "noor@example.org", "languages_0": "ar",
             "facilitates": ["cpp"], "authority": ""}  # fmt: skip
    browser.post("/practitioners/new/", given)
    row = Practitioner.objects.get()
    assert (row.organisation, row.languages, row.facilitates) == (world.ours, ["ar"], ["cpp"])
    browser.post(f"/practitioners/{row.pk}/edit/", {**given, "authority": "Town Hall"})
    row.refresh_from_db()
    assert row.authority == "Town Hall"
    page = browser.get(row.get_absolute_url()).content.decode()
    assert "Prevention" in page
    response = browser.post("/practitioners/new/", {**given, "facilitates": ["base"]})
    assert "facilitates" in response.context["form"].errors


def test_each_address_stands_once_in_an_organisation(world):
    PractitionerFactory(organisation=world.ours, email="noor@example.org")
    PractitionerFactory(organisation=world.theirs, email="kim@example.org")
    browser = world.client(Role.COORDINATOR)
    given = {"name": "Noor", "email": "NOOR@example.org"}
    response = browser.post("/practitioners/new/", given)
    assert "already" in response.context["form"].errors["email"][0]
    browser.post("/practitioners/new/", {"name": "Kim", "email": "kim@example.org"})
    assert Practitioner.objects.filter(organisation=world.ours).count() == 2


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_costs_the_same_for_one_and_fifty(world, count, django_assert_num_queries):
    for row in PractitionerFactory.create_batch(count, organisation=world.ours):
        CohortPractitionerFactory(practitioner=row, cohort=world.cohorts.ours)
    browser = world.client(Role.COORDINATOR)
    # session, user, second factor, roles, organisations, count, practitioners
    with django_assert_num_queries(7):
        assert browser.get("/practitioners/").status_code == 200


def test_hiding_waits_for_the_end_of_her_places(world):
    row, browser = world.cohorts.practitioner, world.client(Role.COORDINATOR)
    path = f"/practitioners/{row.pk}/retire/"
    assert "Harbour in spring" in told(browser.post(path, follow=True))
    world.cohorts.ours.places.update(left_on=timezone.localdate())
    browser.post(path)
    assert row.name not in browser.get("/practitioners/").content.decode()
    assert row.name in browser.get("/practitioners/?hidden").content.decode()


# Accounts


@pytest.mark.parametrize(
    ("authority", "role"), [("", Role.FACILITATOR), ("Town Hall", Role.AUTHORITY)]
)
def test_the_invitation_has_the_role_of_her_work(world, authority, role):
    row = PractitionerFactory(organisation=world.ours, authority=authority)
    browser = world.client(Role.COORDINATOR)
    browser.post(f"/practitioners/{row.pk}/invite/")
    row.refresh_from_db()
    assert (row.invitation.role, row.account_state) == (role, AccountState.INVITED)
    again = browser.post(f"/practitioners/{row.pk}/invite/", follow=True)
    assert "invited already" in told(again)
    Invitation.objects.filter(pk=row.invitation_id).update(mail_failed_at=timezone.now())
    browser.post(f"/practitioners/{row.pk}/invite/")
    row = Practitioner.objects.get(pk=row.pk)
    assert row.account_state == AccountState.INVITED


def test_an_invited_practitioner_sees_the_cohorts_she_has_a_place_in(world):
    rows = world.cohorts
    row = PractitionerFactory(organisation=world.ours)
    CohortPractitionerFactory(cohort=rows.other, practitioner=row)
    actions.invite_practitioner(practitioner=row, by=world[Role.COORDINATOR])
    row.refresh_from_db()
    user = join(invitation=row.invitation, display_name=row.name, password="a b c d e f g h")
    browser = world.client(user)
    browser.post("/second-factor/later/")
    seen = Practitioner.objects.get(pk=row.pk)
    assert seen.account_state == AccountState.JOINED
    assert list(type(rows.other).objects.visible_to(user)) == [rows.other]


def test_a_member_is_linked_once(world):
    row = PractitionerFactory(organisation=world.ours, email=world[Role.FACILITATOR].email)
    browser, path = world.client(Role.COORDINATOR), f"/practitioners/{row.pk}/link/"
    form = browser.get(row.get_absolute_url()).context["link_form"]
    assert form.initial["user"] == world[Role.FACILITATOR].pk
    assert world[Role.PARTNER].pk not in form.members
    assert world.stranger.pk not in form.members
    for user in (world[Role.PARTNER], world.stranger):
        response = browser.post(path, {"user": user.pk})
        assert response.context["link_form"].errors["user"]
        with pytest.raises(Refusal, match="no member"):
            actions.link_practitioner(practitioner=row, user=user, by=world[Role.COORDINATOR])
    browser.post(path, {"user": world[Role.FACILITATOR].pk})
    row.refresh_from_db()
    assert row.user == world[Role.FACILITATOR]
    other = PractitionerFactory(organisation=world.ours)
    with pytest.raises(Refusal, match="another practitioner"):
        actions.link_practitioner(practitioner=other, user=row.user, by=world[Role.COORDINATOR])


# Times

WEEKLY = {"weekdays": ["1", "4"], "starts": "16:00", "ends": "20:00"}


@pytest.mark.parametrize("who", [Role.COORDINATOR, Role.FACILITATOR])
def test_times_are_kept_by_the_coordinator_and_by_herself(world, who):
    row, browser = world.cohorts.practitioner, world.client(who)
    path = f"/practitioners/{row.pk}/times/"
    browser.post(f"{path}weekly/", WEEKLY)
    browser.post(f"{path}blocked/", {"starts_on": "2027-07-01", "ends_on": "2027-07-14"})
    browser.post(f"{path}blocked/", {"starts_on": "2027-08-02", "ends_on": ""})
    times = list(row.availabilities.values_list("weekday", "starts", "ends"))
    assert times == [(1, time(16), time(20)), (4, time(16), time(20))]
    days = list(row.block_outs.values_list("starts_on", "ends_on"))
    assert days == [(date(2027, 7, 1), date(2027, 7, 14)), (date(2027, 8, 2), date(2027, 8, 2))]
    for one in row.availabilities.all():
        browser.post(f"{path}weekly/{one.pk}/remove/")
    for one in row.block_outs.all():
        browser.post(f"{path}blocked/{one.pk}/remove/")
    assert not Availability.objects.exists()
    assert not BlockOut.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"ends": "15:00"}, "ends"),
        ({"starts": "25:00"}, "starts"),
        ({"weekdays": []}, "weekdays"),
        ({"weekdays": ["8"]}, "weekdays"),
        ({"weekdays": ["2"], "starts": "19:00", "ends": "22:00"}, "weekdays"),
    ],
)
def test_a_weekly_time_that_cannot_be_is_told_at_its_field(world, changed, field):
    row = world.cohorts.practitioner
    AvailabilityFactory(practitioner=row)
    path = f"/practitioners/{row.pk}/times/weekly/"
    response = world.client(Role.FACILITATOR).post(path, {**WEEKLY, **changed})
    assert list(response.context["weekly_form"].errors) == [field]
    assert row.availabilities.count() == 1


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"starts_on": "2027-07-14", "ends_on": "2027-07-01"}, "ends_on"),
        ({"starts_on": "2027-02-31"}, "starts_on"),
        ({"starts_on": ""}, "starts_on"),
    ],
)
def test_blocked_days_that_cannot_be_are_told_at_their_field(world, given, field):
    row = world.cohorts.practitioner
    path = f"/practitioners/{row.pk}/times/blocked/"
    response = world.client(Role.FACILITATOR).post(path, given)
    assert list(response.context["block_form"].errors) == [field]
    assert not BlockOut.objects.exists()


def test_her_own_page_shows_her_times(world):
    AvailabilityFactory(practitioner=world.cohorts.practitioner)
    BlockOutFactory(practitioner=world.cohorts.practitioner)
    page = world.client(Role.FACILITATOR).get("/my-times/").content.decode()
    assert "16:00–20:00" in page
    assert "My times" in page
    none = world.client(Role.STAFF).get("/my-times/")
    assert (none.status_code, b"no list of practitioners" in none.content) == (200, True)


def test_who_works_with_two_organisations_keeps_times_for_each(world):
    first = world.cohorts.practitioner
    second = PractitionerFactory(organisation=world.theirs, user=world[Role.FACILITATOR])
    browser = world.client(Role.FACILITATOR)
    assert browser.get("/my-times/").context["practitioner"] == first
    assert browser.get(f"/my-times/?for={second.pk}").context["practitioner"] == second
    stranger = PractitionerFactory(organisation=world.theirs)
    page = browser.get(f"/my-times/?for={stranger.pk}")
    assert page.context["practitioner"] == first


def test_nobody_else_reaches_her_times(world):
    row = world.cohorts.practitioner
    one, days = AvailabilityFactory(practitioner=row), BlockOutFactory(practitioner=row)
    other = UserFactory()
    PractitionerFactory(organisation=world.ours, user=other)
    path = f"/practitioners/{row.pk}/times/"
    for who in (other, Role.PARTNER, Role.STAFF, world.stranger, world.nobody):
        browser = world.client(who)
        assert browser.get(path).status_code == 404
        for inside in ("weekly/", "blocked/", f"weekly/{one.pk}/remove/",
                       f"blocked/{days.pk}/remove/"):  # fmt: skip
            assert browser.post(path + inside, WEEKLY).status_code == 404
    assert (row.availabilities.count(), row.block_outs.count()) == (1, 1)


def test_a_row_of_another_practitioner_is_not_reached_through_ones_own(world):
    own, other = world.cohorts.practitioner, PractitionerFactory(organisation=world.ours)
    theirs = AvailabilityFactory(practitioner=other)
    browser = world.client(Role.FACILITATOR)
    response = browser.post(f"/practitioners/{own.pk}/times/weekly/{theirs.pk}/remove/")
    assert response.status_code == 404
    assert Availability.objects.filter(pk=theirs.pk).exists()


def test_months_show_every_day_once_also_at_the_end_of_the_year():
    block = BlockOutFactory.build(
        practitioner=None, starts_on=date(2027, 12, 30), ends_on=date(2028, 1, 2)
    )
    months = months_of([], [block], date(2027, 12, 31), 3)
    assert [month.first for month in months] == [
        date(2027, 12, 1), date(2028, 1, 1), date(2028, 2, 1)
    ]  # fmt: skip
    days = [day for month in months for week in month.weeks for day in week if day.inside]
    assert [day.on for day in days] == [
        date(2027, 12, 1) + timedelta(days=number) for number in range(31 + 31 + 29)
    ]
    assert [day.on.day for day in days if day.blocked] == [30, 31, 1, 2]
