"""Says at the start when the keys of this installation are not those that sealed its secrets."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import DatabaseError

from cocora.accounts.queries import unreadable_factors, unreadable_mail

HINT = (
    "Put the key that sealed them into COCORA_FIELD_KEY, after a comma if there is a newer one. "
    "An embedded installation without that variable keeps it in the file secret-key. "
    "When it is lost for good: manage.py forget_unreadable"
)


def sealed_secrets(*, databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """Only where a check may ask the database; tables that are not there yet hold no secrets."""
    if not databases:
        return []
    try:
        lost = len(unreadable_factors()) + len(unreadable_mail())
    except DatabaseError:
        return []
    told = "Stored secrets (second factors, waiting mail) can't be opened with the present keys"
    return [Error(f"{told}: {lost}.", hint=HINT, id="accounts.E001")] if lost else []
