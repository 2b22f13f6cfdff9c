import uuid
from datetime import datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from cocora.accounts.roles import PERMISSIONS, SEES_PERSONAL_DATA, Permission, Role, roles_with

INVITATION_LASTS = timedelta(days=7)


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        """Somebody who signs in with this address; without a password nobody can yet."""
        if not email:
            raise ValueError("A user needs an e-mail address.")
        user = self.model(email=email.strip().lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser, PermissionsMixin):
    """Somebody with a password. What she may do comes from her memberships."""

    email = models.EmailField(
        _("e-mail address"),
        unique=True,
        error_messages={"unique": _("Somebody with this e-mail address is here already.")},
    )
    display_name = models.CharField(_("name"), max_length=120)
    is_staff = models.BooleanField(
        _("platform staff"), default=False, help_text=_("Looks after the whole installation.")
    )
    is_active = models.BooleanField(_("active"), default=True)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    # Part of every session's fingerprint: counting it up signs this person out everywhere.
    session_generation = models.PositiveIntegerField(default=0, editable=False)

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS = ["display_name"]

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [models.UniqueConstraint(Lower("email"), name="user_email_once")]

    if TYPE_CHECKING:
        memberships: models.Manager["Membership"]

    def __str__(self) -> str:
        return self.display_name or self.email

    def get_full_name(self) -> str:
        return self.display_name

    def _get_session_auth_hash(self, secret: str | bytes | None = None) -> str:
        told = f"{self.password}|{self.session_generation}"
        return salted_hmac("cocora.session", told, secret=secret, algorithm="sha256").hexdigest()

    @cached_property
    def roles(self) -> frozenset[Role]:
        """Her roles in all her organisations: one query, kept as long as this object lives.

        A request loads its user anew, so a changed role counts from the next request on.
        """
        if self.is_staff:
            return frozenset({Role.ADMINISTRATOR})
        held = Membership.objects.active().filter(user=self).values_list("role", flat=True)
        return frozenset(Role(role) for role in held)

    def may(self, permission: Permission) -> bool:
        """Whether any of her roles carries the permission."""
        return self.is_active and any(permission in PERMISSIONS[role] for role in self.roles)

    def overseen_organisations(self) -> "OrganisationQuerySet":
        """Where she may read what was done by whom."""
        return Organisation.objects.allowing(self, Permission.READ_AUDIT)

    @property
    def needs_second_factor(self) -> bool:
        """A role that meets personal data needs more than a password."""
        return not SEES_PERSONAL_DATA.isdisjoint(self.roles)


class OrganisationQuerySet(models.QuerySet["Organisation"]):
    def allowing(self, user: User, permission: Permission) -> "OrganisationQuerySet":
        """The organisations in which this person holds the permission."""
        return self._held(user, roles_with(permission))

    def visible_to(self, user: User) -> "OrganisationQuerySet":
        return self._held(user, frozenset(Role))

    def _held(self, user: User, roles: frozenset[Role]) -> "OrganisationQuerySet":
        if not user.is_active:
            return self.none()
        if user.is_staff:
            return self.all()
        held = Membership.objects.active().filter(user_id=user.pk, role__in=roles)
        return self.filter(pk__in=held.values("organisation_id"))


class Organisation(models.Model):
    """One body that runs programmes: an association, a municipality, a youth centre."""

    name = models.CharField(_("name"), max_length=160, unique=True)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    country = models.CharField(
        _("country"),
        max_length=2,
        validators=[RegexValidator(r"^[A-Z]{2}$", _("Two capital letters, for example DK."))],
        help_text=_("Two-letter code (ISO 3166), for example DK."),
    )
    default_language = models.CharField(_("language"), max_length=12, default="en")
    time_zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", help_text=_("For example Europe/Copenhagen.")
    )
    data_protection_contact = models.CharField(
        _("data protection contact"),
        max_length=160,
        blank=True,
        help_text=_("Whom people ask about their data: a name with an address or a telephone."),
    )
    # Working defaults; a data protection officer confirms or changes them.
    keep_names_months = models.PositiveSmallIntegerField(
        _("keep names and contacts"), default=6, help_text=_("Months after the cohort has ended.")
    )
    keep_needs_days = models.PositiveSmallIntegerField(
        _("keep access needs"), default=14, help_text=_("Days after the cohort has ended.")
    )

    objects = OrganisationQuerySet.as_manager()

    class Meta:
        verbose_name = _("organisation")
        verbose_name_plural = _("organisations")
        ordering = ["name"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(country__regex=r"^[A-Z]{2}$"), name="organisation_country_iso"
            )
        ]

    def __str__(self) -> str:
        return self.name


