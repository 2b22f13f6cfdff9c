"""Lists of one's own when things change behind one's back."""

import re
from collections import Counter
from typing import Any

import pytest

from cocora.accounts.models import User
from cocora.accounts.roles import Role
from cocora.common.refusal import Refusal
from programmes import actions
from programmes.actions import (
    ListGone,
    collect_exercise,
    create_list,
    fork_curriculum,
    rename_list,
    retire_curriculum,
)
from programmes.models import Curriculum, Exercise, ExerciseList
from tests.conftest import World
from tests.programmes.packages import exercise_md, package, published

pytestmark = pytest.mark.django_db


def exercises_of(curriculum: Curriculum) -> list[Exercise]:
    return list(Exercise.objects.filter(module__curriculum=curriculum).order_by("position"))


def list_of(owner: User, exercises: list[Exercise]) -> ExerciseList:
    mine = create_list(title="Tuesday", owner=owner)
    for exercise in exercises:
        collect_exercise(exercise=exercise, exercise_list=mine)
    return mine


@pytest.fixture
def mixed(world: World) -> ExerciseList:
    """Three rows of the stranger: the one in the middle is of ours, so out of her sight."""
    core = exercises_of(published(package(exercises=2)))
    hidden_text = exercise_md("P1.1", title="Hidden", minutes={"minimum": 20, "typical": 500})
    files = {**package(exercises=1, version="2.0.0"), "p1-one/p1-1-exercise.en.md": b""}
    files["p1-one/p1-1-exercise.en.md"] = hidden_text.encode()
    hidden = exercises_of(published(files, organisation=world.ours))
    return list_of(world.stranger, [core[0], hidden[0], core[1]])


def titles(page: str) -> list[str]:
    return re.findall(r'class="row__title"><a [^>]*>([^<]*)<', page)


def test_what_went_out_of_sight_is_not_shown(world: World, mixed: ExerciseList) -> None:
    client = world.client(world.stranger)
    page = client.get(mixed.get_absolute_url()).content.decode()
    assert titles(page) == ["Exercise P1.1", "Exercise P1.2"]
    assert "Hidden" not in page
    overview = client.get("/programmes/lists/").content.decode()
    for text in (page, overview):
        assert "2 exercises" in text
        assert "1 h" in text
        assert "9 h 20 min" not in text
    assert [row.exercise.code for row in mixed.rows_visible_to(world.stranger)] == ["P1.1", "P1.2"]


def test_moving_goes_past_what_is_out_of_sight(world: World, mixed: ExerciseList) -> None:
    client = world.client(world.stranger)
    last = mixed.rows.last()
    address = f"/programmes/lists/{mixed.pk}/exercises/{last.exercise_id}/"
    client.post(address, {"move": "up"})
    page = client.get(mixed.get_absolute_url()).content.decode()
    assert titles(page) == ["Exercise P1.2", "Exercise P1.1"]
    assert mixed.rows.count() == 3


def test_a_row_is_changed_through_the_list_that_has_it(world: World, mixed: ExerciseList) -> None:
    """Neither a row out of sight, nor an exercise that stands on another list."""
    client = world.client(world.stranger)
    hidden = mixed.rows.get(exercise__texts__title="Hidden").exercise
    seen = mixed.rows.first().exercise
    other = create_list(title="Other", owner=world.stranger)
    for listed, exercise in ((mixed, hidden), (other, seen)):
        address = f"/programmes/lists/{listed.pk}/exercises/{exercise.pk}/"
        assert client.post(address, {"move": "off"}).status_code == 404
    assert mixed.rows.count() == 3


def test_exercises_of_drafts_are_not_collected(world: World) -> None:
    published()
    draft = fork_curriculum(
        curriculum=Curriculum.objects.get(), organisation=world.ours, version="2.0.0",
        by=world[Role.STAFF],
    )  # fmt: skip
    exercise = exercises_of(draft)[0]
    said = world.client(Role.STAFF).post(
        f"/programmes/lists/collect/{exercise.pk}/", {"title": "New"}, follow=True
    )
    assert "Only exercises of published curricula can be put on a list." in said.content.decode()
    assert not ExerciseList.objects.filter(rows__exercise=exercise).exists()


def test_a_refused_exercise_leaves_no_empty_list(world: World) -> None:
    published()
    draft = fork_curriculum(
        curriculum=Curriculum.objects.get(), organisation=world.ours, version="2.0.0",
        by=world[Role.STAFF],
    )  # fmt: skip
    exercise = exercises_of(draft)[0]
    world.client(Role.STAFF).post(f"/programmes/lists/collect/{exercise.pk}/", {"title": "New"})
    assert not ExerciseList.objects.exists()


