"""After a whole journey nobody's name or contact stands anywhere in clear.

Each personal field gets a word that occurs nowhere else; then everything is searched for it.
"""

import io
import logging
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from PIL import Image

from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from cocora.jobs.models import Job
from participants.actions.retention import forget_what_is_due
from participants.actions.terms import load_terms
from participants.models import Participant
from participants.vocabulary import AgeBand
from tests.architecture.examples import Example, examples
from tests.architecture.routes import OURS
from tests.conftest import World

CANARIES = {
    "display_name": "Zqnamezq",
    "contact": "zqcontactzq@example.org",
    "guardian_name": "Zqguardzq",
    "guardian_contact": "+99 771 771 771",
}
WORDS = [word.encode() for word in ("qnamezq", "qcontactzq", "qguardzq", "771 771 771")]


def found_in(body: bytes) -> list[bytes]:
    return [word for word in WORDS if word in body]


def journey(world: World) -> Participant:
    """Written down, looked for, asked on three ways, enrolled, changed, asked out again."""
    load_terms()
    browser, cohort = world.client(Role.COORDINATOR), world.cohorts.ours
    add = reverse("participants:participant_add") + f"?cohort={cohort.pk}"
    facts = {**CANARIES, "age_band": AgeBand.AGE_15, "language": "en", "kind": "young"}
    browser.post(add, {**facts, "guardian_contact": "nonsense"})
    browser.post(add, facts)
    person = Participant.objects.get(organisation=world.ours)
    assert person.display_name == CANARIES["display_name"]
    browser.get(reverse("participants:participants"), {"q": "zqname"})
    browser.get(person.get_absolute_url())
    ask = reverse("participants:consent_ask", args=[person.pk])
    browser.post(ask, {"take-part": "yes", "contact": "yes"})
    browser.post(f"{ask}?giver=guardian&means=paper", {"take-part": "yes", "scan": sheet()})
    shown = browser.post(
        reverse("participants:consent_link_make", args=[person.pk]), {"giver": "guardian"}
    )
    Client().post(shown.context["address"].removeprefix(django_settings.SITE_URL), {"photo": "no"})
    row = person.enrolments.get()
    browser.post(reverse("participants:enrolment_step", args=[cohort.pk, row.pk, "enrol"]))
    row.refresh_from_db()
    assert row.status == "enrolled"
    browser.post(reverse("participants:participant_edit", args=[person.pk]), facts)
    browser.get(reverse("participants:cohort_people", args=[cohort.pk]), {"names": "1"})
    forget_what_is_due()
    return person


def sheet() -> SimpleUploadedFile:
    drawn = io.BytesIO()
    Image.new("RGB", (30, 30)).save(drawn, "PNG")
    return SimpleUploadedFile("Zqnamezq.png", drawn.getvalue(), content_type="image/png")


@pytest.fixture
def files(tmp_path, settings) -> Path:
    settings.FILES_DIR = tmp_path
    return tmp_path


def database() -> bytes:
    """Everything that the database has laid down."""
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        path = Path(connection.settings_dict["NAME"])
        beside = [path.with_name(path.name + end) for end in ("", "-wal", "-shm")]
        return b"".join(part.read_bytes() for part in beside if part.exists())
    facts = connection.settings_dict
    dump = shutil.which("pg_dump")
    if dump is None:
        pytest.skip("pg_dump is not installed")
    words = ["-h", facts["HOST"], "-p", str(facts["PORT"]), "-U", facts["USER"], facts["NAME"]]
    secret = {**os.environ, "PGPASSWORD": facts["PASSWORD"]}
    return subprocess.run([dump, *words], check=True, capture_output=True, env=secret).stdout


@pytest.mark.django_db(transaction=True)
def test_the_database_holds_no_name_and_no_contact_in_clear(world: World, files: Path):
    person = journey(world)
    body = database()
    assert person.code.encode() in body
    assert found_in(body) == []


@pytest.mark.django_db(transaction=True)
def test_the_search_would_find_a_name_in_clear(world: World):
    """A guard that can't fail guards nothing."""
    world.ours.name = CANARIES["display_name"]
    world.ours.save()
    assert found_in(database()) == [b"qnamezq"]


@pytest.mark.django_db
def test_no_name_is_in_logs_jobs_mails_files_and_the_audit_log(
    world: World, files: Path, caplog: pytest.LogCaptureFixture
):
    caplog.set_level(logging.DEBUG)
    journey(world)
    stored = b"".join(path.read_bytes() for path in files.rglob("*") if path.is_file())
    names = " ".join(path.name for path in files.rglob("*"))
    told = [
        caplog.text,
        str(list(Job.objects.values())),
        str([(message.subject, message.body, message.to) for message in mail.outbox]),
        str(list(AuditEntry.objects.values())),
        names,
    ]
    assert stored
    assert AuditEntry.objects.exists()
    assert found_in(stored + "\n".join(told).encode()) == []


def addresses(world: World) -> list[tuple[str, str]]:
    """Every page of ours that has its row; ``test_urls.py`` finds those that have none."""
    rows = examples(world)
    return [
        (route.name, reverse(route.name, kwargs=rows.get(route.name, Example({})).arguments))
        for route in OURS
        if route.name in rows or not route.arguments
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("role", [Role.PARTNER, Role.AUTHORITY, Role.STAFF])
def test_no_page_of_a_partner_or_an_authority_names_anybody(world: World, files: Path, role: Role):
    journey(world)
    browser = world.client(role)
    browser.raise_request_exception = False
    seen = 0
    for name, address in addresses(world):
        answer = browser.get(address)
        body = b"".join(answer) if answer.streaming else answer.content
        assert found_in(body + str(answer.headers).encode()) == [], name
        seen += answer.status_code == 200
    assert seen > 5


@pytest.mark.django_db
def test_another_organisation_meets_nothing(world: World, files: Path):
    person = journey(world)
    browser = world.client(world.stranger)
    browser.raise_request_exception = False
    assert world.client(Role.COORDINATOR).get(person.get_absolute_url()).status_code == 200
    assert browser.get(person.get_absolute_url()).status_code == 404
    for name, address in addresses(world):
        for query in ("", "?names=1&q=zq"):
            answer = browser.get(address + query)
            body = b"".join(answer) if answer.streaming else answer.content
            assert found_in(body) == [], name
            assert person.code.encode() not in body, name
