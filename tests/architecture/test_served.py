"""The served installation as its own processes: PostgreSQL, Redis, web, worker and clock.

It runs in the half of ``./test`` that has a PostgreSQL. Redis is a process of its own here, so that
it can be taken away.
"""

import http.client
import json
import os
import re
import secrets
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

import psycopg2
import pytest
from django.conf import settings
from django.db import connection

# One installation for all tests of this file, so they stay together on one of the test processes.
pytestmark = pytest.mark.xdist_group("served")
ROOT = settings.BASE_DIR
HOST = "cocora.example"
SECRETS = {
    "COCORA_MODE": "served",
    "COCORA_URL": f"https://{HOST}",
    "COCORA_SECRET_KEY": secrets.token_urlsafe(60),
    "COCORA_FIELD_KEY": secrets.token_urlsafe(60),
    "COCORA_DATABASE_URL": "postgres://nobody@127.0.0.1/none",
    "COCORA_BROKER_URL": "redis://127.0.0.1",
    "COCORA_EMAIL_URL": "consolemail://",
}
ORDER = """
from importlib import import_module
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.conf import settings
from cocora.accounts.models import Membership, Organisation, User
from programmes.models import Exercise, ExerciseList, ListedExercise
user = User.objects.create_user("printer@example.org", "seven grey herons wait")
place = Organisation.objects.create(name="Served", slug="served", country="DK")
Membership.objects.create(user=user, organisation=place, role="staff")
session = import_module(settings.SESSION_ENGINE).SessionStore()
session[SESSION_KEY] = str(user.pk)
session[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[0]
session[HASH_SESSION_KEY] = user.get_session_auth_hash()
session.save()
lists = []
for number, exercise in enumerate(Exercise.objects.order_by("pk")[:2]):
    rows = ExerciseList.objects.create(owner=user, title=f"List {number}")
    ListedExercise.objects.create(exercise_list=rows, exercise=exercise, position=1)
    lists.append(rows.pk)
print("SIGNED-IN", session.session_key, *lists)
"""


def clean_environment(**variables: str) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith("COCORA_")}
    return {**ours, "PYTHONWARNINGS": "default", **variables}


def manage(environment: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


def settings_with(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    environment = clean_environment(**variables, COCORA_DATA=str(folder))
    command = [sys.executable, "-c", "import cocora.settings"]
    return subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )


def test_it_starts_with_its_secrets(tmp_path: Path) -> None:
    assert settings_with(tmp_path, **SECRETS).returncode == 0


@pytest.mark.parametrize("name", sorted(set(SECRETS) - {"COCORA_MODE"}))
def test_it_refuses_to_start_without_one_of_its_secrets(name: str, tmp_path: Path) -> None:
    rest = {key: value for key, value in SECRETS.items() if key != name}
    refused = settings_with(tmp_path, **rest)
    assert refused.returncode != 0
    assert "ImproperlyConfigured" in refused.stderr
    assert name in refused.stderr


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("COCORA_SECRET_KEY", "too-short"),
        ("COCORA_FIELD_KEY", "too-short"),
        ("COCORA_FIELD_KEY", f"too-short,{'x' * 50}"),
        ("COCORA_URL", f"http://{HOST}"),
        ("COCORA_DATABASE_URL", "sqlite:///here.sqlite3"),
        ("COCORA_MODE", "severd"),
    ],
)
def test_it_refuses_an_unsafe_value(name: str, value: str, tmp_path: Path) -> None:
    refused = settings_with(tmp_path, **{**SECRETS, name: value})
    assert refused.returncode != 0
    assert name in refused.stderr


def test_it_has_no_demo_accounts(tmp_path: Path) -> None:
    variables = {**SECRETS, "COCORA_DATA": str(tmp_path), "COCORA_DEMO": "true"}
    refused = manage(clean_environment(**variables), "demo_accounts")
    assert "not in a served installation" in refused.stderr


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(true: Callable[[], object], seconds: float) -> bool:
    """Whether it became true in time."""
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        if true():
            return True
        time.sleep(0.25)
    return False


@dataclass
class Answer:
    status: int
    headers: dict[str, str]
    text: str


