"""Fill an installation with the demo, through the same actions that the screens use.

The past is made at one go: where an action only knows today, its day is set back afterwards. What
chance decides is the same in every installation; codes of people are not, as they never may be.
"""

import random
from dataclasses import dataclass, field
from datetime import date

from django.db import transaction
from django.utils import timezone

from cocora.accounts.actions.demo import lay_demo
from cocora.accounts.actions.organisations import change_organisation
from cocora.accounts.models import Organisation, User
from cocora.accounts.roles import Role
from cocora.home.demo.consents import withdraw_some
from cocora.home.demo.names import people
from cocora.home.demo.plan import HOUSES, RESOURCE, YOUNG, House
from cocora.home.demo.running import Stage, run_cohort
from cocora.home.demo.surroundings import lay_partners, lay_practitioners, lay_venues
from cocora.home.demo.timetable import take_a_break
from participants.actions.participants import create_participant
from participants.actions.terms import load_terms
from participants.models import Cohort, Participant
from sessions.scheduling.models import ProgrammeSession

SEED = 2026


@dataclass
class Filled:
    """What is there now."""

    cohorts: int = 0
    sessions: int = 0
    participants: int = 0
    accounts: list[tuple[User, Role]] = field(default_factory=list)
    made: bool = False


@transaction.atomic
def fill(today: date | None = None) -> Filled:
    """Accounts, and once for ever everything else. A second call only counts."""
    filled = Filled(accounts=lay_demo())
    load_terms()
    for house in HOUSES:
        organisation = Organisation.objects.get(slug=house.told.slug)
        if not Cohort.objects.filter(organisation=organisation).exists():
            fill_house(house, organisation, today or timezone.localdate())
            filled.made = True
    ours = Organisation.objects.filter(slug__in=[house.told.slug for house in HOUSES])
    filled.cohorts = Cohort.objects.filter(organisation__in=ours).count()
    filled.participants = Participant.objects.filter(organisation__in=ours).count()
    filled.sessions = ProgrammeSession.objects.filter(cohort__organisation__in=ours).count()
    return filled


def fill_house(house: House, organisation: Organisation, today: date) -> None:
    # Seeded on purpose: every installation shows the same.
    chance = random.Random(f"{SEED} {house.told.slug}")  # noqa: S311
    by = User.objects.get(email=house.told.people[Role.COORDINATOR][0])
    change_organisation(
        organisation=organisation,
        country=house.told.country,
        default_language="en",
        time_zone=house.told.time_zone,
        data_protection_contact=house.data_protection_contact,
        keep_names_months=organisation.keep_names_months,
        keep_needs_days=organisation.keep_needs_days,
        by=by,
    )
    stage = Stage(
        organisation=organisation,
        country=house.told.country,
        time_zone=house.told.time_zone,
        town=house.town,
        by=by,
        chance=chance,
        today=today,
        venues=lay_venues(house, organisation, by),
        practitioners=lay_practitioners(house, organisation, by, today),
        communities=lay_partners(house, organisation, by),
        people=lay_people(house, organisation, by, chance),
    )
    cohorts = [run_cohort(stage, run) for run in house.runs]
    take_a_break(cohorts[0], stage.today, by)
    withdraw_some(stage.people, by)


def lay_people(
    house: House, organisation: Organisation, by: User, chance: random.Random
) -> list[Participant]:
    """Everybody, and two rows that look like somebody who is here already."""
    known = people(chance, YOUNG, RESOURCE, house.dialling)
    rows = [
        create_participant(
            organisation=organisation,
            age_band=person.age_band,
            by=by,
            kind=person.kind,
            language=person.language,
            display_name=person.display_name,
            contact=person.contact,
            guardian_name=person.guardian_name,
            guardian_contact=person.guardian_contact,
            needs=person.needs,
        )
        for person in known
    ]
    twice, sibling = known[40], next(one for one in known[41:] if one.contact)
    for name, contact in (
        (twice.display_name.upper(), ""),
        (f"Robin {sibling.display_name.split()[-1]}", sibling.contact),
    ):
        create_participant(
            organisation=organisation,
            age_band=twice.age_band,
            by=by,
            language="en",
            display_name=name,
            contact=contact,
        )
    return rows
