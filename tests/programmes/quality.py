"""Measures of a well-made exercise that go beyond the format: completeness and plain language.

``python -m tests.programmes.quality PATH`` prints what ``tests/programmes/test_content.py`` would
complain about, for people who are writing.
"""

import re
import sys
from pathlib import Path

import textstat

from programmes.package.check import check
from programmes.package.faults import PackageFaulty
from programmes.package.read import read_folder
from programmes.package.texts import Text

WORDS = (550, 1300)
# Flesch-Kincaid grade: 9 is what a fourteen-year-old reads without effort.
MAX_GRADE = 9.0
# Things that a step can't do without having; the materials must name them.
THINGS = (
    "flipchart", "sticky note", "card", "envelope", "tape", "string", "ball", "scissors",
    "timer", "bell", "jar", "ballot", "chair", "poster", "marker", "pen", "phone", "tripod",
    "map", "dot", "token", "glue", "tablecloth", "bowl", "projector", "worksheet", "camera",
)  # fmt: skip
# Things that are in every room; a step may use them without a line in the materials.
COMMON = ("chair", "phone", "pen")
# Who writes has something to write with: pens are brought, too, or chalk.
WRITES = re.compile(r"\b(writes?|write down|fills? in|notes? down)\b")
PENS = re.compile(r"pen|marker|felt|chalk|crayon")
BLANK = "____"
FORBIDDEN = (
    r"\bat[- ]risk (youth|young)", r"\bradicali[sz]ed (youth|young|person|individual)",
    r"\bwarning signs?\b", r"\bred flags?\b", r"\bde-?radicali", r"\bsuspect(ed)? (youth|young)",
    r"\bvulnerable individuals?\b", r"\brisk (score|factor|profile|assessment of (a |the )?p)",
    r"\bclients?\b", r"\blorem ipsum\b", r"\bTODO\b", r"\bTBD\b", r"\bcompass\b",
)  # fmt: skip


def faults_of(text: Text) -> list[str]:
    """What a reader would miss in this exercise; empty when it is complete and plain."""
    return [
        *length_faults(text),
        *language_faults(text),
        *material_faults(text),
        *pen_faults(text),
        *forbidden_faults(text),
    ]


def prose(text: Text) -> str:
    """The exercise without its handouts, as running text."""
    return plain("\n\n".join(text.sections.values()))


def plain(markdown: str) -> str:
    """Without Markdown marks; headings and list items end as sentences do."""
    return "\n".join(as_sentence(line) for line in markdown.split("\n"))


def as_sentence(line: str) -> str:
    bare = re.sub(r"^\s*(#{2,4}|[-*>]|\d+\.)\s+", "", line).replace("*", "")
    bare = re.sub(r"\(\d+ min\)", "", bare).strip()
    return bare if not bare or bare[-1] in '.?!:…”"' else f"{bare}."


def length_faults(text: Text) -> list[str]:
    words = len(prose(text).split())
    low, high = WORDS
    return [] if low <= words <= high else [f"{words} words; {low} to {high} are asked for"]


def language_faults(text: Text) -> list[str]:
    grade = textstat.flesch_kincaid_grade(prose(text))
    return [] if grade <= MAX_GRADE else [f"reading grade {grade:.1f}; at most {MAX_GRADE}"]


def material_faults(text: Text) -> list[str]:
    named = " ".join(
        f"{material['item']} {material.get('handout', '')}" for material in text.facts["materials"]
    ).lower()
    said = " ".join(f"{step.title} {step.text}" for step in text.steps).lower()
    missing = [
        thing
        for thing in THINGS
        if thing not in COMMON
        and re.search(rf"\b{thing}s?\b", said)
        and not re.search(rf"{thing}", named)
    ]
    return [f"a step uses '{thing}', the materials don't name it" for thing in missing]


def pen_faults(text: Text) -> list[str]:
    items = " ".join(material["item"] for material in text.facts["materials"]).lower()
    steps = " ".join(step.text for step in text.steps).lower()
    sheets = [handout.code for handout in text.handouts if BLANK in handout.text]
    if not (WRITES.search(steps) or sheets) or PENS.search(items):
        return []
    return ["people write, and the materials bring no pens"]


def forbidden_faults(text: Text) -> list[str]:
    return [
        f"'{match[0]}' must not stand here"
        for pattern in FORBIDDEN
        if (match := re.search(pattern, text.source, re.IGNORECASE))
    ]


def main(root: Path) -> int:
    try:
        package = check(read_folder(root))
    except PackageFaulty as error:
        print(error)
        return 1
    count = 0
    for code, languages in package.exercises.items():
        for fault in faults_of(languages[package.base]):
            print(f"{code} {languages[package.base].path}: {fault}")
            count += 1
    print(f"{len(package.modules)} modules, {len(package.exercises)} exercises, "
          f"{len(package.chapters)} chapters, {count} remarks")  # fmt: skip
    return bool(count)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
