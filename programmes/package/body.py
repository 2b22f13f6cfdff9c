"""The body of a Markdown file: sections under fixed headings, each with the line it stands on."""

import re
from dataclasses import dataclass

FENCE = re.compile(r"^(```|~~~)")
# A title of its own: "1. (10 min)" has none.
STEP = re.compile(r"^(?:\d+\.\s*)?(?P<title>(?!\d+\.\s*\()\S.*?)\s*\((?P<minutes>\d{1,3})\s*min\)$")
HANDOUT = re.compile(
    r"^Handout:\s*(?P<title>[^\s{].*?)\s*\{(?P<code>[a-z0-9-]+)\s+(?P<layout>[a-z]+)\}$"
)
BULLET = re.compile(r"^[-*]\s+")


@dataclass(frozen=True)
class Section:
    """A heading and what stands below it, up to the next heading of its level."""

    title: str
    line: int
    text: str


@dataclass(frozen=True)
class Step:
    title: str
    minutes: int
    text: str


@dataclass(frozen=True)
class Handout:
    """A sheet, or a set of cards as (title, text) pairs."""

    code: str
    title: str
    layout: str
    text: str
    cards: tuple[tuple[str, str], ...]


def split_sections(text: str, *, level: int, first_line: int = 1) -> tuple[str, list[Section]]:
    """The text before the first heading of ``level``, and the sections under such headings."""
    lines = text.split("\n")
    heads = heading_rows(lines, "#" * level + " ")
    before = "\n".join(lines[: heads[0] if heads else None]).strip()
    ends = [*heads[1:], len(lines)]
    found = [
        Section(
            title=lines[head][level + 1 :].strip(),
            line=first_line + head,
            text="\n".join(lines[head + 1 : end]).strip(),
        )
        for head, end in zip(heads, ends, strict=False)
    ]
    return before, found


def heading_rows(lines: list[str], mark: str) -> list[int]:
    """The rows that begin with ``mark``, outside fenced code."""
    rows, fenced = [], False
    for row, line in enumerate(lines):
        if FENCE.match(line):
            fenced = not fenced
        elif line.startswith(mark) and not fenced:
            rows.append(row)
    return rows


def bullets(text: str) -> list[str]:
    """The items of a Markdown list; a line that goes on an item is joined to it."""
    items: list[str] = []
    for line in text.split("\n"):
        if BULLET.match(line):
            items.append(BULLET.sub("", line).strip())
        elif line.strip() and items:
            items[-1] += " " + line.strip()
    return items
