"""Reading and collecting in the browser: pages, editions, lists of one's own."""

import re
from typing import Any

import pytest
from django.apps import apps
from django.utils import translation
from django.utils.translation import trans_real

from cocora.accounts.roles import Role
from programmes.actions import collect_exercise, create_list, fork_curriculum, retire_curriculum
from programmes.models import Curriculum, Exercise, ExerciseList
from programmes.package.check import check
from programmes.templatetags.programmes import hours
from tests.conftest import World
from tests.programmes.packages import package, published, translation_md

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("path", "queries"),
    [
        ("/programmes/", 5),
        ("/programmes/curricula/{pk}/", 13),
        ("/programmes/curricula/{pk}/P1/", 9),
        ("/programmes/curricula/{pk}/P1.1/", 12),
        ("/programmes/search/", 7),
    ],
)
@pytest.mark.parametrize("exercises", [1, 3])
def test_pages_ask_a_constant_number_of_queries(
    world: World, django_assert_num_queries: Any, path: str, queries: int, exercises: int
) -> None:
    curriculum = published(package(exercises=exercises))
    client = world.client(Role.STAFF)
    with django_assert_num_queries(queries):
        response = client.get(path.format(pk=curriculum.pk))
    assert response.status_code == 200


def test_short_addresses_lead_to_the_current_edition(world: World) -> None:
    old = published()
    new = published(package(version="1.1.0"))
    client = world.client(Role.PARTNER)
    assert client.get("/programmes/small/").headers["Location"] == new.get_absolute_url()
    exercise = Exercise.objects.get(module__curriculum=new, code="P1.1")
    there = client.get("/programmes/small/P1.1/").headers["Location"]
    assert there == exercise.get_absolute_url()
    page = client.get(f"/programmes/curricula/{old.pk}/P1.1/").content.decode()
    assert "There is a newer version." in page


def test_a_retired_edition_without_a_successor_stays_readable(world: World) -> None:
    curriculum = published()
    retire_curriculum(curriculum=curriculum, by=None)
    client = world.client(Role.STAFF)
    assert client.get(curriculum.get_absolute_url()).status_code == 200
    assert client.get("/programmes/small/").status_code == 404


def test_a_draft_of_another_organisation_is_not_there(world: World) -> None:
    core = published()
    fork = fork_curriculum(
        curriculum=core, organisation=world.ours, version="2.0.0", by=world[Role.STAFF]
    )
    for path in ("", "P1/", "P1.1/"):
        address = f"{fork.get_absolute_url()}{path}"
        assert world.client(Role.FACILITATOR).get(address).status_code == 200
        assert world.client(world.stranger).get(address).status_code == 404


def test_languages_are_chosen_and_said(world: World) -> None:
    files = package(languages="en, da")
    base = files["p1-one/p1-1-exercise.en.md"].decode()
    digest = check(files).exercises["P1.1"]["en"].digest
    files["p1-one/p1-1-exercise.da.md"] = translation_md(base, "P1.1", "Øvelse", digest).encode()
    curriculum = published(files)
    client = world.client(Role.STAFF)
    address = f"/programmes/curricula/{curriculum.pk}/P1.1/"
    assert "Øvelse" in client.get(f"{address}?language=da").content.decode()
    french = client.get(f"{address}?language=fr").content.decode()
    assert "This text is not available in French. Available: English, Danish." in french
    for unknown in ("%3Cscript%3E", "", "1", "x" * 5000, "%00"):
        page = client.get(f"{address}?language={unknown}").content.decode()
        assert "Exercise P1.1" in page
        assert "not available" not in page


def test_a_text_without_translation_says_what_there_is(world: World) -> None:
    curriculum = published()
    client = world.client(Role.STAFF)
    for path in ("P1/", "P1.1/"):
        page = client.get(f"{curriculum.get_absolute_url()}{path}?language=da").content.decode()
        assert "This text is not available in Danish. Available: English." in page


