"""What people agreed to: the words they saw, who gave it, how, and when it was taken back."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import Organisation, User
from cocora.accounts.roles import Permission
from participants.models.participants import OfParticipantQuerySet, Participant
from participants.vocabulary import Giver, Means, Purpose

LINK_LASTS = timedelta(days=7)


class ConsentTermsQuerySet(models.QuerySet["ConsentTerms"]):
    def visible_to(self, user: User) -> "ConsentTermsQuerySet":
        """The platform's own words, and those of organisations whose cohorts she runs."""
        own = Organisation.objects.allowing(user, Permission.RUN_COHORTS)
        return self.filter(Q(organisation=None) | Q(organisation__in=own))


class ConsentTerms(models.Model):
    """The words of one purpose, in one language, for one country; each change is a new version.

    An organisation's own words come before the platform's, those of a country before those for
    every country (``country`` is empty).
    """

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="consent_terms"
    )
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    language = models.CharField(_("language"), max_length=12)
    country = models.CharField(_("country"), max_length=2, blank=True)
    version = models.PositiveSmallIntegerField(_("version"), default=1)
    title = models.CharField(_("title"), max_length=120)
    text = models.TextField(_("text"), max_length=4000)
    published_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ConsentTermsQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent terms")
        verbose_name_plural = _("consent terms")
        ordering = ["purpose", "language", "-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "purpose", "language", "country", "version"],
                name="consent_terms_once",
            ),
            models.UniqueConstraint(
                fields=["purpose", "language", "country", "version"],
                condition=Q(organisation=None),
                name="consent_terms_core_once",
            ),
            models.CheckConstraint(
                condition=Q(purpose__in=Purpose.values), name="consent_terms_purpose_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.title} ({self.version})"


class ConsentQuerySet(OfParticipantQuerySet):
    def at(self, moment: datetime) -> Any:
        """Answers that stood at this moment."""
        return self.filter(Q(withdrawn_at=None) | Q(withdrawn_at__gt=moment), given_at__lte=moment)


class Consent(models.Model):
    """One answer of one person to the words of one purpose. Appended only, withdrawn once."""

    participant = models.ForeignKey(Participant, models.PROTECT, related_name="consents")
    terms = models.ForeignKey(ConsentTerms, models.PROTECT, related_name="+")
    # As in the terms; here too, because every question begins with it.
    purpose = models.CharField(_("purpose"), max_length=12, choices=Purpose)
    giver = models.CharField(_("given by"), max_length=12, choices=Giver)
    agreed = models.BooleanField(_("agreed"))
    means = models.CharField(_("how"), max_length=8, choices=Means)
    given_at = models.DateTimeField(_("when"), default=timezone.now)
    # Empty when it came by a personal link.
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )
    # Name of the sealed scan in the store, for an answer on paper.
    scan = models.CharField(max_length=80, blank=True, editable=False)
    withdrawn_at = models.DateTimeField(null=True, blank=True, editable=False)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = ConsentQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-given_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(purpose__in=Purpose.values), name="consent_purpose_known"
            ),
            models.CheckConstraint(condition=Q(giver__in=Giver.values), name="consent_giver_known"),
            models.CheckConstraint(condition=Q(means__in=Means.values), name="consent_means_known"),
            models.CheckConstraint(
                condition=Q(withdrawn_at=None) | Q(withdrawn_at__gte=F("given_at")),
                name="consent_withdrawn_later",
            ),
        ]
        indexes = [models.Index(fields=["participant", "purpose"], name="consent_of_person")]

    def __str__(self) -> str:
        return f"{self.participant} · {self.get_purpose_display()}"


def in_seven_days() -> datetime:
    return timezone.now() + LINK_LASTS


class ConsentLink(models.Model):
    """A link for one person or one guardian, good once. Its token is never stored."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="links")
    giver = models.CharField(max_length=12, choices=Giver)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField(default=in_seven_days)
    used_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    objects = OfParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("consent link")
        verbose_name_plural = _("consent links")
        constraints = [
            models.CheckConstraint(
                condition=Q(giver__in=Giver.values), name="consent_link_giver_known"
            ),
            models.CheckConstraint(
                condition=Q(used_at=None) | Q(revoked_at=None), name="consent_link_one_end"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant} · {self.get_giver_display()}"

    @property
    def is_open(self) -> bool:
        return not (self.used_at or self.revoked_at) and self.expires_at > timezone.now()
