"""Two at once want the same room, or the same person: exactly one gets it, every time."""

from collections.abc import Callable
from datetime import date, time, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from cocora.accounts.roles import Role
from cocora.common.refusal import Refusal
from participants.vocabulary import CohortRole
from sessions.scheduling.actions.assignments import assign_practitioner
from sessions.scheduling.actions.series import Planned, lay_out_series
from sessions.scheduling.actions.sessions import change_sessions
from sessions.scheduling.models import Assignment, ProgrammeSession
from sessions.scheduling.queries.moves import Edit, Scope, mark_of, moves_of
from tests.conftest import World
from tests.factories import (
    CohortFactory,
    CohortPractitionerFactory,
    PractitionerFactory,
    VenueFactory,
)
from tests.sessions.rows import session_on

ROUNDS = 200
FIRST = date(2027, 1, 1)


def race(
    first: Callable[[date], object], second: Callable[[date], object], rounds: int = ROUNDS
) -> list[list[str]]:
    """Both start each round together; what they were told, round by round."""
    start, told = Barrier(2, timeout=120), [["", ""] for _round in range(rounds)]

    def run(lane: int, act: Callable[[date], object]) -> None:
        for number in range(rounds):
            start.wait()
            try:
                act(FIRST + timedelta(days=number))
                told[number][lane] = "won"
            except Refusal as refusal:
                told[number][lane] = str(refusal)
        connection.close()

    lanes = [Thread(target=run, args=pair) for pair in ((0, first), (1, second))]
    for lane in lanes:
        lane.start()
    for lane in lanes:
        lane.join()
    return told


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("wanted", ["venue", "practitioner"])
def test_exactly_one_of_two_gets_the_hour_200_times_of_200(world: World, wanted: str):
    hall = VenueFactory(organisation=world.ours, name="Hall")
    femi = PractitionerFactory(organisation=world.ours, name="Femi")
    by = world[Role.COORDINATOR]

    def lay(cohort):
        room = hall if wanted == "venue" else None
        crew = ((femi, "lead"),) if wanted == "practitioner" else ()

        def act(day: date) -> None:
            planned = [Planned(day, time(17), time(19), room, crew)]
            lay_out_series(cohort=cohort, planned=planned, by=by)

        return act

    cohorts = [CohortFactory(organisation=world.ours, name=name) for name in ("Hill", "Harbour")]
    told = race(*(lay(cohort) for cohort in cohorts))
    assert sum(sorted(round_)[1] == "won" and round_.count("won") == 1 for round_ in told) == ROUNDS
    name = {"venue": "Hall is taken by ", "practitioner": "Femi is with "}[wanted]
    lost = [words for round_ in told for words in round_ if words != "won"]
    assert all(name in words and "17:00–19:00" in words for words in lost)
    assert ProgrammeSession.objects.count() == ROUNDS
    assert Assignment.objects.count() == (ROUNDS if wanted == "practitioner" else 0)


@pytest.mark.django_db(transaction=True)
def test_two_changes_of_one_session_never_overwrite_each_other(world: World):
    cohort = CohortFactory(organisation=world.ours)
    row = session_on(cohort, FIRST)

    def title(words: str):
        def act(day: date) -> None:
            mine = ProgrammeSession.objects.get(pk=row.pk)
            edit = Edit(
                frozenset({"title"}), mine.local_date, mine.local_start, mine.local_end, None, (),
                f"{words} {day}", "",
            )  # fmt: skip
            seen = mark_of(moves_of(cohort, mine, Scope.ONE, edit))
            change_sessions(
                cohort=cohort, programme_session=mine, scope=Scope.ONE, edit=edit, seen=seen,
                by=world[Role.COORDINATOR],
            )  # fmt: skip

        return act

    told = race(title("one"), title("two"), rounds=40)
    won = sum(round_.count("won") for round_ in told)
    row.refresh_from_db()
    assert row.version == 1 + won
    assert won >= 40


@pytest.mark.django_db(transaction=True)
def test_who_asks_the_same_person_at_once_is_told_why_not(world: World):
    """A race for the practitioner is lost with a sentence, never with a deadlock."""
    rounds, by = 60, world[Role.COORDINATOR]
    femi = PractitionerFactory(organisation=world.ours, name="Femi")

    def ask(cohort):
        CohortPractitionerFactory(cohort=cohort, practitioner=femi)
        days = [FIRST + timedelta(days=number) for number in range(rounds)]
        held = {day: session_on(cohort, day) for day in days}
        return lambda day: assign_practitioner(
            programme_session=held[day], practitioner=femi, role=CohortRole.LEAD, by=by
        )

    cohorts = [CohortFactory(organisation=world.ours, name=name) for name in ("Hill", "Harbour")]
    told = race(*(ask(cohort) for cohort in cohorts), rounds=rounds)
    assert {tuple(sorted(round_)) for round_ in told} == {
        ("Femi has another session at that time.", "won")
    }
