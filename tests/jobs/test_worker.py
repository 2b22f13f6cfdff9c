"""Real processes: workers that race for a job, and everything that can be killed at any time."""

import os
import signal
import time

import psycopg2
import pytest
from django.db import connection

from tests.jobs.house import House, running, until
from tests.programmes.packages import package

EXERCISES = 40
PATIENCE = 180  # seconds: what happens in two on a machine of its own
DIGEST_LENGTH = 64

RACE = """
from django.utils import timezone
from cocora.jobs.actions import claim
from cocora.jobs.models import Job
import sys, time
job = Job.objects.get()
time.sleep(max(0, {at} - time.time()))
print(json.dumps(claim(job.pk, timezone.now()) is not None))
"""

ORDER = """
from cocora.accounts.models import User
from handbooks.actions import book_order, order_book
from handbooks.models import DocumentKind, Paper
from programmes.models import Curriculum
curriculum = Curriculum.objects.get()
order = book_order(kind=DocumentKind.GUIDE, curriculum=curriculum, language="en", paper=Paper.A4)
for number in range(3):
    by = User.objects.create_user(f"p{number}@example.org", "seven grey herons wait")
    placed = order_book(order=order, by=by)
print(json.dumps(placed.digest))
"""

STATE = """
from cocora.jobs.models import Job
from handbooks.models import Document, Order
job = Job.objects.get()
print(json.dumps({
    "state": job.state, "attempt": job.attempt, "progress": job.progress,
    "documents": list(Document.objects.values_list("digest", "pages", "size")),
    "served": Order.objects.exclude(document=None).count(), "sent": job.sent_at.timestamp(),
}))
"""


@pytest.fixture
def house(tmp_path):
    """Its own database: a file on SQLite, a new one on the server of the test run else."""
    name = f"house_{tmp_path.name}".replace("-", "_")[:60].lower()
    url = "" if connection.vendor == "sqlite" else create_database(name)
    house = House(tmp_path, url)
    house.manage("migrate")
    yield house
    house.stop()
    if url:
        drop_database(name)


def server():
    wanted = connection.settings_dict
    plain = psycopg2.connect(
        dbname="postgres",
        user=wanted["USER"],
        password=wanted["PASSWORD"],
        host=wanted["HOST"],
        port=wanted["PORT"],
    )
    plain.autocommit = True
    return plain


def create_database(name: str) -> str:
    drop_database(name)
    wanted = connection.settings_dict
    with server().cursor() as cursor:
        cursor.execute(f"CREATE DATABASE {name}")
    password = f":{wanted['PASSWORD']}" if wanted["PASSWORD"] else ""
    return f"postgres://{wanted['USER']}{password}@{wanted['HOST']}:{wanted['PORT']}/{name}"


def drop_database(name: str) -> None:
    with server().cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def test_of_racing_workers_one_wins(house):
    house.run("""
from cocora.jobs.models import Job
print(json.dumps(Job.objects.create(kind="test", key="one").pk))
""")
    at = house.run("import time; print(time.time() + 8)")
    racers = [house.start(RACE.format(at=at)) for _number in range(4)]
    won = [racer.communicate(timeout=300)[0].strip() for racer in racers]
    assert sorted(won) == ["false", "false", "false", "true"]


def typesetters(house: House) -> dict[int, int]:
    """The processes that set pages, and the worker that each of them works for."""
    workers = house.workers()
    return {
        pid: parent
        for pid, words, parent in running()
        if "handbooks.engine.typesetter" in words and parent in workers
    }


def units_of(house: House) -> dict[str, int]:
    """The chapters that are set, each with the number of its file: set anew, it gets another."""
    files = (house.folder / "units").rglob("*")
    return {path.name: path.stat().st_ino for path in files if len(path.name) == DIGEST_LENGTH}


def replaced(before: set[int], now: set[int]) -> bool:
    return len(now) == len(before) and not now & before


def test_whatever_is_killed_printing_goes_on(house, tmp_path):
    source = tmp_path / "package"
    for name, data in package(exercises=EXERCISES, programme="cpp").items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_bytes(data)
    house.manage("curriculum", "load", "--publish", str(source))
    whole = house.start_everything()
    # Readiness does not wait for the first turn of the clock: this one never turns.
    until(house.beats, PATIENCE, house)
    for pid in house.beats():
        os.kill(pid, signal.SIGSTOP)
    until(lambda: house.lacks() == set(), PATIENCE, house)

    # Those who have nothing to do, and the clock.
    idle, clock = house.workers(), house.beats()
    assert len(idle) >= 1
    assert len(clock) == 1
    for pid in idle | clock:
        os.kill(pid, signal.SIGKILL)
    until(
        lambda: replaced(idle, house.workers()) and replaced(clock, house.beats()), PATIENCE, house
    )

    # One that prints.
    house.run(ORDER)
    files = house.folder / "files"
    until(lambda: typesetters(house), PATIENCE, house)
    until(lambda: len(units_of(house)) >= 3, PATIENCE, house)
    busy = set(typesetters(house).values())
    setters = set(typesetters(house))
    killed_at = time.time()
    for pid in busy:
        os.kill(pid, signal.SIGKILL)
    until(lambda: not setters & {pid for pid, _words, _parent in running()}, PATIENCE, house)
    kept = units_of(house)
    assert [path for path in files.rglob("*") if path.is_file()] == []
    state = house.run(STATE)
    assert (state["state"], state["documents"]) == ("running", [])

    # The promise is a minute from the kill to work again; what a busy machine adds to starting the
    # worker and to looking is not the platform's.
    until(lambda: house.run(STATE)["attempt"] == 2, PATIENCE, house)
    assert 0 < house.run(STATE)["sent"] - killed_at < 60
    until(lambda: house.run(STATE)["state"] == "done", 2 * PATIENCE, house)
    state = house.run(STATE)
    ((stored, pages, size),) = state["documents"]
    (path,) = files.rglob("*.pdf")
    assert path.name == f"{stored}.pdf"
    assert (size, state["served"], state["attempt"]) == (path.stat().st_size, 3, 2)
    assert pages > EXERCISES
    assert EXERCISES > len(kept) >= 3
    assert kept.items() <= units_of(house).items(), "a chapter that was done was set again"

    # The one that keeps them: nothing outlives it, not even the clock.
    left = set(house.parts())
    whole.kill()
    whole.wait()
    until(lambda: not left & {pid for pid, _words, _parent in running()}, PATIENCE, house)
