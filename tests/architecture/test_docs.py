"""The documentation says what the code does: links, names, commands, words, decisions."""

import re
import shlex
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.apps import apps
from django.conf import settings
from django.core.management import get_commands, load_command_class

from cocora.home import health
from cocora.jobs.models import LEASE
from handbooks.engine.render import LIMITS
from programmes.package.check import check
from programmes.package.read import read_folder
from tests.architecture.pages import (
    CODE,
    DOCS,
    HEADING,
    LINK,
    PAGES,
    ROOT,
    anchors,
    blocks,
    named,
    our_models,
    prose,
    rows,
    section,
)

ROOMS = ("cocora", "programmes", "participants", "sessions", "handbooks")


def each_page(function: Any) -> Any:
    return pytest.mark.parametrize("document", PAGES, ids=named)(function)


@each_page
def test_links_lead_somewhere(document: Path) -> None:
    for target in LINK.findall(prose(document)):
        if target.startswith(("http://", "https://", "mailto:")):
            continue
        path, _hash, anchor = target.partition("#")
        other = (document.parent / path).resolve() if path else document
        assert other.exists(), f"{target} leads nowhere"
        assert not anchor or anchor in anchors(other), f"{target}: no such heading"


@each_page
def test_files_that_are_named_exist(document: Path) -> None:
    top = {path.name for path in ROOT.iterdir() if not path.name.startswith(".")}
    for name in CODE.findall(prose(document)):
        first = name.split("/")[0]
        is_path = (
            re.fullmatch(r"[\w./-]+", name) and "/" in name and first in top - {"node_modules"}
        )
        if is_path and not name.startswith("var/"):
            assert (ROOT / name).exists(), f"{name} is not there"


@each_page
def test_names_of_the_code_exist(document: Path) -> None:
    for name in CODE.findall(prose(document)):
        if re.fullmatch(rf"({'|'.join(ROOMS)})(\.\w+)+", name):
            assert is_name(name), f"{name} is not there"


def is_name(name: str) -> bool:
    """Whether this is a module, something in a module, or a model by its label."""
    if name in {model._meta.label for model in apps.get_models()}:
        return True
    parts = name.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: Any = import_module(".".join(parts[:cut]))
        except ImportError:
            continue
        for part in parts[cut:]:
            found = getattr(found, part, None)
        return found is not None
    return False


def shell_lines(document: Path) -> Iterator[str]:
    """Every command line of a document, continued lines joined."""
    text = "\n".join([*blocks(document, "sh"), *blocks(document, "console")]).replace("\\\n", " ")
    for line in text.splitlines():
        yield line.strip().removeprefix("$ ")


@each_page
def test_commands_can_be_given_as_they_are_written(document: Path) -> None:
    for line in shell_lines(document):
        words = shlex.split(line, comments=True) if "manage.py " in line else []
        if not words or "manage.py" not in words:
            continue
        name, *arguments = words[words.index("manage.py") + 1 :]
        assert name in get_commands(), line
        command = load_command_class(get_commands()[name], name)
        command.create_parser("manage.py", name).parse_args(arguments)


@each_page
def test_commands_in_running_text_exist(document: Path) -> None:
    for name in re.findall(r"manage\.py ([a-z_]+)", prose(document)):
        assert name in get_commands(), name


def test_the_walk_over_pages_finds_something() -> None:
    assert {DOCS / "README.md", DOCS / "glossary.md", ROOT / "CHANGELOG.md"} <= set(PAGES)
    assert sum("manage.py" in line for page in PAGES for line in shell_lines(page)) > 10
    assert sum(len(LINK.findall(prose(page))) for page in PAGES) > 50


def test_every_page_is_listed() -> None:
    listed = {(DOCS / target).resolve() for target in LINK.findall(prose(DOCS / "README.md"))}
    pages = {page.resolve() for page in DOCS.rglob("*.md")} - {(DOCS / "README.md").resolve()}
    assert pages <= listed


def test_every_model_stands_in_the_glossary_and_every_word_in_code_is_a_model() -> None:
    words = {
        word for row in rows((DOCS / "glossary.md").read_text()) for word in CODE.findall(row[0])
    }
    assert words == {model.__name__ for model in our_models()}


def test_every_line_of_the_glossary_says_what_it_means() -> None:
    told = rows((DOCS / "glossary.md").read_text())
    assert len(told) > 60
    assert all(len(row) == 3 and row[0] and row[1] for row in told)


def records() -> list[Path]:
    return sorted((DOCS / "adr").glob("*.md"))


def test_decision_records_are_numbered_without_a_gap() -> None:
    assert [path.name[:4] for path in records()] == [
        f"{number:04}" for number in range(1, len(records()) + 1)
    ]


@pytest.mark.parametrize("document", records(), ids=named)
def test_a_decision_record_is_one_page_with_its_parts(document: Path) -> None:
    text = document.read_text()
    assert text.startswith(f"# {int(document.name[:4])}. ")
    assert HEADING.findall(text)[1:] == ["Context", "Decision", "Consequences"]
    assert len(text.split()) < 450


def test_numbers_of_the_decisions_are_those_of_the_code() -> None:
    job = (DOCS / "adr" / "0006-a-job-is-a-row.md").read_text()
    assert f"*lease* of {LEASE.seconds} s" in job
    assert f"every {settings.CELERY_BEAT_SCHEDULE['sweep-jobs']['schedule']:.0f} s" in job
    book = (DOCS / "adr" / "0007-render-in-a-child-chapter-by-chapter.md").read_text()
    assert f"time ({LIMITS.cpu_seconds} s) and memory ({LIMITS.memory_bytes >> 30} GB)" in book
    assert f"nothing for {LIMITS.silence_seconds:.0f} s" in book


def test_the_changelog_is_up_to_date() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    version = re.search(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    released = re.search(r"^## \[(.+)\] - \d{4}-\d{2}-\d{2}$", text, re.MULTILINE)
    assert version is not None
    assert released is not None
    assert released[1] == version[1]


def test_the_changelog_counts_right() -> None:
    text = (ROOT / "CHANGELOG.md").read_text()
    for code in ("ccp", "cpp", "cap"):
        package = check(read_folder(ROOT / "programmes" / "curricula" / code))
        count = f"({len(package.modules)} modules, {len(package.exercises)} exercises)"
        name = str(yaml.safe_load(package.source)["name"]).removesuffix(" Programme")
        assert re.search(rf"{name}\s+{re.escape(count)}", text), count


def test_health_is_documented_with_all_that_can_be_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    told = [CODE.findall(row[0])[0] for row in rows(section(DOCS / "integrators.md", "## Health"))]
    for name in told:
        monkeypatch.setattr(health, name, named_refusal(name))
    assert health.missing() == told


def named_refusal(name: str) -> Any:
    def refuse() -> bool:
        return False

    refuse.__name__ = name
    return refuse
