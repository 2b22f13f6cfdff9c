"""The schedule of a cohort: the draft for its runners, the release for everybody else."""

from datetime import date, timedelta

import pytest
from django.urls import reverse

from cocora.accounts.roles import Role
from sessions.scheduling.models import ClosedDate, ProgrammeSession, ScheduleRelease
from sessions.scheduling.queries.snapshots import EMPTY, drafts, follow
from tests.conftest import World
from tests.factories import PractitionerFactory, VenueFactory
from tests.sessions.rows import assigned, in_days, session_on

pytestmark = pytest.mark.django_db


def page(world: World, who: Role, name: str = "sessions:schedule", **arguments):
    address = reverse(name, kwargs={"cohort_pk": world.cohorts.ours.pk, **arguments})
    return world.client(who).get(address)


def release(world: World) -> ScheduleRelease:
    cohort = world.cohorts.ours
    return ScheduleRelease.objects.create(
        cohort=cohort,
        number=1,
        released_by=world[Role.COORDINATOR],
        snapshot=follow(EMPTY, drafts([cohort])[cohort.pk]),
    )


def test_an_empty_schedule_says_what_to_do(world: World):
    assert "No session yet" in page(world, Role.COORDINATOR).content.decode()
    assert "Not released yet" in page(world, Role.PARTNER).content.decode()


def test_the_draft_shows_open_places_and_what_nobody_was_told(world: World):
    cohort = world.cohorts.ours
    session_on(cohort, in_days(3))
    full = session_on(cohort, in_days(4), venue=world.cohorts.venue)
    assigned(full, world.cohorts.practitioner)
    response = page(world, Role.COORDINATOR)
    text = response.content.decode()
    for told in ("No venue", "Nobody leads it", "2 changes that nobody was told yet", "Femi"):
        assert told in text
    assert response.context["open"] == 1
    assert text.count("Not told yet") == 2
    release(world)
    after = page(world, Role.COORDINATOR).content.decode()
    assert "nobody was told" not in after
    assert "Not told yet" not in after


@pytest.mark.parametrize("who", [Role.PARTNER, Role.FACILITATOR])
def test_everybody_else_sees_what_was_released_and_nothing_of_the_draft(world: World, who):
    cohort = world.cohorts.ours
    told = session_on(cohort, in_days(3), title="Told", venue=world.cohorts.venue)
    assigned(told, world.cohorts.practitioner)
    release(world)
    ProgrammeSession.objects.filter(pk=told.pk).update(title="Secret draft")
    new = session_on(cohort, in_days(9), title="Not told")
    text = page(world, who).content.decode()
    assert "Told" in text
    assert "Femi" in text
    assert "Assembly hall" in text
    assert "Secret" not in text
    assert "Not told" not in text
    one = page(world, who, "sessions:session", pk=told.pk).content.decode()
    assert "Told" in one
    assert "Secret" not in one
    assert page(world, who, "sessions:session", pk=new.pk).status_code == 404
    assert page(world, Role.COORDINATOR, "sessions:session", pk=new.pk).status_code == 200


def test_a_session_of_another_cohort_is_not_found(world: World):
    other = session_on(world.cohorts.other, in_days(3))
    own = session_on(world.cohorts.ours, in_days(3))
    for name in ("sessions:session", "sessions:session_change", "sessions:session_cancel"):
        assert page(world, Role.COORDINATOR, name, pk=other.pk).status_code == 404
        assert page(world, Role.COORDINATOR, name, pk=own.pk).status_code == 200


