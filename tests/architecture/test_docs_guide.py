"""The guide for people who write curricula is true: fields, sections, commands, its package."""

import hashlib
import json
import re
import shlex
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import CommandError, call_command
from django.db.models import Choices

from cocora.common.refusal import Refusal
from programmes.actions import load_package, publish_curriculum
from programmes.package.check import check
from programmes.package.faults import PackageFaulty
from programmes.package.parts import DEBRIEF_SECTIONS, EXERCISE_SECTIONS, MODULE_SECTIONS
from programmes.package.read import read_folder
from programmes.package.texts import Package
from programmes.vocabulary import Competence, ExerciseType, Topic
from tests.architecture.pages import DOCS, ROOT, blocks, rows, section

GUIDE = DOCS / "curriculum-packages.md"
SCHEMAS = ROOT / "programmes" / "package" / "schema"
PACKAGE_FILE = re.compile(r"^#### `([^`]+)`\n\n```\w+\n(.*?)^```$", re.MULTILINE | re.DOTALL)

PATTERNS = {
    r"^[A-Z]{1,3}[0-9]{1,2}$": "a module code like `P1`",
    r"^[A-Z]{1,3}[0-9]{1,2}\.[0-9]{1,2}$": "an exercise code like `P1.2`",
    r"^[a-z0-9]+(-[a-z0-9]+)*$": "a short code like `door-cards`",
    r"^[0-9]+\.[0-9]+\.[0-9]+$": 'three numbers in quotes like `"1.0.0"`',
    r"^[a-z]{2,3}(-[A-Z]{2})?$": "a language code like `en` or `de-AT`",
    r"^[0-9a-f]{64}$": "64 signs from `0` to `f`",
}


def form_of(rule: dict[str, Any]) -> str:
    """The form of a field in the words of the guide."""
    if "const" in rule:
        return f"`{rule['const']}`"
    if "enum" in rule:
        return "one of " + ", ".join(f"`{value}`" for value in rule["enum"])
    match rule["type"]:
        case "array":
            return (
                f"list of {rule['minItems']} to {rule['maxItems']}, each {form_of(rule['items'])}"
            )
        case "object":
            return "the fields below"
        case "boolean":
            return "`true` or `false`"
        case "integer":
            return f"whole number, {rule['minimum']} to {rule['maximum']}"
    kind = "text or number" if "integer" in rule["type"] else "text"
    return f"{PATTERNS[rule['pattern']] if 'pattern' in rule else kind}{length_of(rule)}"


def length_of(rule: dict[str, Any]) -> str:
    if "maxLength" not in rule:
        return ""
    least = f"{rule['minLength']} to" if "minLength" in rule else "at most"
    return f" ({least} {rule['maxLength']} characters)"


def fields_of(rule: dict[str, Any], prefix: str = "") -> Iterator[list[str]]:
    """Name, need and form of all fields, those inside of others behind them."""
    for name, inner in rule["properties"].items():
        yield [f"`{prefix}{name}`", "yes" if name in rule["required"] else "no", form_of(inner)]
        if inner.get("type") == "object":
            yield from fields_of(inner, f"{prefix}{name}.")
        if inner.get("items", {}).get("type") == "object":
            yield from fields_of(inner["items"], f"{prefix}{name}[].")


@pytest.mark.parametrize(
    "schema",
    [json.loads(path.read_text()) for path in SCHEMAS.glob("*.json")],
    ids=lambda s: s["title"],
)
def test_the_tables_of_fields_are_those_of_the_schemas(schema: dict[str, Any]) -> None:
    title = re.sub(r"^(.*?)( \(translation\))?$", r"\1", schema["title"])
    name = title if "<language>" in title or title == "curriculum.yaml" else ""
    name = name or title.replace("module.", "module.<language>.")
    translated = ", translated" if "translation" in schema["title"] else ""
    told = rows(section(GUIDE, f"### `{name}`{translated}"))
    assert [row[:3] for row in told] == list(fields_of(schema))
    assert all(row[3] for row in told)


@pytest.mark.parametrize(
    ("heading", "words"),
    [("Types of exercise", ExerciseType), ("Topics", Topic), ("Competences", Competence)],
)
def test_the_lists_of_words_are_those_of_the_code(heading: str, words: type[Choices]) -> None:
    told = rows(section(GUIDE, f"### {heading}"))
    assert told == [[f"`{value}`", str(label)] for value, label in words.choices]


def test_the_guide_names_all_sections() -> None:
    for heading, names in (("a module", MODULE_SECTIONS), ("an exercise", EXERCISE_SECTIONS)):
        told = [row[0] for row in rows(section(GUIDE, f"## The sections of {heading}"))]
        assert told == [f"`## {name}`" for name in names]
    assert all(f"`### {name}`" in GUIDE.read_text() for name in DEBRIEF_SECTIONS)


@cache
def tiny_package() -> dict[str, bytes]:
    return {path: body.encode() for path, body in PACKAGE_FILE.findall(GUIDE.read_text())}


def write(folder: Path, changes: dict[str, list[tuple[str, str]]] | None = None) -> Path:
    """The tiny package below ``folder``; each change must find what it replaces."""
    for path, data in tiny_package().items():
        text = data.decode()
        for old, new in (changes or {}).get(path, []):
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    return folder


def loaded_tiny_package(tmp_path: Path) -> Package:
    return check(read_folder(write(tmp_path / "good-neighbours")))


def test_the_tiny_package_has_no_fault_and_shows_everything(tmp_path: Path) -> None:
    package = loaded_tiny_package(tmp_path)
    exercise = package.exercises["N1.1"]["en"]
    assert {handout.layout for handout in exercise.handouts} == {"cards", "sheet"}
    assert "____" in exercise.handouts[1].text
    assert any("> " in step.text for step in exercise.steps)
    assert package.chapters


