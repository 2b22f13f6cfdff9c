"""Write the files of a package from their fields, always in the same way.

What is written here and read by ``fields.py`` gives the same fields again, and what had no faults
has none after it was rewritten.
"""

import re
from collections.abc import Callable
from typing import Any

import yaml
from yaml.representer import SafeRepresenter

from programmes.package.fields import (
    ChapterFields,
    ExerciseFields,
    Fields,
    ModuleFields,
    Row,
    chapter_fields,
    essence,
    exercise_fields,
    module_fields,
    take_apart,
)

WHOLE_NUMBER = re.compile(r"^(0|[1-9][0-9]{0,8})$")
ONE_LINE = 1_000_000


class FrontWriter(SafeRepresenter):
    """Short values on one line, no anchors."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write_yaml(values: dict[str, Any]) -> str:
    """A field on each line, lists and small groups on the line of their field."""
    style: dict[str, Any] = {"default_flow_style": None, "sort_keys": False}
    node: Any = FrontWriter(**style).represent_data(values)
    node.flow_style = False
    written = yaml.serialize(
        node, Dumper=yaml.SafeDumper, allow_unicode=True, width=ONE_LINE, explicit_end=False
    )
    # Materials stand as in the files that people write: two spaces before each.
    return re.sub(r"(?m)^- ", "  - ", str(written))


def number(text: str) -> int | str | None:
    """What somebody typed: a number where it is one, nothing where nothing was typed."""
    text = text.strip()
    return int(text) if WHOLE_NUMBER.match(text) else text or None


def write_exercise(fields: ExerciseFields) -> str:
    front = {
        **{name: getattr(fields, name) for name in ("code", "title", "summary", "type", "method")},
        "complexity": number(fields.complexity),
        "intensity": number(fields.intensity),
        "minutes": {
            "minimum": number(fields.minutes_minimum),
            "typical": number(fields.minutes_typical),
        },
        "group": {
            "minimum": number(fields.group_minimum),
            "maximum": number(fields.group_maximum),
        },
        "ages": ages(fields),
        "setting": fields.setting,
        "space": fields.space,
        "online": {"true": True, "false": False}.get(fields.online, fields.online or None),
        **given("topics", fields.topics),
        "competences": list(fields.competences),
        "materials": [material(row) for row in fields.materials],
        **given("sources", fields.sources),
    }
    return file_of(front, [*sections(fields), *map(handout, fields.handouts)])


def ages(fields: ExerciseFields) -> dict[str, int | str | None]:
    most = number(fields.ages_maximum)
    lowest = {"minimum": number(fields.ages_minimum)}
    return {**lowest, "maximum": most} if most is not None else lowest


def given(name: str, values: list[str]) -> dict[str, list[str]]:
    """A list that may be missing stands there only when it holds something."""
    return {name: list(values)} if values else {}


def material(row: Row) -> Row:
    quantity = number(row["quantity"])
    base = {"item": row["item"], "quantity": "" if quantity is None else quantity}
    return {**base, "handout": row["handout"]} if row["handout"] else base


def sections(fields: ExerciseFields) -> list[str]:
    parts = [section(name, text) for name, text in fields.sections.items()]
    steps = [step(place, row) for place, row in enumerate(fields.steps, start=1)]
    questions = [
        section(name, "\n".join(f"- {line}" for line in lines), level=3)
        for name, lines in fields.debrief.items()
    ]
    parts[2:2] = [
        section("Steps", "\n\n".join(steps)),
        section("Debrief", "\n\n".join(questions)),
    ]
    return parts


def section(title: str, text: str, level: int = 2) -> str:
    return f"{'#' * level} {title}\n\n{text}".rstrip() if text else f"{'#' * level} {title}"


def step(place: int, row: Row) -> str:
    minutes = f" ({row['minutes']} min)" if row["minutes"] else ""
    return section(f"{place}. {row['title']}{minutes}", row["text"], level=3)


def handout(row: Row) -> str:
    head = f"Handout: {row['title']} {{{row['code']} {row['layout']}}}"
    cards = [section(card["title"], card["text"], level=3) for card in row["cards"]]
    parts = [row["text"], *cards] if row["layout"] == "cards" else [row["text"]]
    return section(head, "\n\n".join(part for part in parts if part))


def write_module(fields: ModuleFields) -> str:
    front = {
        **{name: getattr(fields, name) for name in ("code", "title", "summary")},
        **({"topic": fields.topic} if fields.topic else {}),
        **given("prerequisites", fields.prerequisites),
    }
    return file_of(front, [section(name, text) for name, text in fields.sections.items()])


def write_chapter(fields: ChapterFields) -> str:
    front = {
        **{name: getattr(fields, name) for name in ("code", "title", "summary", "part")},
        "position": number(fields.position),
        "books": list(fields.books),
    }
    return file_of(front, [fields.body])


def write(fields: Fields) -> str:
    match fields:
        case ExerciseFields():
            return write_exercise(fields)
        case ModuleFields():
            return write_module(fields)
        case ChapterFields():
            return write_chapter(fields)


def file_of(front: dict[str, Any], parts: list[str]) -> str:
    return f"---\n{write_yaml(front)}---\n\n" + "\n\n".join(parts).rstrip() + "\n"


READERS: dict[str, Callable[[dict[str, Any], str], Fields]] = {
    "exercise": exercise_fields,
    "module": module_fields,
    "chapter": chapter_fields,
}


def read_fields(kind: str, source: str) -> Fields | None:
    """The fields of a text, or None when a form would lose something of it: front matter that
    can't be read, a heading or a field that is not one of ours."""
    apart = take_apart(source)
    if apart is None:
        return None
    fields = READERS[kind](*apart)
    again = take_apart(write(fields))
    values, tokens = essence(*apart)
    if again is None:
        return None
    new_values, new_tokens = essence(*again)
    lost = [name for name, value in values.items() if not same(new_values.get(name), value)]
    return None if lost or tokens != new_tokens else fields


def same(new: str | None, old: str) -> bool:
    """Quotes around a number are how it looks, too."""
    return new is not None and new.replace("'", "") == old.replace("'", "")
