"""Test rows, in one place."""

import hashlib
from datetime import time, timedelta

import factory
from allauth.account.models import EmailAddress
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, generate_private_key
from django.utils import timezone
from factory.django import DjangoModelFactory
from fido2.cose import ES256
from fido2.utils import websafe_encode
from fido2.webauthn import Aaguid, AttestationObject, AttestedCredentialData, AuthenticatorData

from cocora.accounts.models import Invitation, Membership, Organisation, User
from cocora.accounts.queries import digest
from cocora.accounts.roles import Role
from participants.actions.participants import chance_code
from participants.models import (
    Availability,
    BlockOut,
    Cohort,
    CohortCommunity,
    CohortPractitioner,
    Community,
    CommunityContact,
    Consent,
    ConsentLink,
    ConsentTerms,
    Enrolment,
    Participant,
    Practitioner,
    Venue,
)
from participants.models.participants import IN_THE_ROOM
from participants.vocabulary import (
    AgeBand,
    CohortRole,
    CohortStatus,
    EnrolmentStatus,
    Giver,
    Means,
    Purpose,
    Weekday,
)
from programmes.models import Curriculum, CurriculumStatus, Programme, ProgrammeKind

PASSWORD = "seven grey herons wait"
TOTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


class OrganisationFactory(DjangoModelFactory):
    class Meta:
        model = Organisation

    name = factory.Sequence(lambda number: f"Organisation {number}")
    slug = factory.Sequence(lambda number: f"organisation-{number}")
    country = "DK"


