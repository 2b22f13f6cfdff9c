"""The wizard: nothing is saved before it was seen, and then all of it or nothing."""

from datetime import date, time

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from cocora.common.refusal import Refusal
from sessions.scheduling.actions.series import Planned, lay_out_series
from sessions.scheduling.models import (
    AgendaItem,
    Assignment,
    ClosedDate,
    ItemKind,
    ProgrammeSession,
    ScheduleChange,
)
from tests.conftest import World
from tests.factories import CohortFactory, CohortPractitionerFactory, VenueFactory
from tests.sessions.curricula import taught_curriculum
from tests.sessions.rows import session_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def cohort(world: World):
    return CohortFactory(
        organisation=world.ours,
        curriculum=taught_curriculum(40, 40, 60, 90),
        starts_on=date(2027, 3, 1),
        ends_on=date(2027, 12, 1),
    )


@pytest.fixture
def lead(cohort):
    return CohortPractitionerFactory(cohort=cohort).practitioner


@pytest.fixture
def coordinator(world: World) -> Client:
    return world.client(Role.COORDINATOR)


def filled(**fields) -> dict[str, object]:
    return {
        "rhythm": "weekly",
        "first": "2027-03-18",
        "until": "count",
        "count": "3",
        "local_start": "17:00",
        "local_end": "19:30",
        "venue": "",
        "holidays": "skip",
        "teach": "on",
        "arrival": "10",
        "pause": "15",
        "pause_over": "120",
        "reflection": "10",
        "do": "preview",
        **fields,
    }


def page(coordinator, cohort, data=None):
    address = reverse("sessions:series", args=[cohort.pk])
    return coordinator.get(address) if data is None else coordinator.post(address, data)


def rows_of(response) -> dict[str, object]:
    """What the preview's fields hold, as a coordinator sends it back."""
    rows = response.context["rows"]
    sent = {"mark": response.context["form"].mark, "row-TOTAL_FORMS": len(rows.forms)}
    sent["row-INITIAL_FORMS"] = len(rows.forms)
    for n, wish in enumerate(row.wish for row in response.context["preview"].rows):
        sent[f"row-{n}-date"] = wish.date.isoformat()
        sent[f"row-{n}-starts"] = f"{wish.starts:%H:%M}"
        sent[f"row-{n}-ends"] = f"{wish.ends:%H:%M}"
    return sent


def test_the_wizard_offers_what_most_series_look_like(coordinator, cohort, lead):
    response = page(coordinator, cohort)
    assert response.context["form"].initial["first"] == date(2027, 3, 1)
    assert response.context["form"].initial["crew"] == [str(lead.pk)]


def test_somebody_who_has_retired_is_not_offered(coordinator, cohort, lead):
    assert str(lead.pk) in dict(page(coordinator, cohort).context["form"].fields["crew"].choices)
    lead.retired_at = timezone.now()
    lead.save()
    assert "crew" not in page(coordinator, cohort).context["form"].fields


def test_the_preview_shows_every_date_and_saves_nothing(coordinator, cohort):
    response = page(coordinator, cohort, filled())
    preview = response.context["preview"]
    # 25 March 2027 is Maundy Thursday in Denmark.
    assert [row.wish.date.day for row in preview.kept] == [18, 1, 8]
    assert [day.closed for day in preview.skipped] == ["Maundy Thursday"]
    taught = [[block.piece.code for block in row.laid.taught] for row in preview.kept]
    assert taught == [["P1.1", "P1.2"], ["P1.3"], ["P1.4"]]
    assert "Exercise 1" in response.content.decode()
    assert not ProgrammeSession.objects.exists()
    assert not ScheduleChange.objects.exists()


def test_what_was_seen_is_saved_whole(coordinator, cohort, lead):
    venue = VenueFactory(organisation=cohort.organisation)
    data = filled(venue=venue.pk, crew=[lead.pk])
    seen = page(coordinator, cohort, data)
    saved = page(coordinator, cohort, {**data, **rows_of(seen), "do": "save"})
    assert saved.status_code == 302
    rows = list(ProgrammeSession.objects.filter(cohort=cohort))
    assert [row.local_date for row in rows] == [
        date(2027, 3, 18),
        date(2027, 4, 1),
        date(2027, 4, 8),
    ]
    # The clocks went forward on 28 March: the wall shows 17:00 before and after.
    assert [row.starts_at.hour for row in rows] == [16, 15, 15]
    assert {row.venue for row in rows} == {venue}
    kinds = AgendaItem.objects.filter(programme_session=rows[0]).values_list("kind", flat=True)
    assert list(kinds) == ["arrival", "exercise", "break", "exercise", "reflection"]
    assert Assignment.objects.filter(practitioner=lead, state="asked", binds=True).count() == 3
    assert ScheduleChange.objects.get(cohort=cohort).summary == "3 sessions laid out"
    assert AuditEntry.objects.get(verb="schedule.laid_out").detail == {"sessions": 3}


