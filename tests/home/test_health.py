"""/health/ says what is missing, and 503 only when no page can be served."""

import json

import pytest
from django.core.cache import cache
from django.db import DatabaseError
from django.test import Client

from cocora.home import health
from cocora.jobs.actions import SIGN_OF_LIFE, sweep
from programmes.models import Curriculum

pytestmark = pytest.mark.django_db


def asked(client: Client) -> tuple[int, dict]:
    answer = client.get("/health/")
    return answer.status_code, json.loads(answer.content)


@pytest.fixture
def complete(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "curricula", lambda: True)
    cache.set(SIGN_OF_LIFE, True)


def test_ready(client: Client, complete: None) -> None:
    assert asked(client) == (200, {"ready": True, "missing": []})


def test_a_sweep_is_the_workers_sign_of_life(client: Client, complete: None) -> None:
    cache.delete(SIGN_OF_LIFE)
    assert asked(client) == (200, {"ready": False, "missing": ["worker"]})
    sweep()
    assert asked(client) == (200, {"ready": True, "missing": []})


def test_an_empty_installation_says_so(client: Client) -> None:
    assert not Curriculum.objects.exists()
    cache.set(SIGN_OF_LIFE, True)
    assert asked(client) == (200, {"ready": False, "missing": ["curricula"]})


def test_a_full_disk_is_named(client: Client, complete: None, monkeypatch) -> None:
    monkeypatch.setattr(health, "FREE_BYTES", 1 << 62)
    assert asked(client) == (200, {"ready": False, "missing": ["disk"]})


def test_a_database_older_than_the_code_serves_nothing(
    client: Client, complete: None, monkeypatch
) -> None:
    monkeypatch.setattr(
        "django.db.migrations.executor.MigrationExecutor.migration_plan", lambda *_: ["0002"]
    )
    assert asked(client) == (503, {"ready": False, "missing": ["migrations"]})


def test_a_database_that_is_away_is_an_answer_and_no_crash(client: Client, monkeypatch) -> None:
    def away(*args: object, **kwargs: object) -> None:
        raise DatabaseError

    monkeypatch.setattr("django.db.backends.base.base.BaseDatabaseWrapper.cursor", away)
    status, said = asked(client)
    assert status == 503
    assert said["missing"] == ["database", "migrations", "curricula", "worker"]
