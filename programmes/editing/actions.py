"""The verbs of the editor. Each one locks the draft, changes files, and lays the rows anew."""

import hashlib
import re
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cocora.accounts.models import Organisation, User
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from programmes.actions import fork_curriculum, publish_curriculum
from programmes.models import (
    Curriculum,
    CurriculumImage,
    CurriculumStatus,
    DraftText,
    Programme,
    ProgrammeKind,
    PublishingNote,
    Saving,
    TextKind,
    TextVersion,
)
from programmes.package.faults import PackageFaulty
from programmes.package.fields import take_apart
from programmes.package.read import MAX_FILES, MAX_TEXT_BYTES
from programmes.package.writing import write_yaml

from .codes import (
    CODE_LINE,
    EXERCISE,
    MODULE,
    free_name,
    next_code,
    recoded,
    renamed,
    stem,
)
from .laying import lay
from .pictures import Picture
from .queries import outline_of, present_texts
from .templates import name_of, new_about, new_chapter, new_exercise, new_module

LONGEST_TITLE = 120


class Overtaken(Exception):
    """Somebody else has saved this text since the form was opened."""


def digest_of_text(source: str) -> str:
    return hashlib.sha256(source.encode()).hexdigest()


# --- the whole draft ------------------------------------------------------------------------


@transaction.atomic
def begin_version(
    *, curriculum: Curriculum, organisation: Organisation, version: str, by: User
) -> Curriculum:
    """An organisation's own draft that begins as a copy. Raises Refusal when it has that version
    of this programme already."""
    taken = Curriculum.objects.filter(
        programme__code=curriculum.programme.code, organisation=organisation, version=version
    )
    if taken.exists():
        raise Refusal(
            _("%(organisation)s has a version %(version)s already. Choose another number.")
            % {"organisation": organisation, "version": version}
        )
    try:
        draft = fork_curriculum(
            curriculum=curriculum, organisation=organisation, version=version, by=by
        )
    except PackageFaulty:
        raise Refusal(_("This draft has things to mend; mend them before you copy it.")) from None
    record(by=by, verb="draft.begun", target=draft, organisation=organisation)
    return draft


@transaction.atomic
def begin_curriculum(*, organisation: Organisation, facts: dict[str, Any], by: User) -> Curriculum:
    """An own programme with an empty draft. Raises Refusal when its code is taken."""
    code = facts["programme"]
    core = Programme.objects.filter(code=code, organisation=None)
    own = Programme.objects.filter(code=code, organisation=organisation)
    if core.exists() or own.exists():
        raise Refusal(_("There is a programme “%(code)s” already.") % {"code": code})
    programme = Programme.objects.create(
        organisation=organisation, code=code, kind=ProgrammeKind.PROGRAMME, name=facts["name"]
    )
    source = new_about(facts)
    names = ("version", "title", "summary", "base_language", "licence", "publisher")
    draft = Curriculum.objects.create(
        programme=programme,
        organisation=organisation,
        source=source,
        **{name: facts[name] for name in names},
    )
    add_text(draft, TextKind.CURRICULUM, "curriculum.yaml", source, by, position=0)
    lay(draft)
    record(by=by, verb="draft.begun", target=draft, organisation=organisation)
    return draft


@transaction.atomic
def change_about(*, draft: Curriculum, facts: dict[str, str], base: str, by: User) -> None:
    """Version, title and the like; the rest of curriculum.yaml stays as it is.

    Raises Refusal when the version is taken, and Overtaken when somebody was faster.
    """
    lock(draft)
    text = present_texts(draft).get(kind=TextKind.CURRICULUM)
    if text.digest != base:
        raise Overtaken
    others = Curriculum.objects.filter(
        programme=draft.programme, organisation=draft.organisation, version=facts["version"]
    )
    if others.exclude(pk=draft.pk).exists():
        raise Refusal(_("There is a version %(version)s already.") % {"version": facts["version"]})
    change_source(text, with_facts(text.source, facts), Saving.SAVED, by)
    settle(draft, "draft.saved", by, text)


