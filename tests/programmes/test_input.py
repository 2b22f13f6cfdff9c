"""Whatever an address carries, the answer is a page, a refusal or 404: never a fault."""

from typing import Any

import pytest
from django.urls import NoReverseMatch, reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cocora.accounts.roles import Role
from tests.architecture.examples import Example, programme_examples
from tests.architecture.routes import OURS
from tests.conftest import World

pytestmark = pytest.mark.django_db

HERE = [route for route in OURS if route.name.startswith("programmes:")]
READ = [route for route in HERE if "GET" in route.marker.methods]
NAMES = [
    "q", "people", "programme", "topic", "type", "duration", "competence", "intensity", "setting",
    "online", "page", "language", "list", "with", "draft", "move", "title",
]  # fmt: skip
ODD = ["", "0", "-1", "9" * 30, "9" * 5000, "1e9", "²", "١", "\x00", "'", "..", "en-XX", "dilemma"]
PAIRS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.one_of(st.sampled_from(ODD), st.text(max_size=30))),
    max_size=4,
)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(pairs=PAIRS)
def walk(browser: Any, addresses: list[str], pairs: list[tuple[str, str]]) -> None:
    query: dict[str, list[str]] = {}
    for name, value in pairs:
        query.setdefault(name, []).append(value)
    for address in addresses:
        assert browser.get(address, query).status_code in {200, 302, 404, 422}, (address, query)


def test_any_parameter_is_answered(world: World) -> None:
    rows = programme_examples(world)
    names = [route.name for route in READ]
    assert len(names) > 10
    addresses = [reverse(n, kwargs=rows.get(n, Example({})).arguments) for n in names]
    walk(world.client(Role.COORDINATOR), addresses)


@pytest.mark.parametrize("number", ["9" * 30, "9" * 5000])
def test_too_large_a_number_in_any_parameter_is_answered(world: World, number: str) -> None:
    rows = programme_examples(world)
    browser = world.client(Role.COORDINATOR)
    for route in HERE:
        address = reverse(route.name, kwargs=rows.get(route.name, Example({})).arguments)
        method = browser.get if route in READ else browser.post
        answer = method(address, dict.fromkeys(NAMES, number))
        assert answer.status_code in {200, 302, 404, 422}, route.name


@pytest.mark.parametrize("number", [0, 2**31, 2**63 - 1, 2**63, 10**40, int("9" * 4000)])
def test_any_number_in_an_address_is_answered(world: World, number: int) -> None:
    rows = programme_examples(world)
    browser = world.client(Role.COORDINATOR)
    tried = 0
    for route in HERE:
        arguments = rows.get(route.name, Example({})).arguments
        numbers = [name for name in arguments if name.endswith("pk")]
        for name in numbers:
            address = reverse(route.name, kwargs={**arguments, name: number})
            for method in route.marker.methods - {"HEAD"}:
                tried += 1
                answer = browser.generic(method, address)
                assert answer.status_code == 404, (method, route.name, name)
    assert tried > 30


def test_an_address_of_too_many_digits_is_no_address(world: World) -> None:
    long = "9" * 5000
    assert world.client(Role.STAFF).get(f"/programmes/curricula/{long}/").status_code == 404
    with pytest.raises(NoReverseMatch):
        reverse("programmes:curriculum", args=["x"])
