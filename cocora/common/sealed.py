"""A text column that is sealed at rest: what a dump or a backup shows of it says nothing.

The seal is bound to model, column and row, so a text that is moved to another row can't be opened.
A row needs its key before it is saved: models with such a column have a UUID as primary key.
"""

from typing import Any

from django.apps import apps
from django.core.exceptions import FieldError
from django.db import connection, models

from cocora.common.cipher import Unreadable, key_id, keys, named_key, seal, unseal


class Sealed(str):
    """What the database holds. Nobody but the column's own descriptor opens it."""


class SealedDescriptor:
    """Opens the text each time it is looked at, and never before: lists of codes open nothing, and
    what was opened is not kept in the row, where a copy or a pickle of it would carry it along."""

    def __init__(self, field: "SealedTextField") -> None:
        self.field = field

    def __get__(self, row: models.Model | None, owner: type | None = None) -> Any:
        if row is None:
            return self
        if self.field.attname not in row.__dict__:
            row.refresh_from_db(fields=[self.field.attname])
        value = row.__dict__[self.field.attname]
        return unseal(value, about=self.field.place(row)) if isinstance(value, Sealed) else value

    def __set__(self, row: models.Model, value: Any) -> None:
        row.__dict__[self.field.attname] = value


class SealedTextField(models.TextField):
    """Reads and writes like a text, is empty or sealed in the database, and can't be searched.

    Raises FieldError for lookups and for ``update()``, which know no row to bind a seal to, and
    ``cocora.common.cipher.Unreadable`` for a text that was sealed elsewhere.
    """

    def place(self, row: models.Model) -> str:
        return f"{self.model._meta.label_lower}|{self.name}|{row.pk}"

    def contribute_to_class(self, cls: Any, name: str, *args: Any, **kwargs: Any) -> None:
        super().contribute_to_class(cls, name, *args, **kwargs)
        setattr(cls, self.attname, SealedDescriptor(self))

    def from_db_value(self, value: str | None, *_context: Any) -> str:
        return Sealed(value) if value else ""

    def pre_save(self, model_instance: models.Model, add: bool) -> Any:
        value = model_instance.__dict__.get(self.attname, "")
        if isinstance(value, Sealed) or not value:
            return Sealed(value or "")
        return Sealed(seal(value, about=self.place(model_instance)))

    def get_prep_value(self, value: Any) -> str:
        if not isinstance(value, Sealed):
            raise FieldError(f"{self.name} is sealed: it is set on a row and saved, or not at all.")
        return str(value)

    def get_lookup(self, lookup_name: str) -> Any:
        raise FieldError(f"{self.name} is sealed and can't be searched in the database.")

    def get_default(self) -> str:
        return ""


def sealed_models() -> list[tuple[type[models.Model], list[SealedTextField]]]:
    """Every model that has such columns, with them."""
    found = (
        (model, [field for field in model._meta.fields if isinstance(field, SealedTextField)])
        for model in apps.get_models()
    )
    return [(model, fields) for model, fields in found if fields]


def unreadable_rows() -> int:
    """How many rows no key of this installation opens.

    A row says which key sealed it; of each key one row of each model is really opened.
    """
    # Before the first migrate there are no tables, and a cursor of the server would break on them.
    there = set(connection.introspection.table_names())
    return sum(
        unreadable_in(model, fields)
        for model, fields in sealed_models()
        if model._meta.db_table in there
    )


def unreadable_in(model: type[models.Model], fields: list[SealedTextField]) -> int:
    opened: dict[str, bool] = {}
    held = {key_id(key) for key in keys()}
    lost = 0
    names = [field.attname for field in fields]
    for row in model._base_manager.only("pk", *names).iterator(chunk_size=1000):
        named = {name: named_key(row.__dict__[name]) for name in names if row.__dict__[name]}
        for name, key in named.items():
            if key in held and key not in opened:
                opened[key] = opens(row, name)
        lost += not all(key in held and opened[key] for key in named.values())
    return lost


def opens(row: models.Model, name: str) -> bool:
    try:
        getattr(row, name)
    except Unreadable:
        return False
    return True