def test_a_chosen_language_lasts_from_page_to_page(world: World) -> None:
    curriculum = published()
    client, base = world.client(Role.STAFF), curriculum.get_absolute_url()
    links = {
        "": [f"{base}P1/"],
        "P1/": [base, f"{base}P1.1/"],
        "P1.1/": [base, f"{base}P1/", f"{base}P1.2/"],
    }
    for path, leads in links.items():
        plain = client.get(f"{base}{path}").content.decode()
        danish = client.get(f"{base}{path}?language=da").content.decode()
        for link in leads:
            assert f'href="{link}"' in plain
            assert f'href="{link}?language=da"' in danish


def test_ids_on_an_exercise_are_unique_whatever_its_handouts_are_called(world: World) -> None:
    files = package(exercises=1)
    path = "p1-one/p1-1-exercise.en.md"
    files[path] = files[path].replace(b"cards-p1-1", b"steps")
    curriculum = published(files)
    page = world.client(Role.STAFF).get(f"{curriculum.get_absolute_url()}P1.1/").content.decode()
    ids = re.findall(r'\sid="([^"]+)"', page)
    assert sorted(ids) == sorted(set(ids))
    assert 'id="handout-steps"' in page
    assert page.count('href="#handout-steps"') == 2


@pytest.mark.parametrize(
    ("minutes", "text"),
    [(0, "0 min"), (None, "0 min"), (59, "59 min"), (60, "1 h"), (95, "1 h 35 min")],
)
def test_hours(minutes: int, text: str) -> None:
    assert hours(minutes) == text