class MembershipQuerySet(models.QuerySet["Membership"]):
    def active(self) -> "MembershipQuerySet":
        return self.filter(deactivated_at=None)

    def visible_to(self, user: User) -> "MembershipQuerySet":
        """Her own, and those of organisations whose people she looks after."""
        kept = Organisation.objects.allowing(user, Permission.INVITE_PEOPLE)
        return self.filter(models.Q(user_id=user.pk) | models.Q(organisation__in=kept))


class Membership(models.Model):
    """One person's role in one organisation."""

    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    joined_at = models.DateTimeField(_("joined"), default=timezone.now, editable=False)
    deactivated_at = models.DateTimeField(_("deactivated"), null=True, blank=True)
    deactivated_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("membership")
        verbose_name_plural = _("memberships")
        constraints = [
            models.UniqueConstraint(fields=["user", "organisation"], name="membership_once"),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="membership_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(deactivated_at=None, deactivated_by=None)
                | models.Q(deactivated_at__isnull=False, deactivated_by__isnull=False),
                name="membership_deactivated_pair",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.get_role_display()}"


def in_seven_days() -> datetime:
    return timezone.now() + INVITATION_LASTS


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def unanswered(self) -> "InvitationQuerySet":
        return self.filter(accepted_at=None, revoked_at=None)

    def open(self) -> "InvitationQuerySet":
        """Those whose link works now."""
        return self.unanswered().filter(expires_at__gt=timezone.now())

    def visible_to(self, user: User) -> "InvitationQuerySet":
        kept = Organisation.objects.allowing(user, Permission.INVITE_PEOPLE)
        return self.filter(organisation__in=kept)


class Invitation(models.Model):
    """The only way in. The link's token is never stored, only its digest."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="invitations")
    role = models.CharField(_("role"), max_length=20, choices=Role)
    email = models.EmailField(_("e-mail address"))
    # Empty when the operator made it from the shell.
    invited_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    invited_at = models.DateTimeField(_("invited"), default=timezone.now, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField(_("valid until"), default=in_seven_days)
    accepted_at = models.DateTimeField(null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    mail_failed_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")

    objects = InvitationQuerySet.as_manager()

    class Meta:
        verbose_name = _("invitation")
        verbose_name_plural = _("invitations")
        constraints = [
            models.UniqueConstraint(
                "organisation",
                Lower("email"),
                condition=models.Q(accepted_at=None, revoked_at=None),
                name="invitation_unanswered_once",
            ),
            models.CheckConstraint(
                condition=models.Q(role__in=Role.values), name="invitation_role_known"
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None, accepted_by=None)
                | models.Q(accepted_at__isnull=False, accepted_by__isnull=False),
                name="invitation_accepted_pair",
            ),
            models.CheckConstraint(
                condition=models.Q(revoked_at=None, revoked_by=None)
                | models.Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="invitation_revoked_pair",
            ),
            models.CheckConstraint(
                condition=models.Q(accepted_at=None) | models.Q(revoked_at=None),
                name="invitation_one_answer",
            ),
            models.CheckConstraint(
                condition=models.Q(expires_at__gt=models.F("invited_at")),
                name="invitation_expires_later",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation} · {self.get_role_display()}"

    @property
    def has_expired(self) -> bool:
        return self.expires_at <= timezone.now()

    @property
    def is_open(self) -> bool:
        """Whether its link works now."""
        return not (self.accepted_at or self.revoked_at or self.has_expired)


class MailKind(models.TextChoices):
    MESSAGE = "message", _("message")
    PASSWORD_RESET = "password_reset", _("password reset")


class WaitingMail(models.Model):
    """A mail that a worker will send. It is sealed while it waits and deleted once it is sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=20, choices=MailKind)
    invitation = models.ForeignKey(
        Invitation, models.CASCADE, null=True, editable=False, related_name="+"
    )
    sealed = models.TextField()
    queued_at = models.DateTimeField(default=timezone.now)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now, db_index=True)

    class Meta:
        verbose_name = _("waiting mail")
        verbose_name_plural = _("waiting mails")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind__in=MailKind.values), name="waiting_mail_kind_known"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def place(self) -> str:
        """What its seal is bound to: no other row opens with this text."""
        return f"waiting mail|{self.kind}|{self.pk}"
