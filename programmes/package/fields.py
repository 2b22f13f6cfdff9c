"""The fields of a text as a form shows them: plain strings, also where the text has faults.

``check.py`` says what is wrong with a text; this module only takes apart what is there, so that
somebody can mend it. ``writing.py`` puts the fields together again.
"""

import re
from dataclasses import dataclass, field
from typing import Any, TypeVar

from programmes.package.body import BULLET, Section, bullets, split_sections
from programmes.package.faults import Fault
from programmes.package.frontmatter import read_yaml
from programmes.package.parts import DEBRIEF_SECTIONS, EXERCISE_SECTIONS, MODULE_SECTIONS

STEP = re.compile(r"^(?:\d+\.\s*)?(?P<title>.*?)\s*(?:\((?P<minutes>[^()]*?)\s*min\))?$")
HANDOUT = re.compile(
    r"^Handout:\s*(?P<title>.*?)\s*"
    r"(?:\{\s*(?P<code>[^{}]*?)\s*\b(?P<layout>cards|sheet)?\s*\})?$"
)
# Steps and debrief are taken apart into rows; all other sections are one Markdown text each.
PLAIN_SECTIONS = tuple(name for name in EXERCISE_SECTIONS if name not in ("Steps", "Debrief"))

Row = dict[str, Any]


@dataclass
class ExerciseFields:
    """An exercise. Numbers are strings, because somebody may have typed anything."""

    code: str = ""
    title: str = ""
    summary: str = ""
    type: str = ""
    method: str = ""
    complexity: str = ""
    intensity: str = ""
    minutes_minimum: str = ""
    minutes_typical: str = ""
    group_minimum: str = ""
    group_maximum: str = ""
    ages_minimum: str = ""
    ages_maximum: str = ""
    setting: str = ""
    space: str = ""
    online: str = ""
    topics: list[str] = field(default_factory=list)
    competences: list[str] = field(default_factory=list)
    materials: list[Row] = field(default_factory=list)
    sources: list[str] = field(default_factory=list)
    sections: dict[str, str] = field(default_factory=lambda: dict.fromkeys(PLAIN_SECTIONS, ""))
    steps: list[Row] = field(default_factory=list)
    debrief: dict[str, list[str]] = field(default_factory=lambda: {n: [] for n in DEBRIEF_SECTIONS})
    handouts: list[Row] = field(default_factory=list)


@dataclass
class ModuleFields:
    code: str = ""
    title: str = ""
    summary: str = ""
    topic: str = ""
    prerequisites: list[str] = field(default_factory=list)
    sections: dict[str, str] = field(default_factory=lambda: dict.fromkeys(MODULE_SECTIONS, ""))


@dataclass
class ChapterFields:
    code: str = ""
    title: str = ""
    summary: str = ""
    part: str = ""
    position: str = ""
    books: list[str] = field(default_factory=list)
    body: str = ""


Fields = ExerciseFields | ModuleFields | ChapterFields
Shape = TypeVar("Shape", ExerciseFields, ModuleFields, ChapterFields)


def take_apart(source: str) -> tuple[dict[str, Any], str] | None:
    """Front matter and body; None when the front matter can't be read."""
    lines = source.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    ends = [row for row, line in enumerate(lines[1:], start=1) if line.rstrip() == "---"]
    if lines[0].rstrip() != "---" or not ends:
        return None
    faults: list[Fault] = []
    head = "\n".join(lines[1 : ends[0]])
    read = read_yaml(head, path="", first_line=2, faults=faults)
    return (read.values, "\n".join(lines[ends[0] + 1 :])) if read else None


def exercise_fields(front: dict[str, Any], body: str) -> ExerciseFields:
    _before, found = split_sections(body, level=2)
    texts = {section.title: section.text for section in found}
    fields = ExerciseFields(
        **words(front, "code", "title", "summary", "type", "method", "complexity", "intensity"),
        **words(front, "setting", "space", "online"),
        minutes_minimum=inner(front, "minutes", "minimum"),
        minutes_typical=inner(front, "minutes", "typical"),
        group_minimum=inner(front, "group", "minimum"),
        group_maximum=inner(front, "group", "maximum"),
        ages_minimum=inner(front, "ages", "minimum"),
        ages_maximum=inner(front, "ages", "maximum"),
        topics=listed(front, "topics"),
        competences=listed(front, "competences"),
        materials=materials_in(front),
        sources=listed(front, "sources"),
        sections={name: texts.get(name, "") for name in PLAIN_SECTIONS},
        steps=steps_in(texts.get("Steps", "")),
        debrief=debrief_in(texts.get("Debrief", "")),
        handouts=[handout_in(s) for s in found if s.title.startswith("Handout:")],
    )
    return fields


def module_fields(front: dict[str, Any], body: str) -> ModuleFields:
    _before, found = split_sections(body, level=2)
    texts = {section.title: section.text for section in found}
    return ModuleFields(
        **words(front, "code", "title", "summary", "topic"),
        prerequisites=listed(front, "prerequisites"),
        sections={name: texts.get(name, "") for name in MODULE_SECTIONS},
    )


def chapter_fields(front: dict[str, Any], body: str) -> ChapterFields:
    return ChapterFields(
        **words(front, "code", "title", "summary", "part", "position"),
        books=listed(front, "books"),
        body=body.strip(),
    )


def word(value: Any) -> str:
    """A value of the front matter as somebody would type it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def words(front: dict[str, Any], *names: str) -> dict[str, str]:
    return {name: word(front.get(name)) for name in names}


def inner(front: dict[str, Any], outer: str, name: str) -> str:
    values = front.get(outer)
    return word(values.get(name)) if isinstance(values, dict) else ""


def listed(front: dict[str, Any], name: str) -> list[str]:
    values = front.get(name)
    return [word(value) for value in values] if isinstance(values, list) else []


def materials_in(front: dict[str, Any]) -> list[Row]:
    values = front.get("materials")
    rows = values if isinstance(values, list) else []
    return [words(row, "item", "quantity", "handout") for row in rows if isinstance(row, dict)]


def steps_in(text: str) -> list[Row]:
    _before, parts = split_sections(text, level=3)
    return [step_in(part) for part in parts]


def step_in(part: Section) -> Row:
    match = STEP.match(part.title)
    title, minutes = (match["title"], match["minutes"]) if match else (part.title, "")
    return {"title": title, "minutes": minutes or "", "text": part.text}


def debrief_in(text: str) -> dict[str, list[str]]:
    _before, parts = split_sections(text, level=3)
    questions = {part.title: bullets(part.text) for part in parts}
    return {name: questions.get(name, []) for name in DEBRIEF_SECTIONS}


def handout_in(section: Section) -> Row:
    match = HANDOUT.match(section.title)
    row = match.groupdict(default="") if match else {"title": "", "code": "", "layout": ""}
    if row["layout"] == "sheet":
        return {**row, "text": section.text, "cards": []}
    intro, cards = split_sections(section.text, level=3)
    return {
        **row,
        "text": intro,
        "cards": [{"title": card.title, "text": card.text} for card in cards],
    }


NUMBERING = re.compile(r"^### \d+\.\s*")


def essence(front: dict[str, Any], body: str) -> tuple[dict[str, str], list[str]]:
    """What must not get lost when a text is rewritten: every value, and every word of the body.

    The numbers before the titles of steps and the kind of a bullet are how it looks.
    """
    values = {name: repr(value) for name, value in front.items() if value not in ([], {}, None)}
    lines = [NUMBERING.sub("### ", BULLET.sub("- ", line)) for line in body.split("\n")]
    return values, " ".join(lines).split()
