"""The agenda of a session: edited by buttons, and nobody's minutes are lost."""

from datetime import date

import pytest
from django.urls import reverse

from cocora.accounts.roles import Role
from sessions.scheduling.actions.undo import undo_change
from sessions.scheduling.models import AgendaItem, ItemKind, ProgrammeSession, SessionStatus
from sessions.scheduling.queries.board import last_change
from tests.conftest import World
from tests.factories import CohortFactory
from tests.sessions.curricula import taught_curriculum
from tests.sessions.rows import session_on

pytestmark = pytest.mark.django_db
BLOCKS = [("arrival", "", 10), ("own", "Walk", 30), ("own", "Talk", 40), ("reflection", "", 10)]


class Desk:
    """A coordinator at the page of a session with four blocks."""

    def __init__(self, world: World) -> None:
        self.cohort = CohortFactory(organisation=world.ours, curriculum=taught_curriculum(45))
        self.row = session_on(self.cohort, date(2027, 3, 2), "17:00", "19:00")
        self.items = [
            self.row.agenda.create(position=n, kind=kind, title=title, minutes=minutes)
            for n, (kind, title, minutes) in enumerate(BLOCKS, start=1)
        ]
        self.client = world.client(Role.COORDINATOR)

    def press(self, do: str, version: int | None = None, **more):
        if version is None:
            version = ProgrammeSession.objects.get(pk=self.row.pk).version
        address = reverse("sessions:agenda", args=[self.cohort.pk, self.row.pk])
        return self.client.post(address, {"version": version, "do": do, **more})

    def shown(self, row: ProgrammeSession | None = None) -> list[tuple[str, int]]:
        items = AgendaItem.objects.filter(programme_session=row or self.row)
        return [(item.title or item.kind, item.minutes) for item in items]


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


def test_the_page_shows_clock_times_and_what_is_free(desk: Desk):
    response = desk.client.get(desk.row.get_absolute_url())
    page = response.content.decode()
    assert [f"{line.starts:%H:%M}" for line, _minutes in response.context["lines"]] == [
        "16:00", "16:10", "16:40", "17:20",
    ]  # fmt: skip
    for told in ("17:00", "17:10", "17:40", "18:20", "90 of 120 min", "30 min free"):
        assert told in page


def test_blocks_move_up_and_down_and_stop_at_the_ends(desk: Desk):
    walk, talk = desk.items[1:3]
    assert desk.press(f"down-{walk.pk}").status_code == 302
    assert [title for title, _minutes in desk.shown()] == ["arrival", "Talk", "Walk", "reflection"]
    desk.press(f"up-{desk.items[0].pk}")
    desk.press(f"place-{walk.pk}-0")
    assert [title for title, _minutes in desk.shown()] == ["Walk", "arrival", "Talk", "reflection"]
    desk.press(f"down-{desk.items[3].pk}")
    assert [title for title, _minutes in desk.shown()][-1] == "reflection"
    assert talk.pk


def test_what_was_typed_is_saved_with_every_button(desk: Desk):
    walk, talk = desk.items[1:3]
    response = desk.press(
        f"down-{walk.pk}", **{f"minutes-{walk.pk}": "25", f"minutes-{talk.pk}": "50"}
    )
    assert response.url.endswith(f"?at={walk.pk}#agenda")
    assert desk.shown() == [("arrival", 10), ("Talk", 50), ("Walk", 25), ("reflection", 10)]


def test_a_block_goes_to_another_session_before_its_reflection(desk: Desk):
    other = session_on(desk.cohort, date(2027, 3, 9))
    other.agenda.create(position=1, kind=ItemKind.REFLECTION, minutes=10)
    walk = desk.items[1]
    desk.press(f"to-{walk.pk}", **{f"to-{walk.pk}": other.pk})
    assert [title for title, _minutes in desk.shown(other)] == ["Walk", "reflection"]
    assert [title for title, _minutes in desk.shown()] == ["arrival", "Talk", "reflection"]


def test_a_block_never_goes_to_another_cohort(desk: Desk, world: World):
    other = session_on(CohortFactory(organisation=world.theirs), date(2027, 3, 9))
    walk = desk.items[1]
    response = desk.press(f"to-{walk.pk}", **{f"to-{walk.pk}": other.pk})
    assert response.context["refusal"] == "Choose the session that it moves to."
    assert len(desk.shown()) == 4


