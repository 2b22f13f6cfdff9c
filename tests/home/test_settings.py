"""Settings that depend on the environment, read by a process of its own."""

import os
import subprocess
import sys

import pytest
from django.conf import settings

SERVED = {
    "COCORA_MODE": "served",
    "COCORA_URL": "https://cocora.example",
    "COCORA_SECRET_KEY": "s" * 50,
    "COCORA_FIELD_KEY": "f" * 50,
    "COCORA_DATABASE_URL": "postgres://nobody@127.0.0.1/none",
    "COCORA_BROKER_URL": "redis://127.0.0.1",
    "COCORA_EMAIL_URL": "smtp://localhost",
}


def read(expression, folder, **variables):
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COCORA_")}
    code = f"from cocora import settings; print({expression})"
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        env={**ours, **variables, "COCORA_DATA": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    ("variables", "demo"),
    [
        ({**SERVED, "COCORA_DEMO": "true"}, "False"),
        ({"COCORA_DEMO": "true"}, "True"),
        ({"COCORA_DEMO": "false"}, "False"),
    ],
)
def test_the_second_step_is_put_off_in_the_demo_only(tmp_path, variables, demo):
    assert read("settings.DEMO", tmp_path, **variables).stdout.strip() == demo


@pytest.mark.parametrize("key", ["", ",", "short", f"short,{'f' * 50}"])
def test_served_refuses_to_start_without_a_key_of_its_own(tmp_path, key):
    refused = read("1", tmp_path, **{**SERVED, "COCORA_FIELD_KEY": key})
    assert refused.returncode != 0
    assert "COCORA_FIELD_KEY" in refused.stderr.splitlines()[-1]


def test_embedded_seals_with_its_own_key(tmp_path):
    told = read("settings.FIELD_KEYS == [settings.SECRET_KEY]", tmp_path)
    assert told.stdout.strip() == "True"


SCHEDULE = settings.CELERY_BEAT_SCHEDULE


def seconds(entry: dict) -> float:
    """How often it is sent; a time of day is once a day."""
    return entry["schedule"] if isinstance(entry["schedule"], float) else 86_400


def test_what_the_clock_sends_does_not_pile_up():
    often = [entry for entry in SCHEDULE.values() if seconds(entry) < 60]
    assert often
    for entry in often:
        assert entry["schedule"] < entry["options"]["expires"] <= 60
    # What comes rarely makes no pile.
    assert all(seconds(one) < 60 or seconds(one) >= 900 for one in SCHEDULE.values())
