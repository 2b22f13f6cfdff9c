"""Processes that are kept running, and that leave nothing behind."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from cocora.home import processes
from cocora.home.processes import FOLLOW, Part, port_is_free, stop

SLEEPS = "import time; print('up', flush=True); time.sleep(60)"
DEAF = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "print('up', flush=True); time.sleep(60)"
)
FAILS = "print('no', flush=True); raise SystemExit(3)"


def until(true: Callable[[], object], seconds: float = 60) -> bool:
    last = time.monotonic() + seconds
    while time.monotonic() < last:
        if true():
            return True
        time.sleep(0.02)
    return False


@pytest.fixture
def start(settings, tmp_path: Path) -> Iterator[Callable[[str], Part]]:
    settings.DATA_DIR = tmp_path
    (tmp_path / "logs").mkdir()
    started: list[Part] = []

    def one(code: str) -> Part:
        started.append(Part(f"part{len(started)}", "-c", code))
        return started[-1]

    yield one
    for part in started:
        part.signal(signal.SIGKILL)
        part.join(0)
        part.log.handlers[1].close()


def log_of(part: Part) -> str:
    return Path(part.log.handlers[1].baseFilename).read_text()


def test_what_it_says_goes_to_its_log(start) -> None:
    part = start(SLEEPS)
    assert until(lambda: "up\n" in log_of(part))


def test_what_has_died_starts_again_and_more_slowly_each_time(start) -> None:
    part = start(FAILS)
    first = part.process
    assert until(lambda: first.poll() is not None)
    part.watch()
    assert part.process is not first
    assert part.gap == 1
    assert until(lambda: part.process.poll() is not None)
    second = part.process
    part.started = time.monotonic()  # It may have taken longer to die than its gap is.
    part.watch()
    assert part.process is second
    part.started -= 1
    part.watch()
    assert part.process is not second
    assert part.gap == 3
    assert "stopped with code 3, starting again" in log_of(part)


def test_what_was_steady_starts_again_at_once(start) -> None:
    part = start(FAILS)
    part.gap, part.started = 30.0, part.started - processes.STEADY - 1
    before = part.process
    assert until(lambda: before.poll() is not None)
    part.watch()
    assert part.process is not before
    assert part.gap == 0


def test_what_runs_is_left_alone(start) -> None:
    part = start(SLEEPS)
    before = part.process
    part.watch()
    assert part.process is before


def test_stop_asks_first_and_then_insists(start, monkeypatch) -> None:
    monkeypatch.setattr(processes, "PATIENCE", 3)
    gentle, deaf = start(SLEEPS), start(DEAF)
    assert until(lambda: "up" in log_of(gentle) and "up" in log_of(deaf))
    stop([gentle, deaf])
    assert gentle.process.returncode == -signal.SIGTERM
    assert deaf.process.returncode == -signal.SIGKILL


def test_insisting_reaches_what_it_has_started(start, monkeypatch) -> None:
    monkeypatch.setattr(processes, "PATIENCE", 0.2)
    child = "import subprocess, sys; c = subprocess.Popen([sys.executable, '-c', "
    part = start(f"{child}'import time; time.sleep(60)']); print(c.pid, flush=True);{DEAF}")
    assert until(lambda: "up" in log_of(part))
    pid = int(log_of(part).split()[0])
    assert alive(pid)
    stop([part])
    assert until(lambda: not alive(pid))


def alive(pid: int) -> bool:
    """Whether the process runs; one that only waits to be buried does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


@pytest.mark.skipif(sys.platform != "linux", reason="Linux ends children with their parent")
def test_nothing_stays_when_the_parent_is_killed() -> None:
    code = (
        "import subprocess, sys, time\n"
        f"child = subprocess.Popen([sys.executable, '-c', {FOLLOW!r}, sys.executable, '-c',"
        " 'import time; print(1, flush=True); time.sleep(60)'],"
        " start_new_session=True, stdout=subprocess.PIPE)\n"
        "child.stdout.readline()\n"
        "print(child.pid, flush=True)\n"
        "time.sleep(60)\n"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as parent:
        assert parent.stdout
        pid = int(parent.stdout.readline())
        assert alive(pid)
        os.kill(parent.pid, signal.SIGKILL)
    assert until(lambda: not alive(pid))


def test_each_worker_and_the_clock_are_processes_of_their_own(monkeypatch) -> None:
    monkeypatch.setattr(processes, "Part", lambda name, *words: (name, words))
    workers, (name, clock) = processes.workers(), processes.beat()
    assert len({name for name, _words in workers}) == len(workers) == min(2, os.cpu_count() or 1)
    for _name, words in workers:
        assert words[words.index("--pool") + 1] == "solo"
        assert not {"-B", "--beat"} & set(words)
    assert name == "beat"
    assert "beat" in clock
    assert "worker" not in clock


@pytest.mark.django_db
def test_a_port_in_use_is_said_in_one_sentence(settings) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        settings.PORT = taken.getsockname()[1]
        assert not port_is_free(settings.PORT)
        with pytest.raises(CommandError, match=f"Port {settings.PORT} is in use: .+ COCORA_PORT="):
            call_command("up")
    assert port_is_free(settings.PORT)
