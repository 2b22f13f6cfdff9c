"""Says at the start when sealed columns can't be opened with the keys of this installation."""

from collections.abc import Sequence
from typing import Any

from django.core.checks import CheckMessage, Error
from django.db import DatabaseError

from cocora.common.sealed import unreadable_rows

HINT = (
    "Put the key that sealed them into COCORA_FIELD_KEY, after a comma if there is a newer one. "
    "An embedded installation without that variable keeps it in the file secret-key."
)


def sealed_columns(*, databases: Sequence[str] | None = None, **options: Any) -> list[CheckMessage]:
    """Only where a check may ask the database; tables that are not there yet hold nothing."""
    if not databases:
        return []
    try:
        lost = unreadable_rows()
    except DatabaseError:
        return []
    told = "Rows with sealed names or contacts can't be opened with the present keys"
    return [Error(f"{told}: {lost}.", hint=HINT, id="common.E001")] if lost else []
