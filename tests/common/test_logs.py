"""Links that open accounts, and addresses of people, never reach a log."""

import io
import logging
import os
import subprocess
import sys

import pytest
from django.conf import settings

from cocora.accounts.emails import absolute
from cocora.common.logs import Discreet, hide

SECRET = "s3cr3t-T0ken_x"
LOGGERS = ["django.request", "django.server", "django.security.csrf", "gunicorn.error", "cocora"]
SAYS_IT = f"""
import logging
gunicorn = logging.getLogger("gunicorn.error")  # as gunicorn leaves it before it loads us
gunicorn.propagate = False
gunicorn.addHandler(logging.StreamHandler())
import django
django.setup()
for name in {LOGGERS}:
    log = logging.getLogger(name)
    log.error("%s at %s", name, "/invitations/{SECRET}/")
    try:
        raise ValueError("/accounts/confirm-email/{SECRET}/ of mia@example.org")
    except ValueError:
        log.exception("fault in %s", name)
"""


@pytest.mark.parametrize(
    "said",
    [
        f"Not Found: /invitations/{SECRET}/",
        f"/accounts/password/reset/key/1-{SECRET}/",
        f"GET /accounts/confirm-email/{SECRET}/ HTTP/1.1",
        f"GET /accounts/confirm-email/{SECRET}",
        f"/accounts/login/?next=/invitations/{SECRET}/&x=1",
        f"/accounts/login/?next=%2Finvitations%2F{SECRET}%2F",
        f"/accounts/confirm-email/MQ:1abc:{SECRET}/",
        f"/accounts/confirm-email/MQ%3A1abc%3A{SECRET}/",
        absolute(f"/invitations/{SECRET}/"),
        f"KEY (lower(email))=({SECRET}@example.org) already exists",
        f"redis://:{SECRET}@127.0.0.1:6379/0",
    ],
)
def test_secrets_are_hidden(said):
    assert SECRET in said
    assert SECRET not in hide(said)
    assert "…" in hide(said)


@pytest.mark.parametrize(
    "said",
    [
        "Not Found: /people/invitations/12/resend/",
        "Forbidden: /accounts/password/reset/",
        "job 12: attempt 3 lost its lease",
        "mail 6f0c: given up @ last",
    ],
)
def test_what_is_no_secret_stays(said):
    assert hide(said) == said


@pytest.mark.django_db
def test_a_page_that_is_not_found_is_logged_without_its_secret(client):
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(Discreet("%(message)s"))
    logging.getLogger("django.request").addHandler(handler)
    try:
        assert client.get(f"/invitations/{SECRET}/").status_code == 404
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert written.getvalue() == "Not Found: /invitations/…/\n"


@pytest.mark.parametrize("debug", ["false", "true"])
def test_every_process_writes_by_it(tmp_path, debug):
    """A process of its own, since pytest puts other handlers in place of ours."""
    told = subprocess.run(
        [sys.executable, "-c", SAYS_IT],
        cwd=settings.BASE_DIR,
        env={
            **os.environ,
            "COCORA_DATA": str(tmp_path),
            "COCORA_DEBUG": debug,
            "DJANGO_SETTINGS_MODULE": "cocora.settings",
        },
        capture_output=True,
        text=True,
        check=True,
    )
    written = told.stdout + told.stderr
    assert SECRET not in written
    assert "mia@" not in written
    for name in LOGGERS:
        assert written.count(f"{name} at /invitations/…/") == 1
        assert written.count(f"fault in {name}") == 1