def test_names_of_models_and_units_are_translated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A catalogue that puts every text in quotation marks."""
    with translation.override("en"):
        monkeypatch.setattr(trans_real._active.value, "gettext", lambda text: f"«{text}»")
        assert hours(95) == "«1 h 35 min»"
        for model in apps.get_app_config("programmes").get_models():
            assert str(model._meta.verbose_name).startswith("«"), model
            assert str(model._meta.verbose_name_plural).startswith("«"), model


def test_an_image_is_served_as_what_it_is(world: World) -> None:
    from tests.programmes.test_check import png

    curriculum = published({**package(), "images/door.png": png()})
    response = world.client(Role.STAFF).get(f"{curriculum.get_absolute_url()}images/door.png")
    assert (response.status_code, response["Content-Type"]) == (200, "image/png")
    assert response["X-Content-Type-Options"] == "nosniff"
    address, tag = response.request["PATH_INFO"], response["ETag"]
    again = world.client(Role.STAFF).get(address, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    other = world.client(Role.STAFF).get(address, headers={"If-None-Match": '"other"'})
    assert (other.status_code, other.content) == (200, response.content)
    missing = world.client(Role.STAFF).get(f"{curriculum.get_absolute_url()}images/other.png")
    assert missing.status_code == 404


def collected(world: World, role: Role = Role.STAFF, count: int = 3) -> ExerciseList:
    published(package(exercises=count))
    mine = create_list(title="Tuesday", owner=world[role])
    for exercise in Exercise.objects.order_by("position"):
        collect_exercise(exercise=exercise, exercise_list=mine)
    return mine


def codes(listed: ExerciseList) -> list[str]:
    return [row.exercise.code for row in listed.rows.select_related("exercise")]


def test_collecting_into_a_new_list_and_an_old_one(world: World) -> None:
    published()
    client = world.client(Role.FACILITATOR)
    one, two = Exercise.objects.order_by("position")
    client.post(f"/programmes/lists/collect/{one.pk}/", {"title": "Tuesday"})
    mine = ExerciseList.objects.get(owner=world[Role.FACILITATOR])
    client.post(f"/programmes/lists/collect/{two.pk}/", {"list": mine.pk})
    again = client.post(f"/programmes/lists/collect/{two.pk}/", {"list": mine.pk}, follow=True)
    assert codes(mine) == ["P1.1", "P1.2"]
    assert "has this exercise already" in again.content.decode()


def test_a_list_of_the_same_name_is_refused_with_what_was_typed(world: World) -> None:
    collected(world)
    response = world.client(Role.STAFF).post("/programmes/lists/", {"title": "Tuesday"})
    page = response.content.decode()
    assert "You have a list of this name already." in page
    assert 'value="Tuesday"' in page
    assert ExerciseList.objects.count() == 1


def test_moving_and_taking_off(world: World) -> None:
    mine = collected(world)
    client = world.client(Role.STAFF)
    last = Exercise.objects.get(code="P1.3")
    address = f"/programmes/lists/{mine.pk}/exercises/{last.pk}/"
    client.post(address, {"move": "up"})
    assert codes(mine) == ["P1.1", "P1.3", "P1.2"]
    client.post(address, {"move": "down"})
    client.post(address, {"move": "down"})
    assert codes(mine) == ["P1.1", "P1.2", "P1.3"]
    client.post(address, {"move": "off"})
    assert codes(mine) == ["P1.1", "P1.2"]


def test_renaming_to_nothing_keeps_the_page_and_the_name(world: World) -> None:
    mine = collected(world)
    response = world.client(Role.STAFF).post(f"/programmes/lists/{mine.pk}/rename/", {"title": " "})
    assert response.status_code == 422
    mine.refresh_from_db()
    assert mine.title == "Tuesday"


def test_renaming_to_a_name_that_is_taken_is_refused_at_the_field(world: World) -> None:
    mine = collected(world)
    create_list(title="Friday", owner=world[Role.STAFF])
    response = world.client(Role.STAFF).post(
        f"/programmes/lists/{mine.pk}/rename/", {"title": "Friday"}
    )
    assert response.status_code == 422
    assert "already" in response.content.decode()


@pytest.mark.parametrize("verb", ["", "rename/", "delete/", "exercises/{exercise}/"])
def test_a_list_is_its_owners_alone(world: World, verb: str) -> None:
    mine = collected(world)
    exercise = Exercise.objects.get(code="P1.1")
    address = f"/programmes/lists/{mine.pk}/{verb.format(exercise=exercise.pk)}"
    for other in (world[Role.FACILITATOR], world[Role.ADMINISTRATOR], world.stranger):
        client = world.client(other)
        response = client.get(address) if not verb else client.post(address, {"move": "off"})
        assert response.status_code == 404
    assert codes(mine) == ["P1.1", "P1.2", "P1.3"]


def test_deleting_a_list_leaves_the_exercises(world: World) -> None:
    mine = collected(world)
    world.client(Role.STAFF).post(f"/programmes/lists/{mine.pk}/delete/")
    assert (ExerciseList.objects.count(), Exercise.objects.count()) == (0, 3)


def test_lists_ask_a_constant_number_of_queries(
    world: World, django_assert_num_queries: Any
) -> None:
    mine = collected(world)
    client = world.client(Role.STAFF)
    with django_assert_num_queries(6):
        assert client.get(f"/programmes/lists/{mine.pk}/").status_code == 200
    for title in ("a", "b", "c"):
        create_list(title=title, owner=world[Role.STAFF])
    with django_assert_num_queries(4):
        assert client.get("/programmes/lists/").status_code == 200


def test_the_search_fragment_is_part_of_the_page(world: World) -> None:
    published()
    client = world.client(Role.STAFF)
    whole = client.get("/programmes/search/?q=hello").content.decode()
    part = client.get(
        "/programmes/search/?q=hello", headers={"HX-Request": "true"}
    ).content.decode()
    assert "<html" in whole
    assert "<html" not in part
    assert "Exercise P1.1" in whole
    assert "Exercise P1.1" in part


def test_unknown_codes_are_not_found(world: World) -> None:
    curriculum = published()
    client = world.client(Role.STAFF)
    for path in ("P9/", "P1.9/", "nothing/"):
        assert client.get(f"{curriculum.get_absolute_url()}{path}").status_code == 404
    assert Curriculum.objects.filter(pk=curriculum.pk).exists()
