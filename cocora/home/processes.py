"""Web and worker as processes of their own, kept running by one parent."""

import logging
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from logging.handlers import RotatingFileHandler
from threading import Event, Thread
from typing import IO

from django.conf import settings

PATIENCE = 10.0  # seconds between "please stop" and "stop"
LONGEST_GAP = 30.0  # seconds between two starts of something that keeps dying
STEADY = 60.0  # what has lived this long starts again without waiting
LOG_BYTES = 5_000_000
# A pool of processes inside a worker shares a lock, and a killed one may take it into its grave.
SOLO = ("--pool", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat")

# Asks Linux (PR_SET_PDEATHSIG = 1) for a SIGTERM when the parent is gone, even by kill -9, and
# becomes the command. A program of its own, since code between fork and exec may hang in a parent
# that has threads.
FOLLOW = """
import ctypes, os, sys
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, 15)
os.execv(sys.argv[1], sys.argv[1:])
"""


def log_of(name: str) -> logging.Logger:
    """Lines of one process: on the console with its name, and in a file of limited size."""
    log = logging.getLogger(f"cocora.up.{name}")
    log.setLevel(logging.INFO)
    log.propagate = False
    console = logging.StreamHandler()
    console.setFormatter(logging.Formatter(f"{name:<7} | %(message)s"))
    file = RotatingFileHandler(
        settings.DATA_DIR / "logs" / f"{name}.log", maxBytes=LOG_BYTES, backupCount=3
    )
    log.handlers = [console, file]
    return log


def copy_lines(stream: IO[str], log: logging.Logger) -> None:
    with stream:
        for line in stream:
            log.info("%s", line.rstrip())


class Part:
    """One process. Its own session keeps the terminal's Ctrl-C for the parent: celery would take
    a second one as an order to drop its work."""

    def __init__(self, name: str, *arguments: str) -> None:
        self.command = [sys.executable, "-c", FOLLOW, sys.executable, *arguments]
        # Beside the broker's folder, so that taking a message off it is one rename: two workers
        # never take the same one.
        self.environment = {**os.environ, "TMPDIR": str(settings.SCRATCH_DIR)}
        self.log = log_of(name)
        self.gap = 0.0
        self.start()

    def start(self) -> None:
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            self.command,
            cwd=settings.BASE_DIR,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            start_new_session=True,
        )
        self.copier = Thread(target=copy_lines, args=(self.process.stdout, self.log), daemon=True)
        self.copier.start()

    def watch(self) -> None:
        """Start it again when it has died: at once, then with longer and longer gaps."""
        lived = time.monotonic() - self.started
        if self.process.poll() is None or lived < self.gap:
            return
        self.log.warning("stopped with code %s, starting again", self.process.returncode)
        self.gap = 0.0 if lived > STEADY else min(LONGEST_GAP, 2 * self.gap + 1)
        self.start()

    def signal(self, number: signal.Signals) -> None:
        """To the process, or for SIGKILL to everything that it has started."""
        if self.process.poll() is not None:
            return
        if number == signal.SIGKILL:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)

    def join(self, until: float) -> None:
        """Wait for its end and its last words; after ``until`` it has none."""
        try:
            self.process.wait(max(0.1, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.signal(signal.SIGKILL)
            self.process.wait()
        self.copier.join(1)


def port_is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def web() -> Part:
    return Part("web", "-m", "gunicorn", "-c", "deploy/gunicorn.conf.py", "cocora.wsgi")


def celery(name: str, *arguments: str) -> Part:
    # In a container on a laptop one is root, and celery would say so in eight lines at every start.
    quiet = ("-W", "ignore:You're running the worker", "-m", "celery", "--quiet", "-A", "cocora")
    return Part(name, *quiet, *arguments, "--loglevel", "WARNING")


def workers() -> list[Part]:
    """Each does one thing at a time in a process of its own, so that killing one hurts no other."""
    cores = os.cpu_count() or 1
    numbers = range(1, (cores if settings.SERVED else min(2, cores)) + 1)
    return [celery(f"worker{n}", "worker", "-n", f"worker{n}@%h", *SOLO) for n in numbers]


def beat() -> Part:
    """The clock: exactly one."""
    return celery("beat", "beat", "--pidfile=")


def keep(parts: list[Part], tick: Callable[[], None]) -> None:
    """Keep the parts running until SIGINT or SIGTERM; then stop them, within PATIENCE seconds."""
    stopping = Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopping.set())
    while not stopping.wait(0.25):
        for part in parts:
            part.watch()
        tick()
    stop(parts)


def stop(parts: list[Part]) -> None:
    until = time.monotonic() + PATIENCE
    for part in parts:
        part.signal(signal.SIGTERM)
    for part in parts:
        part.join(until)
