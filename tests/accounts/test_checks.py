"""Secrets that the present keys don't open are told at the start, not at somebody's sign-in."""

from io import StringIO

import pytest
from allauth.mfa.models import Authenticator
from django.core.checks import Tags, run_checks
from django.core.management import call_command
from django.core.management.base import SystemCheckError
from django.db import DatabaseError

from cocora.accounts import checks
from cocora.accounts.actions.mail import queue_password_reset
from cocora.accounts.models import WaitingMail
from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from tests.factories import add_passkey

pytestmark = pytest.mark.django_db


def told(databases=("default",)):
    found = run_checks(tags=[Tags.database], databases=databases)
    return [error.msg for error in found if error.id == "accounts.E001"]


@pytest.fixture
def lost_key(world, settings):
    """Four second factors and a mail, sealed with a key that is no longer there."""
    add_passkey(world[Role.STAFF])
    queue_password_reset(email="mia@example.org")
    settings.FIELD_KEYS = ["another"]


def sealed_factors():
    return Authenticator.objects.exclude(type=Authenticator.Type.WEBAUTHN).count()


def test_the_right_key_is_no_word_worth(world):
    add_passkey(world[Role.STAFF])
    queue_password_reset(email="mia@example.org")
    assert sealed_factors()
    assert told() == []


def test_a_lost_key_is_told_with_what_to_do(lost_key):
    assert told() == [
        "Stored secrets (second factors, waiting mail) can't be opened with the present keys: "
        f"{sealed_factors() + 1}."
    ]
    with pytest.raises(SystemCheckError, match="COCORA_FIELD_KEY"):
        call_command("check", databases=["default"])


def test_an_older_key_behind_the_new_one_will_do(lost_key, settings):
    settings.FIELD_KEYS = ["another", settings.SECRET_KEY]
    assert told() == []


def test_a_check_without_database_asks_none(lost_key, django_assert_num_queries):
    with django_assert_num_queries(0):
        assert told(databases=None) == []


def test_tables_that_are_not_there_yet_are_no_fault(lost_key, monkeypatch):
    def away():
        raise DatabaseError("no such table")

    monkeypatch.setattr(checks, "unreadable_factors", away)
    assert told() == []


@pytest.mark.parametrize("command", ["up", "prepare"])
def test_nothing_starts_with_a_lost_key(command, lost_key, monkeypatch):
    monkeypatch.setattr("cocora.home.management.commands.up.keep", lambda *parts: None)
    monkeypatch.setattr("cocora.home.management.commands.prepare.call_command", lambda *a, **k: 0)
    with pytest.raises(SystemCheckError, match="forget_unreadable"):
        call_command(command)


def test_what_is_lost_for_good_is_forgotten_and_the_rest_stays(lost_key, world, settings):
    queue_password_reset(email="mia@example.org")
    readable = WaitingMail.objects.latest("queued_at")
    lost, out = sealed_factors(), StringIO()
    call_command("forget_unreadable", stdout=out)
    assert out.getvalue() == f"{lost} second factors and 1 mails deleted.\n"
    assert sealed_factors() == 0
    assert Authenticator.objects.filter(user=world[Role.STAFF]).exists()
    assert WaitingMail.objects.get() == readable
    assert AuditEntry.objects.filter(verb="account.second_factor_lost").count() == lost
    assert told() == []
    assert world.client(Role.ADMINISTRATOR).get("/").headers["Location"] == "/second-factor/"
