"""Professionals who facilitate or take part for an authority, and when they can come."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import Invitation, Organisation, User
from participants.models.communities import OwnedQuerySet, account_state
from participants.vocabulary import AccountState, Weekday


class PractitionerQuerySet(OwnedQuerySet):
    def of(self, user: User) -> "PractitionerQuerySet":
        """The practitioners that this account is: linked, or by the invitation it accepted."""
        return self.filter(Q(user=user) | Q(invitation__accepted_by=user))


class Practitioner(models.Model):
    """A professional. With an account she sees the cohorts that she has a place in."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="practitioners")
    name = models.CharField(_("name"), max_length=120)
    email = models.EmailField(_("e-mail address"))
    languages: Any = models.JSONField(_("languages"), default=list, blank=True)
    # Codes of programmes that she facilitates.
    facilitates: Any = models.JSONField(_("facilitates"), default=list, blank=True)
    authority = models.CharField(
        _("authority"),
        max_length=120,
        blank=True,
        help_text=_("When she takes part for a public authority: which one."),
    )
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+"
    )
    invitation = models.OneToOneField(
        Invitation, models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    retired_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = PractitionerQuerySet.as_manager()

    class Meta:
        verbose_name = _("practitioner")
        verbose_name_plural = _("practitioners")
        ordering = ["name", "pk"]
        constraints = [
            models.UniqueConstraint("organisation", Lower("email"), name="practitioner_email_once"),
            models.UniqueConstraint(
                fields=["organisation", "user"],
                condition=Q(user__isnull=False),
                name="practitioner_user_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("participants:practitioner", args=[self.pk])

    @property
    def account_state(self) -> AccountState:
        return AccountState.JOINED if self.user_id else account_state(self.invitation)


class OfPractitionerQuerySet(models.QuerySet[Any]):
    """Rows of a practitioner: for those who plan with her, and for herself."""

    def visible_to(self, user: User) -> Any:
        planned = Practitioner.objects.visible_to(user)
        own = Practitioner.objects.of(user)
        return self.filter(Q(practitioner__in=planned) | Q(practitioner__in=own))


class Availability(models.Model):
    """A weekly time in which she can usually come, by the clock of her organisation's place.

    No row at all means: any time.
    """

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="availabilities")
    weekday = models.PositiveSmallIntegerField(_("day"), choices=Weekday)
    starts = models.TimeField(_("from"))
    ends = models.TimeField(_("to"))

    objects = OfPractitionerQuerySet.as_manager()

    class Meta:
        verbose_name = _("weekly time")
        verbose_name_plural = _("weekly times")
        ordering = ["weekday", "starts"]
        constraints = [
            models.CheckConstraint(condition=Q(ends__gt=F("starts")), name="availability_order"),
            models.CheckConstraint(
                condition=Q(weekday__in=Weekday.values), name="availability_weekday"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.starts:%H:%M}–{self.ends:%H:%M}"


class BlockOut(models.Model):
    """Days on which she can't come, the last one included. Nobody is asked why."""

    practitioner = models.ForeignKey(Practitioner, models.CASCADE, related_name="block_outs")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))

    objects = OfPractitionerQuerySet.as_manager()

    class Meta:
        verbose_name = _("blocked days")
        verbose_name_plural = _("blocked days")
        ordering = ["starts_on"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="block_out_order")
        ]

    def __str__(self) -> str:
        return f"{self.starts_on}–{self.ends_on}"
