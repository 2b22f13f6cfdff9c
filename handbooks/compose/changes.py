"""What differs between a version and an older one, and the older texts to compare with."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from handbooks.compose.labels import label_for
from programmes.editing.compare import parts_of
from programmes.models import (
    ChapterText,
    Curriculum,
    ExerciseText,
    LanguageText,
    TextKind,
)
from programmes.package.body import split_sections
from programmes.queries import modules_of, shown

# Where a text stands in a book is no news to who reads it.
UNSEEN = {"code", "part", "position", "books", "prerequisites"}


@dataclass(frozen=True)
class Pair:
    """A text now and as it was, each as written and in the language of the book."""

    kind: TextKind
    now: tuple[LanguageText, LanguageText]
    before: tuple[LanguageText, LanguageText]

    @property
    def names(self) -> list[str]:
        """The fields that differ, in the order of the form."""
        now, before = self.parts(self.now), self.parts(self.before)
        names = [*now, *(name for name in before if name not in now)]
        return [
            name
            for name in names
            if now.get(name, "") != before.get(name, "") and name not in UNSEEN
        ]

    def parts(self, texts: tuple[LanguageText, LanguageText]) -> dict[str, str]:
        """The words of a translation over the numbers of what it was made from."""
        written, shown_ = (parts_of(self.kind, text.source) for text in texts)
        return {**written, **{name: value for name, value in shown_.items() if value}}

    def details(self) -> list[str]:
        """The same in words, steps by their numbers and chapters by their headings."""
        return list(dict.fromkeys(word for name in self.names for word in self.words_for(name)))

    def words_for(self, name: str) -> list[str]:
        now, before = self.now[1], self.before[1]
        if name == "steps":
            return steps_in_words(new_steps(now, before))
        if isinstance(now, ChapterText) and isinstance(before, ChapterText) and name == "body":
            return list(changed_headings(now.body, before.body))
        return [label_for(name)]


def new_steps(now: LanguageText, before: LanguageText) -> list[int]:
    """The numbers of the steps that do not stand in the older text; one that only moved does."""
    if not isinstance(now, ExerciseText) or not isinstance(before, ExerciseText):
        return []
    return [number for number, step in enumerate(now.steps, 1) if step not in before.steps]


def steps_in_words(numbers: list[int]) -> list[str]:
    if not numbers:
        return [_("Steps")]
    words = ngettext("Step {numbers}", "Steps {numbers}", len(numbers))
    return [words.format(numbers=", ".join(map(str, numbers)))]


def changed_headings(now: str, before: str) -> Iterator[str]:
    """The headings below which a text differs; those that went are named as gone."""
    new, old = sections_of(now), sections_of(before)
    for title, text in new.items():
        if old.get(title) != text:
            yield title or _("Beginning")
    for title in old:
        if title not in new:
            yield _("removed: {title}").format(title=title)


def sections_of(body: str) -> dict[str, str]:
    first, found = split_sections(body, level=2)
    return {"": str(first).strip(), **{row.title: row.text.strip() for row in found}}


class Changes:
    """``new`` beside ``old``. Texts are found by their codes, which are what stays."""

    def __init__(self, old: Curriculum, new: Curriculum, language: str) -> None:
        self.old, self.new, self.language = old, new, language
        modules = list(modules_of(old).prefetch_related("exercises__texts__handouts"))
        self.modules = {row.code: row for row in modules}
        self.exercises = {row.code: row for module in modules for row in module.exercises.all()}
        self.chapters = {row.code: row for row in old.chapters.all()}

    def pair(self, kind: TextKind, now: Any, before: Any) -> Pair:
        """Of two rows of a module, exercise or chapter."""
        new, old = list(now.texts.all()), list(before.texts.all())
        there = {text.language for text in new} & {text.language for text in old}
        language = self.language if self.language in there else ""
        return Pair(kind, self.texts(new, self.new, language), self.texts(old, self.old, language))

    @staticmethod
    def texts(
        texts: list[LanguageText], curriculum: Curriculum, language: str
    ) -> tuple[LanguageText, LanguageText]:
        base = curriculum.base_language
        return shown(texts, base, base).text, shown(texts, language, base).text


def in_language(row: Any, language: str) -> Any:
    """The text of an older row to compare word by word; None when there is none."""
    texts = row.texts.all() if row else []
    return next((text for text in texts if text.language == language), None)