def test_one_session_is_added_with_its_warnings(world: World):
    cohort = world.cohorts.ours
    coordinator = world.client(Role.COORDINATOR)
    address = reverse("sessions:session_new", args=[cohort.pk])
    form = {"date": in_days(200).isoformat(), "starts": "10:00", "ends": "11:00"}
    assert "after the start" in str(
        coordinator.post(address, {**form, "ends": "09:00"}).context["form"].errors
    )
    done = coordinator.post(address, form, follow=True)
    assert "After the cohort&#x27;s last day." in done.content.decode()
    made = ProgrammeSession.objects.get()
    assert list(made.agenda.values_list("kind", flat=True)) == ["arrival", "reflection"]
    gap = {"date": "2027-03-28", "starts": "02:30", "ends": "04:00"}
    assert "does not exist" in str(coordinator.post(address, gap).context["form"].errors["starts"])


def test_a_taken_room_is_told_on_the_form(world: World):
    cohort, hall = world.cohorts.ours, world.cohorts.venue
    session_on(world.cohorts.other, in_days(5), "10:00", "12:00", venue=hall)
    coordinator = world.client(Role.COORDINATOR)
    form = {"date": in_days(5), "starts": "11:00", "ends": "13:00", "venue": hall.pk}
    response = coordinator.post(reverse("sessions:session_new", args=[cohort.pk]), form)
    assert "Assembly hall is taken by Hill in spring" in response.content.decode()
    assert not ProgrammeSession.objects.filter(cohort=cohort).exists()


def test_closed_days_come_and_go(world: World):
    cohort = world.cohorts.ours
    coordinator = world.client(Role.COORDINATOR)
    address = reverse("sessions:closed", args=[cohort.pk])
    form = {"starts_on": "2027-04-01", "ends_on": "2027-03-01", "reason": "Holidays"}
    assert "before the first" in str(coordinator.post(address, form).context["form"].errors)
    assert coordinator.post(address, {**form, "ends_on": "2027-04-09"}).status_code == 302
    coordinator.post(address, {**form, "ends_on": "2027-04-09", "everywhere": "on"})
    own, everywhere = ClosedDate.objects.order_by("pk")
    assert (own.cohort, everywhere.cohort) == (cohort, None)
    assert "Holidays" in coordinator.get(address).content.decode()
    theirs = ClosedDate.objects.create(
        organisation=world.theirs, starts_on=date(2027, 1, 1), ends_on=date(2027, 1, 1), reason="x"
    )
    remove = "sessions:closed_remove"
    assert coordinator.post(reverse(remove, args=[cohort.pk, theirs.pk])).status_code == 404
    coordinator.post(reverse(remove, args=[cohort.pk, own.pk]))
    assert list(ClosedDate.objects.order_by("pk")) == [everywhere, theirs]


def test_the_button_takes_the_last_change_back(world: World):
    cohort = world.cohorts.ours
    coordinator = world.client(Role.COORDINATOR)
    form = {"date": in_days(3).isoformat(), "starts": "10:00", "ends": "11:00"}
    coordinator.post(reverse("sessions:session_new", args=[cohort.pk]), form)
    undo = page(world, Role.COORDINATOR).context["undo"]
    address = reverse("sessions:undo", args=[cohort.pk])
    coordinator.post(address, {"change": "nonsense"})
    assert ProgrammeSession.objects.exists()
    coordinator.post(address, {"change": undo.pk})
    assert not ProgrammeSession.objects.exists()


@pytest.mark.parametrize("count", [1, 50])
def test_the_schedule_asks_the_same_number_of_questions(
    world: World, count, django_assert_num_queries
):
    person = PractitionerFactory(organisation=world.ours)
    hall = VenueFactory(organisation=world.ours)
    for n in range(count):
        row = session_on(world.cohorts.ours, in_days(1) + timedelta(days=n), venue=hall)
        assigned(row, person)
        row.agenda.create(position=1, kind="own", title="Walk", minutes=10)
    coordinator = world.client(Role.COORDINATOR)
    address = reverse("sessions:schedule", args=[world.cohorts.ours.pk])
    coordinator.get(address)
    with django_assert_num_queries(SCHEDULE_QUERIES):
        coordinator.get(address)


SCHEDULE_QUERIES = 22
