"""The parts of one Markdown file, each checked as it is read. ``Draft.add`` notes the faults."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from programmes.package.body import HANDOUT, STEP, Handout, Section, Step, bullets, split_sections
from programmes.package.faults import Fault
from programmes.package.frontmatter import YamlText
from programmes.package.texts import Text

MODULE_SECTIONS = ("Purpose", "Outcomes", "Community role", "Evaluation")
EXERCISE_SECTIONS = (
    "Objectives",
    "Preparation",
    "Steps",
    "Debrief",
    "Closing",
    "Tips",
    "What can go wrong",
    "Safeguarding",
    "Opt-out",
    "Online",
    "Shorter",
    "Longer",
    "Adaptation",
    "Follow-up",
)
DEBRIEF_SECTIONS = ("Feel", "Notice", "Connect", "Act")
QUESTIONS_PER_KIND = 2


@dataclass
class Draft:
    """A file whose front matter follows its schema, while its body is read."""

    path: str
    language: str
    source: str
    front: YamlText
    body: str
    body_line: int
    base: Text | None
    faults: list[Fault]

    @property
    def facts(self) -> dict[str, Any]:
        return self.front.values

    def add(self, line: int, place: str, message: str) -> None:
        self.faults.append(Fault(self.path, line, place, message))

    def text(self, sections: Iterable[Section] = (), **parts: Any) -> Text:
        plain = {s.title: s.text for s in sections if not s.title.startswith("Handout:")}
        return Text(
            self.path, self.language, self.source, self.facts, plain, self.body.strip(), **parts
        )


def module_body(draft: Draft) -> list[Section]:
    return named_sections(draft, MODULE_SECTIONS)


def module_text(draft: Draft) -> Text:
    folder = PurePosixPath(draft.path).parts[0]
    if folder.split("-")[0] != str(draft.facts["code"]).lower():
        draft.add(2, "code", f"The folder {folder} should begin with the module's code.")
    return draft.text(module_body(draft))


def chapter_body(draft: Draft) -> None:
    if not draft.body.strip():
        draft.add(draft.body_line, "", "The chapter has no text.")
    if re.search(r"^# ", draft.body, re.MULTILINE):
        draft.add(draft.body_line, "", "The title is in the front matter; begin headings with ##.")


def chapter_text(draft: Draft) -> Text:
    if PurePosixPath(draft.path).name.split(".")[0] != draft.facts["code"]:
        draft.add(2, "code", "The file should be named after the chapter's code.")
    chapter_body(draft)
    return draft.text()


def exercise_body(draft: Draft) -> tuple[list[Section], dict[str, Any]]:
    """The sections of an exercise, and its steps, questions and handouts taken apart."""
    found = named_sections(draft, EXERCISE_SECTIONS)
    by_title = {section.title: section for section in found}
    for title in ("Objectives", "Tips"):
        if title in by_title and by_title[title].text and not bullets(by_title[title].text):
            draft.add(by_title[title].line, title, "Write this section as a list ('- …').")
    return found, {
        "steps": steps_of(draft, by_title.get("Steps")),
        "debrief": debrief_of(draft, by_title.get("Debrief")),
        "handouts": handouts_of(draft, found),
    }


def exercise_text(draft: Draft) -> Text:
    stem = PurePosixPath(draft.path).name.split(".")[0]
    prefix = str(draft.facts["code"]).lower().replace(".", "-")
    if not stem.startswith(prefix + "-"):
        draft.add(2, "code", f"The file name should begin with {prefix}-.")
    found, parts = exercise_body(draft)
    text = draft.text(found, **parts)
    if draft.base is None:
        check_numbers(draft, text)
        check_handout_links(draft, text)
    else:
        check_same_shape(draft, text, draft.base)
    return text


def named_sections(draft: Draft, wanted: tuple[str, ...]) -> list[Section]:
    """The ``##`` sections: each wanted one once, none empty, no others but handouts."""
    before, found = split_sections(draft.body, level=2, first_line=draft.body_line)
    if before:
        draft.add(draft.body_line, "", "Text stands before the first heading.")
    plain = [section for section in found if not section.title.startswith("Handout:")]
    titles = [section.title for section in plain]
    for section in plain:
        if section.title not in wanted:
            draft.add(section.line, section.title, "This heading is not one of the fields.")
        elif titles.count(section.title) > 1:
            draft.add(section.line, section.title, "This heading stands here twice.")
        elif not section.text:
            draft.add(section.line, section.title, "This section is empty.")
    for title in wanted:
        if title not in titles:
            draft.add(draft.body_line, title, f"The section '## {title}' is missing.")
    return found


