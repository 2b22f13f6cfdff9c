"""What the README promises to a newcomer: two commands, locked packages, nothing vendored."""

import json
import os
import re
import shutil
import subprocess
import tomllib
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest
from django.conf import settings

ROOT = settings.BASE_DIR
LOCKS = ["requirements.lock", "requirements-dev.lock", "package-lock.json"]
SCRIPTS = ["run", "test", ".ci/run"]


def ignored() -> list[str]:
    return [line.strip("/") for line in (ROOT / ".gitignore").read_text().split()]


def in_the_tree(folder: Path = ROOT) -> Iterator[Path]:
    """Files that are committed or would be; git itself may be missing where the tests run."""
    for path in folder.iterdir():
        if path.name == ".git" or any(fnmatch(path.name, pattern) for pattern in ignored()):
            continue
        if path.is_dir():
            yield from in_the_tree(path)
        else:
            yield path


def pins(lock: str) -> dict[str, set[str]]:
    """Package → versions, in a lock file of Python packages."""
    found: dict[str, set[str]] = {}
    for name, version in re.findall(r"^([\w.-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE):
        found.setdefault(name, set()).add(version)
    return found


def plain(requirement: str) -> str:
    name = re.match(r"[\w.-]+", requirement)
    assert name is not None
    return re.sub(r"[._-]+", "-", name[0]).lower()


def test_the_commands_of_the_readme_are_these_two() -> None:
    blocks = re.findall(r"^```sh\n(.*?)^```$", (ROOT / "README.md").read_text(), re.M | re.S)
    commands = [line for block in blocks for line in block.splitlines()]
    assert commands[0] == "./run"
    assert "./test" in commands
    rest = [line for line in commands if line not in {"./run", "./test"}]
    assert all(line.startswith(".venv/bin/python manage.py ") for line in rest)


@pytest.mark.parametrize("name", SCRIPTS)
def test_scripts_can_be_called_and_need_no_bash(name: str) -> None:
    script = ROOT / name
    assert os.access(script, os.X_OK)
    assert script.read_text().startswith("#!/bin/sh\n")
    assert subprocess.run(["sh", "-n", script], check=False).returncode == 0
    shell = shutil.which("dash")
    assert shell is None or subprocess.run([shell, "-n", script], check=False).returncode == 0


def test_the_readme_shows_the_product() -> None:
    (picture,) = re.findall(r"!\[[^\]]+\]\(([^)]+)\)", (ROOT / "README.md").read_text())
    assert (ROOT / picture).read_bytes().startswith(b"\x89PNG")


def test_ci_calls_test_and_insists_on_both_databases() -> None:
    assert "CI=true exec ./test" in (ROOT / ".ci" / "run").read_text()


def test_run_explains_itself_when_it_is_called_wrongly() -> None:
    refused = subprocess.run(
        ["./run", "--fast"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert refused.returncode == 1
    assert refused.stderr == "Usage: ./run [--setup-only]\n"


@pytest.mark.parametrize("name", LOCKS)
def test_lock_files_name_no_host(name: str) -> None:
    lines = (ROOT / name).read_text().splitlines()
    # The address under "funding" is where one may thank an author; nothing is fetched from it.
    fetched = [line for line in lines if not line.strip().startswith('"url": ')]
    assert not re.search(r"https?:|\"resolved\"|^--|@ file", "\n".join(fetched), re.MULTILINE)


@pytest.mark.parametrize("lock", LOCKS[:2])
def test_every_python_package_in_use_is_locked_with_digests(lock: str) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = {plain(line) for line in project["dependencies"]}
    if lock == "requirements-dev.lock":
        wanted |= {plain(line) for line in project["optional-dependencies"]["dev"]}
    assert wanted <= set(pins(lock))
    entries = re.split(r"^(?=[\w.-]+==)", (ROOT / lock).read_text(), flags=re.MULTILINE)[1:]
    assert len(entries) >= len(wanted)
    assert all("--hash=sha256:" in entry for entry in entries)


def test_what_is_tested_is_what_runs() -> None:
    tested = pins("requirements-dev.lock")
    for name, versions in pins("requirements.lock").items():
        assert versions == tested.get(name), name


def test_every_npm_package_in_use_is_locked() -> None:
    package = json.loads((ROOT / "package.json").read_text())
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    wanted = {**package["dependencies"], **package["devDependencies"]}
    assert wanted
    for name, version in wanted.items():
        assert packages[f"node_modules/{name}"]["version"] == version
    assert all(row["integrity"] for place, row in packages.items() if place)


def test_nothing_of_others_is_copied_into_the_tree() -> None:
    paths = list(in_the_tree())
    assert len(paths) > 300
    foreign = re.compile(r"\.(woff2?|ttf|otf|eot|whl|map)$|\.min\.(js|css)$|(^|/)node_modules/")
    assert [path for path in paths if foreign.search(path.as_posix())] == []


def test_what_changes_while_running_stays_out_of_the_tree() -> None:
    assert {"var", ".venv", "node_modules", ".env", "test-results"} <= set(ignored())


def test_every_variable_is_documented() -> None:
    sources = ["cocora/settings.py", "deploy/gunicorn.conf.py", "docker-compose.yml", "test", "run"]
    text = "".join((ROOT / name).read_text() for name in sources)
    used = set(re.findall(r"\bCOCORA_[A-Z_]*[A-Z]\b|\b\w+_PASSWORD\b", text))
    told = set(re.findall(r"\b[A-Z]+_[A-Z_]*[A-Z]\b", (ROOT / "docs" / "operators.md").read_text()))
    assert len(used) > 20
    assert used <= told
    assert {name for name in told if name.startswith("COCORA_")} <= used
