"""Chapters of text, openings of modules, and the pages that open a part of the book."""

from collections.abc import Iterable, Iterator
from typing import Any

from django.utils.translation import gettext as _

from handbooks.compose.changes import in_language
from handbooks.compose.desk import Desk, tab_of
from handbooks.compose.diagrams import with_diagrams
from handbooks.compose.exercises import Field
from handbooks.compose.labels import field_labels
from handbooks.engine.document import Chapter as Printed
from handbooks.engine.document import Entry
from programmes.models import Chapter, Curriculum, Module
from programmes.vocabulary import Part


def chapters_of(desk: Desk, curricula: Iterable[Curriculum], part: Part) -> Iterator[Printed]:
    """The texts of a part that belong into this kind of book."""
    for curriculum in curricula:
        for row in curriculum.chapters.all():
            if row.part == part and desk.order.kind in row.books:
                yield chapter(desk, row, curriculum)


def chapter(desk: Desk, row: Chapter, curriculum: Curriculum) -> Printed:
    words = desk.words(row.texts.all(), curriculum)
    anchor = desk.anchor(curriculum, row.code)
    changes = desk.changes if desk.marks(curriculum) else None
    old = changes.chapters.get(row.code) if changes else None
    before = in_language(old, words.language)
    body = desk.prose(words.body, curriculum, before.body if before else None)
    html = desk.html(
        "chapter",
        anchor=anchor,
        text=words,
        body=with_diagrams(desk, body, curriculum, row.code),
        is_new=changes is not None and old is None,
        lead_changed=before is not None and before.summary != words.summary,
    )
    entry = Entry(1, anchor, "", words.title)
    return desk.printed(
        f"chapter:{anchor}", html, entry, curriculum.programme.code, tab_of(curriculum)
    )


def module(desk: Desk, row: Module, curriculum: Curriculum, exercises: list[Printed]) -> Printed:
    words = desk.words(row.texts.all(), curriculum)
    anchor = desk.anchor(curriculum, row.code)
    changes = desk.changes if desk.marks(curriculum) else None
    old = changes.modules.get(row.code) if changes else None
    before = in_language(old, words.language)

    def field(name: str) -> Field:
        was = before.sections.get(name, "") if before else None
        text = words.sections.get(name, "")
        return Field(field_labels()[name], desk.prose(text, curriculum, was))

    html = desk.html(
        "module",
        anchor=anchor,
        module=row,
        text=words,
        entries=[page.entry for page in exercises],
        curriculum=curriculum,
        first=[field("Outcomes")],
        fields=[field(name) for name in ("Purpose", "Community role", "Evaluation")],
        is_new=changes is not None and old is None,
        lead_changed=before is not None and before.summary != words.summary,
    )
    entry = Entry(1, anchor, row.code, words.title)
    return desk.printed(f"module:{anchor}", html, entry, curriculum.programme.code, row.code)


# --- openings ---------------------------------------------------------------------------------


def part(desk: Desk, which: Part, chapters: Iterable[Printed]) -> Iterator[Printed]:
    """An opening page and the chapters behind it; nothing when there are none."""
    overline, _colon, title = str(which.label).rpartition(": ")
    entry = Entry(0, f"part-{which.value}", "", title)
    yield from opened(desk, entry, list(chapters), "foundations", overline=overline)


def programme(desk: Desk, curriculum: Curriculum, chapters: Iterable[Printed]) -> Iterator[Printed]:
    row = curriculum.programme
    entry = Entry(0, desk.prefixes[curriculum.pk], "", row.name)
    yield from opened(
        desk,
        entry,
        list(chapters),
        row.code,
        overline=_("Modules and exercises") if len(desk.programmes) == 1 else "",
        code=row.code.upper(),
        summary=curriculum.summary,
    )


def opened(
    desk: Desk, entry: Entry, chapters: list[Printed], tone: str, **words: Any
) -> Iterator[Printed]:
    if not chapters:
        return
    inside = [row.entry for row in chapters if row.entry and row.entry.level == 1]
    html = desk.html("part", anchor=entry.anchor, title=entry.title, entries=inside, **words)
    yield desk.printed(f"part:{entry.anchor}", html, entry, tone)
    yield from chapters
