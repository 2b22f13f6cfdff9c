import hashlib
import json
from datetime import UTC, datetime
from typing import Any, Protocol

from django.apps import apps
from django.db import models
from django.utils.translation import gettext_lazy as _

BEGINNING = "0" * 64


class Overseer(Protocol):
    """Somebody who may read what was done in some organisations."""

    is_staff: bool

    def overseen_organisations(self) -> "models.QuerySet[Any]": ...


class Kind(models.TextChoices):
    CHANGE = "change", _("Change")
    READ = "read", _("Read")


class AuditEntryQuerySet(models.QuerySet["AuditEntry"]):
    def visible_to(self, user: Overseer) -> "AuditEntryQuerySet":
        """Platform staff read everything, others what happened in organisations they oversee."""
        if user.is_staff:
            return self.all()
        return self.filter(organisation_id__in=user.overseen_organisations().values("pk"))


class AuditEntry(models.Model):
    """Who did or read what, when. Appended only; each row carries the digest of the one before.

    People and organisations stand as plain numbers: nobody's name is kept here, and deleting
    somebody must not break the chain.
    """

    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True, db_index=True)
    organisation_id = models.BigIntegerField(null=True)
    kind = models.CharField(max_length=8, choices=Kind)
    verb = models.CharField(max_length=80)
    target_type = models.CharField(max_length=80, blank=True)
    target_id = models.CharField(max_length=64, blank=True)
    detail = models.JSONField(default=dict)
    request_id = models.CharField(max_length=64, blank=True)
    previous_hash = models.CharField(max_length=64, unique=True)
    hash = models.CharField(max_length=64, unique=True)

    objects = AuditEntryQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit entry")
        verbose_name_plural = _("audit entries")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["organisation_id", "-id"], name="audit_of_organisation")]
        constraints = [
            models.CheckConstraint(condition=models.Q(kind__in=Kind.values), name="audit_kind")
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.verb}"

    @property
    def words(self) -> str:
        """The verb as people read it: ``invitation.sent_again`` is 'Invitation sent again'."""
        return self.verb.replace(".", " ").replace("_", " ").capitalize()

    @property
    def about(self) -> str:
        """What it was done to, as people read it: 'invitation 12'."""
        if not self.target_type:
            return ""
        try:
            name = apps.get_model(self.target_type)._meta.verbose_name
        except LookupError:  # this table outlives the names of others
            name = self.target_type
        return f"{name} {self.target_id}"

    def digest(self) -> str:
        """SHA-256 over every other field, the previous digest included."""
        told = {
            "at": utc(self.at),
            "actor": self.actor_id,
            "organisation": self.organisation_id,
            "kind": self.kind,
            "verb": self.verb,
            "target": [self.target_type, self.target_id],
            "detail": self.detail,
            "request": self.request_id,
            "previous": self.previous_hash,
        }
        plain = json.dumps(told, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
        return hashlib.sha256(plain.encode()).hexdigest()


def utc(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="microseconds")


class AuditHead(models.Model):
    """The end of the chain, one row. Locking it puts writers in a queue."""

    hash = models.CharField(max_length=64, default=BEGINNING)
    entries = models.BigIntegerField(default=0)

    class Meta:
        verbose_name = _("end of the audit log")
        verbose_name_plural = _("ends of the audit log")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="audit_one_head")]

    def __str__(self) -> str:
        return self.hash