@dataclass
class Served:
    """A running installation, seen from behind its proxy."""

    environment: dict[str, str]
    port: int
    redis_port: int
    redis_password: str
    folder: Path
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    cookies: dict[str, str] = field(default_factory=dict)
    lists: list[str] = field(default_factory=list)

    def start(self, name: str, *command: str) -> None:
        with (self.folder / f"{name}.log").open("ab") as log:
            self.running[name] = subprocess.Popen(
                command, cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def start_redis(self) -> None:
        port, password = str(self.redis_port), self.redis_password
        command = ["redis-server", "--port", port, "--bind", "127.0.0.1", "--requirepass", password]
        self.start("redis", *command, "--save", "", "--dir", str(self.folder))

    def start_all(self) -> None:
        self.start_redis()
        python = [sys.executable, "-m"]
        self.start("web", *python, "gunicorn", "-c", "deploy/gunicorn.conf.py", "cocora.wsgi")
        celery = [*python, "celery", "-A", "cocora"]
        self.start("worker", *celery, "worker", "--concurrency", "1", "--loglevel", "WARNING")
        self.start("beat", *celery, "beat", "--loglevel", "WARNING")

    def stop(self, name: str) -> None:
        process = self.running.pop(name)
        process.terminate()
        try:
            process.wait(60)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()

    def ask(
        self,
        path: str,
        form: dict[str, str] | None = None,
        scheme: str = "https",
        visitor: bool = False,
    ) -> Answer:
        """One request as the proxy hands it on, signed in unless it is a visitor's."""
        cookies = {} if visitor else self.cookies
        headers = {
            "Host": HOST,
            "X-Forwarded-Proto": scheme,
            "X-Forwarded-For": "198.51.100.7",
            "Cookie": "; ".join(f"{name}={value}" for name, value in cookies.items()),
        }
        body = None
        if form is not None:
            headers |= {"Referer": f"https://{HOST}/", "X-CSRFToken": self.cookies["csrftoken"]}
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form)
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            line.request("GET" if form is None else "POST", path, body, headers)
            answer = line.getresponse()
            return Answer(
                answer.status,
                {key.lower(): value for key, value in answer.getheaders()},
                answer.read().decode(errors="replace"),
            )
        finally:
            line.close()

    def answers(self) -> bool:
        try:
            return self.ask("/health/").status == 200
        except OSError:
            return False

    def lacks(self) -> list[str]:
        return json.loads(self.ask("/health/").text)["missing"]

    def sign_in(self) -> None:
        made = manage(self.environment, "shell", "-v", "0", "-c", ORDER)
        said = re.search(r"SIGNED-IN (\S+) (\S+) (\S+)", made.stdout)
        assert said, made.stderr
        self.cookies = {"cocora": said[1], "csrftoken": secrets.token_hex(16)}
        self.lists = [said[2], said[3]]

    def order(self, number: int) -> str:
        """Order the book of a list; the address of the order."""
        form = {"kind": "list", "exercise_list": self.lists[number]}
        answer = self.ask("/handbooks/orders/", form)
        assert answer.status == 302, answer.text
        assert re.fullmatch(r"/handbooks/orders/\d+/", answer.headers["location"])
        return answer.headers["location"]

    def printed(self, order: str) -> bool:
        return "/handbooks/documents/" in self.ask(order).text


@pytest.fixture(scope="module")
def database() -> Iterator[str]:
    """An empty database beside the one of the tests."""
    if connection.vendor != "postgresql":
        pytest.skip("a served installation needs PostgreSQL; ./test runs this there")
    name = f"cocora_served_{os.getpid()}"
    server = connection.settings_dict
    door = psycopg2.connect(
        host=server["HOST"],
        port=server["PORT"] or 5432,
        user=server["USER"],
        password=server["PASSWORD"],
        dbname="postgres",
    )
    door.autocommit = True
    cursor = door.cursor()
    cursor.execute(f"CREATE DATABASE {name}")
    secret = f":{server['PASSWORD']}" if server["PASSWORD"] else ""
    yield f"postgres://{server['USER']}{secret}@{server['HOST']}:{server['PORT'] or 5432}/{name}"
    cursor.execute(f"DROP DATABASE {name} WITH (FORCE)")
    door.close()


@pytest.fixture(scope="module")
def served(database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    if not shutil.which("redis-server"):
        assert os.environ.get("CI") != "true", "CI tests served mode and needs redis-server"
        pytest.skip("there is no redis-server that could be taken away")
    folder = tmp_path_factory.mktemp("served")
    port, redis_port, password = free_port(), free_port(), secrets.token_hex(8)
    variables = {
        **SECRETS,
        "COCORA_DATA": str(folder),
        "COCORA_DATABASE_URL": database,
        "COCORA_BROKER_URL": f"redis://:{password}@127.0.0.1:{redis_port}/0",
        "COCORA_BIND": f"127.0.0.1:{port}",
    }
    house = Served(clean_environment(**variables), port, redis_port, password, folder)
    prepared = manage(house.environment, "prepare")
    assert prepared.returncode == 0, prepared.stderr
    house.start_all()
    try:
        assert until(house.answers, 240), (folder / "web.log").read_text()
        house.sign_in()
        yield house
    finally:
        for name in list(house.running):
            house.stop(name)


def test_sign_in_page_behind_the_proxy(served: Served) -> None:
    answer = served.ask("/accounts/login/", visitor=True)
    assert answer.status == 200
    assert "max-age=31536000" in answer.headers["strict-transport-security"]
    assert "Secure" in answer.headers["set-cookie"]
    assert "script-src 'self'" in answer.headers["content-security-policy"]
    sheet = re.search(r'href="(/static/css/base\.[0-9a-f]{12}\.css)"', answer.text)
    assert sheet
    assert served.ask(sheet[1]).status == 200


def test_without_tls_it_leads_to_the_safe_address(served: Served) -> None:
    answer = served.ask("/accounts/login/", scheme="http", visitor=True)
    assert answer.status == 301
    assert answer.headers["location"] == f"https://{HOST}/accounts/login/"


def test_it_is_ready_with_worker_and_clock(served: Served) -> None:
    assert until(lambda: served.lacks() == [], 240), (served.folder / "worker.log").read_text()


def test_a_book_is_printed_by_the_worker(served: Served) -> None:
    order = served.order(0)
    assert until(lambda: served.printed(order), 300), (served.folder / "worker.log").read_text()


def test_without_redis_pages_work_and_an_order_is_kept(served: Served) -> None:
    served.stop("redis")
    began = time.monotonic()
    order = served.order(1)
    assert served.ask("/programmes/").status == 200
    assert served.ask(order).status == 200
    assert time.monotonic() - began < 45
    assert not served.printed(order)
    served.start_redis()
    assert until(lambda: served.printed(order), 300), (served.folder / "worker.log").read_text()


def test_a_logfile_names_nobody(served: Served) -> None:
    for name in ("web", "worker", "beat"):
        log = (served.folder / f"{name}.log").read_text()
        assert "printer@example.org" not in log
        assert served.redis_password not in log
