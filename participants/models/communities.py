"""Partners and places: local community organisations, their contacts, venues."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import Invitation, Organisation, User
from cocora.accounts.roles import Permission
from participants.vocabulary import AccountState


def account_state(invitation: Invitation | None) -> AccountState:
    """How far an invitation has come; one that was revoked is none."""
    if invitation is None or invitation.revoked_at:
        return AccountState.NONE
    if invitation.accepted_at:
        return AccountState.JOINED
    if invitation.mail_failed_at:
        return AccountState.FAILED
    return AccountState.EXPIRED if invitation.has_expired else AccountState.INVITED


class OwnedQuerySet(models.QuerySet[Any]):
    """Rows of an organisation, for those who run its cohorts."""

    def visible_to(self, user: User) -> Any:
        return self.allowing(user, Permission.RUN_COHORTS)

    def allowing(self, user: User, permission: Permission) -> Any:
        return self.filter(organisation__in=Organisation.objects.allowing(user, permission))

    def in_use(self) -> Any:
        return self.filter(retired_at=None)


class Community(models.Model):
    """A local community organisation that is, was or may be a partner."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="communities")
    name = models.CharField(_("name"), max_length=160)
    place = models.CharField(_("place"), max_length=120, blank=True)
    # Language codes, most used first.
    languages: Any = models.JSONField(_("languages"), default=list, blank=True)
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("community")
        verbose_name_plural = _("communities")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint("organisation", Lower("name"), name="community_name_once")
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("participants:community", args=[self.pk])


class CommunityContactQuerySet(models.QuerySet["CommunityContact"]):
    def visible_to(self, user: User) -> "CommunityContactQuerySet":
        return self.filter(community__in=Community.objects.visible_to(user))

    def of(self, user: User) -> "CommunityContactQuerySet":
        """The contacts that this account answers for: it accepted their invitation."""
        return self.filter(invitation__accepted_by=user, ended_at=None)


class CommunityContact(models.Model):
    """Somebody of a community whom one can write to. Her account can do what partners do only."""

    community = models.ForeignKey(Community, models.CASCADE, related_name="contacts")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    telephone = models.CharField(_("telephone"), max_length=40, blank=True)
    language = models.CharField(_("language"), max_length=12, default="en")
    # Somebody may answer for two communities with one account, so this is not one to one.
    invitation = models.ForeignKey(
        Invitation, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    ended_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CommunityContactQuerySet.as_manager()

    class Meta:
        verbose_name = _("contact of a community")
        verbose_name_plural = _("contacts of communities")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint(
                "community", Lower("email"), condition=Q(ended_at=None), name="contact_email_once"
            )
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def account_state(self) -> AccountState:
        return account_state(self.invitation)


class Venue(models.Model):
    """A place where sessions are held."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="venues")
    name = models.CharField(_("name"), max_length=120)
    address = models.CharField(_("address"), max_length=240, blank=True)
    capacity = models.PositiveSmallIntegerField(_("seats"), null=True, blank=True)
    getting_in = models.TextField(
        _("getting in"),
        max_length=600,
        blank=True,
        help_text=_("Steps, lift, doors, key, bus stop: what somebody should know before coming."),
    )
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("venue")
        verbose_name_plural = _("venues")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint("organisation", Lower("name"), name="venue_name_once"),
            models.CheckConstraint(
                condition=Q(capacity=None) | Q(capacity__gte=1), name="venue_has_seats"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("participants:venue", args=[self.pk])
