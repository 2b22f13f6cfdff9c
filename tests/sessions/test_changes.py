"""Change one, those that follow, or all; cancel, replace, undo. What was held stays."""

from datetime import date, time, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from cocora.accounts.roles import Role
from cocora.common.refusal import Refusal
from sessions.scheduling.actions.changes import Stale
from sessions.scheduling.actions.series import Planned, lay_out_series
from sessions.scheduling.actions.sessions import cancel_session, change_sessions
from sessions.scheduling.actions.undo import undo_change
from sessions.scheduling.models import (
    Assignment,
    AssignmentState,
    ProgrammeSession,
    ScheduleChange,
    ScheduleRelease,
    SessionStatus,
)
from sessions.scheduling.queries.board import last_change
from sessions.scheduling.queries.moves import Edit, Scope, mark_of, moves_of
from sessions.scheduling.queries.replacements import offers_for
from tests.conftest import World
from tests.factories import BlockOutFactory, CohortFactory, PractitionerFactory, VenueFactory
from tests.sessions.rows import Plan, assigned, plan, session_on

pytestmark = pytest.mark.django_db
__all__ = ["plan"]


@pytest.fixture
def by(world: World):
    return world[Role.COORDINATOR]


def edit(row: ProgrammeSession, **new) -> Edit:
    told = {
        "date": row.local_date, "starts": row.local_start, "ends": row.local_end,
        "venue": row.venue, "crew": (), "title": "", "guidance": "", **new,
    }  # fmt: skip
    return Edit(changed=frozenset(new), **told)


def change(plan: Plan, row: ProgrammeSession, scope: Scope, by, **new) -> int:
    row.refresh_from_db()
    wanted = edit(row, **new)
    seen = mark_of(moves_of(plan.cohort, row, scope, wanted))
    return change_sessions(
        cohort=plan.cohort, programme_session=row, scope=scope, edit=wanted, seen=seen, by=by
    )


def dates(plan: Plan) -> list[date]:
    rows = ProgrammeSession.objects.filter(cohort=plan.cohort)
    return list(rows.order_by("pk").values_list("local_date", flat=True))


def test_one_session_moves_and_the_others_stay(plan: Plan, by):
    first, second, third = plan.sessions
    assert change(plan, second, Scope.ONE, by, date=second.local_date + timedelta(days=1)) == 1
    assert dates(plan) == [
        first.local_date,
        first.local_date + timedelta(days=8),
        third.local_date,
    ]
    bound = Assignment.objects.get(programme_session=second, practitioner=plan.lead)
    second.refresh_from_db()
    assert (bound.starts_at, bound.ends_at) == (second.starts_at, second.ends_at)
    assert second.version == 2


def test_this_and_the_following_move_past_each_other(plan: Plan, by):
    """By a week: each lands where the next was, and the database sees no double booking."""
    before = dates(plan)
    assert change(
        plan, plan.sessions[0], Scope.FOLLOWING, by, date=before[1], starts=time(16, 30)
    ) == 3  # fmt: skip
    assert dates(plan) == [day + timedelta(days=7) for day in before]
    assert set(
        ProgrammeSession.objects.filter(cohort=plan.cohort).values_list("venue", flat=True)
    ) == {plan.venue.pk}
    assert Assignment.objects.filter(binds=True, practitioner=plan.lead).count() == 3


def test_following_leaves_those_before_alone(plan: Plan, by):
    assert change(plan, plan.sessions[1], Scope.FOLLOWING, by, title="Later") == 2
    titles = ProgrammeSession.objects.filter(cohort=plan.cohort).order_by("pk")
    assert [row.title for row in titles] == ["", "Later", "Later"]


def test_sessions_that_were_held_or_cancelled_are_never_touched(plan: Plan, by):
    first, second, third = plan.sessions
    ProgrammeSession.objects.filter(pk=first.pk).update(status=SessionStatus.HELD)
    ProgrammeSession.objects.filter(pk=third.pk).update(
        status=SessionStatus.CANCELLED, cancelled_at=timezone.now()
    )
    assert change(plan, second, Scope.ALL, by, title="New") == 1
    with pytest.raises(Refusal, match="was held"):
        change(plan, first, Scope.ONE, by, title="New")
    with pytest.raises(Refusal, match="cancelled"):
        change(plan, third, Scope.ONE, by, title="New")


