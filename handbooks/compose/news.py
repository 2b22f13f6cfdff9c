"""The list of what has changed: new, changed and removed, in the order of the book."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from handbooks.compose.desk import Desk
from handbooks.engine.document import Chapter as Printed
from handbooks.models import BookPart, DocumentKind
from programmes.models import Exercise, TextKind
from programmes.queries import modules_of
from programmes.vocabulary import Part


@dataclass(frozen=True)
class News:
    """A text that is new or not the same; without an anchor when it is gone."""

    code: str
    title: str
    anchor: str = ""
    details: tuple[str, ...] = ()
    is_new: bool = False


@dataclass
class Group:
    title: str
    rows: list[News] = field(default_factory=list)


def news_of(desk: Desk, body: list[Printed]) -> list[Group]:
    """What a reader of this book finds changed; nothing about texts that it does not have."""
    assert desk.changes
    there = {row.entry.anchor for row in body if row.entry}
    found = [row for row in every_text(desk) if row.anchor in there]
    groups = [
        Group(_("New"), [row for row in found if row.is_new]),
        Group(_("Changed"), [row for row in found if row.details and not row.is_new]),
        Group(_("Removed"), list(removed(desk))),
    ]
    return [group for group in groups if group.rows]


def every_text(desk: Desk) -> Iterator[News]:
    changes = desk.changes
    assert changes
    for chapter in changes.new.chapters.all():
        yield one(desk, TextKind.CHAPTER, chapter, changes.chapters.get(chapter.code))
    for module in modules_of(changes.new).prefetch_related("exercises__texts__handouts"):
        yield one(desk, TextKind.MODULE, module, changes.modules.get(module.code))
        for exercise in module.exercises.all():
            yield one(desk, TextKind.EXERCISE, exercise, changes.exercises.get(exercise.code))


def one(desk: Desk, kind: TextKind, now: object, before: object) -> News:
    assert desk.changes
    curriculum = desk.changes.new
    code = str(now.code)  # type: ignore[attr-defined]
    title = desk.words(now.texts.all(), curriculum).title  # type: ignore[attr-defined]
    details = desk.changes.pair(kind, now, before).details() if before else []
    shown_code = "" if kind == TextKind.CHAPTER else code
    return News(
        shown_code, title, desk.anchor(curriculum, code), tuple(details), is_new=before is None
    )


def removed(desk: Desk) -> Iterator[News]:
    """What this book would have had of the older version."""
    changes = desk.changes
    assert changes
    chapters = {row.code for row in changes.new.chapters.all()}
    for code, chapter in changes.chapters.items():
        printed = desk.order.kind in chapter.books and desk.has(BookPart(Part(chapter.part).value))
        if code not in chapters and printed:
            yield gone(desk, "", chapter)
    if desk.order.kind == DocumentKind.LIST or not desk.has(BookPart.EXERCISES):
        return
    rows = Exercise.objects.filter(module__curriculum=changes.new)
    known = set(rows.values_list("code", flat=True)) | set(
        changes.new.modules.values_list("code", flat=True)
    )
    for code, row in {**changes.modules, **changes.exercises}.items():
        if code not in known:
            yield gone(desk, code, row)


def gone(desk: Desk, code: str, row: object) -> News:
    assert desk.changes
    return News(code, desk.words(row.texts.all(), desk.changes.old).title)  # type: ignore[attr-defined]
