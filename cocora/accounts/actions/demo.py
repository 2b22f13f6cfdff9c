"""The accounts of a demo installation: one for each role in two organisations, with a password that
everybody knows."""

from dataclasses import dataclass

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password
from django.db import transaction

from cocora.accounts.models import Membership, Organisation, User
from cocora.accounts.roles import Role
from cocora.audit.actions import record

PASSWORD = "cocora-demo-2026"  # noqa: S105 - printed on purpose, refused where it matters


@dataclass(frozen=True)
class DemoOrganisation:
    slug: str
    name: str
    country: str
    time_zone: str
    people: dict[Role, tuple[str, str]]


HARBOUR_STREET = DemoOrganisation(
    slug="harbour-street",
    name="Harbour Street Association",
    country="DK",
    time_zone="Europe/Copenhagen",
    people={
        Role.ADMINISTRATOR: ("admin@example.org", "Ada Administrator"),
        Role.COORDINATOR: ("coordinator@example.org", "Cleo Coordinator"),
        Role.FACILITATOR: ("facilitator@example.org", "Femi Facilitator"),
        Role.STAFF: ("staff@example.org", "Sasha Staff"),
        Role.PARTNER: ("partner@example.org", "Pia Partner"),
        Role.AUTHORITY: ("authority@example.org", "Otto Authority"),
    },
)
WERKHAUS = DemoOrganisation(
    slug="werkhaus-altensee",
    name="Werkhaus Altensee",
    country="DE",
    time_zone="Europe/Berlin",
    people={
        Role.ADMINISTRATOR: ("admin@example.net", "Anton Administrator"),
        Role.COORDINATOR: ("coordinator@example.net", "Carla Coordinator"),
        Role.FACILITATOR: ("facilitator@example.net", "Fanni Facilitator"),
        Role.STAFF: ("staff@example.net", "Silvan Staff"),
        Role.PARTNER: ("partner@example.net", "Pawel Partner"),
        Role.AUTHORITY: ("authority@example.net", "Odette Authority"),
    },
)
ORGANISATIONS = (HARBOUR_STREET, WERKHAUS)


@transaction.atomic
def lay_demo() -> list[tuple[User, Role]]:
    """Make what is missing; accounts that are there stay as they are, password included."""
    # Worked out once: everybody knows it, so nothing is lost when all have the same digest.
    password = make_password(PASSWORD)
    return [account for told in ORGANISATIONS for account in lay_organisation(told, password)]


def lay_organisation(told: DemoOrganisation, password: str) -> list[tuple[User, Role]]:
    facts = {"name": told.name, "country": told.country, "time_zone": told.time_zone}
    organisation, _made = Organisation.objects.get_or_create(slug=told.slug, defaults=facts)
    return [
        (account(organisation, role, password, *who), role) for role, who in told.people.items()
    ]


def account(organisation: Organisation, role: Role, password: str, email: str, name: str) -> User:
    user = User.objects.filter(email=email).first()
    if user is None:
        user = User.objects.create(email=email, display_name=name, password=password)
        EmailAddress.objects.create(user=user, email=email, verified=True, primary=True)
    _membership, made = Membership.objects.get_or_create(
        user=user, organisation=organisation, defaults={"role": role}
    )
    if made:
        record(by=None, verb="demo.account_made", target=user, organisation=organisation)
    return user