def test_a_yes_to_the_old_time_is_asked_for_again(plan: Plan, by):
    row = plan.sessions[0]
    Assignment.objects.filter(programme_session=row).update(
        state=AssignmentState.ACCEPTED, answered_at=timezone.now(), token_hash="x"
    )
    moves = moves_of(plan.cohort, row, Scope.ONE, edit(row, starts=time(15)))
    assert "Lena Lead has said yes to the old time and is asked again." in moves[0].sentences()
    change(plan, row, Scope.ONE, by, starts=time(15))
    again = Assignment.objects.get(programme_session=row, practitioner=plan.lead)
    assert (again.state, again.answered_at, again.token_hash) == ("asked", None, "")
    other = plan.sessions[1]
    Assignment.objects.filter(programme_session=other).update(
        state=AssignmentState.ACCEPTED, answered_at=timezone.now()
    )
    change(plan, other, Scope.ONE, by, title="New")
    assert Assignment.objects.get(programme_session=other).state == "accepted"


def test_people_join_and_leave(plan: Plan, by):
    row = plan.sessions[0]
    new = PractitionerFactory(organisation=plan.cohort.organisation, name="Nora")
    moves = moves_of(plan.cohort, row, Scope.ONE, edit(row, crew=((new, "lead"),)))
    assert sorted(moves[0].losses()) == [
        "Helga Helper is no longer asked.",
        "Lena Lead is no longer asked.",
    ]
    change(plan, row, Scope.ONE, by, crew=((new, "lead"),))
    assert [one.practitioner for one in row.assignments.all()] == [new]


def test_a_double_booking_is_refused_with_who_and_when_and_nothing_moves(plan: Plan, by):
    other = CohortFactory(organisation=plan.cohort.organisation, name="Hill")
    row = plan.sessions[0]
    target = row.local_date + timedelta(days=1)
    session_on(other, target, "17:00", "19:00", venue=plan.venue)
    before = dates(plan)
    with pytest.raises(Refusal, match="Harbour house is taken by Hill, 17:00–19:00"):
        change(plan, row, Scope.FOLLOWING, by, date=target)
    assert dates(plan) == before
    assert ProgrammeSession.objects.filter(cohort=plan.cohort, venue=plan.venue).count() == 3
    assert not ScheduleChange.objects.exists()


def test_what_changed_since_the_preview_is_not_overwritten(plan: Plan, by):
    row = plan.sessions[0]
    wanted = edit(row, title="Mine")
    seen = mark_of(moves_of(plan.cohort, row, Scope.ONE, wanted))
    change(plan, row, Scope.ONE, by, title="Theirs")
    with pytest.raises(Stale, match="just now"):
        change_sessions(
            cohort=plan.cohort,
            programme_session=row,
            scope=Scope.ONE,
            edit=wanted,
            seen=seen,
            by=by,
        )
    row.refresh_from_db()
    assert row.title == "Theirs"


def test_an_hour_that_is_not_there_is_refused(plan: Plan, by):
    with pytest.raises(Refusal, match="does not exist"):
        change(
            plan, plan.sessions[0], Scope.ONE, by,
            date=date(2027, 3, 28), starts=time(2, 30), ends=time(5),
        )  # fmt: skip
    with pytest.raises(Refusal, match="Nothing would change"):
        change(plan, plan.sessions[0], Scope.ONE, by)


def cancel(plan: Plan, row: ProgrammeSession, by, **more):
    row.refresh_from_db()
    return cancel_session(
        cohort=plan.cohort,
        programme_session=row,
        version=row.version,
        reason="Burst pipe",
        by=by,
        **more,
    )