def steps_of(draft: Draft, section: Section | None) -> tuple[Step, ...]:
    if section is None or not section.text:
        return ()
    before, parts = split_sections(section.text, level=3, first_line=section.line + 2)
    if before or not parts:
        draft.add(section.line, "Steps", "Write each step under '### Title (10 min)'.")
    steps = []
    for part in parts:
        match = STEP.match(part.title)
        if not match:
            draft.add(part.line, "Steps", f"No minutes in '{part.title}': add '(10 min)'.")
        elif not part.text:
            draft.add(part.line, "Steps", f"The step '{match['title']}' has no text.")
        else:
            steps.append(Step(match["title"], int(match["minutes"]), part.text))
    return tuple(steps)


def debrief_of(draft: Draft, section: Section | None) -> dict[str, list[str]]:
    if section is None or not section.text:
        return {}
    _before, parts = split_sections(section.text, level=3, first_line=section.line + 2)
    questions = {part.title: bullets(part.text) for part in parts}
    for title in questions.keys() - set(DEBRIEF_SECTIONS):
        draft.add(section.line, "Debrief", f"'{title}' is not Feel, Notice, Connect or Act.")
    for title in DEBRIEF_SECTIONS:
        if len(questions.get(title, [])) < QUESTIONS_PER_KIND:
            message = f"'### {title}' needs at least {QUESTIONS_PER_KIND} questions as a list."
            draft.add(section.line, "Debrief", message)
    return {title: questions[title] for title in DEBRIEF_SECTIONS if title in questions}


def handouts_of(draft: Draft, found: list[Section]) -> tuple[Handout, ...]:
    handouts: dict[str, Handout] = {}
    for section in found:
        if not section.title.startswith("Handout:"):
            continue
        handout = handout_of(draft, section)
        if handout and handout.code in handouts:
            draft.add(section.line, "Handout", f"'{handout.code}' stands here twice.")
        elif handout:
            handouts[handout.code] = handout
    return tuple(handouts.values())


def handout_of(draft: Draft, section: Section) -> Handout | None:
    match = HANDOUT.match(section.title)
    if not match or match["layout"] not in ("cards", "sheet"):
        message = "Write '## Handout: Title {code cards}' or '## Handout: Title {code sheet}'."
        draft.add(section.line, "Handout", message)
        return None
    intro, cards = split_sections(section.text, level=3, first_line=section.line + 2)
    if match["layout"] == "sheet":
        if not section.text:
            draft.add(section.line, "Handout", "The handout has no text.")
        return Handout(match["code"], match["title"], "sheet", section.text, ())
    if not cards or not all(card.text for card in cards):
        draft.add(section.line, "Handout", "Write each card under '### Title', with text.")
    pairs = tuple((card.title, card.text) for card in cards)
    return Handout(match["code"], match["title"], "cards", intro, pairs)


def check_numbers(draft: Draft, text: Text) -> None:
    facts = draft.facts
    typical = facts["minutes"]["typical"]
    total = sum(step.minutes for step in text.steps)
    if text.steps and total != typical:
        line = draft.front.line(("minutes", "typical"))
        message = f"The steps take {total} minutes, but typical says {typical}."
        draft.add(line, "minutes.typical", message)
    for low, high, name in (
        (facts["minutes"]["minimum"], typical, "minutes"),
        (facts["group"]["minimum"], facts["group"]["maximum"], "group"),
        (facts["ages"]["minimum"], facts["ages"].get("maximum", 99), "ages"),
    ):
        if low > high:
            message = f"The smaller number ({low}) is larger than the other ({high})."
            draft.add(draft.front.line((name,)), name, message)


def check_handout_links(draft: Draft, text: Text) -> None:
    """Every printed thing is a material, every material that names a handout has one."""
    known = {handout.code for handout in text.handouts}
    named = set()
    for number, material in enumerate(draft.facts["materials"]):
        code = material.get("handout")
        if code and code not in known:
            line = draft.front.line(("materials", number, "handout"))
            draft.add(line, f"materials[{number + 1}].handout", f"No handout '{code}'.")
        named.add(code)
    for code in sorted(known - named):
        draft.add(0, "materials", f"The handout '{code}' is missing among materials.")


def check_same_shape(draft: Draft, text: Text, base: Text) -> None:
    """A translation has the steps, minutes, handouts and materials of its base text."""
    same = (
        ("Steps", [s.minutes for s in base.steps], [s.minutes for s in text.steps]),
        ("Handout", shape_of(base.handouts), shape_of(text.handouts)),
        ("materials", len(base.facts["materials"]), len(text.facts["materials"])),
    )
    for name, wanted, got in same:
        if wanted != got:
            message = f"The translation differs from {base.path}: {got} instead of {wanted}."
            draft.add(0, name, message)


def shape_of(handouts: Iterable[Handout]) -> list[tuple[str, str, int]]:
    return [(handout.code, handout.layout, len(handout.cards)) for handout in handouts]
