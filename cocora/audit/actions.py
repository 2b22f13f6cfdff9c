from collections.abc import Mapping
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import AnonymousUser
from django.db import models, transaction
from django.utils import timezone

from cocora.audit.models import AuditEntry, AuditHead, Kind
from cocora.common.middleware import current_request_id

Actor = AbstractBaseUser | AnonymousUser | None
Detail = Mapping[str, str | int | bool | None]
LONGEST = 200


def record(
    *,
    by: Actor,
    verb: str,
    target: models.Model | None = None,
    organisation: models.Model | None = None,
    detail: Detail | None = None,
) -> AuditEntry:
    """Write down a change, in the transaction that makes it: both happen or neither.

    ``verb`` is a stable word like ``invitation.revoked``; ``detail`` holds codes and counts, never
    personal data. ``by=None`` means the operator at the shell, or the platform itself.
    """
    return append(Kind.CHANGE, by, verb, target, organisation, detail)


def record_read(
    *,
    by: Actor,
    verb: str,
    target: models.Model | None = None,
    organisation: models.Model | None = None,
    detail: Detail | None = None,
) -> AuditEntry:
    """Write down that somebody was shown something; if that fails, it must not be shown."""
    return append(Kind.READ, by, verb, target, organisation, detail)


@transaction.atomic
def append(
    kind: Kind,
    by: Actor,
    verb: str,
    target: models.Model | None,
    organisation: models.Model | None,
    detail: Detail | None,
) -> AuditEntry:
    head = lock_head()
    entry = AuditEntry(
        at=timezone.now(),
        actor_id=by.pk if by else None,
        organisation_id=organisation.pk if organisation else None,
        kind=kind,
        verb=verb,
        target_type=target._meta.label_lower if target else "",
        target_id=str(target.pk) if target else "",
        detail=impersonal(detail or {}),
        request_id=current_request_id.get(),
        previous_hash=head.hash,
    )
    entry.hash = entry.digest()
    entry.save(force_insert=True)
    AuditHead.objects.filter(pk=head.pk).update(hash=entry.hash, entries=head.entries + 1)
    return entry


def lock_head() -> AuditHead:
    """The end of the chain, ours until the transaction ends (SQLite locks the whole file)."""
    head, _made = AuditHead.objects.select_for_update().get_or_create(pk=1)
    return head


def impersonal(detail: Detail) -> dict[str, Any]:
    """Refuse what looks like free text or an address: this table is kept for a long time."""
    for name, value in detail.items():
        if not isinstance(value, str | int | bool | None):
            raise TypeError(f"Audit detail '{name}' must be a plain value.")
        if isinstance(value, str) and ("@" in value or len(value) > LONGEST):
            raise ValueError(f"Audit detail '{name}' looks like personal data.")
    return dict(detail)