def test_cancelling_frees_the_room_and_the_people(plan: Plan, by):
    row = plan.sessions[0]
    assert cancel(plan, row, by) is None
    row.refresh_from_db()
    assert (row.status, row.cancelled_because) == ("cancelled", "Burst pipe")
    assert not row.assignments.filter(binds=True).exists()
    other = CohortFactory(organisation=plan.cohort.organisation)
    assigned(session_on(other, row.local_date, venue=plan.venue), plan.lead)
    with pytest.raises(Refusal, match="cancelled"):
        cancel(plan, row, by)


def test_a_replacement_takes_agenda_room_and_people_along(plan: Plan, by):
    row = plan.sessions[0]
    row.agenda.create(position=1, kind="own", title="Walk", minutes=30)
    day = row.local_date + timedelta(days=1)
    made = cancel(plan, row, by, replacement=(day, time(10), time(12)))
    assert (made.local_date, made.venue, made.replaces) == (day, plan.venue, row)
    assert [item.title for item in made.agenda.all()] == ["Walk"]
    assert {one.practitioner for one in made.assignments.all()} == {plan.lead, plan.helper}


def test_a_stale_page_cancels_nothing(plan: Plan, by):
    row = plan.sessions[0]
    with pytest.raises(Stale):
        cancel_session(cohort=plan.cohort, programme_session=row, version=99, reason="x", by=by)
    row.refresh_from_db()
    assert row.status == "planned"


def test_dates_are_offered_on_which_everybody_can_come(plan: Plan):
    plan.cohort.ends_on = plan.cohort.starts_on + timedelta(days=60)
    row = plan.sessions[0]
    offers = offers_for(plan.cohort, row)
    assert len(offers) == 3
    assert all(one.date > row.local_date for one in offers)
    first = offers[0].date
    other = CohortFactory(organisation=plan.cohort.organisation)
    session_on(other, first, venue=plan.venue)
    assert first not in [one.date for one in offers_for(plan.cohort, row)]
    second = offers[1].date
    BlockOutFactory(practitioner=plan.lead, starts_on=second, ends_on=second)
    assert second not in [one.date for one in offers_for(plan.cohort, row)]
    plan.cohort.ends_on = row.local_date
    assert offers_for(plan.cohort, row) == []


def test_a_laid_out_series_can_be_taken_back(plan: Plan, by):
    venue = VenueFactory(organisation=plan.cohort.organisation)
    planned = [Planned(date(2030, 3, 5 + n), time(9), time(11), venue) for n in range(3)]
    lay_out_series(cohort=plan.cohort, planned=planned, by=by)
    change = last_change(plan.cohort)
    assert undo_change(cohort=plan.cohort, change_pk=change.pk, by=by) == "3 sessions laid out"
    assert ProgrammeSession.objects.filter(cohort=plan.cohort).count() == 3
    with pytest.raises(Stale):
        undo_change(cohort=plan.cohort, change_pk=change.pk, by=by)


def state(plan: Plan) -> list[tuple]:
    rows = ProgrammeSession.objects.filter(cohort=plan.cohort).order_by("pk")
    columns = ("pk", "local_date", "local_start", "starts_at", "venue", "title", "status", "uid")
    people = Assignment.objects.filter(programme_session__cohort=plan.cohort).order_by("pk")
    return [
        *rows.values_list(*columns),
        *people.values_list("pk", "practitioner", "state", "binds", "starts_at"),
    ]


def test_a_change_of_many_is_taken_back_whole(plan: Plan, by):
    before = state(plan)
    change(
        plan, plan.sessions[0], Scope.ALL, by,
        date=plan.sessions[1].local_date, starts=time(9), ends=time(10), venue=None, title="New",
        crew=(),
    )  # fmt: skip
    assert state(plan) != before
    undo_change(cohort=plan.cohort, change_pk=last_change(plan.cohort).pk, by=by)
    assert state(plan) == before
    assert last_change(plan.cohort) is None


def test_a_cancelled_session_comes_back_with_its_people(plan: Plan, by):
    before = state(plan)
    cancel(plan, plan.sessions[0], by, replacement=(date(2030, 1, 1), time(9), time(10)))
    undo_change(cohort=plan.cohort, change_pk=last_change(plan.cohort).pk, by=by)
    assert state(plan) == before


