"""Places where sessions are held."""

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from cocora.accounts.models import Organisation, User
from cocora.audit.actions import record
from cocora.common.refusal import FieldRefusal
from participants.models import Venue


@transaction.atomic
def create_venue(
    *,
    organisation: Organisation,
    name: str,
    address: str = "",
    capacity: int | None = None,
    getting_in: str = "",
    by: User,
) -> Venue:
    venue = Venue(
        organisation=organisation,
        name=name,
        address=address,
        capacity=capacity,
        getting_in=getting_in,
    )
    save(venue)
    record(by=by, verb="venue.created", target=venue, organisation=organisation)
    return venue


@transaction.atomic
def change_venue(
    *, venue: Venue, name: str, address: str, capacity: int | None, getting_in: str, by: User
) -> None:
    venue.name, venue.address, venue.capacity = name, address, capacity
    venue.getting_in = getting_in
    save(venue)
    record(by=by, verb="venue.changed", target=venue, organisation=venue.organisation)


def save(venue: Venue) -> None:
    try:
        with transaction.atomic():
            venue.save()
    except IntegrityError as fault:
        raise FieldRefusal("name", _("There is a venue of this name already.")) from fault