def test_the_translation_in_the_guide_names_the_text_it_was_made_from(tmp_path: Path) -> None:
    languages = loaded_tiny_package(tmp_path).modules["N1"]
    assert languages["da"].facts["translated_from"] == languages["en"].digest
    assert f"{languages['en'].digest}  good-neighbours/" in GUIDE.read_text()


EXERCISE = "n1-at-the-door/n1-1-two-doors.en.md"
NEXT = {
    "curriculum.yaml": [('"1.0.0"', '"1.1.0"')],
    EXERCISE: [("with a story of your own", "with a short story of your own")],
}
FAULTY = {
    "n1-at-the-door/module.en.md": [("topic: citizenship", "topic: neighbours")],
    EXERCISE: [("(15 min)", "(20 min)"), ("## Safeguarding", "## Safe guarding")],
}


@pytest.mark.django_db
def test_the_commands_of_the_guide_say_what_the_guide_says(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    write(tmp_path / "good-neighbours")
    write(tmp_path / "next-version", NEXT)
    write(tmp_path / "with-faults", FAULTY)
    monkeypatch.chdir(tmp_path)
    shown = "\n".join(block for block in blocks(GUIDE, "console") if "manage.py" in block)
    told = re.split(r"^\$ .*manage\.py ", shown, flags=re.MULTILINE)[1:]
    assert len(told) >= 6
    for line, output in (part.split("\n", 1) for part in told):
        assert said_by(line, capsys) == output.strip(), line


def said_by(line: str, capsys: pytest.CaptureFixture[str]) -> str:
    try:
        call_command(*shlex.split(line))
    except CommandError as error:
        return f"CommandError: {error}"
    return capsys.readouterr().out.strip()


MODULE = "n1-at-the-door/module.en.md"
TRANSLATED = "n1-at-the-door/n1-1-two-doors.da.md"
# What one has to do to the tiny package to be told each sentence of the guide.
MISTAKES = {
    "The steps take": (EXERCISE, "(15 min)", "(20 min)"),
    "No minutes in": (EXERCISE, "### 1. Tell (15 min)", "### 1. Tell"),
    "The section '## Safeguarding'": (EXERCISE, "## Safeguarding", "## Safe guarding"),
    "This heading is not": (EXERCISE, "## Safeguarding", "## Safe guarding"),
    "'### Act' needs": (EXERCISE, "- Who could join you?\n", ""),
    "Write this section as a list": (EXERCISE, "- Begin with", "Begin with"),
    "No handout": (EXERCISE, "{door-cards cards}", "{doors cards}"),
    "The handout 'door-cards'": (EXERCISE, ", handout: door-cards}", "}"),
    "Unknown field colour": (EXERCISE, "complexity: 1", "complexity: 1\ncolour: red"),
    "1.0 should be: string": ("curriculum.yaml", '"1.0.0"', "1.0"),
    "This is not valid YAML": (EXERCISE, "title: Two doors", "title: Two: doors"),
    "The file is not UTF-8": (MODULE, "At the door", "Ved d\udcf8ren"),
    "The translation differs from": (TRANSLATED, "(15 min)", "(10 min)"),
    "The language da is not listed": ("curriculum.yaml", "[en, da]", "[en]"),
    "The modules wait for each other": (
        MODULE,
        "topic: citizenship",
        "topic: citizenship\nprerequisites: [N1]",
    ),
}
FROZEN = "Version 1.0.0 is published"


def explained() -> list[str]:
    return [cell for cell, _remedy in rows(section(GUIDE, "## When something is wrong"))]


def test_a_mistake_is_known_for_each_sentence_that_is_explained() -> None:
    assert {cell for cell in explained() if not cell.startswith((*MISTAKES, FROZEN))} == set()
    assert len(explained()) == len(MISTAKES) + 1


@pytest.mark.parametrize("beginning", MISTAKES)
def test_a_mistake_is_told_in_the_words_of_the_guide(beginning: str) -> None:
    cell = next(cell for cell in explained() if cell.startswith(beginning))
    path, old, new = MISTAKES[beginning]
    files = with_translation(tiny_package())
    check(files)
    files[path] = files[path].decode().replace(old, new, 1).encode(errors="surrogateescape")
    with pytest.raises(PackageFaulty) as caught:
        check(files)
    assert_told(cell, str(caught.value))


@pytest.mark.django_db
def test_other_content_under_a_published_version_is_refused_in_the_words_of_the_guide() -> None:
    files = tiny_package()
    curriculum, _new = load_package(files=files, by=None)
    publish_curriculum(curriculum=curriculum, by=None)
    changed = {**files, EXERCISE: files[EXERCISE].replace(b"Small is fine", b"Small is good")}
    with pytest.raises(Refusal) as caught:
        load_package(files=changed, by=None)
    assert_told(next(cell for cell in explained() if cell.startswith(FROZEN)), str(caught.value))


def with_translation(files: dict[str, bytes]) -> dict[str, bytes]:
    """The tiny package with its exercise translated as well."""
    base = files[EXERCISE].decode()
    front = {
        **dict.fromkeys(("title", "summary", "method", "space"), "Ord og flere ord."),
        "code": "N1.1",
        "materials": [{"item": f"Ting {number}", "quantity": 1} for number in range(3)],
        "translated_from": hashlib.sha256(files[EXERCISE]).hexdigest(),
    }
    body = base.split("---\n", 2)[2]
    text = f"---\n{yaml.safe_dump(front, allow_unicode=True)}---\n{body}"
    return {**files, TRANSLATED: text.encode()}


def assert_told(cell: str, told: str) -> None:
    for part in cell.split("…"):
        assert part.strip() in told
