from itertools import chain, count

from django.db import transaction
from django.utils.text import slugify

from cocora.accounts.models import Organisation, User
from cocora.audit.actions import record


@transaction.atomic
def found_organisation(*, name: str, country: str) -> Organisation:
    """The organisation of this name, made by the operator when it isn't there yet."""
    known = Organisation.objects.filter(name=name).first()
    if known:
        return known
    organisation = Organisation(name=name, slug=free_slug(name), country=country.upper())
    organisation.full_clean()
    organisation.save()
    record(by=None, verb="organisation.founded", target=organisation, organisation=organisation)
    return organisation


@transaction.atomic
def change_organisation(
    *,
    organisation: Organisation,
    country: str,
    default_language: str,
    time_zone: str,
    data_protection_contact: str,
    keep_names_months: int,
    keep_needs_days: int,
    by: User,
) -> None:
    """What new cohorts begin with, whom people ask about their data, and how long it is kept."""
    organisation.country, organisation.time_zone = country, time_zone
    organisation.default_language = default_language
    organisation.data_protection_contact = data_protection_contact
    organisation.keep_names_months = keep_names_months
    organisation.keep_needs_days = keep_needs_days
    organisation.save()
    record(
        by=by,
        verb="organisation.changed",
        target=organisation,
        organisation=organisation,
        detail={"keep_names_months": keep_names_months, "keep_needs_days": keep_needs_days},
    )


def free_slug(name: str) -> str:
    """Made from the name; a number makes it one of its kind, also where no Latin letter is left."""
    longest = Organisation._meta.get_field("slug").max_length or 0
    base = slugify(name)[: longest - 10].strip("-") or "organisation"
    taken = set(Organisation.objects.filter(slug__startswith=base).values_list("slug", flat=True))
    numbered = (f"{base}-{number}" for number in count(2))
    return next(slug for slug in chain([base], numbered) if slug not in taken)
