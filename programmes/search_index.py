"""The full-text index over ``ExerciseText.words``, kept by the database.

SQLite: an FTS5 table over the same rows, kept in step by triggers. PostgreSQL: a GIN index.
"""

from typing import ClassVar

TABLE = "programmes_exercisetext"
INDEX = "programmes_search"


class SearchIndex:
    """Laid after every migrate, like the refusing triggers."""

    names: ClassVar[list[str]] = [f"{INDEX}_insert", f"{INDEX}_update", f"{INDEX}_delete"]

    def sqlite(self) -> list[str]:
        add = f"INSERT INTO {INDEX}(rowid, words) VALUES (NEW.id, NEW.words);"
        remove = f"INSERT INTO {INDEX}({INDEX}, rowid, words) VALUES ('delete', OLD.id, OLD.words);"
        laid = [
            f"CREATE VIRTUAL TABLE IF NOT EXISTS {INDEX} "
            f"USING fts5(words, content='{TABLE}', content_rowid='id')"
        ]
        for event, body in (("INSERT", add), ("UPDATE", remove + add), ("DELETE", remove)):
            name = f"{INDEX}_{event.lower()}"
            laid += [
                f"DROP TRIGGER IF EXISTS {name}",
                f"CREATE TRIGGER {name} AFTER {event} ON {TABLE} BEGIN {body} END",
            ]
        return [*laid, f"INSERT INTO {INDEX}({INDEX}) VALUES ('rebuild')"]

    def postgresql(self) -> list[str]:
        return [
            f"CREATE INDEX IF NOT EXISTS {INDEX} ON {TABLE} "
            "USING gin (to_tsvector('simple', words))"
        ]