def with_facts(source: str, facts: dict[str, str]) -> str:
    apart = take_apart(f"---\n{source}\n---\n")
    return write_yaml({**(apart[0] if apart else {}), **facts})


@transaction.atomic
def publish_draft(*, draft: Curriculum, note: str, by: User) -> None:
    """Freeze a draft for ever, with a note of what is new. Raises Refusal while it has faults."""
    lock(draft)
    lay(draft)
    outline = outline_of(draft)
    if outline.fault_count:
        raise Refusal(
            ngettext(
                "%(count)s thing has to be mended before this can be published.",
                "%(count)s things have to be mended before this can be published.",
                outline.fault_count,
            )
            % {"count": outline.fault_count}
        )
    if outline.out_of_order:
        raise Refusal(_("The codes do not follow the order yet. Renumber first."))
    draft.refresh_from_db()
    # The note goes first: what belongs to a published version can't be added to it any more.
    PublishingNote.objects.create(curriculum=draft, words=note)
    publish_curriculum(curriculum=draft, by=by)


@transaction.atomic
def delete_draft(*, draft: Curriculum, by: User) -> None:
    """Delete a draft for ever, with its history and pictures."""
    lock(draft)
    record(
        by=by,
        verb="draft.deleted",
        target=draft,
        organisation=draft.organisation,
        detail={"version": draft.version},
    )
    programme = draft.programme
    try:
        draft.delete()
    except ProtectedError:
        raise Refusal(
            _("This draft is used elsewhere: on a list, as a book, or as the model of another.")
        ) from None
    if programme.organisation_id and not programme.curricula.exists():
        programme.delete()


# --- texts ----------------------------------------------------------------------------------


@transaction.atomic
def save_text(*, text: DraftText, source: str, base: str, merged: bool, by: User) -> bool:
    """Save a text that was opened when its digest was ``base``; whether anything changed.

    Raises Overtaken when somebody else has saved it since, and Refusal when it is too long.
    """
    text = lock_text(text)
    if text.digest != base:
        raise Overtaken
    if text.source == source:
        return False
    change_source(text, source, Saving.MERGED if merged else Saving.SAVED, by)
    follow_code(text)
    settle(text.curriculum, "draft.saved", by, text)
    return True


@transaction.atomic
def restore_version(*, version: TextVersion, by: User) -> DraftText:
    """Make an earlier text the current one; what was current stays in the history."""
    text = lock_text(version.text)
    change_source(text, version.source, Saving.RESTORED, by)
    follow_code(text)
    settle(text.curriculum, "draft.restored", by, text)
    return text


@transaction.atomic
def add_module(*, draft: Curriculum, title: str, by: User) -> DraftText:
    lock(draft)
    modules = present_texts(draft).filter(kind=TextKind.MODULE)
    code = next_code(list(modules.values_list("code", flat=True)), draft.programme.code)
    path = f"{name_of(code, title)}/module.{draft.base_language}.md"
    text = add_text(draft, TextKind.MODULE, path, new_module(code, title), by)
    settle(draft, "draft.added", by, text)
    return text


@transaction.atomic
def add_exercise(*, module: DraftText, title: str, by: User) -> DraftText:
    draft = lock(module.curriculum)
    exercises = present_texts(draft).filter(
        kind=TextKind.EXERCISE, path__startswith=f"{module.folder}/"
    )
    last = [int(code.rpartition(".")[2]) for code in exercises.values_list("code", flat=True)
            if code.rpartition(".")[2].isdecimal()]  # fmt: skip
    code = f"{module.code}.{max(last, default=0) + 1}"
    path = f"{module.folder}/{name_of(code, title)}.{draft.base_language}.md"
    text = add_text(draft, TextKind.EXERCISE, path, new_exercise(code, title), by)
    settle(draft, "draft.added", by, text)
    return text


