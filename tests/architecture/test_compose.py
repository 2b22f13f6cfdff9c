"""The files that containers are made from: well formed, without secrets, in step with the code."""

import re
import subprocess
import sys
from typing import Any

import pytest
import yaml
from django.conf import settings

ROOT = settings.BASE_DIR
OURS = ("prepare", "web", "worker", "beat")


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="module")
def services(compose: dict[str, Any]) -> dict[str, Any]:
    return compose["services"]


def wanted(text: str) -> set[str]:
    """Variables that the file takes from outside."""
    return set(re.findall(r"(?<!\$)\$\{(\w+)", text))


def test_compose_file_follows_the_specification() -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", "vendor.compose-spec"]
    found = subprocess.run(
        [*command, str(ROOT / "docker-compose.yml")], capture_output=True, text=True, check=False
    )
    assert found.returncode == 0, found.stdout


def test_everything_that_a_served_installation_is_made_of(services: dict[str, Any]) -> None:
    assert set(services) == {"db", "redis", "proxy", *OURS}


@pytest.mark.parametrize("name", ["db", "redis", "web", "worker", "beat", "proxy"])
def test_what_stays_up_says_whether_it_is_well(services: dict[str, Any], name: str) -> None:
    assert services[name]["healthcheck"]["test"]
    assert services[name]["restart"] == "unless-stopped"


@pytest.mark.parametrize("name", OURS)
def test_our_processes_can_change_nothing_but_their_volumes(
    services: dict[str, Any], name: str
) -> None:
    service = services[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert "no-new-privileges:true" in service["security_opt"]
    assert not service.get("privileged")
    assert "ports" not in service


def test_only_the_proxy_is_reached_from_outside(services: dict[str, Any]) -> None:
    assert [name for name, service in services.items() if "ports" in service] == ["proxy"]
    assert [name for name, service in services.items() if "outside" in service["networks"]] == [
        "proxy"
    ]


def test_there_is_one_clock_and_no_worker_brings_another(services: dict[str, Any]) -> None:
    assert services["beat"]["deploy"]["replicas"] == 1
    assert "celery -A cocora beat" in services["beat"]["command"]
    assert not re.search(r"\s(-B|--beat)\b", services["worker"]["command"])


def test_a_worker_is_one_process_and_there_are_several(services: dict[str, Any]) -> None:
    """A pool of processes stands still for good when the wrong one of them is killed."""
    assert "--pool solo" in services["worker"]["command"]
    assert services["worker"]["deploy"]["replicas"] == "${COCORA_WORKER_PROCESSES:-2}"


def test_no_secret_has_a_default() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    secret = {name for name in wanted(text) if re.search("PASSWORD|KEY|EMAIL_URL", name)}
    assert secret == {
        "COCORA_SECRET_KEY",
        "COCORA_FIELD_KEY",
        "COCORA_EMAIL_URL",
        "POSTGRES_PASSWORD",
        "REDIS_PASSWORD",
    }
    for name in secret:
        assert not re.search(rf"\$\{{{name}(:?-|\}})", text), name
        assert re.search(rf"\$\{{{name}:\?", text), name


def test_the_example_names_every_variable_and_no_secret() -> None:
    text = (ROOT / "docker-compose.yml").read_text()
    lines = (ROOT / ".env.example").read_text().splitlines()
    example = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert set(example) == wanted(text) - {"COCORA_VERSION"}
    assert not any(example[name] for name in example if re.search("PASSWORD|KEY", name))


def test_every_setting_that_served_mode_needs_is_handed_over(services: dict[str, Any]) -> None:
    text = (ROOT / "cocora" / "settings.py").read_text()
    needed = set(re.findall(r'env\.\w+\("(COCORA_\w+)"\)', text))
    assert {"COCORA_SECRET_KEY", "COCORA_URL", "COCORA_EMAIL_URL"} <= needed
    for name in OURS:
        assert needed <= set(services[name]["environment"]), name


def test_the_image_runs_without_root_and_holds_no_secret() -> None:
    text = (ROOT / "Dockerfile").read_text()
    final = text[text.rindex("\nFROM ") :]
    assert final.index("\nUSER 10001") < final.index("\nCMD ")
    assert not re.search(r"SECRET|PASSWORD|FIELD_KEY|\bARG\b|COPY \. ", text)


def test_the_builder_is_given_what_the_image_copies_and_nothing_else() -> None:
    copied = re.findall(r"^COPY (?!--)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE)
    ignore = (ROOT / ".dockerignore").read_text().splitlines()
    assert "*" in ignore
    allowed = {line[1:] for line in ignore if line.startswith("!")}
    assert allowed == {name for line in copied for name in line.split()}
    assert all((ROOT / name).exists() for name in allowed)


def test_the_image_has_the_uv_and_the_libraries_of_the_set_up() -> None:
    setup, image = (ROOT / "deploy" / "setup.sh").read_text(), (ROOT / "Dockerfile").read_text()
    version = re.search(r"^UV=(.+)$", setup, re.MULTILINE)
    libraries = re.search(r"lacking (libpango.+)\"$", setup, re.MULTILINE)
    assert version is not None
    assert libraries is not None
    assert f"uv=={version[1]} " in image
    assert libraries[1] in image
