"""Lists of people on their way in, and pairs that are not the same person."""

import uuid
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import Organisation, User
from cocora.accounts.roles import Permission
from cocora.common.sealed import SealedTextField
from participants.models.cohorts import Cohort
from participants.models.participants import Participant

IMPORT_LASTS = timedelta(hours=24)


def in_a_day() -> datetime:
    return timezone.now() + IMPORT_LASTS


class PeopleImportQuerySet(models.QuerySet["PeopleImport"]):
    def visible_to(self, user: User) -> "PeopleImportQuerySet":
        """Her own that still wait, where she still runs cohorts: a list is nobody else's matter."""
        whole = Organisation.objects.allowing(user, Permission.RUN_COHORTS)
        return self.filter(made_by=user, organisation__in=whole, expires_at__gt=timezone.now())

    def expired(self) -> "PeopleImportQuerySet":
        return self.filter(expires_at__lte=timezone.now())


class PeopleImport(models.Model):
    """A list of people that somebody has sent and not yet confirmed. It is sealed, and goes with
    the answer or after a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    cohort = models.ForeignKey(Cohort, models.CASCADE, null=True, related_name="+")
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # Headings and rows of the file, as JSON.
    content = SealedTextField()
    # Which field stands in which column: the field's name for each of them, or nothing.
    columns: Any = models.JSONField(default=list)
    encoding = models.CharField(max_length=12, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField(default=in_a_day)

    objects = PeopleImportQuerySet.as_manager()

    class Meta:
        verbose_name = _("import of people")
        verbose_name_plural = _("imports of people")
        constraints = [
            models.CheckConstraint(
                condition=Q(expires_at__gt=F("made_at")), name="people_import_expires_later"
            )
        ]

    def __str__(self) -> str:
        return str(self.pk)


class NotTheSameQuerySet(models.QuerySet["NotTheSame"]):
    def visible_to(self, user: User) -> "NotTheSameQuerySet":
        whole = Organisation.objects.allowing(user, Permission.RUN_COHORTS)
        return self.filter(one__organisation__in=whole)


class NotTheSame(models.Model):
    """Somebody has said that two rows look alike and are two people."""

    # ``one`` is the smaller of both keys, so that a pair stands once.
    one = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    other = models.ForeignKey(Participant, models.CASCADE, related_name="+")
    said_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    said_at = models.DateTimeField(default=timezone.now)

    objects = NotTheSameQuerySet.as_manager()

    class Meta:
        verbose_name = _("pair of two people")
        verbose_name_plural = _("pairs of two people")
        constraints = [
            models.UniqueConstraint(fields=["one", "other"], name="not_the_same_once"),
            models.CheckConstraint(condition=Q(one__lt=F("other")), name="not_the_same_order"),
        ]

    def __str__(self) -> str:
        return f"{self.one} ≠ {self.other}"