@transaction.atomic
def add_chapter(*, draft: Curriculum, title: str, by: User) -> DraftText:
    lock(draft)
    chapters = present_texts(draft).filter(kind=TextKind.CHAPTER)
    taken = set(chapters.values_list("code", flat=True))
    position = max(chapters.values_list("position", flat=True), default=0) + 10
    code = free_name(name_of("", title).strip("-"), taken)
    path = f"chapters/{code}.{draft.base_language}.md"
    source = new_chapter(code, title, min(position, 999))
    text = add_text(draft, TextKind.CHAPTER, path, source, by, position=position)
    settle(draft, "draft.added", by, text)
    return text


@transaction.atomic
def remove_text(*, text: DraftText, by: User) -> None:
    """Take a text out of the draft; it can be brought back. A module takes its exercises along,
    a base text its translations."""
    text = lock_text(text)
    now = timezone.now()
    for gone in [text, *belonging_to(text)]:
        gone.removed_at, gone.changed_at, gone.changed_by = now, now, by
        gone.save()
        keep_version(gone, Saving.REMOVED, by)
    settle(text.curriculum, "draft.removed", by, text)


def belonging_to(text: DraftText) -> list[DraftText]:
    others = present_texts(text.curriculum).exclude(pk=text.pk)
    if text.kind == TextKind.MODULE and text.language == text.curriculum.base_language:
        return list(others.filter(path__startswith=f"{text.folder}/"))
    if text.language == text.curriculum.base_language:
        return list(others.filter(path__startswith=f"{stem(text.path)}."))
    return []


@transaction.atomic
def return_text(*, text: DraftText, by: User) -> None:
    """Bring a removed text back, and what was removed together with it."""
    lock(text.curriculum)
    together = DraftText.objects.filter(
        curriculum=text.curriculum, removed_at=text.removed_at
    ).exclude(removed_at=None)
    for back in together:
        back.removed_at, back.changed_at, back.changed_by = None, timezone.now(), by
        save_under_its_name(back)
        keep_version(back, Saving.RETURNED, by)
    settle(text.curriculum, "draft.returned", by, text)


def save_under_its_name(text: DraftText) -> None:
    try:
        with transaction.atomic():
            text.save()
    except IntegrityError:
        raise Refusal(
            _("Another text is called %(path)s by now. Rename or delete that one first.")
            % {"path": text.path}
        ) from None


@transaction.atomic
def move_text(*, text: DraftText, step: int, by: User) -> None:
    """Move a module or exercise among its neighbours; past either end it stays at that end."""
    text = lock_text(text)
    base = present_texts(text.curriculum).filter(
        kind=text.kind, language=text.curriculum.base_language
    )
    if text.kind == TextKind.EXERCISE:
        base = base.filter(path__startswith=f"{text.folder}/")
    rows = list(base)
    here = rows.index(text)
    rows.insert(min(max(here + step, 0), len(rows) - 1), rows.pop(here))
    places = sorted(row.position for row in rows)
    first = places[0]
    for place, row in enumerate(rows):
        row.position = first + place
    DraftText.objects.bulk_update(rows, ["position"])
    settle(text.curriculum, "draft.moved", by, text)


# --- codes ----------------------------------------------------------------------------------


@transaction.atomic
def renumber(*, draft: Curriculum, by: User) -> int:
    """Let the codes follow the order; the number of texts whose code changed.

    File names, translations, prerequisites and mentions of exercises (P2.3) follow their codes.
    A mention of a module stays: "A4" may be a module or a sheet of paper.
    """
    lock(draft)
    modules, exercises = new_codes(draft)
    changed = {**modules, **exercises}
    moved = {old: new for old, new in changed.items() if old != new}
    if not moved:
        return 0
    texts = list(present_texts(draft).exclude(kind=TextKind.CURRICULUM))
    paths = {text.pk: renamed(text.path, modules, exercises) for text in texts}
    # Two texts may swap their names: out of the way first.
    for text in texts:
        text.path = f"aside/{text.pk}"
    DraftText.objects.bulk_update(texts, ["path"])
    for text in texts:
        text.path = paths[text.pk]
        change_source(text, recoded(text.source, modules, exercises), Saving.RENUMBERED, by)
    settle(draft, "draft.renumbered", by, draft)
    return len(moved)


