"""Finding exercises: the same rows in the same order on both databases."""

from typing import Any

import pytest
from django.http import QueryDict
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cocora.accounts.roles import Role
from cocora.common.folding import fold
from programmes.actions import fork_curriculum
from programmes.models import Curriculum, ExerciseText
from programmes.search import FACETS, Found, Search, find
from tests.conftest import World
from tests.programmes.packages import MODULE, curriculum_yaml, exercise_md, package, published

EXERCISES = {
    "P1.1": {"title": "Café Ærø", "words": "Listen to Søren at the harbour.", "type": "discussion"},
    "P1.2": {"title": "A dilemma of the harbour", "words": "Straße 12.", "type": "dilemma",
             "online": False, "minutes": {"minimum": 20, "typical": 75}, "topics": ["democracy"]},
    "P1.3": {"title": "Listening triads", "words": "Ears only.", "type": "practice",
             "group": {"minimum": 3, "maximum": 9}, "competences": ["S3", "S4"], "intensity": 3},
}  # fmt: skip


@pytest.fixture
def shelf(world: World) -> World:
    files = {
        "curriculum.yaml": curriculum_yaml().encode(),
        "p1-one/module.en.md": MODULE.format(code="P1").encode(),
    }
    for code, facts in EXERCISES.items():
        path = f"p1-one/{code.lower().replace('.', '-')}-exercise.en.md"
        files[path] = exercise_md(code, **facts).encode()  # type: ignore[arg-type]
    published(files)
    return world


def look(world: World, query: str) -> Found:
    return find(world[Role.FACILITATOR], Search.from_query(QueryDict(query)))


def codes(world: World, query: str) -> list[str]:
    return [text.exercise.code for text in look(world, query).texts]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["P1.1", "P1.2", "P1.3"]),
        ("q=listen", ["P1.3", "P1.1"]),
        ("q=harbour", ["P1.2", "P1.1"]),
        ("q=HARBOUR+dilemma", ["P1.2"]),
        ("q=cafe", ["P1.1"]),
        ("q=caf%C3%A9+%C3%A6r%C3%B8", ["P1.1"]),
        ("q=soren", ["P1.1"]),
        ("q=strasse", ["P1.2"]),
        ("q=nothing+like+that", []),
        ("q=%22%28*+-+%3A", ["P1.1", "P1.2", "P1.3"]),
        ("q=%22+OR+NEAR%28", []),
        ("q=%27%27%3B+DROP+TABLE", []),
        ("type=dilemma", ["P1.2"]),
        ("type=dilemma&type=practice", ["P1.2", "P1.3"]),
        ("type=dilemma&q=listen", []),
        ("duration=90", ["P1.2"]),
        ("people=3", ["P1.3"]),
        ("people=12", ["P1.1", "P1.2"]),
        ("people=-1&online=yes", ["P1.1", "P1.3"]),
        ("people=zero", ["P1.1", "P1.2", "P1.3"]),
        ("competence=S4", ["P1.3"]),
        ("topic=democracy", ["P1.2"]),
        ("intensity=3", ["P1.3"]),
        ("programme=small", ["P1.1", "P1.2", "P1.3"]),
        ("programme=unknown", ["P1.1", "P1.2", "P1.3"]),
        ("people=0", ["P1.1", "P1.2", "P1.3"]),
        ("people=000", ["P1.1", "P1.2", "P1.3"]),
        ("people=" + 5000 * "9", ["P1.1", "P1.2", "P1.3"]),
        *[(f"{name}=", ["P1.1", "P1.2", "P1.3"]) for name in FACETS],
        *[(f"{name}=unknown", ["P1.1", "P1.2", "P1.3"]) for name in FACETS],
        ("type=dilemma&type=unknown&type=", ["P1.2"]),
    ],
)
def test_words_and_facets(shelf: World, query: str, expected: list[str]) -> None:
    assert sorted(codes(shelf, query)) == sorted(expected)
    if "listen" in query or "harbour" in query:
        assert codes(shelf, query) == expected


def test_a_facet_counts_what_each_choice_would_show(shelf: World) -> None:
    facets = {facet.name: facet for facet in look(shelf, "type=dilemma").facets}
    types = {choice.value: (choice.count, choice.chosen) for choice in facets["type"].choices}
    assert types == {"discussion": (1, False), "dilemma": (1, True), "practice": (1, False)}
    assert [choice.value for choice in facets["topic"].choices] == ["democracy"]


