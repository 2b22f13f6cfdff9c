"""An exercise on its pages: facts, time line, steps, debrief, and its handouts to copy and cut."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from cocora.common.markdown import render
from handbooks.compose.changes import in_language
from handbooks.compose.desk import Desk, image_base
from handbooks.compose.labels import field_labels
from handbooks.engine.document import Chapter as Printed
from handbooks.engine.document import Entry
from handbooks.models import BookPart
from programmes.models import Curriculum, Exercise, ExerciseText, Handout, TextKind
from programmes.queries import with_clock
from programmes.vocabulary import Level

SUBHEADING = re.compile(r"(</?h)([2-5])\b")
CARE = ("Safeguarding", "Opt-out")
AFTER_CARE = (
    "Tips", "What can go wrong", "Shorter", "Longer", "Online", "Adaptation", "Follow-up",
)  # fmt: skip
# Names of the fields that stand in the box at the head.
FACTS = {
    "minutes_minimum", "minutes_typical", "group_minimum", "group_maximum", "ages_minimum",
    "ages_maximum", "complexity", "intensity", "method", "setting", "online",
}  # fmt: skip


@dataclass(frozen=True)
class Field:
    """A text with its label in the left column."""

    label: str
    html: str


class ExercisePages:
    """One exercise, and what it was in the version whose changes are marked."""

    def __init__(self, desk: Desk, exercise: Exercise, curriculum: Curriculum) -> None:
        self.desk, self.exercise, self.curriculum = desk, exercise, curriculum
        self.words: ExerciseText = desk.words(exercise.texts.all(), curriculum)
        self.anchor = desk.anchor(curriculum, exercise.code)
        changes = desk.changes if desk.marks(curriculum) else None
        row = changes.exercises.get(exercise.code) if changes else None
        self.before: ExerciseText | None = in_language(row, self.words.language)
        self.is_new = changes is not None and row is None
        self.changed = (
            set(changes.pair(TextKind.EXERCISE, exercise, row).names) if changes and row else set()
        )

    def printed(self, level: int) -> list[Printed]:
        """The exercise, and each of its sheets by itself: who edits the one sets nothing else."""
        sheets = self.sheets() if self.desk.has(BookPart.HANDOUTS) else []
        return [self.steps_and_facts(level), *map(self.sheet, sheets)]

    def steps_and_facts(self, level: int) -> Printed:
        exercise, words = self.exercise, self.words
        html = self.desk.html(
            "exercise",
            anchor=self.anchor,
            exercise=exercise,
            text=words,
            is_new=self.is_new,
            changed=self.changed,
            facts_changed=not self.changed.isdisjoint(FACTS),
            complexity=dots(exercise.complexity),
            intensity=dots(exercise.intensity),
            objectives=self.field("Objectives"),
            preparation=self.field("Preparation"),
            steps=self.steps(),
            debrief=self.debrief(),
            closing=self.field("Closing"),
            care=self.fields(CARE),
            after=self.fields(AFTER_CARE),
            sheets_left_out=bool(words.handouts.all()) and not self.desk.has(BookPart.HANDOUTS),
        )
        return self.around(f"exercise:{self.anchor}", html, self.entry(level))

    def entry(self, level: int) -> Entry:
        return Entry(level, self.anchor, self.exercise.code, self.words.title)

    def around(self, key: str, html: str, entry: Entry) -> Printed:
        """Its running head, side mark and colour."""
        tone, tab = self.curriculum.programme.code, self.exercise.code.split(".")[0]
        return self.desk.printed(key, html, entry, tone, tab)

    def prose(self, text: str, before: str | None = None) -> str:
        return self.desk.prose(text, self.curriculum, before)

    def field(self, name: str) -> Field:
        text = self.words.sections.get(name, "")
        before = self.before.sections.get(name, "") if self.before else None
        return Field(field_labels()[name], self.prose(text, before))

    def fields(self, names: Iterable[str]) -> list[Field]:
        return [self.field(name) for name in names if self.words.sections.get(name)]

    def steps(self) -> list[dict[str, Any]]:
        """The steps with their minutes, and their share of the time line in per cent."""
        rows = with_clock(self.words.steps)
        total = sum(row["minutes"] for row in rows) or 1
        return [
            {
                **row,
                "html": self.prose(row["text"], self.step_before(number, row)),
                "changed": self.has_new_head(row),
                "share": f"{100 * row['minutes'] / total:.3f}",
            }
            for number, row in enumerate(rows)
        ]

    def step_before(self, number: int, step: dict[str, Any]) -> str | None:
        """The text of the step as it was: that of its title, else that of its place."""
        if not self.before:
            return None
        by_title = {row["title"]: row["text"] for row in self.before.steps}
        there = self.before.steps[number]["text"] if number < len(self.before.steps) else ""
        return str(by_title.get(step["title"], there))

    def has_new_head(self, step: dict[str, Any]) -> bool:
        if not self.before:
            return False
        heads = {(row["title"], row["minutes"]) for row in self.before.steps}
        return (step["title"], step["minutes"]) not in heads

    def debrief(self) -> list[list[dict[str, Any]]]:
        """The four boxes of questions in rows of two."""
        labels = {"Feel": _("Feel"), "Notice": _("Notice"), "Connect": _("Connect"),
                  "Act": _("Act")}  # fmt: skip
        boxes = [
            {
                "look": name.lower(),
                "label": label,
                "questions": self.questions(name),
            }
            for name, label in labels.items()
        ]
        return [boxes[:2], boxes[2:]]

    def questions(self, name: str) -> list[tuple[str, bool]]:
        """Each question, and whether it was not asked before."""
        known = self.before.debrief.get(name, []) if self.before else None
        return [
            (question, known is not None and question not in known)
            for question in self.words.debrief.get(name, [])
        ]

    # --- handouts -----------------------------------------------------------------------------

    def sheet(self, facts: dict[str, Any]) -> Printed:
        """A sheet on pages of its own; the contents do not name it."""
        html = self.desk.html(
            "sheet", anchor=self.anchor, exercise=self.exercise, text=self.words, sheet=facts
        )
        page = self.around(f"sheet:{self.anchor}-{facts['code']}", html, self.entry(0))
        return replace(page, entry=None)

    def sheets(self) -> Iterator[dict[str, Any]]:
        before = {row.code: row for row in self.before.handouts.all()} if self.before else {}
        for handout in self.words.handouts.all():
            old = before.get(handout.code)
            yield {
                "code": handout.code,
                "title": handout.title,
                "body": self.sheet_body(handout),
                "rows": card_rows(handout.cards, image_base(self.curriculum)),
                "count": len(handout.cards),
                "changed": self.before is not None
                and (old is None or content_of(old) != content_of(handout)),
            }

    def sheet_body(self, handout: Handout) -> str:
        """A sheet is copied and handed out, so it has no references to pages of this book."""
        return below_title(render(handout.body, image_base(self.curriculum)))


def content_of(handout: Handout) -> tuple[Any, ...]:
    return handout.title, handout.body, handout.cards


def dots(level: int) -> list[bool]:
    """One dot for each level, filled up to this one."""
    return [value <= level for value in Level.values]


def below_title(html: str) -> SafeString:
    """The headings of a handout's text one level down: its title stands above them."""
    return SafeString(SUBHEADING.sub(lambda match: f"{match[1]}{int(match[2]) + 1}", html))


def card_rows(cards: list[dict[str, Any]], base: str) -> list[list[dict[str, Any] | None]]:
    """Cards in rows of two, the last one beside an empty place."""
    numbered: list[dict[str, Any] | None] = [
        {**card, "html": render(card["text"], base), "number": number}
        for number, card in enumerate(cards, 1)
    ]
    padded = [*numbered, None] if len(numbered) % 2 else numbered
    return [list(pair) for pair in zip(padded[::2], padded[1::2], strict=True)]
