"""YAML with line numbers: what stands between the two ``---`` lines of a file."""

import re
from dataclasses import dataclass
from typing import Any

import yaml

from programmes.package.faults import Fault

Place = tuple[str | int, ...]


@dataclass(frozen=True)
class YamlText:
    """Plain values and the line on which each of them stands."""

    values: dict[str, Any]
    lines: dict[Place, int]

    def line(self, place: Place) -> int:
        """The line of a value, or of the nearest thing around it."""
        while place and place not in self.lines:
            place = place[:-1]
        return self.lines.get(place, 1)


class PlainLoader(yaml.SafeLoader):
    """YAML without surprises: no dates, no yes/no booleans, no aliases, no merge keys."""


PlainLoader.yaml_implicit_resolvers = {
    first: [(tag, regexp) for tag, regexp in resolvers if tag.endswith((":int", ":null", ":float"))]
    for first, resolvers in yaml.SafeLoader.yaml_implicit_resolvers.items()
}
for word in ("true", "false"):
    PlainLoader.add_implicit_resolver(
        "tag:yaml.org,2002:bool", re.compile(r"^(?:true|false)$"), [word[0]]
    )


def read_yaml(text: str, *, path: str, first_line: int, faults: list[Fault]) -> YamlText | None:
    """The values of ``text``, whose first line is ``first_line`` of its file; None if faulty."""
    try:
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text)):
            faults.append(Fault(path, first_line, "", "YAML anchors and aliases are not allowed."))
            return None
        loader = PlainLoader(text)
        node = loader.get_single_node()
        if not isinstance(node, yaml.MappingNode):
            faults.append(Fault(path, first_line, "", "This should be a list of 'field: value'."))
            return None
        lines: dict[Place, int] = {}
        found = len(faults)
        note_lines(node, (), first_line, lines, path, faults)
        if len(faults) > found:
            return None
        return YamlText(loader.construct_document(node), lines)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = first_line + mark.line if mark else first_line
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        faults.append(Fault(path, line, "", f"This is not valid YAML: {problem}."))
        return None


def note_lines(
    node: yaml.Node,
    place: Place,
    first_line: int,
    lines: dict[Place, int],
    path: str,
    faults: list[Fault],
) -> None:
    lines[place] = first_line + node.start_mark.line
    if isinstance(node, yaml.MappingNode):
        for key, value in node.value:
            here = (*place, str(key.value))
            if here in lines:
                line = first_line + key.start_mark.line
                faults.append(Fault(path, line, dotted(here), "This field stands here twice."))
            note_lines(value, here, first_line, lines, path, faults)
            lines[here] = first_line + key.start_mark.line
    elif isinstance(node, yaml.SequenceNode):
        for number, value in enumerate(node.value):
            note_lines(value, (*place, number), first_line, lines, path, faults)


def dotted(place: Place) -> str:
    """``('materials', 0, 'item')`` as people read it: ``materials[1].item``."""
    text = ""
    for step in place:
        text += f"[{step + 1}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text