def test_a_chosen_value_stays_visible_when_nothing_fits(shelf: World) -> None:
    facets = {facet.name: facet for facet in look(shelf, "type=dilemma&q=listen").facets}
    assert ("dilemma", 0, True) in [(c.value, c.count, c.chosen) for c in facets["type"].choices]


def test_each_choice_can_be_taken_away(shelf: World) -> None:
    found = look(shelf, "q=caf%C3%A9&people=12&type=discussion&type=dilemma&topic=unknown")
    assert {str(chip.label): chip.address for chip in found.chips} == {
        "12 people": "q=caf%C3%A9&type=dilemma&type=discussion",
        "Discussion and debate": "q=caf%C3%A9&people=12&type=dilemma",
        "Dilemmas and cases": "q=caf%C3%A9&people=12&type=discussion",
    }


@pytest.mark.parametrize(
    "query", ["people=0", "type=", "type=unknown", "programme=", "programme=no"]
)
def test_what_is_ignored_leaves_no_trace(shelf: World, query: str) -> None:
    asked = {"HX-Request": "true"}
    answer = shelf.client(Role.STAFF).get(f"/programmes/search/?{query}", headers=asked)
    assert answer["HX-Push-Url"] == "/programmes/search/?"
    assert b"Start anew" not in answer.content
    assert look(shelf, query).search.narrowed == 0


def test_a_chosen_programme_can_be_taken_away_when_nothing_fits(shelf: World) -> None:
    chips = look(shelf, "programme=small&q=nothing").chips
    assert [(chip.label, chip.address) for chip in chips] == [("Small", "q=nothing")]


@pytest.mark.parametrize(
    ("number", "shown"), [("", 24), ("1", 24), ("2", 2), ("99", 2), ("-1", 2), ("zero", 24)]
)
def test_results_come_in_pages(world: World, number: str, shown: int) -> None:
    published(package(exercises=26))
    page = world.client(Role.STAFF).get(f"/programmes/search/?q=hello&page={number}")
    assert page.content.count(b'class="card__title"') == shown
    assert b"26 exercises" in page.content


@pytest.mark.parametrize(
    ("trigger", "header"), [("q", "HX-Replace-Url"), ("choice-type-dilemma", "HX-Push-Url")]
)
def test_the_address_follows_the_search(shelf: World, trigger: str, header: str) -> None:
    asked = {"HX-Request": "true", "HX-Trigger": trigger}
    address = "/programmes/search/?q=&people=&type=dilemma&other=1"
    answer = shelf.client(Role.STAFF).get(address, headers=asked)
    assert answer[header] == "/programmes/search/?type=dilemma"


def test_drafts_of_others_are_not_found(shelf: World) -> None:
    fork_curriculum(
        curriculum=Curriculum.objects.current().get(),
        organisation=shelf.theirs,
        version="2.0.0",
        by=shelf.stranger,
    )
    assert ExerciseText.objects.count() == 6
    assert len(codes(shelf, "")) == 3


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(typed=st.text(max_size=60))
def test_any_words_are_an_answer_and_agree_with_python(shelf: World, typed: str) -> None:
    query = QueryDict(mutable=True)
    query["q"] = typed
    search = Search.from_query(query)
    found = {text.exercise.code for text in find(shelf[Role.FACILITATOR], search).texts}
    texts = {text.exercise.code: text.words.split() for text in ExerciseText.objects.all()}
    expected = {
        code
        for code, words in texts.items()
        if all(any(word.startswith(term) for word in words) for term in search.terms)
    }
    assert found == expected


@given(text=st.text())
def test_folding_is_stable_and_plain(text: str) -> None:
    once = fold(text)
    assert fold(once) == once
    assert once == once.strip()
    assert "  " not in once


def test_search_asks_a_constant_number_of_queries(
    world: World, django_assert_num_queries: Any
) -> None:
    user = world[Role.FACILITATOR]
    for programme, exercises in (("one", 1), ("three", 3)):
        published(package(exercises=exercises, programme=programme, name=programme))
        with django_assert_num_queries(4):
            find(user, Search.from_query(QueryDict("q=hello&type=discussion")))
