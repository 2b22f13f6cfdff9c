"""A task that hangs ends its worker, even where no interpreter answers."""

import subprocess
import sys

from django.conf import settings

HANGS = """
import re
from cocora.celery import app
app.conf.task_time_limit = 0.5
@app.task
def hang():
    re.match("(a+)+$", "a" * 40 + "b")
hang()
"""
HURRIES = """
import time
from cocora.celery import app
app.conf.task_time_limit = 2
@app.task
def hurry():
    pass
hurry()
time.sleep(3)
"""


def run(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )


def test_what_hangs_outside_the_interpreter_ends_and_says_where() -> None:
    ended = run(HANGS)
    assert ended.returncode == 1
    assert "Timeout" in ended.stderr
    assert "in hang" in ended.stderr


def test_a_task_that_is_done_has_no_limit_left_behind() -> None:
    assert run(HURRIES).returncode == 0


def test_a_worker_is_one_process() -> None:
    assert settings.CELERY_WORKER_POOL == "solo"
