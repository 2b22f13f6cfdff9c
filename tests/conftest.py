"""One world for all rooms: two organisations, somebody for each role, and people who must not."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import pytest
from django.core.cache import cache
from django.db import connections
from django.test import Client, TransactionTestCase

from cocora.accounts.models import Organisation, User
from cocora.accounts.roles import SEES_PERSONAL_DATA, Role
from cocora.common.triggers import lift
from participants.models import Cohort, Community, CommunityContact, Practitioner, Venue
from tests.factories import (
    CohortCommunityFactory,
    CohortFactory,
    CohortPractitionerFactory,
    CommunityContactFactory,
    CommunityFactory,
    MembershipFactory,
    OrganisationFactory,
    PractitionerFactory,
    UserFactory,
    VenueFactory,
    add_second_factor,
)

flush_tables = TransactionTestCase._fixture_teardown


def lift_triggers_and_flush(case: TransactionTestCase) -> None:
    """Append-only tables refuse SQLite's row-by-row flush; post_migrate lays triggers again."""
    for alias in case._databases_names(include_mirrors=False):
        lift(connections[alias])
    flush_tables(case)


TransactionTestCase._fixture_teardown = lift_triggers_and_flush


@pytest.fixture(autouse=True)
def quick(settings: Any) -> None:
    """Cheap password digests, and static files straight from where they lie."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    plain = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": plain}
    settings.WHITENOISE_AUTOREFRESH = settings.WHITENOISE_USE_FINDERS = True


@dataclass
class Cohorts:
    """``ours`` has the facilitator of ours as a practitioner and the partner's community; both have
    no place in ``other``, which is of ours as well. ``theirs`` is another organisation's."""

    ours: Cohort
    other: Cohort
    theirs: Cohort
    practitioner: Practitioner
    community: Community
    contact: CommunityContact
    venue: Venue


@dataclass
class World:
    """``ours`` is the organisation that tests are about; the stranger runs ``theirs``."""

    ours: Organisation
    theirs: Organisation
    people: dict[Role, User]
    stranger: User
    nobody: User
    platform: User

    def __getitem__(self, role: Role) -> User:
        return self.people[role]

    @cached_property
    def cohorts(self) -> Cohorts:
        """Made when a test first asks for them."""
        return lay_cohorts(self)

    def client(self, who: Role | User | None = None, **options: Any) -> Client:
        """A fresh browser, signed in as this person or role; ``None`` is a visitor."""
        browser = Client(**options)
        if who is not None:
            user = self.people[who] if isinstance(who, Role) else who
            browser.force_login(user)
        return browser


def member(organisation: Organisation, role: Role, **fields: Any) -> User:
    """Somebody with this role who has set up what the role demands."""
    user = UserFactory(**fields)
    MembershipFactory(user=user, organisation=organisation, role=role)
    if role in SEES_PERSONAL_DATA:
        add_second_factor(user)
    return user


def lay_cohorts(world: World) -> Cohorts:
    ours = CohortFactory(organisation=world.ours, name="Harbour in spring")
    practitioner = PractitionerFactory(
        organisation=world.ours, name="Femi", user=world[Role.FACILITATOR]
    )
    community = CommunityFactory(organisation=world.ours, name="Kiosk Association")
    CohortPractitionerFactory(cohort=ours, practitioner=practitioner)
    CohortCommunityFactory(cohort=ours, community=community)
    return Cohorts(
        ours=ours,
        other=CohortFactory(organisation=world.ours, name="Hill in spring"),
        theirs=CohortFactory(organisation=world.theirs, name="Their cohort"),
        practitioner=practitioner,
        community=community,
        contact=CommunityContactFactory(community=community, name="Pia", user=world[Role.PARTNER]),
        venue=VenueFactory(organisation=world.ours, name="Assembly hall"),
    )


@pytest.fixture
def world(db: None) -> World:
    ours, theirs = OrganisationFactory(name="Ours"), OrganisationFactory(name="Theirs")
    platform = UserFactory(
        email="platform@example.net", display_name="Platform", is_staff=True, is_superuser=True
    )
    add_second_factor(platform)
    return World(
        ours=ours,
        theirs=theirs,
        people={
            role: member(ours, role, email=f"{role}@ours.example", display_name=f"Our {role}")
            for role in Role
        },
        stranger=member(theirs, Role.ADMINISTRATOR, email="boss@theirs.example"),
        nobody=UserFactory(email="nobody@example.net", display_name="Nobody"),
        platform=platform,
    )


@pytest.fixture
def clean_cache(db: None) -> None:
    """Limits on attempts start at zero."""
    cache.clear()