def test_rows_can_be_changed_and_left_out_in_the_preview(coordinator, cohort):
    rows = rows_of(page(coordinator, cohort, filled()))
    edited = {**filled(), **rows, "row-0-dropped": "on", "row-1-date": "2027-04-02"}
    edited |= {"row-1-starts": "10:00", "row-1-ends": "11:00"}
    preview = page(coordinator, cohort, edited).context["preview"]
    assert [row.number for row in preview.rows] == [0, 1, 2]
    page(coordinator, cohort, {**edited, "do": "save"})
    found = ProgrammeSession.objects.filter(cohort=cohort)
    assert [(row.local_date, row.local_start) for row in found] == [
        (date(2027, 4, 2), time(10)),
        (date(2027, 4, 8), time(17)),
    ]


def test_another_rhythm_makes_the_rows_anew(coordinator, cohort):
    rows = rows_of(page(coordinator, cohort, filled()))
    again = page(coordinator, cohort, {**filled(count="2", do="save"), **rows})
    assert [row.wish.date.day for row in again.context["preview"].kept] == [18, 1]
    assert not ProgrammeSession.objects.exists()


def test_exercises_can_be_moved_and_left_out(coordinator, cohort):
    data = filled()
    pks = list(cohort.curriculum.modules.get().exercises.values_list("pk", flat=True))
    moved = {**data, f"teach-{pks[0]}": "3", f"teach-{pks[1]}": "out", f"teach-{pks[2]}": "x"}
    preview = page(coordinator, cohort, moved).context["preview"]
    taught = [[block.piece.code for block in row.laid.taught] for row in preview.kept]
    assert taught == [["P1.3"], ["P1.4"], ["P1.1"]]
    assert preview.layout.left == ()


def test_what_finds_no_room_is_plain_to_see(coordinator, cohort):
    response = page(coordinator, cohort, filled(count="1"))
    assert "2 exercises find no room: 150 minutes too many" in response.content.decode()


def test_holidays_are_kept_and_flagged_if_wished(coordinator, cohort):
    response = page(coordinator, cohort, filled(holidays="flag"))
    assert "Maundy Thursday" in response.content.decode()
    warned = [[w.sentence for w in row.warnings] for row in response.context["preview"].kept]
    assert warned == [[], ["Maundy Thursday"], []]


def test_own_closed_days_are_skipped(coordinator, cohort):
    ClosedDate.objects.create(
        organisation=cohort.organisation,
        cohort=cohort,
        starts_on=date(2027, 4, 1),
        ends_on=date(2027, 4, 1),
        reason="Hall is painted",
    )
    preview = page(coordinator, cohort, filled()).context["preview"]
    assert [day.closed for day in preview.skipped] == ["Maundy Thursday", "Hall is painted"]


@pytest.mark.parametrize(
    ("fields", "field", "sentence"),
    [
        ({"first": "2027-02-31"}, "first", "no such day in the calendar"),
        ({"first": ""}, "first", "first date"),
        ({"local_end": "16:00"}, "local_end", "after the start"),
        ({"count": "10000"}, "count", "at most 500"),
        ({"until": "last", "last": "2027-03-01"}, "last", "before the first"),
        ({"until": "last", "last": "2090-03-01"}, "last", "at most 500"),
        ({"rhythm": "weekdays"}, "weekdays", "day of the week"),
        ({"rhythm": "listed", "listed": "31.2.2027"}, "listed", "Line 1"),
        ({"rhythm": "monthly"}, "rhythm", "valid choice"),
        ({"local_start": "25:00"}, "local_start", "not a time"),
        ({"venue": "999999"}, "venue", "valid choice"),
        ({"arrival": "-5"}, "arrival", "greater than or equal to 0"),
    ],
)
def test_bad_input_is_told_at_its_field_and_kept(coordinator, cohort, fields, field, sentence):
    response = page(coordinator, cohort, {**filled(), **fields})
    assert response.status_code == 200
    assert any(sentence in error for error in response.context["form"].errors[field])
    assert not ProgrammeSession.objects.exists()


def test_an_hour_that_the_clocks_leave_out_is_told_at_its_date(coordinator, cohort):
    data = filled(
        first="2027-03-28", count="1", holidays="flag", local_start="02:30", local_end="05:00"
    )
    seen = page(coordinator, cohort, data)
    assert "02:30 does not exist on 28 March 2027" in seen.content.decode()
    saved = page(coordinator, cohort, {**data, **rows_of(seen), "do": "save"})
    assert saved.status_code == 200
    assert not ProgrammeSession.objects.exists()