def test_an_undo_that_would_book_twice_is_refused(plan: Plan, by):
    row = plan.sessions[0]
    old = row.local_date
    change(plan, row, Scope.ONE, by, date=old + timedelta(days=1))
    other = CohortFactory(organisation=plan.cohort.organisation, name="Hill")
    session_on(other, old, venue=plan.venue)
    before = state(plan)
    with pytest.raises(Refusal, match="Harbour house is taken by Hill"):
        undo_change(cohort=plan.cohort, change_pk=last_change(plan.cohort).pk, by=by)
    assert state(plan) == before


def test_nothing_is_undone_after_a_release_or_when_a_session_was_held(plan: Plan, by):
    row = plan.sessions[0]
    change(plan, row, Scope.ONE, by, title="New")
    made = last_change(plan.cohort)
    ProgrammeSession.objects.filter(pk=row.pk).update(status=SessionStatus.HELD)
    with pytest.raises(Refusal, match="was held"):
        undo_change(cohort=plan.cohort, change_pk=made.pk, by=by)
    ProgrammeSession.objects.filter(pk=row.pk).update(status=SessionStatus.PLANNED)
    ScheduleRelease.objects.create(
        cohort=plan.cohort, number=1, released_by=by, snapshot={"sessions": []}
    )
    with pytest.raises(Stale, match="released"):
        undo_change(cohort=plan.cohort, change_pk=made.pk, by=by)


def test_the_page_shows_what_changes_and_saves_exactly_that(plan: Plan, world: World):
    coordinator = world.client(Role.COORDINATOR)
    row = plan.sessions[0]
    address = reverse("sessions:session_change", args=[plan.cohort.pk, row.pk])
    form = {
        "scope": "following",
        "date": row.local_date.isoformat(),
        "starts": "15:00",
        "ends": "17:00",
        "venue": plan.venue.pk,
        "crew": [plan.lead.pk, plan.helper.pk],
    }
    # The second facilitator leads the first session only; a change of hours leaves that alone.
    seen = coordinator.post(address, form)
    page = seen.content.decode()
    assert "3 sessions would change" in page
    assert "15:00–17:00 instead of 16:00–18:00." in page
    assert "Nobody was told of these dates yet" in page
    row.refresh_from_db()
    assert row.local_start == time(16)
    done = coordinator.post(address, {**form, "mark": seen.context["mark"], "do": "save"})
    assert done.status_code == 302
    rows = ProgrammeSession.objects.filter(cohort=plan.cohort)
    assert set(rows.values_list("local_start", flat=True)) == {time(15)}
    assert Assignment.objects.filter(practitioner=plan.helper).count() == 1


def test_the_page_keeps_what_was_typed_and_says_what_is_wrong(plan: Plan, world: World):
    coordinator = world.client(Role.COORDINATOR)
    row = plan.sessions[0]
    address = reverse("sessions:session_change", args=[plan.cohort.pk, row.pk])
    response = coordinator.post(
        address, {"scope": "one", "date": "2027-02-31", "starts": "15:00", "ends": "14:00"}
    )
    assert "no such day" in response.context["form"].errors["date"][0]
    assert "after the start" in response.context["form"].errors["ends"][0]
    assert 'value="2027-02-31"' in response.content.decode()


def test_cancelling_on_the_page_with_an_offered_date(plan: Plan, world: World):
    coordinator = world.client(Role.COORDINATOR)
    row = plan.sessions[0]
    address = reverse("sessions:session_cancel", args=[plan.cohort.pk, row.pk])
    offers = coordinator.get(address).context["offers"]
    sent = {"reason": "", "instead": offers[0].value, "version": row.version}
    assert coordinator.post(address, sent).context["form"].errors["reason"]
    assert coordinator.post(address, {**sent, "reason": "Burst pipe"}).status_code == 302
    assert row.replacement.local_date == offers[0].date
    own = {"reason": "x", "instead": "own", "date": "", "version": 1}
    second = reverse("sessions:session_cancel", args=[plan.cohort.pk, plan.sessions[1].pk])
    assert coordinator.post(second, own).context["form"].errors["date"]
