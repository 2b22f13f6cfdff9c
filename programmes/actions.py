"""The verbs of content: load a package, publish, retire, fork, collect."""

import hashlib
import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any

import yaml
from django.db import IntegrityError, transaction
from django.db.models import Max, ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.models import Organisation, User
from cocora.audit.actions import record
from cocora.common.folding import fold
from cocora.common.refusal import Refusal
from programmes.models import (
    FROZEN,
    MOVES,
    Chapter,
    ChapterText,
    Curriculum,
    CurriculumImage,
    CurriculumStatus,
    DraftText,
    Exercise,
    ExerciseCompetence,
    ExerciseList,
    ExerciseText,
    ExerciseTopic,
    Handout,
    ListedExercise,
    Module,
    ModuleText,
    Programme,
    TextKind,
)
from programmes.package.check import check
from programmes.package.texts import Package, Text
from programmes.queries import files_of

CORE_ORDER = ("ccp", "cpp", "cap", "foundations")
MAX_LISTED = 200


class ListGone(Refusal):
    """The list was deleted, perhaps in another window."""

    def __init__(self) -> None:
        super().__init__(_("This list is not there any more."))


def digest_of(files: dict[str, bytes]) -> str:
    """SHA-256 over the names and bytes of all files of a package."""
    whole = hashlib.sha256()
    for path in sorted(files):
        whole.update(f"{path}\0{len(files[path])}\0".encode() + files[path])
    return whole.hexdigest()


@transaction.atomic
def load_package(
    *, files: dict[str, bytes], by: User | None, organisation: Organisation | None = None
) -> tuple[Curriculum, bool]:
    """The curriculum of a package as a draft, and whether it is new. Safe to run twice.

    Raises PackageFaulty with every fault (nothing is changed then), and Refusal when this version
    is there already with other content: published, or a draft that an organisation edits.
    """
    package = check(files)
    digest = digest_of(files)
    programme = lock_programme(programme_for(package, organisation))
    version = package.facts["version"]
    existing = Curriculum.objects.filter(
        programme=programme, organisation=organisation, version=version
    ).first()
    if existing and existing.digest == digest:
        return existing, False
    if existing and existing.status != CurriculumStatus.DRAFT:
        raise Refusal(
            _("Version %(version)s is published and its content differs. Give the package a new "
              "version.") % {"version": version}
        )  # fmt: skip
    if existing and organisation:
        raise Refusal(_("There is a version %(version)s already.") % {"version": version})
    if existing:
        delete_unused(existing)
    curriculum = create_curriculum(package, programme, organisation, digest)
    fill(curriculum, package)
    if organisation:
        create_draft_texts(curriculum, package)
    record(by=by, verb="curriculum.loaded", target=curriculum, organisation=organisation)
    return curriculum, True


def programme_for(package: Package, organisation: Organisation | None) -> Programme:
    """The programme that the package names: an organisation's own, a core one, or a new one."""
    facts = package.facts
    code = facts["programme"]
    own = Programme.objects.filter(code=code, organisation=organisation)
    found = own.first() or Programme.objects.filter(code=code, organisation=None).first()
    return found or Programme.objects.create(
        code=code,
        organisation=organisation,
        kind=facts["kind"],
        name=facts["name"],
        leads_to=facts.get("leads_to", []),
        position=CORE_ORDER.index(code) + 1 if code in CORE_ORDER else 100,
    )


def lock_programme(programme: Programme) -> Programme:
    """Ours until the transaction ends: loading and publishing its versions go one by one."""
    return Programme.objects.select_for_update().get(pk=programme.pk)


def delete_unused(draft: Curriculum) -> None:
    try:
        draft.delete()
    except ProtectedError:
        raise Refusal(
            _("Version %(version)s is used elsewhere, as a book or as the model of another. Give "
              "the package a new version.") % {"version": draft.version}
        ) from None  # fmt: skip


def rename_programme(curriculum: Curriculum) -> None:
    """A programme is called what its published version says, never what a draft says."""
    programme = curriculum.programme
    if programme.organisation_id != curriculum.organisation_id:
        return
    facts = yaml.safe_load(curriculum.source)
    programme.name, programme.leads_to = facts["name"], facts.get("leads_to", [])
    programme.save()