class UserFactory(DjangoModelFactory):
    """Somebody with a proven address and the password above."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    email = factory.Sequence(lambda number: f"person{number}@example.org")
    display_name = factory.Sequence(lambda number: f"Person {number}")

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        user = User.objects.create_user(kwargs.pop("email"), PASSWORD, **kwargs)
        EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
        return user


class MembershipFactory(DjangoModelFactory):
    class Meta:
        model = Membership

    user = factory.SubFactory(UserFactory)
    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.STAFF


class InvitationFactory(DjangoModelFactory):
    """An open invitation; ``token`` is what its link carries."""

    class Meta:
        model = Invitation

    class Params:
        token = factory.Sequence(lambda number: f"token-{number}")

    organisation = factory.SubFactory(OrganisationFactory)
    role = Role.PARTNER
    email = factory.Sequence(lambda number: f"guest{number}@example.org")
    token_hash = factory.LazyAttribute(lambda row: digest(row.token))


class ProgrammeFactory(DjangoModelFactory):
    class Meta:
        model = Programme

    code = factory.Sequence(lambda number: f"programme-{number}")
    kind = ProgrammeKind.PROGRAMME
    name = factory.Sequence(lambda number: f"Programme {number}")


class CurriculumFactory(DjangoModelFactory):
    """A published curriculum without texts: enough to be taught from."""

    class Meta:
        model = Curriculum

    programme = factory.SubFactory(ProgrammeFactory)
    version = "1.0.0"
    status = CurriculumStatus.PUBLISHED
    title = factory.Sequence(lambda number: f"Curriculum {number}")
    base_language = "en"
    published_at = factory.LazyFunction(timezone.now)


class CommunityFactory(DjangoModelFactory):
    class Meta:
        model = Community

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda number: f"Community {number}")
    place = "Harbour"


class CommunityContactFactory(DjangoModelFactory):
    """Somebody of a community; ``user`` makes her one who accepted her invitation."""

    class Meta:
        model = CommunityContact

    class Params:
        user = None

    community = factory.SubFactory(CommunityFactory)
    name = factory.Sequence(lambda number: f"Contact {number}")
    email = factory.Sequence(lambda number: f"contact{number}@example.org")
    invitation = factory.LazyAttribute(
        lambda row: (
            accepted_invitation(row.community.organisation, row.user, Role.PARTNER)
            if row.user
            else None
        )
    )


class VenueFactory(DjangoModelFactory):
    class Meta:
        model = Venue

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda number: f"Venue {number}")
    capacity = 30


class PractitionerFactory(DjangoModelFactory):
    class Meta:
        model = Practitioner

    organisation = factory.SubFactory(OrganisationFactory)
    name = factory.Sequence(lambda number: f"Practitioner {number}")
    email = factory.Sequence(lambda number: f"practitioner{number}@example.org")


class AvailabilityFactory(DjangoModelFactory):
    class Meta:
        model = Availability

    practitioner = factory.SubFactory(PractitionerFactory)
    weekday = Weekday.TUESDAY
    starts = time(16)
    ends = time(20)


class BlockOutFactory(DjangoModelFactory):
    """The week that begins tomorrow."""

    class Meta:
        model = BlockOut

    practitioner = factory.SubFactory(PractitionerFactory)
    starts_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=1))
    ends_on = factory.LazyAttribute(lambda row: row.starts_on + timedelta(days=6))


class CohortFactory(DjangoModelFactory):
    """A cohort under way: it began a week ago and goes on for three months."""

    class Meta:
        model = Cohort

    organisation = factory.SubFactory(OrganisationFactory)
    curriculum = factory.SubFactory(CurriculumFactory)
    name = factory.Sequence(lambda number: f"Cohort {number}")
    place = "Harbour"
    time_zone = "Europe/Copenhagen"
    starts_on = factory.LazyFunction(lambda: timezone.localdate() - timedelta(days=7))
    ends_on = factory.LazyFunction(lambda: timezone.localdate() + timedelta(days=90))
    capacity = 20
    status = CohortStatus.RUNNING
    cancelled_because = factory.LazyAttribute(
        lambda row: "Too few people" if row.status == CohortStatus.CANCELLED else ""
    )


class CohortCommunityFactory(DjangoModelFactory):
    class Meta:
        model = CohortCommunity

    cohort = factory.SubFactory(CohortFactory)
    community = factory.SubFactory(
        CommunityFactory, organisation=factory.SelfAttribute("..cohort.organisation")
    )


class CohortPractitionerFactory(DjangoModelFactory):
    class Meta:
        model = CohortPractitioner

    cohort = factory.SubFactory(CohortFactory)
    practitioner = factory.SubFactory(
        PractitionerFactory, organisation=factory.SelfAttribute("..cohort.organisation")
    )
    role = CohortRole.LEAD


class ParticipantFactory(DjangoModelFactory):
    """Somebody of full age, so that her own word is enough."""

    class Meta:
        model = Participant

    organisation = factory.SubFactory(OrganisationFactory)
    code = factory.LazyFunction(chance_code)
    display_name = factory.Sequence(lambda number: f"Name {number}")
    contact = factory.Sequence(lambda number: f"somebody{number}@example.org")
    age_band = AgeBand.AGE_18


class EnrolmentFactory(DjangoModelFactory):
    """Somebody enrolled since the first day of the cohort."""

    class Meta:
        model = Enrolment

    cohort = factory.SubFactory(CohortFactory)
    participant = factory.SubFactory(
        ParticipantFactory, organisation=factory.SelfAttribute("..cohort.organisation")
    )
    status = EnrolmentStatus.ENROLLED
    joined_on = factory.LazyAttribute(
        lambda row: row.cohort.starts_on if row.status in IN_THE_ROOM else None
    )
    completed_on = factory.LazyAttribute(
        lambda row: row.cohort.ends_on if row.status == EnrolmentStatus.COMPLETED else None
    )
    left_on = factory.LazyAttribute(
        lambda row: row.cohort.ends_on if row.status == EnrolmentStatus.WITHDRAWN else None
    )


class ConsentTermsFactory(DjangoModelFactory):
    class Meta:
        model = ConsentTerms

    purpose = Purpose.TAKE_PART
    language = "en"
    version = factory.Sequence(lambda number: number + 100)
    title = "Taking part"
    text = "May you take part?"


class ConsentFactory(DjangoModelFactory):
    """A yes of the person herself."""

    class Meta:
        model = Consent

    participant = factory.SubFactory(ParticipantFactory)
    purpose = Purpose.TAKE_PART
    terms = factory.SubFactory(ConsentTermsFactory, purpose=factory.SelfAttribute("..purpose"))
    giver = Giver.PARTICIPANT
    agreed = True
    means = Means.SCREEN


class ConsentLinkFactory(DjangoModelFactory):
    """A link that works; ``token`` is what it carries."""

    class Meta:
        model = ConsentLink

    class Params:
        token = factory.Sequence(lambda number: f"consent-token-{number}")

    participant = factory.SubFactory(ParticipantFactory)
    giver = Giver.PARTICIPANT
    token_hash = factory.LazyAttribute(lambda row: digest(row.token))
    created_by = factory.SubFactory(UserFactory)


def accepted_invitation(organisation: Organisation, user: User, role: Role) -> Invitation:
    """As if this member had come by invitation."""
    return InvitationFactory(
        organisation=organisation,
        role=role,
        email=user.email,
        accepted_at=timezone.now(),
        accepted_by=user,
    )


def add_second_factor(user: User) -> Authenticator:
    """An authenticator app with the secret above, sealed as the product does it."""
    return Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.TOTP,
        data={"secret": get_adapter().encrypt(TOTP_SECRET)},
    )


def add_passkey(user: User) -> Authenticator:
    """A passkey as a browser registers it; nobody holds its private half."""
    public = ES256.from_cryptography_key(generate_private_key(SECP256R1()).public_key())
    held = AttestedCredentialData.create(Aaguid(bytes(16)), b"passkey", public)
    flags = AuthenticatorData.FLAG.AT | AuthenticatorData.FLAG.UP
    place = hashlib.sha256(b"localhost").digest()
    told = AttestationObject.create("none", AuthenticatorData.create(place, flags, 0, held), {})
    client = b'{"type":"webauthn.create","challenge":"","origin":"http://localhost"}'
    credential = {
        "id": websafe_encode(b"passkey"),
        "rawId": websafe_encode(b"passkey"),
        "type": "public-key",
        "response": {
            "clientDataJSON": websafe_encode(client),
            "attestationObject": websafe_encode(bytes(told)),
        },
    }
    return Authenticator.objects.create(
        user=user,
        type=Authenticator.Type.WEBAUTHN,
        data={"name": "Key", "credential": credential},
    )