def test_a_row_that_is_no_date_is_told_and_kept(coordinator, cohort):
    data = {**filled(), **rows_of(page(coordinator, cohort, filled())), "row-1-date": "2027-02-31"}
    response = page(coordinator, cohort, {**data, "do": "save"})
    assert "no such day in the calendar" in response.content.decode()
    assert 'value="2027-02-31"' in response.content.decode()
    assert not ProgrammeSession.objects.exists()


def test_a_taken_room_is_refused_or_left_open(coordinator, cohort, world):
    venue = VenueFactory(organisation=world.ours, name="Hall")
    other = CohortFactory(organisation=world.ours, name="Hill")
    session_on(other, date(2027, 4, 1), "18:00", "20:00", venue=venue)
    data = filled(venue=venue.pk)
    seen = page(coordinator, cohort, data)
    assert "Hall is taken by Hill, 18:00–20:00." in seen.content.decode()
    rows = rows_of(seen)
    refused = page(coordinator, cohort, {**data, **rows, "do": "save"})
    assert "Thu 1 Apr 2027: Hall is taken by Hill" in refused.content.decode()
    assert ProgrammeSession.objects.filter(cohort=cohort).count() == 0
    opened = page(coordinator, cohort, {**data, **rows, "row-1-open": "on", "do": "save"})
    assert opened.status_code == 302
    venues = ProgrammeSession.objects.filter(cohort=cohort).values_list("venue", flat=True)
    assert list(venues) == [venue.pk, None, venue.pk]


def test_two_sessions_of_one_series_cannot_share_an_hour(cohort, world):
    venue = VenueFactory(organisation=world.ours)
    twice = [Planned(date(2027, 3, 2), time(17), time(19), venue)] * 2
    with pytest.raises(Refusal, match="overlap on 2 March"):
        lay_out_series(cohort=cohort, planned=twice, by=world[Role.COORDINATOR])
    assert not ProgrammeSession.objects.exists()
    assert not AgendaItem.objects.exists()


def test_exercises_that_are_planned_already_are_not_laid_out_twice(coordinator, cohort):
    first = session_on(cohort, date(2027, 3, 2))
    exercise = cohort.curriculum.modules.get().exercises.first()
    first.agenda.create(position=1, kind=ItemKind.EXERCISE, exercise=exercise, minutes=40)
    preview = page(coordinator, cohort, filled()).context["preview"]
    assert next(b.piece.code for row in preview.kept for b in row.laid.taught) == "P1.2"


@pytest.mark.parametrize("count", ["1", "50"])
def test_the_preview_asks_the_same_number_of_questions(
    coordinator, cohort, lead, count, django_assert_num_queries
):
    venue = VenueFactory(organisation=cohort.organisation)
    data = filled(count=count, venue=venue.pk, crew=[lead.pk])
    page(coordinator, cohort, data)
    with django_assert_num_queries(PREVIEW_QUERIES):
        page(coordinator, cohort, data)


PREVIEW_QUERIES = 21


@pytest.mark.parametrize("count", [1, 40])
def test_saving_takes_the_same_number_of_statements(
    cohort, lead, world, count, django_assert_num_queries
):
    venue = VenueFactory(organisation=world.ours)
    planned = [
        Planned(
            date(2027, 3, 1 + n % 28),
            time(9 + n // 28 * 3),
            time(11 + n // 28 * 3),
            venue,
            ((lead, "lead"),),
        )
        for n in range(count)
    ]
    with django_assert_num_queries(SAVE_QUERIES):
        lay_out_series(cohort=cohort, planned=planned, by=world[Role.COORDINATOR])


SAVE_QUERIES = 18


def test_500_dates_can_be_seen_and_saved(coordinator, cohort):
    data = filled(rhythm="intensive", count="500", teach="", holidays="flag")
    rows = rows_of(page(coordinator, cohort, data))
    assert page(coordinator, cohort, {**data, **rows, "do": "save"}).status_code == 302
    assert ProgrammeSession.objects.count() == 500


def test_a_cohort_that_is_over_gets_no_more_sessions(coordinator, cohort, world):
    cohort.status = "completed"
    cohort.save()
    with pytest.raises(Refusal, match="is over"):
        lay_out_series(
            cohort=cohort,
            planned=[Planned(date(2027, 3, 2), time(17), time(19))],
            by=world[Role.COORDINATOR],
        )
    shown = coordinator.get(reverse("sessions:schedule", args=[cohort.pk])).content.decode()
    assert "This cohort is over" in shown
    assert reverse("sessions:series", args=[cohort.pk]) not in shown
