"""Reads across several models of the curricula."""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import chain
from typing import Any, Generic, TypeVar

from django.db.models import Count, QuerySet, Sum

from cocora.accounts.models import User
from programmes.models import (
    ChapterText,
    Curriculum,
    CurriculumImage,
    Exercise,
    ExerciseText,
    LanguageText,
    Module,
    ModuleText,
    ProgrammeKind,
)

TextRow = TypeVar("TextRow", bound=LanguageText)


@dataclass(frozen=True)
class Shown(Generic[TextRow]):
    """The text that a reader gets: in her language if there is one, else the base text."""

    text: TextRow
    languages: list[str]
    missing: bool
    stale: bool


def shown(texts: Iterable[TextRow], language: str, base: str) -> Shown[TextRow]:
    """Choose among the loaded texts of one thing. A translation is stale when the base text has
    changed since it was made."""
    by_language = {text.language: text for text in texts}
    text = by_language.get(language, by_language[base])
    return Shown(
        text=text,
        languages=sorted(by_language, key=lambda code: (code != base, code)),
        missing=language not in by_language,
        stale=text.language != base and text.translated_from != by_language[base].digest,
    )


def base_of(texts: Iterable[TextRow]) -> TextRow:
    """The text that is no translation."""
    return next(text for text in texts if not text.translated_from)


def with_clock(steps: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Each step with the minutes at which it begins and ends."""
    rows, clock = [], 0
    for step in steps:
        rows.append({**step, "start": clock, "end": clock + step["minutes"]})
        clock += step["minutes"]
    return rows


def current_curricula(user: User) -> list[Curriculum]:
    """The programmes that somebody teaches from in their order, each with counts and minutes."""
    return list(
        Curriculum.objects.visible_to(user)
        .in_use_by(user)
        .filter(programme__kind=ProgrammeKind.PROGRAMME)
        .select_related("programme", "organisation")
        .annotate(
            module_count=Count("modules", distinct=True),
            exercise_count=Count("modules__exercises"),
            minutes=Sum("modules__exercises__minutes"),
        )
        .order_by("programme__position", "programme__code", "organisation__name")
    )


def modules_of(curriculum: Curriculum) -> QuerySet[Module]:
    """Modules in order, with their exercises and all texts: four queries for any size."""
    return curriculum.modules.prefetch_related(
        "texts", "exercises__texts", "exercises__topic_rows"
    ).annotate(minutes=Sum("exercises__minutes"))


def neighbours(exercise: Exercise) -> tuple[Exercise | None, Exercise | None]:
    """The exercise before and the one after, across the borders of modules."""
    rows = Exercise.objects.filter(
        module__curriculum_id=exercise.module.curriculum_id
    ).select_related("module")
    ordered: list[Exercise | None] = [None, *rows.order_by("position"), None]
    for before, here, after in zip(ordered, ordered[1:], ordered[2:], strict=False):
        if here == exercise:
            return before, after
    return None, None


def files_of(curriculum: Curriculum) -> dict[str, bytes]:
    """The files of a curriculum's package, byte for byte as they were loaded."""
    texts: Iterable[LanguageText] = chain(
        ModuleText.objects.filter(module__curriculum=curriculum),
        ExerciseText.objects.filter(exercise__module__curriculum=curriculum),
        ChapterText.objects.filter(chapter__curriculum=curriculum),
    )
    images = CurriculumImage.objects.filter(curriculum=curriculum)
    return {
        "curriculum.yaml": curriculum.source.encode(),
        **{text.path: text.source.encode() for text in texts},
        **{image.path: bytes(image.data) for image in images},
    }


def differences(old: dict[str, bytes], new: dict[str, bytes]) -> list[str]:
    """What changed between two packages, as unified diffs; images as one line."""
    lines: list[str] = []
    for path in sorted(old.keys() | new.keys()):
        before, after = old.get(path, b""), new.get(path, b"")
        if before == after:
            continue
        if path.startswith("images/"):
            lines.append(f"{path}: the image differs")
            continue
        lines += difflib.unified_diff(
            before.decode(errors="replace").splitlines(),
            after.decode(errors="replace").splitlines(),
            fromfile=path if path in old else "(missing)",
            tofile=path if path in new else "(missing)",
            lineterm="",
        )
    return lines
