"""Who works elsewhere finds no cohort of ours: on every address of it, by GET and by POST."""

from collections.abc import Iterator

import pytest
from django.urls import reverse

from cocora.accounts.models import User
from cocora.accounts.roles import Role
from tests.architecture.examples import examples
from tests.architecture.routes import OURS
from tests.architecture.test_access import ask
from tests.conftest import World, member
from tests.factories import (
    CohortCommunityFactory,
    CohortPractitionerFactory,
    CommunityContactFactory,
    CommunityFactory,
    PractitionerFactory,
)

pytestmark = pytest.mark.django_db


def coordinator_of_theirs(world: World) -> User:
    return member(world.theirs, Role.COORDINATOR)


def practitioner_of_another_cohort(world: World) -> User:
    user = member(world.ours, Role.FACILITATOR)
    row = PractitionerFactory(organisation=world.ours, user=user)
    CohortPractitionerFactory(cohort=world.cohorts.other, practitioner=row)
    return user


def partner_of_another_cohort(world: World) -> User:
    user = member(world.ours, Role.PARTNER)
    community = CommunityFactory(organisation=world.ours)
    CohortCommunityFactory(cohort=world.cohorts.other, community=community)
    CommunityContactFactory(community=community, user=user)
    return user


def practitioner_whose_place_has_ended(world: World) -> User:
    world.cohorts.ours.places.update(left_on="2026-01-01")
    return world[Role.FACILITATOR]


def partner_whose_partnership_has_ended(world: World) -> User:
    world.cohorts.ours.partnerships.update(ended_on="2026-01-01")
    return world[Role.PARTNER]


def answers(world: World, user: User) -> Iterator[tuple[str, int]]:
    """Every address of the cohort with its answer, which has to be that there is nothing."""
    browser = world.client(user)
    rows = examples(world)
    for route in OURS:
        # An address without an example is a fault that test_urls.py tells.
        if "cohort_pk" not in route.arguments or route.name not in rows:
            continue
        arguments = rows[route.name].arguments
        assert arguments["cohort_pk"] == world.cohorts.ours.pk, route.name
        for method in sorted({"GET", "POST"} & route.marker.methods):
            response, _written = ask(browser, method, reverse(route.name, kwargs=arguments))
            yield f"{method} {route.name}", response.status_code


@pytest.mark.parametrize(
    "somebody",
    [
        coordinator_of_theirs,
        practitioner_of_another_cohort,
        partner_of_another_cohort,
        practitioner_whose_place_has_ended,
        partner_whose_partnership_has_ended,
    ],
)
def test_a_cohort_is_not_there_for_who_works_elsewhere(world: World, somebody):
    rows = world.cohorts
    assert world.client(Role.COORDINATOR).get(rows.ours.get_absolute_url()).status_code == 200
    told = list(answers(world, somebody(world)))
    assert len(told) > 10
    assert [line for line in told if line[1] != 404] == []
