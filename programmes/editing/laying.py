"""Lay the rows that readers see from the files of a draft.

Every text without faults gets its row anew; a text with faults keeps the row of its last good
state, and has none if it never had one.
"""

from django.db.models import F, ProtectedError, QuerySet
from django.utils.translation import gettext as _

from cocora.common.refusal import Refusal
from programmes.actions import (
    chapter_columns,
    create_chapter_texts,
    create_exercise_parts,
    create_module_texts,
    digest_of,
    exercise_columns,
    module_columns,
)
from programmes.models import (
    Chapter,
    Curriculum,
    DraftText,
    Exercise,
    Module,
    TextKind,
)
from programmes.package.check import Checker, Texts
from programmes.package.faults import Fault
from programmes.package.texts import Package, Text

from .queries import files_of_draft, present_texts

# Out of the way of every real position, while rows change places under a unique constraint.
ASIDE = 10_000


def lay(curriculum: Curriculum) -> None:
    """Check all files of a draft, note the faults, and bring the rows up to date."""
    texts = list(present_texts(curriculum))
    files = files_of_draft(curriculum)
    checker = Checker(files)
    package = checker.look()
    note_faults(texts, sorted(set(checker.faults)))
    if package:
        faulty = {fault.path for fault in checker.faults}
        remove_rows(curriculum, texts)
        lay_modules(curriculum, sound(package.modules, package.base, faulty))
        lay_exercises(curriculum, sound(package.exercises, package.base, faulty))
        lay_chapters(curriculum, sound(package.chapters, package.base, faulty))
        put_in_order(curriculum, texts)
        lay_about(curriculum, package, files)


def note_faults(texts: list[DraftText], faults: list[Fault]) -> None:
    changed = []
    for text in texts:
        found = [[f.line, f.field, f.message] for f in faults if f.path == text.path]
        if found != text.faults:
            text.faults = found
            changed.append(text)
    DraftText.objects.bulk_update(changed, ["faults"])


def sound(texts: Texts, base: str, faulty: set[str]) -> Texts:
    """The texts without faults, of everything whose base text has none."""
    good = {
        code: {language: text for language, text in languages.items() if text.path not in faulty}
        for code, languages in texts.items()
    }
    return {code: languages for code, languages in good.items() if base in languages}


def remove_rows(curriculum: Curriculum, texts: list[DraftText]) -> None:
    """Take away what has no file any more."""
    kept = {kind: [t.code for t in texts if t.kind == kind] for kind in TextKind}
    try:
        rows: list[QuerySet] = [
            Exercise.objects.filter(module__curriculum=curriculum).exclude(
                code__in=kept[TextKind.EXERCISE]
            ),
            curriculum.modules.exclude(code__in=kept[TextKind.MODULE]),
            curriculum.chapters.exclude(code__in=kept[TextKind.CHAPTER]),
        ]
        for gone in rows:
            gone.delete()
    except ProtectedError:
        raise Refusal(
            _("Somebody has collected one of these exercises on a list, so it stays.")
        ) from None


def same_texts(row: Module | Exercise | Chapter, languages: dict[str, Text]) -> bool:
    held = {(text.path, text.digest) for text in row.texts.all()}
    return held == {(text.path, text.digest) for text in languages.values()}


def lay_modules(curriculum: Curriculum, modules: Texts) -> None:
    rows = {row.code: row for row in curriculum.modules.prefetch_related("texts")}
    for place, (code, languages) in enumerate(modules.items()):
        columns = module_columns(languages[curriculum.base_language].facts)
        row = rows.get(code)
        if row is None:
            position = 2 * ASIDE + place
            row = Module.objects.create(
                curriculum=curriculum, code=code, position=position, **columns
            )
        elif same_texts(row, languages):
            continue
        Module.objects.filter(pk=row.pk).update(**columns)
        row.texts.all().delete()
        create_module_texts(row, languages)


def lay_exercises(curriculum: Curriculum, exercises: Texts) -> None:
    modules = {row.code: row for row in curriculum.modules.all()}
    rows = {
        row.code: row
        for row in Exercise.objects.filter(module__curriculum=curriculum).prefetch_related("texts")
    }
    for place, (code, languages) in enumerate(exercises.items()):
        module = modules.get(code.split(".")[0])
        if module and not (code in rows and same_texts(rows[code], languages)):
            lay_exercise(module, rows.get(code), 2 * ASIDE + place, languages)


def lay_exercise(
    module: Module, row: Exercise | None, position: int, languages: dict[str, Text]
) -> None:
    facts = languages[module.curriculum.base_language].facts
    columns = exercise_columns(facts)
    if row is None:
        row = Exercise.objects.create(
            module=module, code=facts["code"], position=position, **columns
        )
    else:
        Exercise.objects.filter(pk=row.pk).update(**columns)
        for parts in (row.topic_rows, row.competence_rows, row.texts):
            parts.all().delete()
    create_exercise_parts(row, languages, facts)


def lay_chapters(curriculum: Curriculum, chapters: Texts) -> None:
    rows = {row.code: row for row in curriculum.chapters.prefetch_related("texts")}
    for code, languages in chapters.items():
        columns = chapter_columns(languages[curriculum.base_language].facts)
        row = rows.get(code)
        if row is None:
            row = Chapter.objects.create(curriculum=curriculum, code=code, **columns)
        elif same_texts(row, languages):
            continue
        Chapter.objects.filter(pk=row.pk).update(**columns)
        row.texts.all().delete()
        create_chapter_texts(row, languages)


def put_in_order(curriculum: Curriculum, texts: list[DraftText]) -> None:
    """Modules and exercises stand as their files do; exercises are counted through."""
    modules = [text.code for text in texts if text.kind == TextKind.MODULE]
    exercises = [text.code for text in texts if text.kind == TextKind.EXERCISE]
    place = {code: number for number, code in reversed(list(enumerate(modules)))}
    by_module = sorted(exercises, key=lambda code: place.get(code.split(".")[0], len(place)))
    number(Module.objects.filter(curriculum=curriculum), modules)
    number(Exercise.objects.filter(module__curriculum=curriculum), by_module)


def number(rows: QuerySet, codes: list[str]) -> None:
    found = sorted(rows, key=lambda row: codes.index(row.code))
    if [row.position for row in found] == list(range(1, len(found) + 1)):
        return
    rows.update(position=F("position") + ASIDE)
    for position, row in enumerate(found, start=1):
        row.position = position
    rows.model.objects.bulk_update(found, ["position"])


def lay_about(curriculum: Curriculum, package: Package, files: dict[str, bytes]) -> None:
    """The columns of the curriculum itself, and the digest of all its files."""
    names = ("version", "title", "summary", "licence", "publisher")
    Curriculum.objects.filter(pk=curriculum.pk).update(
        source=package.source,
        digest=digest_of(files),
        **{name: package.facts[name] for name in names},
    )
