"""Rules that the database itself keeps, as triggers, alike on SQLite and PostgreSQL.

An AppConfig lists them in ``triggers``; they are laid after every migrate, because Django rebuilds
tables on SQLite and the triggers of a rebuilt table vanish.
"""

from dataclasses import dataclass
from typing import Any, Literal

from django.apps import AppConfig, apps
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper

Event = Literal["INSERT", "UPDATE", "DELETE"]


@dataclass(frozen=True)
class Refuse:
    """Refuse ``event`` on ``table`` when ``condition`` holds; the caller gets an IntegrityError.

    ``condition`` is SQL that both databases read, over OLD and NEW rows.
    """

    name: str
    table: str
    event: Event
    condition: str
    message: str

    @property
    def names(self) -> list[str]:
        return [self.name]

    def sqlite(self) -> list[str]:
        return [
            f"DROP TRIGGER IF EXISTS {self.name}",
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} FOR EACH ROW "
            f"WHEN {self.condition} BEGIN SELECT RAISE(ABORT, '{self.message}'); END",
        ]

    def postgresql(self) -> list[str]:
        # 23001 is restrict_violation: Django makes an IntegrityError of the whole class 23.
        return [
            f"CREATE OR REPLACE FUNCTION {self.name}() RETURNS trigger LANGUAGE plpgsql AS $$ "
            f"BEGIN IF {self.condition} THEN RAISE EXCEPTION '{self.message}' "
            f"USING ERRCODE = '23001'; END IF; "
            f"RETURN {'OLD' if self.event == 'DELETE' else 'NEW'}; END $$",
            f"DROP TRIGGER IF EXISTS {self.name} ON {self.table}",
            f"CREATE TRIGGER {self.name} BEFORE {self.event} ON {self.table} "
            f"FOR EACH ROW EXECUTE FUNCTION {self.name}()",
        ]


def lay(sender: AppConfig, using: str, **_signal: Any) -> None:
    """Lay the triggers of one app anew (a post_migrate receiver)."""
    connection = connections[using]
    with connection.cursor() as cursor:
        for trigger in getattr(sender, "triggers", ()):
            for statement in getattr(trigger, connection.vendor)():
                cursor.execute(statement)


def lift(connection: BaseDatabaseWrapper) -> None:
    """Drop all triggers on SQLite, whose flush deletes row by row (tests between two of them)."""
    if connection.vendor != "sqlite":
        return
    with connection.cursor() as cursor:
        for app in apps.get_app_configs():
            for trigger in getattr(app, "triggers", ()):
                for name in trigger.names:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


@dataclass(frozen=True)
class NoOverlap:
    """Refuse two rows that share ``key`` while their times overlap; ends may touch.

    ``condition`` is SQL over one row's bare column names: rows that it does not hold for are free.
    PostgreSQL keeps it by an exclusion constraint, SQLite (one writer at a time) by triggers.
    """

    name: str
    table: str
    key: str
    condition: str
    starts: str = "starts_at"
    ends: str = "ends_at"

    @property
    def names(self) -> list[str]:
        return [f"{self.name}_insert", f"{self.name}_update"]

    def sqlite(self) -> list[str]:
        return [statement for event in ("INSERT", "UPDATE") for statement in self.trigger(event)]

    def trigger(self, event: str) -> list[str]:
        name = f"{self.name}_{event.lower()}"
        # The new row by its own id: in SQLite NEW has no bare names for the condition.
        holds = f"EXISTS (SELECT 1 FROM {self.table} WHERE id = NEW.id AND {self.condition})"
        other = (
            f"SELECT 1 FROM {self.table} WHERE {self.key} = NEW.{self.key} AND id <> NEW.id "
            f"AND {self.starts} < NEW.{self.ends} AND {self.ends} > NEW.{self.starts} "
            f"AND {self.condition}"
        )
        return [
            f"DROP TRIGGER IF EXISTS {name}",
            f"CREATE TRIGGER {name} AFTER {event} ON {self.table} FOR EACH ROW "
            f"WHEN {holds} AND EXISTS ({other}) "
            f"BEGIN SELECT RAISE(ABORT, '{self.name}'); END",
        ]

    def postgresql(self) -> list[str]:
        return [
            "CREATE EXTENSION IF NOT EXISTS btree_gist",
            f"ALTER TABLE {self.table} DROP CONSTRAINT IF EXISTS {self.name}",
            f"ALTER TABLE {self.table} ADD CONSTRAINT {self.name} EXCLUDE USING gist "
            f"({self.key} WITH =, tstzrange({self.starts}, {self.ends}) WITH &&) "
            f"WHERE ({self.condition})",
        ]
