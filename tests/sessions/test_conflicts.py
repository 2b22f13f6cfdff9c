"""Who or what would be in two places at once: told with the reason, and never by too many words."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from participants.vocabulary import EnrolmentStatus
from sessions.scheduling.models import SessionStatus
from sessions.scheduling.queries.board import asked_of
from sessions.scheduling.queries.conflicts import Asked, lift_common, warnings_of
from tests.conftest import World
from tests.factories import (
    AvailabilityFactory,
    BlockOutFactory,
    CohortFactory,
    EnrolmentFactory,
    PractitionerFactory,
    VenueFactory,
)
from tests.sessions.rows import assigned, session_on

pytestmark = pytest.mark.django_db
DAY = date(2027, 3, 2)  # a Tuesday


@pytest.fixture
def cohort(world: World):
    world.ours.time_zone = "Europe/Copenhagen"
    world.ours.save()
    return cohort_of(world, "Harbour")


def cohort_of(world: World, name: str):
    dates = {"starts_on": date(2027, 1, 1), "ends_on": date(2027, 12, 1)}
    return CohortFactory(organisation=world.ours, name=name, **dates)


def said(cohort, row, *people) -> list[str]:
    asked = Asked(row.starts_at, row.ends_at, row.local_date, row.venue, tuple(people), row.pk)
    return [warned.sentence for warned in warnings_of(cohort, [asked])[0]]


def test_nothing_speaks_against_a_free_day(cohort):
    assert said(cohort, session_on(cohort, DAY)) == []
    assert warnings_of(cohort, []) == []


def test_a_room_that_is_taken_is_refused_and_ends_may_touch(cohort, world):
    hall = VenueFactory(organisation=world.ours, name="Hall")
    other = session_on(cohort_of(world, "Hill"), DAY, "17:00", "19:00", venue=hall)
    row = session_on(cohort, DAY, "19:00", "20:00", venue=hall)
    assert said(cohort, row) == []
    asked = Asked(other.starts_at, other.ends_at, DAY, hall)
    warned = warnings_of(cohort, [asked])[0][0]
    assert warned.sentence == "Hall is taken by Hill, 17:00–19:00."
    assert (warned.refused, warned.taken) == (True, "venue")
    other.status, other.cancelled_at = SessionStatus.CANCELLED, timezone.now()
    other.save()
    assert warnings_of(cohort, [asked]) == [[]]


def test_somebody_who_leads_elsewhere_is_refused(cohort, world):
    femi = PractitionerFactory(organisation=world.ours, name="Femi")
    other = session_on(cohort_of(world, "Hill"), DAY, "17:00", "19:00")
    busy = assigned(other, femi)
    row = session_on(cohort, DAY, "16:00", "18:00")
    assert said(cohort, row, femi) == ["Femi is with Hill, 17:00–19:00."]
    busy.binds = False
    busy.save()
    assert said(cohort, row, femi) == []


def test_somebody_who_cannot_come_is_a_warning(cohort, world):
    femi = PractitionerFactory(organisation=world.ours, name="Femi")
    row = session_on(cohort, DAY, "16:00", "18:00")
    AvailabilityFactory(practitioner=femi, weekday=2, starts="16:00", ends="18:00")
    assert said(cohort, row, femi) == []
    late = session_on(cohort, DAY, "18:00", "18:30")
    assert said(cohort, late, femi) == ["Outside of the weekly times of Femi."]
    BlockOutFactory(practitioner=femi, starts_on=DAY, ends_on=DAY)
    assert said(cohort, row, femi) == ["Femi can't come on this day."]


def test_weekly_times_are_those_of_the_organisations_clock(cohort, world):
    femi = PractitionerFactory(organisation=world.ours, name="Femi")
    AvailabilityFactory(practitioner=femi, weekday=2, starts="16:00", ends="18:00")
    cohort.time_zone = "Atlantic/Reykjavik"
    cohort.save()
    assert said(cohort, session_on(cohort, DAY, "15:00", "17:00"), femi) == []
    assert said(cohort, session_on(cohort, DAY, "17:00", "18:00"), femi) != []


def test_more_people_than_seats_is_a_warning(cohort, world):
    small = VenueFactory(organisation=world.ours, name="Nook", capacity=1)
    row = session_on(cohort, DAY, venue=small)
    assert said(cohort, row) == ["Nook has 1 seats, the cohort 20 places."]
    EnrolmentFactory.create_batch(2, cohort=cohort, status=EnrolmentStatus.ENROLLED)
    assert said(cohort, row) == ["Nook has 1 seats for 2 people."]


def test_the_cohort_itself_meets_once_at_a_time(cohort):
    session_on(cohort, DAY, "16:00", "18:00")
    assert said(cohort, session_on(cohort, DAY, "17:00", "19:00")) == [
        "The cohort meets already, 16:00–18:00."
    ]


def test_a_participant_in_two_cohorts_is_counted_and_not_named(cohort, world):
    hill = cohort_of(world, "Hill")
    one = EnrolmentFactory(cohort=cohort, status=EnrolmentStatus.ENROLLED)
    EnrolmentFactory(cohort=hill, participant=one.participant, status=EnrolmentStatus.ENROLLED)
    session_on(hill, DAY, "16:00", "18:00")
    told = said(cohort, session_on(cohort, DAY, "17:00", "19:00"))
    assert told == ["1 participant is with Hill then."]
    assert one.participant.code not in told[0]


def test_closed_days_and_the_dates_of_the_cohort(cohort):
    assert said(cohort, session_on(cohort, date(2027, 3, 25))) == ["Maundy Thursday"]
    assert said(cohort, session_on(cohort, date(2026, 12, 1))) == ["Before the cohort's first day."]
    assert said(cohort, session_on(cohort, date(2027, 12, 2))) == ["After the cohort's last day."]


def test_what_stands_at_every_date_is_said_once(cohort, world):
    small = VenueFactory(organisation=world.ours, name="Nook", capacity=1)

    class Row:
        def __init__(self, warnings):
            self.warnings = warnings

    rows = [session_on(cohort, DAY + timedelta(weeks=n), venue=small) for n in (0, 3, 4)]
    marked = [Row(found) for found in warnings_of(cohort, [asked_of(row, []) for row in rows])]
    marked[0].warnings += [found for found in marked[0].warnings if found.refused]
    assert lift_common(marked) == ["Nook has 1 seats, the cohort 20 places."]
    assert [row.warnings for row in marked] == [[], [], []]
    assert lift_common([]) == []


@pytest.mark.parametrize("count", [1, 50])
def test_the_number_of_queries_is_constant(cohort, world, count, django_assert_num_queries):
    femi = PractitionerFactory(organisation=world.ours)
    hall = VenueFactory(organisation=world.ours)
    rows = [session_on(cohort, DAY + timedelta(days=n), venue=hall) for n in range(count)]
    for row in rows:
        assigned(row, femi)
    asked = [Asked(row.starts_at, row.ends_at, row.local_date, hall, (femi,)) for row in rows]
    with django_assert_num_queries(7):
        warnings_of(cohort, asked)


def test_two_sessions_of_one_plan_may_overlap_but_share_nothing(cohort, world):
    hall, nook = VenueFactory.create_batch(2, organisation=world.ours)
    femi = PractitionerFactory(organisation=world.ours)
    row = session_on(cohort, DAY)

    def refused(*plans) -> list[bool]:
        asked = [Asked(row.starts_at, row.ends_at, DAY, room, who, row.pk) for room, who in plans]
        return [warned.refused for found in warnings_of(cohort, asked) for warned in found]

    assert refused((hall, ()), (nook, (femi,))) == [False, False]
    assert refused((hall, ()), (hall, ())) == [True, True]
    assert refused((hall, (femi,)), (nook, (femi,))) == [True, True]
    assert refused((None, ()), (None, ())) == [False, False]