def test_the_same_exercise_from_two_versions(world: World) -> None:
    first, second = published(), published(package(version="1.1.0"))
    mine = list_of(world[Role.STAFF], [exercises_of(first)[0], exercises_of(second)[0]])
    page = world.client(Role.STAFF).get(mine.get_absolute_url()).content.decode()
    ids = Counter(re.findall(r'\sid="([^"]+)"', page))
    assert [name for name, count in ids.items() if count > 1] == []
    assert len([name for name in ids if name.startswith("up-")]) == 2
    assert page.count("from the retired version 1.0.0") == 1


@pytest.mark.parametrize("exercises", [1, 3])
def test_a_list_asks_a_constant_number_of_queries(
    world: World, django_assert_num_queries: Any, exercises: int
) -> None:
    mine = list_of(world[Role.STAFF], exercises_of(published(package(exercises=exercises))))
    client = world.client(Role.STAFF)
    with django_assert_num_queries(6):
        assert client.get(mine.get_absolute_url()).status_code == 200


# --- a list that was deleted in another window ----------------------------------------------


def test_renaming_does_not_bring_a_deleted_list_back(world: World) -> None:
    mine = create_list(title="Tuesday", owner=world[Role.STAFF])
    held = ExerciseList.objects.get(pk=mine.pk)
    mine.delete()
    with pytest.raises(ListGone, match="not there any more"):
        rename_list(exercise_list=held, title="Friday")
    assert not ExerciseList.objects.exists()


def gone_before(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Another window deletes the list after this page has found it, before the action begins."""
    act = getattr(actions, name)

    def late(**given: Any) -> Any:
        ExerciseList.objects.all().delete()
        return act(**given)

    monkeypatch.setattr(actions, name, late)


@pytest.mark.parametrize(
    ("action", "path", "data"),
    [
        ("rename_list", "/programmes/lists/{list}/rename/", {"title": "Friday"}),
        ("move_exercise", "/programmes/lists/{list}/exercises/{exercise}/", {"move": "up"}),
        ("drop_exercise", "/programmes/lists/{list}/exercises/{exercise}/", {"move": "off"}),
        ("collect_exercise", "/programmes/lists/collect/{exercise}/", {"list": "{list}"}),
    ],
)
def test_a_list_that_is_deleted_meanwhile_is_said(
    world: World, monkeypatch: pytest.MonkeyPatch, action: str, path: str, data: dict[str, str]
) -> None:
    exercise = exercises_of(published())[0]
    mine = list_of(world[Role.STAFF], [exercise])
    gone_before(monkeypatch, action)
    filled = {name: value.format(list=mine.pk) for name, value in data.items()}
    said = world.client(Role.STAFF).post(
        path.format(list=mine.pk, exercise=exercise.pk), filled, follow=True
    )
    assert said.status_code == 200
    assert "This list is not there any more." in said.content.decode()


@pytest.mark.parametrize("chosen", ["9" * 5000, "9" * 30, "-1", "²", "0", "\x00", "x"])
def test_a_list_that_can_not_be_is_said(world: World, chosen: str) -> None:
    exercise = exercises_of(published())[0]
    said = world.client(Role.STAFF).post(
        f"/programmes/lists/collect/{exercise.pk}/", {"list": chosen}, follow=True
    )
    assert said.status_code == 200
    assert "This list is not there any more." in said.content.decode()


def test_a_list_of_somebody_else_is_not_collected_into(world: World) -> None:
    exercise = exercises_of(published())[0]
    other = create_list(title="Hers", owner=world[Role.FACILITATOR])
    said = world.client(Role.STAFF).post(
        f"/programmes/lists/collect/{exercise.pk}/", {"list": other.pk}, follow=True
    )
    assert "This list is not there any more." in said.content.decode()
    assert not other.rows.exists()


def test_a_retired_exercise_can_still_be_collected(world: World) -> None:
    curriculum = published()
    retire_curriculum(curriculum=curriculum, by=None)
    mine = list_of(world[Role.STAFF], exercises_of(curriculum))
    assert mine.rows.count() == 2


def test_a_full_list_refuses_one_more_but_knows_what_it_has(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = exercises_of(published())
    mine = list_of(world[Role.STAFF], [one])
    monkeypatch.setattr(actions, "MAX_LISTED", 1)
    assert collect_exercise(exercise=one, exercise_list=mine) is False
    with pytest.raises(Refusal, match="at most 1"):
        collect_exercise(exercise=two, exercise_list=mine)
