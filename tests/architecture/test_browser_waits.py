"""A journey expects, and waits for it; a look at what is there at this moment is right by luck."""

import ast
from pathlib import Path

import pytest
from django.conf import settings

JOURNEYS = Path(settings.BASE_DIR, "tests", "browser")
# What each of them is replaced by: expect(...).to_have_text, .to_be_visible and so on.
LOOKS = {
    "all_inner_texts",
    "all_text_contents",
    "is_checked",
    "is_disabled",
    "is_editable",
    "is_enabled",
    "is_hidden",
    "is_visible",
    "wait_for_timeout",
}


def looks_in(source: str) -> list[str]:
    """The names by which this code looks without waiting; "networkidle" is over once it was."""
    nodes = list(ast.walk(ast.parse(source)))
    called = [node.attr for node in nodes if isinstance(node, ast.Attribute)]
    said = [node.value for node in nodes if isinstance(node, ast.Constant)]
    return [name for name in called if name in LOOKS] + [w for w in said if w == "networkidle"]


@pytest.mark.parametrize("path", sorted(JOURNEYS.glob("*.py")), ids=lambda path: path.name)
def test_a_journey_waits_for_what_it_reads(path: Path) -> None:
    assert looks_in(path.read_text()) == []


def test_a_look_is_found() -> None:
    assert looks_in("assert titles.all_inner_texts() == []") == ["all_inner_texts"]
    assert looks_in("page.wait_for_load_state('networkidle')") == ["networkidle"]
    assert looks_in("expect(titles).to_have_text([])") == []
