"""What stands around the cohorts of a demo: rooms, practitioners with their times, partners."""

from datetime import date, time, timedelta

from django.utils import timezone

from cocora.accounts.models import Invitation, Organisation, User
from cocora.accounts.queries import digest
from cocora.accounts.roles import Role
from cocora.home.demo.plan import Helper, House
from participants.actions.communities import add_contact, create_community
from participants.actions.practitioners import (
    add_weekly_time,
    block_out,
    create_practitioner,
    link_practitioner,
)
from participants.actions.venues import create_venue
from participants.models import Community, CommunityContact, Practitioner, Venue


def lay_venues(house: House, organisation: Organisation, by: User) -> list[Venue]:
    return [
        create_venue(
            organisation=organisation,
            name=place.name,
            address=place.address,
            capacity=place.capacity,
            getting_in=place.getting_in,
            by=by,
        )
        for place in house.places
    ]


def lay_practitioners(
    house: House, organisation: Organisation, by: User, today: date
) -> list[Practitioner]:
    """Some can come at any time, some on certain days, and one is away for a fortnight."""
    rows = []
    for number, helper in enumerate(house.helpers):
        row = create_practitioner(
            organisation=organisation,
            name=helper.name,
            email=address_of(house, helper),
            languages=list(helper.languages),
            facilitates=list(helper.facilitates),
            authority=helper.authority,
            by=by,
        )
        if helper.account:
            user = User.objects.get(email=house.told.people[helper.account][0])
            link_practitioner(practitioner=row, user=user, by=by)
        if number in {1, 2}:
            add_weekly_time(
                practitioner=row, weekdays=[1, 2, 3, 4], starts=time(14), ends=time(21), by=by
            )
            add_weekly_time(practitioner=row, weekdays=[5, 6], starts=time(9), ends=time(19), by=by)
        if number == 2:
            away = today + timedelta(days=80)
            until = away + timedelta(days=13)
            block_out(practitioner=row, starts_on=away, ends_on=until, by=by)
        rows.append(row)
    return rows


def address_of(house: House, helper: Helper) -> str:
    if helper.account:
        return house.told.people[helper.account][0]
    first = helper.name.split()[0].lower()
    return f"{first}@{house.told.slug}.example.org"


def lay_partners(house: House, organisation: Organisation, by: User) -> list[Community]:
    rows = []
    for partner in house.partners:
        row = create_community(
            organisation=organisation,
            name=partner.name,
            place=partner.place,
            languages=list(partner.languages),
            by=by,
        )
        for number, name in enumerate(partner.contacts):
            joins = partner.has_account and number == 0
            email = house.told.people[Role.PARTNER][0] if joins else plain_address(house, name)
            contact = add_contact(
                community=row, name=name, email=email, telephone="", language="en", by=by
            )
            if joins:
                join(contact, organisation, by)
        rows.append(row)
    return rows


def plain_address(house: House, name: str) -> str:
    return f"{name.split(maxsplit=1)[0].lower()}.partner@{house.told.slug}.example.org"


def join(contact: CommunityContact, organisation: Organisation, by: User) -> None:
    """As if the demo account of the partner had come by an invitation to this contact."""
    user = User.objects.get(email=contact.email)
    contact.invitation = Invitation.objects.create(
        organisation=organisation,
        role=Role.PARTNER,
        email=contact.email,
        invited_by=by,
        token_hash=digest(f"demo {contact.pk}"),
        accepted_at=timezone.now(),
        accepted_by=user,
    )
    contact.save(update_fields=["invitation"])