def test_exercises_and_own_blocks_are_added_before_the_reflection(desk: Desk):
    exercise = desk.cohort.curriculum.modules.get().exercises.get()
    desk.press("add-exercise", exercise=exercise.pk)
    desk.press("add-block", kind="own", title=" Tea  time ", length="5")
    desk.press("add-block", kind="break", title="", length="15")
    assert desk.shown()[3:] == [
        ("exercise", 45), ("Tea time", 5), ("break", 15), ("reflection", 10),
    ]  # fmt: skip
    assert "25 min too many" not in desk.client.get(desk.row.get_absolute_url()).content.decode()
    assert "35 min too many" in desk.client.get(desk.row.get_absolute_url()).content.decode()


def test_a_block_is_taken_off_and_comes_back_by_undo(desk: Desk, world: World):
    desk.press(f"off-{desk.items[1].pk}")
    assert len(desk.shown()) == 3
    change = last_change(desk.cohort)
    undo_change(cohort=desk.cohort, change_pk=change.pk, by=world[Role.COORDINATOR])
    assert desk.shown() == [("arrival", 10), ("Walk", 30), ("Talk", 40), ("reflection", 10)]


@pytest.mark.parametrize("typed", ["0", "-5", "a", "721", "", "1.5"])
def test_minutes_that_are_none_are_told_and_kept(desk: Desk, typed: str):
    walk, talk = desk.items[1:3]
    response = desk.press("save", **{f"minutes-{walk.pk}": typed, f"minutes-{talk.pk}": "55"})
    assert "takes between 1 and 720 minutes" in response.context["refusal"]
    assert {line.item.pk: m for line, m in response.context["lines"]}[talk.pk] == "55"
    assert desk.shown()[1:3] == [("Walk", 30), ("Talk", 40)]


@pytest.mark.parametrize(
    ("do", "more", "sentence"),
    [
        ("add-exercise", {"exercise": ""}, "Choose the exercise"),
        ("add-exercise", {"exercise": "999999"}, "Choose the exercise"),
        ("add-block", {"kind": "own", "title": "", "length": "5"}, "Give your own block a title"),
        ("add-block", {"kind": "exercise", "length": "5"}, "kind of block"),
        ("add-block", {"kind": "break", "length": "x"}, "is not a length"),
        ("up-999999", {}, "no longer there"),
        ("up", {}, "no longer there"),
        ("to-", {}, "no longer there"),
    ],
)
def test_a_button_without_what_it_needs_says_so(desk: Desk, do, more, sentence):
    assert sentence in desk.press(do, **more).context["refusal"]
    assert len(desk.shown()) == 4


def test_two_who_edit_at_once_notice_each_other_and_lose_nothing(desk: Desk):
    walk, talk = desk.items[1:3]
    opened = ProgrammeSession.objects.get(pk=desk.row.pk).version
    desk.press("save", **{f"minutes-{walk.pk}": "20"})
    response = desk.press("save", version=opened, **{f"minutes-{talk.pk}": "55"})
    assert "just now" in response.context["refusal"]
    assert desk.shown()[1:3] == [("Walk", 20), ("Talk", 40)]
    shown = {line.item.pk: minutes for line, minutes in response.context["lines"]}
    assert (shown[walk.pk], shown[talk.pk]) == (20, "55")
    again = response.context["meeting"].version
    desk.press("save", version=again, **{f"minutes-{talk.pk}": "55"})
    assert desk.shown()[1:3] == [("Walk", 20), ("Talk", 55)]


def test_a_session_that_was_held_keeps_its_agenda(desk: Desk):
    ProgrammeSession.objects.filter(pk=desk.row.pk).update(status=SessionStatus.HELD)
    response = desk.press(f"off-{desk.items[1].pk}")
    assert "keeps its agenda" in response.context["refusal"]
    assert len(desk.shown()) == 4
    assert "data-agenda" not in desk.client.get(desk.row.get_absolute_url()).content.decode()


@pytest.mark.parametrize("count", [1, 50])
def test_the_page_asks_the_same_number_of_questions(desk: Desk, count, django_assert_num_queries):
    for n in range(count):
        session_on(desk.cohort, date(2027, 4, 1 + n % 28), f"{8 + n // 28:02}:00", "19:00")
        desk.row.agenda.create(position=9 + n, kind=ItemKind.OWN, title=f"{n}", minutes=1)
    desk.client.get(desk.row.get_absolute_url())
    with django_assert_num_queries(SESSION_QUERIES):
        desk.client.get(desk.row.get_absolute_url())


SESSION_QUERIES = 16