def new_codes(draft: Curriculum) -> tuple[dict[str, str], dict[str, str]]:
    modules: dict[str, str] = {}
    exercises: dict[str, str] = {}
    groups = [group for group in outline_of(draft).groups if group.module]
    codes = [group.module.code for group in groups if group.module]
    letters = next((m[1] for code in codes if (m := MODULE.match(code))), "M")
    for place, group in enumerate(groups, start=1):
        if group.module:
            modules[group.module.code] = f"{letters}{place}"
        for number, text in enumerate(group.exercises, start=1):
            exercises[text.code] = f"{letters}{place}.{number}"
    if len(modules) < len(groups) or len(exercises) < sum(len(g.exercises) for g in groups):
        raise Refusal(_("Two texts have the same code. Give one of them another code first."))
    return modules, exercises


def follow_code(text: DraftText) -> None:
    """A text whose code was changed gets the file name that goes with it, its translations too."""
    if text.kind == TextKind.EXERCISE and re.fullmatch(EXERCISE, text.code):
        wanted = path_for(text)
    elif text.kind == TextKind.CHAPTER and re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", text.code):
        wanted = f"chapters/{text.code}.{text.language}.md"
    else:
        return
    if wanted == text.path or text.language != text.curriculum.base_language:
        return
    for other in belonging_to(text):
        other.path = f"{stem(wanted)}.{other.language}.md"
        source = CODE_LINE.sub(f"code: {text.code}", other.source, count=1)
        change_source(other, source, Saving.RENUMBERED, text.changed_by)
    if wanted.partition("/")[0] != text.folder:
        places = present_texts(text.curriculum).filter(kind=text.kind).values_list("position")
        text.position = max(place for (place,) in places) + 1
    text.path = wanted
    save_under_its_name(text)


def path_for(text: DraftText) -> str:
    """Where an exercise of this code belongs: the folder of its module, if there is one."""
    home = present_texts(text.curriculum).filter(
        kind=TextKind.MODULE, code=text.code.partition(".")[0]
    )
    module = home.first()
    folder = module.folder if module else text.folder
    name = stem(text.path).rpartition("/")[2]
    words = re.sub(r"^[a-z]{1,3}[0-9]{1,2}-[0-9]{1,2}-", "", name)
    taken = {
        stem(path)
        for path in present_texts(text.curriculum)
        .exclude(pk__in=[text.pk, *(other.pk for other in belonging_to(text))])
        .values_list("path", flat=True)
    }
    wanted = f"{folder}/{name_of(text.code, words)}"
    return f"{free_name(wanted, taken)}.{text.language}.md"


# --- pictures -------------------------------------------------------------------------------


@transaction.atomic
def add_picture(*, draft: Curriculum, picture: Picture, by: User) -> CurriculumImage:
    """Keep a picture that was checked; one that is there already is not kept twice."""
    lock(draft)
    there = CurriculumImage.objects.filter(curriculum=draft, digest=picture.digest).first()
    if there:
        return there
    if present_texts(draft).count() + draft.images.count() >= MAX_FILES:
        raise Refusal(_("A curriculum has at most %(count)s files.") % {"count": MAX_FILES})
    image = CurriculumImage.objects.create(
        curriculum=draft, path=picture.path, data=picture.data, digest=picture.digest
    )
    settle(draft, "draft.picture_added", by, image)
    return image


