"""Reads of the editor."""

import io
import zipfile
from dataclasses import dataclass, field
from itertools import chain

from django.db.models import QuerySet

from programmes.actions import in_order
from programmes.models import Curriculum, CurriculumImage, DraftText, Saving, TextKind, TextVersion
from programmes.package.fields import take_apart
from programmes.queries import files_of

from .compare import Change, changes

# The same files give the same archive, whenever it is made.
BEGINNING_OF_TIME = (1980, 1, 1, 0, 0, 0)


def present_texts(curriculum: Curriculum) -> QuerySet[DraftText]:
    return DraftText.objects.filter(curriculum=curriculum, removed_at=None)


def files_of_draft(curriculum: Curriculum) -> dict[str, bytes]:
    """The files of a draft as its editors left them, faults and all."""
    images = CurriculumImage.objects.filter(curriculum=curriculum)
    return {
        **{text.path: text.source.encode() for text in present_texts(curriculum)},
        **{image.path: bytes(image.data) for image in images},
    }


def working_files(curriculum: Curriculum) -> dict[str, bytes]:
    """The files of any curriculum, edited in the browser or not."""
    return files_of_draft(curriculum) if is_edited(curriculum) else files_of(curriculum)


def is_edited(curriculum: Curriculum) -> bool:
    return present_texts(curriculum).exists()


def archive(files: dict[str, bytes]) -> bytes:
    """A .zip of a package; the same files give the same bytes."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED) as folder:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path, BEGINNING_OF_TIME)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.external_attr = 0o644 << 16
            folder.writestr(entry, files[path])
    return whole.getvalue()


@dataclass
class Group:
    """A module of a draft with its exercises, or exercises whose module is missing."""

    module: DraftText | None
    exercises: list[DraftText] = field(default_factory=list)


@dataclass
class Outline:
    """What a draft consists of, in order, and what keeps it from being published."""

    about: DraftText | None
    groups: list[Group]
    chapters: list[DraftText]
    translations: list[DraftText]
    removed: list[DraftText]

    @property
    def texts(self) -> list[DraftText]:
        inside = [[group.module, *group.exercises] for group in self.groups]
        all_texts = [self.about, *chain(*inside), *self.chapters, *self.translations]
        return [text for text in all_texts if text]

    @property
    def faulty(self) -> list[DraftText]:
        return [text for text in self.texts if text.faults]

    @property
    def fault_count(self) -> int:
        return sum(len(text.faults) for text in self.texts)

    @property
    def out_of_order(self) -> bool:
        """Whether the codes do not follow the order: then a package would lose the order."""
        modules = [group.module.code for group in self.groups if group.module]
        exercises = [[text.code for text in group.exercises] for group in self.groups]
        return any(codes != in_order(codes) for codes in [modules, *exercises])

    @property
    def ready(self) -> bool:
        return not self.faulty and not self.out_of_order


def outline_of(curriculum: Curriculum) -> Outline:
    """One query, whatever the size."""
    everything = list(
        DraftText.objects.filter(curriculum=curriculum).defer("source").select_related("changed_by")
    )
    texts = [text for text in everything if not text.removed_at]
    base = [text for text in texts if text.language == curriculum.base_language]
    groups = {t.folder: Group(t) for t in base if t.kind == TextKind.MODULE}
    for text in base:
        if text.kind == TextKind.EXERCISE:
            groups.setdefault(text.folder, Group(None)).exercises.append(text)
    return Outline(
        about=next((text for text in base if text.kind == TextKind.CURRICULUM), None),
        groups=list(groups.values()),
        chapters=[text for text in base if text.kind == TextKind.CHAPTER],
        translations=[text for text in texts if text.language != curriculum.base_language],
        removed=[text for text in everything if text.removed_at],
    )


def suggested_version(curriculum: Curriculum) -> str:
    """The next free number in the middle: 1.1.0 after 1.0.0."""
    same = Curriculum.objects.filter(programme__code=curriculum.programme.code)
    taken = set(same.values_list("version", flat=True))
    first, second = (int(number) for number in curriculum.version.split(".")[:2])
    while f"{first}.{second}.0" in taken:
        second += 1
    return f"{first}.{second}.0"


def is_new(text: DraftText) -> bool:
    """Begun from a template and not saved yet: not faulty, only empty."""
    last = text.versions.first()
    return last is not None and last.saving == Saving.BEGUN


def version_with(text: DraftText, digest: str) -> TextVersion | None:
    """The state of a text that somebody had opened."""
    return text.versions.filter(digest=digest).first()


@dataclass(frozen=True)
class Compared:
    """One file that differs between two versions; ``state`` is new, gone or changed."""

    path: str
    name: str
    state: str
    changes: list[Change]


KINDS = {
    "curriculum.yaml": TextKind.CURRICULUM,
    "chapters": TextKind.CHAPTER,
    "module": TextKind.MODULE,
}


def kind_of(path: str) -> str:
    folder, _slash, name = path.rpartition("/")
    known = KINDS.get(path) or KINDS.get(folder) or KINDS.get(name.partition(".")[0])
    return str(known or TextKind.EXERCISE)


def compared(old: Curriculum, new: Curriculum) -> list[Compared]:
    """All files that differ, in the order of their names; as many queries for any size."""
    before, after = working_files(old), working_files(new)
    paths = [path for path in sorted({*before, *after}) if before.get(path) != after.get(path)]
    return [compared_file(path, before.get(path), after.get(path)) for path in paths]


def compared_file(path: str, before: bytes | None, after: bytes | None) -> Compared:
    state = "new" if before is None else "gone" if after is None else "changed"
    if path.startswith("images/"):
        return Compared(path, path, state, [])
    old, new = (before or b"").decode(), (after or b"").decode()
    name = title_of(kind_of(path), new or old) or path
    if state != "changed":
        return Compared(path, name, state, [])
    return Compared(path, name, state, changes(kind_of(path), old, new))


def title_of(kind: str, source: str) -> str:
    whole = source if kind != TextKind.CURRICULUM else f"---\n{source}\n---\n"
    apart = take_apart(whole)
    front = apart[0] if apart else {}
    code = "" if kind == TextKind.CHAPTER else front.get("code", "")
    return f"{code} {front.get('title', '')}".strip()
