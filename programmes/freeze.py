"""Published is frozen, and the database keeps it so: refusing triggers for every table of a
curriculum. A change of content is a new version."""

from cocora.common.triggers import Event, Refuse

MESSAGE = "A published curriculum is frozen"

# How each table finds its curriculum, as SQL that ends at the row's own foreign key.
MODULE = "SELECT curriculum_id FROM programmes_module WHERE id = {row}.module_id"
EXERCISE = (
    "SELECT m.curriculum_id FROM programmes_module m JOIN programmes_exercise e "
    "ON e.module_id = m.id WHERE e.id = {row}.exercise_id"
)
TEXT = (
    "SELECT m.curriculum_id FROM programmes_module m JOIN programmes_exercise e "
    "ON e.module_id = m.id JOIN programmes_exercisetext t ON t.exercise_id = e.id "
    "WHERE t.id = {row}.text_id"
)
CHAPTER = "SELECT curriculum_id FROM programmes_chapter WHERE id = {row}.chapter_id"
DRAFT = "SELECT curriculum_id FROM programmes_drafttext WHERE id = {row}.text_id"
WAYS = {
    "module": "{row}.curriculum_id",
    "chapter": "{row}.curriculum_id",
    "curriculumimage": "{row}.curriculum_id",
    "exercise": MODULE,
    "moduletext": MODULE,
    "exercisetext": EXERCISE,
    "exercisetopic": EXERCISE,
    "exercisecompetence": EXERCISE,
    "handout": TEXT,
    "chaptertext": CHAPTER,
    "drafttext": "{row}.curriculum_id",
    "textversion": DRAFT,
    "publishingnote": "{row}.curriculum_id",
}
# A row can neither leave a frozen curriculum nor be moved into one.
ROWS: dict[Event, tuple[str, ...]] = {
    "INSERT": ("NEW",),
    "UPDATE": ("OLD", "NEW"),
    "DELETE": ("OLD",),
}
KEPT = (
    "programme_id", "organisation_id", "forked_from_id", "version", "title", "summary", "source",
    "digest", "base_language", "licence", "publisher", "loaded_at", "published_at",
)  # fmt: skip


def frozen_tables() -> list[Refuse]:
    """The triggers of all tables, and of the curriculum itself."""
    refusals = [
        Refuse(f"frozen_{table}_{event.lower()}", f"programmes_{table}", event, condition, MESSAGE)
        for table, way in WAYS.items()
        for event, rows in ROWS.items()
        for condition in [" OR ".join(is_frozen(way.format(row=row)) for row in rows)]
    ]
    same = " AND ".join(f"OLD.{name} IS NOT DISTINCT FROM NEW.{name}" for name in KEPT)
    retiring = f"(OLD.status = 'published' AND NEW.status = 'retired' AND {same})"
    return [
        *refusals,
        Refuse(
            "frozen_curriculum_update",
            "programmes_curriculum",
            "UPDATE",
            f"OLD.status <> 'draft' AND NOT {retiring}",
            MESSAGE,
        ),
        Refuse(
            "frozen_curriculum_delete",
            "programmes_curriculum",
            "DELETE",
            "OLD.status <> 'draft'",
            MESSAGE,
        ),
    ]


def is_frozen(curriculum: str) -> str:
    return (
        "EXISTS (SELECT 1 FROM programmes_curriculum c "
        f"WHERE c.id = ({curriculum}) AND c.status <> 'draft')"
    )
