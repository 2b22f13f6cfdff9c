"""A small installation of its own: database, files and broker in one folder, and real processes."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings


class House:
    """``folder`` holds everything; ``database_url`` is '' for a SQLite file in it."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.folder = folder
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("COCORA_")},
            "COCORA_DATA": str(folder),
            "DJANGO_SETTINGS_MODULE": "cocora.settings",
            **({"COCORA_DATABASE_URL": database_url} if database_url else {}),
        }
        self.port = free_port()
        self.environment["COCORA_PORT"] = str(self.port)
        self.whole: subprocess.Popen[bytes] | None = None

    def manage(self, *arguments: str) -> None:
        command = [sys.executable, "manage.py", *arguments]
        ended = subprocess.run(
            command, env=self.environment, cwd=settings.BASE_DIR, capture_output=True, check=False
        )
        assert ended.returncode == 0, ended.stderr.decode()[-2000:]

    def run(self, code: str) -> Any:
        """What this code prints as JSON in a process of its own."""
        return json.loads(self.start(code).communicate(timeout=300)[0].splitlines()[-1])

    def start(self, code: str) -> subprocess.Popen[str]:
        whole = f"import django; django.setup()\nimport json\n{code}"
        return subprocess.Popen(
            [sys.executable, "-c", whole],
            env=self.environment,
            cwd=settings.BASE_DIR,
            stdout=subprocess.PIPE,
            text=True,
        )

    def start_everything(self) -> subprocess.Popen[bytes]:
        """``manage.py up``: web, workers and clock."""
        with (self.folder / "logs" / "up.log").open("a") as log:
            self.whole = subprocess.Popen(
                [sys.executable, "manage.py", "up"],
                env=self.environment,
                cwd=settings.BASE_DIR,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        return self.whole

    def lacks(self) -> set[str] | None:
        """What /health/ misses; None when nobody answers."""
        try:
            with urlopen(f"http://127.0.0.1:{self.port}/health/", timeout=5) as answer:
                return set(json.load(answer)["missing"])
        except (URLError, OSError):
            return None

    def parts(self) -> dict[int, str]:
        """The processes that ``up`` has started: their numbers and what they were called with."""
        if self.whole is None:
            return {}
        return {pid: words for pid, words, parent in running() if parent == self.whole.pid}

    def workers(self) -> set[int]:
        return {pid for pid, words in self.parts().items() if " worker " in words}

    def beats(self) -> set[int]:
        return {pid for pid, words in self.parts().items() if " beat " in words}

    def stop(self) -> None:
        """Everything at once, as when a machine loses its power."""
        left = list(self.parts())
        if self.whole and self.whole.poll() is None:
            self.whole.kill()
            self.whole.wait()
        for pid in left:
            with suppress(ProcessLookupError):
                os.killpg(pid, signal.SIGKILL)

    def log(self) -> str:
        return (self.folder / "logs" / "up.log").read_text()


def running() -> list[tuple[int, str, int]]:
    """Every process that runs: its number, what it was called with, and its parent."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            facts = (folder / "stat").read_text().rpartition(")")[2].split()
            words = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            if facts[0] != "Z":
                found.append((int(folder.name), words, int(facts[1])))
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(true: Callable[[], Any], seconds: float, house: House) -> float:
    """Wait for it; the seconds that it took."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < seconds, house.log()[-3000:]
        time.sleep(0.5)
    return time.monotonic() - started
