import hashlib
from dataclasses import dataclass

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from cocora.accounts.models import Invitation, Membership, Organisation, User, WaitingMail
from cocora.accounts.roles import MAY_GIVE, Permission, Role
from cocora.audit.models import AuditEntry
from cocora.common.cipher import Unreadable, unseal

# What the seal of every second factor is bound to.
SECOND_FACTOR = "second factor"
# Under which name the library keeps what we seal for it; the key of a passkey is a public one.
SEALED = {Authenticator.Type.TOTP: "secret", Authenticator.Type.RECOVERY_CODES: "seed"}


def digest(token: str) -> str:
    """How a link's token is stored: who reads the table can't use the link."""
    return hashlib.sha256(token.encode()).hexdigest()


def invitation_by_token(token: str) -> Invitation | None:
    """The invitation behind a link, whatever has become of it."""
    found = Invitation.objects.select_related("organisation", "invited_by")
    return found.filter(token_hash=digest(token)).first()


def account_of(email: str) -> User | None:
    """Whose address this is; only a proven one counts beside the main one."""
    proven = EmailAddress.objects.filter(email__iexact=email, verified=True).values("user_id")
    return (
        User.objects.filter(email__iexact=email).first()
        or User.objects.filter(pk__in=proven).first()
    )


def owns_address(user: User, email: str) -> bool:
    return EmailAddress.objects.filter(user=user, email__iexact=email, verified=True).exists()


def givable_roles(user: User, organisation: Organisation) -> frozenset[Role]:
    """The roles this person may hand out there, and take away: never one above her own."""
    if not user.is_active:
        return frozenset()
    if user.is_staff:
        return MAY_GIVE[Role.ADMINISTRATOR]
    own = Membership.objects.active().filter(user=user, organisation=organisation)
    role = own.values_list("role", flat=True).first()
    return MAY_GIVE[Role(role)] if role else frozenset()


@dataclass(frozen=True)
class SecondFactor:
    """What somebody has set up beside the password."""

    app: bool
    passkeys: int
    recovery_codes: bool

    @property
    def is_set_up(self) -> bool:
        return self.app or self.passkeys > 0


def second_factor_of(user: User) -> SecondFactor:
    kinds = list(Authenticator.objects.filter(user=user).values_list("type", flat=True))
    return SecondFactor(
        app=Authenticator.Type.TOTP in kinds,
        passkeys=kinds.count(Authenticator.Type.WEBAUTHN),
        recovery_codes=Authenticator.Type.RECOVERY_CODES in kinds,
    )


def inviting_organisations(user: User) -> list[Organisation]:
    return list(Organisation.objects.allowing(user, Permission.INVITE_PEOPLE))


def names_of(entries: list[AuditEntry]) -> dict[int, str]:
    """Names for the people in these entries: the log itself keeps numbers only."""
    actors = {entry.actor_id for entry in entries if entry.actor_id}
    people = User.objects.filter(pk__in=actors | {pk for e in entries if (pk := person_in(e))})
    return {person.pk: str(person) for person in people}


def person_in(entry: AuditEntry) -> int | None:
    """The number of the person that an entry is about, if it is about one."""
    is_person = entry.target_type == User._meta.label_lower and entry.target_id.isdigit()
    return int(entry.target_id) if is_person else None


def auditable_people(user: User) -> list[User]:
    """Whose doings this person may look up: the members of organisations she oversees."""
    people = User.objects.order_by("display_name", "pk")
    if user.is_staff:
        return list(people)
    overseen = user.overseen_organisations().values("pk")
    return list(people.filter(memberships__organisation__in=overseen).distinct())


def unreadable_factors() -> list[Authenticator]:
    """Second factors that no key of this installation opens."""
    rows = Authenticator.objects.filter(type__in=SEALED).order_by("pk")
    return [row for row in rows if not opens(row.data[SEALED[row.type]], SECOND_FACTOR)]


def unreadable_mail() -> list[WaitingMail]:
    rows = WaitingMail.objects.order_by("queued_at")
    return [row for row in rows if not opens(row.sealed, row.place)]


def opens(sealed: str, about: str) -> bool:
    try:
        unseal(sealed, about=about)
    except Unreadable:
        return False
    return True
