"""After a new key: everything that was sealed with an older one is sealed anew."""

from django.db import models, transaction

from cocora.audit.actions import record
from cocora.common.cipher import key_id, keys, named_key
from cocora.common.sealed import SealedTextField, sealed_models
from participants import scans
from participants.models import Consent


def reseal_columns() -> int:
    """Seal every sealed column with the newest key; how many rows it took.

    Raises ``Unreadable`` for a row that no key opens, and then has changed nothing.
    """
    newest = key_id(keys()[0])
    with transaction.atomic():
        told = sum(reseal_model(model, fields, newest) for model, fields in sealed_models())
        if told:
            record(by=None, verb="keys.resealed", detail={"rows": told})
    return told


def reseal_model(model: type[models.Model], fields: list[SealedTextField], newest: str) -> int:
    count = 0
    names = [field.attname for field in fields]
    for row in model._base_manager.only("pk", *names).iterator(chunk_size=500):
        old = [name for name in names if named_key(row.__dict__[name]) not in ("", newest)]
        for name in old:
            setattr(row, name, getattr(row, name))
        if old:
            row.save(update_fields=old)
            count += 1
    return count


def reseal_scans() -> int:
    """The same for scans of consents, file by file."""
    newest, count = key_id(keys()[0]), 0
    named = Consent.objects.exclude(scan="").select_related("participant")
    for name, consent in {row.scan: row for row in named}.items():
        path = scans.folder() / name
        if path.exists() and named_key(path.read_bytes()) != newest:
            scans.write(consent.participant, name, scans.read(consent.participant, name))
            count += 1
    return count