def create_curriculum(
    package: Package, programme: Programme, organisation: Organisation | None, digest: str
) -> Curriculum:
    facts = package.facts
    return Curriculum.objects.create(
        programme=programme,
        organisation=organisation,
        version=facts["version"],
        title=facts["title"],
        summary=facts["summary"],
        base_language=facts["base_language"],
        licence=facts["licence"],
        publisher=facts["publisher"],
        source=package.source,
        digest=digest,
    )


def fill(curriculum: Curriculum, package: Package) -> None:
    """Write the rows of a checked package below an empty draft."""
    modules = {}
    for position, code in enumerate(in_order(package.modules), start=1):
        modules[code] = create_module(curriculum, position, package.modules[code], package.base)
    for position, code in enumerate(in_order(package.exercises), start=1):
        module = modules[code.split(".")[0]]
        create_exercise(module, position, package.exercises[code], package.base)
    for languages in package.chapters.values():
        create_chapter(curriculum, languages, package.base)
    for path, data in package.images.items():
        digest = hashlib.sha256(data).hexdigest()
        CurriculumImage.objects.create(curriculum=curriculum, path=path, data=data, digest=digest)


def create_draft_texts(curriculum: Curriculum, package: Package) -> None:
    """An organisation's draft is for editing: its files stand in rows of their own."""
    kinds = {
        TextKind.MODULE: package.modules,
        TextKind.EXERCISE: package.exercises,
        TextKind.CHAPTER: package.chapters,
    }
    rows = [draft_text(curriculum, TextKind.CURRICULUM, package.about, position=0)]
    for kind, texts in kinds.items():
        codes = in_order(texts) if kind != TextKind.CHAPTER else sorted(texts)
        for position, code in enumerate(codes, start=1):
            languages = texts[code].values()
            rows += [draft_text(curriculum, kind, text, position=position) for text in languages]
    DraftText.objects.bulk_create(rows)


def draft_text(curriculum: Curriculum, kind: TextKind, text: Text, position: int) -> DraftText:
    return DraftText(
        curriculum=curriculum,
        kind=kind,
        position=text.facts.get("position", position),
        language=text.language,
        path=text.path,
        code=text.facts.get("code", ""),
        title=text.facts["title"],
        source=text.source,
        digest=text.digest,
    )


def in_order(codes: Iterable[str]) -> list[str]:
    """P2 before P10, P2.2 before P2.10."""
    return sorted(codes, key=lambda code: [int(n) for n in re.findall(r"\d+", code)])


def common_columns(text: Text) -> dict[str, Any]:
    return {
        "language": text.language,
        "path": text.path,
        "source": text.source,
        "digest": text.digest,
        "translated_from": text.facts.get("translated_from", ""),
        "title": text.facts["title"],
        "summary": text.facts["summary"],
    }


def create_module(
    curriculum: Curriculum, position: int, languages: dict[str, Text], base: str
) -> Module:
    facts = languages[base].facts
    module = Module.objects.create(
        curriculum=curriculum, code=facts["code"], position=position, **module_columns(facts)
    )
    create_module_texts(module, languages)
    return module


def module_columns(facts: dict[str, Any]) -> dict[str, Any]:
    return {"topic": facts.get("topic", ""), "prerequisites": facts.get("prerequisites", [])}


def create_module_texts(module: Module, languages: dict[str, Text]) -> None:
    for text in languages.values():
        ModuleText.objects.create(module=module, sections=text.sections, **common_columns(text))


def create_exercise(
    module: Module, position: int, languages: dict[str, Text], base: str
) -> Exercise:
    facts = languages[base].facts
    exercise = Exercise.objects.create(
        module=module, code=facts["code"], position=position, **exercise_columns(facts)
    )
    create_exercise_parts(exercise, languages, facts)
    return exercise


