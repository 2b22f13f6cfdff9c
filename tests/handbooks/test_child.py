"""The rendering child reads nothing and calls nobody, whatever the text says."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.conf import settings
from pypdf import PdfReader
from weasyprint import HTML

from handbooks.engine.document import Chapter, PrintDocument
from handbooks.engine.render import environment, render_pdf
from tests.handbooks.attacks import FETCHES, MORE, aimed, hidden_in_data
from tests.handbooks.listener import listening

pytestmark = [pytest.mark.once, pytest.mark.xdist_group("child")]

SECRET = "herons nest behind the ferry house"


def quiet(done: int, total: int, stage: str) -> None:
    """Nobody watches these renders."""


def document(**chapters: str) -> PrintDocument:
    parts = tuple(Chapter(f"chapter:{name}", html, running=name) for name, html in chapters.items())
    return PrintDocument("Title", "Author", "en", "A4", parts)


@pytest.fixture
def secret_file(tmp_path):
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


def attacks_on(www: str, file: Path) -> dict[str, str]:
    at_web = {**aimed(FETCHES | MORE, www), **hidden_in_data(www)}
    at_file = {**aimed(FETCHES | MORE, f"{file.as_uri()}?"), **hidden_in_data(f"{file.as_uri()}?")}
    redirect = {"redirect": f'<img src="{www}redirect" alt="x">'}
    plain = {
        "file-plain": f'<img src="{file.as_uri()}" alt="x"><a rel=attachment href="{file}">x</a>',
        "media-parent": f'<img src="media:../..{file}" alt="x"><img src="{file}" alt="x">',
        "no-scheme": '<img src="//127.0.0.1/x.png" alt="x">',
    }
    return {
        **{f"web {name}": html for name, html in (at_web | redirect).items()},
        **{f"file {name}": html for name, html in (at_file | plain).items()},
    }


def test_no_attack_reaches_the_network_or_a_file(tmp_path, secret_file):
    target = tmp_path / "book.pdf"
    with listening() as server:
        attacks = attacks_on(f"http://127.0.0.1:{server.server_port}/", secret_file)
        pages = render_pdf(document(**attacks), target, quiet)
        assert server.hits == []
    assert pages >= len(attacks) >= 60
    book = PdfReader(target)
    assert not book.attachments
    assert SECRET not in "".join(page.extract_text() for page in book.pages)
    assert b"EmbeddedFile" not in target.read_bytes()


def test_the_attacks_are_real_where_nobody_guards(secret_file):
    """The same texts with WeasyPrint as it comes: else the test above proves nothing."""
    with listening() as server:
        www = f"http://127.0.0.1:{server.server_port}/"
        for html in (aimed(FETCHES, www) | {"redirect": f'<img src="{www}redirect">'}).values():
            HTML(string=html).write_pdf()
        asked = {path.split("?")[0].strip("/") for path in server.hits}
    assert asked >= set(FETCHES) - {"base", "ftp"} | {"base-relative.png", "redirected"}
    attached = HTML(string=f'<link rel=attachment href="{secret_file.as_uri()}">').write_pdf()
    assert b"EmbeddedFile" in attached


FENCED = """
import sys
from pathlib import Path
from handbooks.engine import child
child.fence(Path({output!r}))
{attempt}
"""


@pytest.mark.parametrize(
    "attempt",
    [
        "open('/etc/passwd')",
        "open('/proc/self/environ')",
        "open({data!r} + '/cocora.sqlite3', 'rb')",
        "import socket; socket.create_connection(('127.0.0.1', 9))",
        "import socket; socket.getaddrinfo('example.org', 80)",
        "import subprocess; subprocess.run(['true'])",
        "import os; os.system('true')",
        "import os; os.fork()",
        "import os; os.execv('/bin/true', ['true'])",
    ],
)
def test_the_fence_holds_for_python_itself(attempt, tmp_path):
    code = FENCED.format(
        output=str(tmp_path / "book.pdf"), attempt=attempt.format(data=str(settings.DATA_DIR))
    )
    ended = run_python(code)
    assert "PermissionError: not in the print room" in ended.stderr


def test_the_fence_lets_the_output_be_written(tmp_path):
    code = FENCED.format(
        output=str(tmp_path / "book.pdf"), attempt=f"open({str(tmp_path / 'book.pdf')!r}, 'wb')"
    )
    ended = run_python(code)
    assert (ended.returncode, ended.stderr) == (0, "")


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code],
        env=environment(),
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_no_secret_of_ours_is_in_the_environment_of_the_child(monkeypatch):
    monkeypatch.setenv("COCORA_SECRET_KEY", SECRET)
    assert SECRET not in str(environment())
    assert not [name for name in environment() if name.startswith(("COCORA", "DJANGO"))]


ORPHAN = """
import os, subprocess, sys, time
from pathlib import Path
source, output = Path(sys.argv[1]), Path(sys.argv[2])
child = subprocess.Popen(
    [sys.executable, "-m", "handbooks.engine.child", source, output, str(os.getpid())],
    stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
print(child.pid, child.stdout.readline(), flush=True)
time.sleep(60)
"""


def test_the_child_dies_with_a_killed_worker(tmp_path, slow_work):
    source = tmp_path / "work.json"
    source.write_text(slow_work)
    worker = subprocess.Popen(
        [sys.executable, "-c", ORPHAN, source, tmp_path / "book.pdf"],
        env=environment(),
        cwd=settings.BASE_DIR,
        stdout=subprocess.PIPE,
        text=True,
    )
    child = int(worker.stdout.readline().split()[0])
    assert alive(child)
    worker.send_signal(signal.SIGKILL)
    worker.wait()
    worker.stdout.close()
    deadline = time.monotonic() + 20
    while alive(child) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not alive(child)


def alive(pid: int) -> bool:
    """Whether the process runs; a dead one that nobody has collected yet does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def test_a_child_whose_parent_is_gone_already_does_not_start(tmp_path):
    command = [sys.executable, "-m", "handbooks.engine.child", "x", tmp_path / "book.pdf", "1"]
    if os.getpid() == 1:
        pytest.skip("this process is everybody's parent here")
    ended = subprocess.run(
        command, env=environment(), cwd=settings.BASE_DIR, capture_output=True, check=False
    )
    assert ended.returncode == 1
    assert b"the parent is gone" in ended.stderr