@transaction.atomic
def remove_picture(*, draft: Curriculum, image: CurriculumImage, by: User) -> None:
    """Delete a picture. Raises Refusal while a text shows it."""
    lock(draft)
    shown = present_texts(draft).filter(source__contains=f"({image.path}").first()
    if shown:
        raise Refusal(
            _("“%(text)s” shows this picture. Take it out there first.") % {"text": shown}
        )
    record(by=by, verb="draft.picture_removed", target=image, organisation=draft.organisation)
    image.delete()
    lay(draft)


# --- what all of them do --------------------------------------------------------------------


def lock(draft: Curriculum) -> Curriculum:
    """One editor at a time. Raises Refusal when it is no draft any more."""
    held = Curriculum.objects.select_for_update().filter(pk=draft.pk).order_by("pk").first()
    if held is None or held.status != CurriculumStatus.DRAFT:
        raise Refusal(_("This version has been published or deleted meanwhile."))
    return draft


def lock_text(text: DraftText) -> DraftText:
    """The text as it is now, ours until the transaction ends."""
    lock(text.curriculum)
    found = DraftText.objects.select_related("curriculum").filter(pk=text.pk, removed_at=None)
    held = found.first()
    if held is None:
        raise Refusal(_("Somebody has deleted this text meanwhile. It can be brought back."))
    return held


def add_text(
    draft: Curriculum,
    kind: TextKind,
    path: str,
    source: str,
    by: User,
    position: int | None = None,
) -> DraftText:
    texts = present_texts(draft)
    if texts.count() + draft.images.count() >= MAX_FILES:
        raise Refusal(_("A curriculum has at most %(count)s files.") % {"count": MAX_FILES})
    last = max(texts.filter(kind=kind).values_list("position", flat=True), default=0)
    text = DraftText(
        curriculum=draft,
        kind=kind,
        language=draft.base_language,
        path=path,
        position=last + 1 if position is None else position,
    )
    change_source(text, source, Saving.BEGUN, by)
    return text


def change_source(text: DraftText, source: str, saving: Saving, by: User | None) -> None:
    """Write a new source into the row; each state that was ever saved stays in the history."""
    refuse_what_cannot_be_kept(source)
    if text.pk and not text.versions.exists():
        TextVersion.objects.create(
            text=text,
            saving=Saving.BEGUN,
            source=text.source,
            digest=text.digest,
            saved_at=text.curriculum.loaded_at,
        )
    text.source, text.digest = source, digest_of_text(source)
    text.changed_at, text.changed_by = timezone.now(), by
    read_columns(text)
    save_under_its_name(text)
    keep_version(text, saving, by)


def refuse_what_cannot_be_kept(source: str) -> None:
    if len(source.encode()) > MAX_TEXT_BYTES:
        raise Refusal(
            _("This text is too long: a text has at most %(count)s thousand letters.")
            % {"count": MAX_TEXT_BYTES // 1024}
        )
    if "\x00" in source:
        raise Refusal(_("The text has a character that can't be kept (NUL)."))


def read_columns(text: DraftText) -> None:
    """Code and title for lists; what can't be read stays as it was."""
    whole = text.source if text.kind != TextKind.CURRICULUM else f"---\n{text.source}\n---\n"
    apart = take_apart(whole)
    front = apart[0] if apart else {}
    text.code = str(front.get("code") or text.code)[:60]
    text.title = str(front.get("title") or text.title)[:LONGEST_TITLE]


def keep_version(text: DraftText, saving: Saving, by: User | None) -> None:
    TextVersion.objects.create(
        text=text, saving=saving, source=text.source, digest=text.digest, saved_by=by
    )


def settle(
    draft: Curriculum, verb: str, by: User, target: Curriculum | DraftText | CurriculumImage
) -> None:
    """Lay the rows, and write down who did it."""
    lay(draft)
    record(by=by, verb=verb, target=target, organisation=draft.organisation)