def exercise_columns(facts: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": facts["type"],
        "complexity": facts["complexity"],
        "intensity": facts["intensity"],
        "minutes_minimum": facts["minutes"]["minimum"],
        "minutes": facts["minutes"]["typical"],
        "group_minimum": facts["group"]["minimum"],
        "group_maximum": facts["group"]["maximum"],
        "age_minimum": facts["ages"]["minimum"],
        "age_maximum": facts["ages"].get("maximum"),
        "setting": facts["setting"],
        "online": facts["online"],
    }


def create_exercise_parts(
    exercise: Exercise, languages: dict[str, Text], facts: dict[str, Any]
) -> None:
    """Topics, competences and texts of an exercise that has none."""
    topics = facts.get("topics", [])
    ExerciseTopic.objects.bulk_create(ExerciseTopic(exercise=exercise, topic=t) for t in topics)
    ExerciseCompetence.objects.bulk_create(
        ExerciseCompetence(exercise=exercise, competence=c) for c in facts["competences"]
    )
    for text in languages.values():
        create_exercise_text(exercise, text, facts)


def create_exercise_text(exercise: Exercise, text: Text, base_facts: dict[str, Any]) -> None:
    facts = text.facts
    codes = [material.get("handout", "") for material in base_facts["materials"]]
    row = ExerciseText.objects.create(
        exercise=exercise,
        method=facts["method"],
        space=facts["space"],
        materials=[
            {"item": material["item"], "quantity": str(material["quantity"]), "handout": code}
            for material, code in zip(facts["materials"], codes, strict=True)
        ],
        # Whom we owe a method to is no matter of language.
        sources=base_facts.get("sources", []),
        sections=text.sections,
        steps=[asdict(step) for step in text.steps],
        debrief=text.debrief,
        words=fold(" ".join([exercise.code, *map(str, facts.values()), text.body])),
        title_words=" " + fold(facts["title"]),
        **common_columns(text),
    )
    Handout.objects.bulk_create(
        Handout(
            text=row,
            code=handout.code,
            position=position,
            title=handout.title,
            layout=handout.layout,
            body=handout.text,
            cards=[{"title": title, "text": words} for title, words in handout.cards],
        )
        for position, handout in enumerate(text.handouts, start=1)
    )


def create_chapter(curriculum: Curriculum, languages: dict[str, Text], base: str) -> None:
    facts = languages[base].facts
    chapter = Chapter.objects.create(
        curriculum=curriculum, code=facts["code"], **chapter_columns(facts)
    )
    create_chapter_texts(chapter, languages)


def chapter_columns(facts: dict[str, Any]) -> dict[str, Any]:
    return {name: facts[name] for name in ("position", "part", "books")}


def create_chapter_texts(chapter: Chapter, languages: dict[str, Text]) -> None:
    for text in languages.values():
        ChapterText.objects.create(chapter=chapter, body=text.body, **common_columns(text))


@transaction.atomic
def publish_curriculum(*, curriculum: Curriculum, by: User | None) -> None:
    """Freeze a draft for ever, and retire the version that was current before it.

    Raises Refusal when it is no draft any more (somebody was faster).
    """
    lock_programme(curriculum.programme)
    if previous := curriculum.successor():
        retire_curriculum(curriculum=previous, by=by)
    move(curriculum, CurriculumStatus.PUBLISHED, published_at=timezone.now(), published_by=by)
    rename_programme(curriculum)
    record(
        by=by,
        verb="curriculum.published",
        target=curriculum,
        organisation=curriculum.organisation,
        detail={"version": curriculum.version},
    )


@transaction.atomic
def retire_curriculum(*, curriculum: Curriculum, by: User | None) -> None:
    """Take a published version out of use; what was taught and printed from it stays readable.

    Raises Refusal when it is a draft or retired already.
    """
    move(curriculum, CurriculumStatus.RETIRED)
    record(
        by=by,
        verb="curriculum.retired",
        target=curriculum,
        organisation=curriculum.organisation,
    )


def move(curriculum: Curriculum, status: CurriculumStatus, **columns: Any) -> None:
    sources = [source for source, targets in MOVES.items() if status in targets]
    moved = Curriculum.objects.filter(pk=curriculum.pk, status__in=sources).update(
        status=status, **columns
    )
    curriculum.refresh_from_db()
    if not moved:
        raise Refusal(why_not_moved(CurriculumStatus(curriculum.status)))


def why_not_moved(status: CurriculumStatus) -> str:
    return {
        CurriculumStatus.DRAFT: _("This version is a draft; only a published one can be retired."),
        CurriculumStatus.PUBLISHED: _("This version is published already."),
        CurriculumStatus.RETIRED: _("This version is retired already."),
    }[status]


@transaction.atomic
def fork_curriculum(
    *, curriculum: Curriculum, organisation: Organisation, version: str, by: User
) -> Curriculum:
    """An organisation's own draft that begins as a copy of ``curriculum``.

    Raises Refusal when the organisation has this version already.
    """
    files = files_of(curriculum)
    line = f'version: "{version}"'
    source = re.sub(r"(?m)^version:.*$", line, files["curriculum.yaml"].decode())
    files["curriculum.yaml"] = source.encode()
    fork, new = load_package(files=files, by=by, organisation=organisation)
    if not new:
        raise Refusal(_("There is a version %(version)s already.") % {"version": version})
    Curriculum.objects.filter(pk=fork.pk).update(forked_from=curriculum)
    fork.refresh_from_db()
    return fork


@transaction.atomic
def collect_exercise(*, exercise: Exercise, exercise_list: ExerciseList) -> bool:
    """Put an exercise at the end of a list; False when it is there already.

    Raises Refusal for an exercise of a draft, which can still change or go away.
    """
    if exercise.module.curriculum.status not in FROZEN:
        raise Refusal(_("Only exercises of published curricula can be put on a list."))
    lock_list(exercise_list)
    if exercise_list.rows.filter(exercise=exercise).exists():
        return False
    if exercise_list.rows.count() >= MAX_LISTED:
        raise Refusal(_("A list has at most %(count)s exercises.") % {"count": MAX_LISTED})
    last = exercise_list.rows.aggregate(last=Max("position"))["last"] or 0
    exercise_list.rows.create(exercise=exercise, position=last + 1)
    touch(exercise_list)
    return True


@transaction.atomic
def drop_exercise(*, row: ListedExercise) -> None:
    lock_list(row.exercise_list)
    row.delete()
    touch(row.exercise_list)


@transaction.atomic
def move_exercise(*, row: ListedExercise, step: int, by: User) -> None:
    """Move a row up (-1) or down (+1) among those that its owner sees; at either end nothing
    happens."""
    lock_list(row.exercise_list)
    rows = list(row.exercise_list.rows_visible_to(by))
    here = rows.index(row) if row in rows else -1
    if here < 0 or not 0 <= here + step < len(rows):
        return
    one, other = rows[here], rows[here + step]
    one.position, other.position = other.position, one.position
    ListedExercise.objects.bulk_update([one, other], ["position"])
    touch(row.exercise_list)


def lock_list(exercise_list: ExerciseList) -> None:
    """The list is ours until the transaction ends. Raises ListGone when it was deleted."""
    if ExerciseList.objects.select_for_update().filter(pk=exercise_list.pk).first() is None:
        raise ListGone


def touch(exercise_list: ExerciseList) -> None:
    ExerciseList.objects.filter(pk=exercise_list.pk).update(changed_at=timezone.now())


@transaction.atomic
def create_list(*, title: str, owner: User) -> ExerciseList:
    """A new list. Raises Refusal when the owner has one of that name."""
    with unique_title():
        return ExerciseList.objects.create(owner=owner, title=title)


@transaction.atomic
def rename_list(*, exercise_list: ExerciseList, title: str) -> None:
    """Another name for a list. Raises Refusal when the owner has one of that name, and ListGone
    when it was deleted."""
    with unique_title():
        renamed = ExerciseList.objects.filter(pk=exercise_list.pk).update(title=title)
    if not renamed:
        raise ListGone


@contextmanager
def unique_title() -> Iterator[None]:
    try:
        with transaction.atomic():
            yield
    except IntegrityError:
        raise Refusal(_("You have a list of this name already.")) from None


@transaction.atomic
def delete_list(*, exercise_list: ExerciseList) -> None:
    """Delete a list for ever; the exercises stay."""
    exercise_list.delete()
