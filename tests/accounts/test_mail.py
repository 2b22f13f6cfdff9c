"""Mail waits sealed, is sent once, and tells nobody by the clock whom we know."""

import logging
from datetime import timedelta
from itertools import pairwise
from smtplib import SMTPException
from unittest.mock import patch

import pytest
import time_machine
from celery import Celery, current_app
from django.core import mail
from django.core.mail.backends.smtp import EmailBackend as SmtpBackend
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from kombu.exceptions import OperationalError

from cocora.accounts.actions import mail as actions
from cocora.accounts.emails import Message
from cocora.accounts.models import WaitingMail
from cocora.accounts.roles import Role
from cocora.accounts.tasks import deliver_mail, deliver_waiting_mail
from cocora.audit.models import AuditEntry
from cocora.common import broker

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]

HELLO = Message("mia@example.org", "About your account", "Hello Mia")


def ask_for_password(world, email):
    return world.client().post("/accounts/password/reset/", {"email": email})


def test_a_waiting_mail_shows_nothing():
    waiting = actions.queue_message(message=HELLO)
    told = str(WaitingMail.objects.values_list().get(pk=waiting.pk))
    assert "mia" not in told.lower()


def test_the_worker_sends_it_once_and_forgets_it():
    waiting = actions.queue_message(message=HELLO)
    deliver_mail(str(waiting.pk))
    deliver_mail(str(waiting.pk))
    assert [(sent.to, sent.subject, sent.body) for sent in mail.outbox] == [
        (["mia@example.org"], "About your account", "Hello Mia")
    ]
    assert not WaitingMail.objects.exists()


def test_a_mail_that_somebody_is_sending_is_left_alone():
    waiting = actions.queue_message(message=HELLO)
    WaitingMail.objects.update(next_attempt_at=timezone.now() + timedelta(minutes=1))
    deliver_mail(str(waiting.pk))
    deliver_waiting_mail()
    assert not mail.outbox
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        deliver_waiting_mail()
    assert len(mail.outbox) == 1


@pytest.mark.parametrize("fault", [SMTPException, ConnectionRefusedError, TimeoutError, KeyError])
def test_a_mail_server_away_is_tried_again(fault):
    actions.queue_message(message=HELLO)
    with patch("django.core.mail.EmailMessage.send", side_effect=fault):
        deliver_waiting_mail()
    assert WaitingMail.objects.get().attempts == 1
    with time_machine.travel(timezone.now() + timedelta(minutes=3)):
        deliver_waiting_mail()
    assert len(mail.outbox) == 1


def test_one_bad_mail_does_not_stop_the_others(settings):
    settings.FIELD_KEYS = ["lost"]
    actions.queue_message(message=HELLO)
    settings.FIELD_KEYS = ["present"]
    actions.queue_message(message=HELLO)
    assert actions.deliver_waiting_mail() == 1
    assert len(mail.outbox) == 1


def test_after_many_attempts_it_is_given_up_and_said_so(caplog):
    actions.queue_message(message=HELLO)
    WaitingMail.objects.update(attempts=actions.MOST_ATTEMPTS - 1)
    with patch("django.core.mail.EmailMessage.send", side_effect=TimeoutError):
        deliver_waiting_mail()
    assert not WaitingMail.objects.exists()
    assert AuditEntry.objects.get(verb="mail.given_up").organisation_id is None
    assert "given up" in caplog.text
    assert "mia" not in caplog.text.lower()


def test_its_gaps_grow_and_it_is_tried_for_about_a_day():
    actions.queue_message(message=HELLO)
    start, tried = timezone.now(), []
    with patch("django.core.mail.EmailMessage.send", side_effect=TimeoutError) as send:
        for minutes in range(36 * 60):
            with time_machine.travel(start + timedelta(minutes=minutes), tick=False):
                deliver_waiting_mail()
            if send.call_count > len(tried):
                tried.append(minutes)
    assert len(tried) == actions.MOST_ATTEMPTS
    gaps = [later - earlier for earlier, later in pairwise(tried)]
    assert gaps[:4] == [2, 4, 8, 16]
    assert gaps == sorted(gaps)
    assert tried[-1] > 24 * 60
    assert not WaitingMail.objects.exists()


def fault_in_the_first(written):
    """Something that nobody has thought of, in the mail that was queued first."""
    first = WaitingMail.objects.order_by("queued_at").first()

    def fails(mail):
        if mail.pk == first.pk:
            raise LookupError("unheard of: mia@example.org")
        return written(mail)

    return fails


def test_whatever_is_wrong_with_one_mail_the_others_leave(caplog, monkeypatch):
    actions.queue_message(message=HELLO)
    actions.queue_message(message=HELLO)
    monkeypatch.setattr(actions, "written", fault_in_the_first(actions.written))
    assert actions.deliver_waiting_mail() == 1
    waiting = WaitingMail.objects.get()
    assert waiting.attempts == 1
    assert waiting.next_attempt_at > timezone.now() + timedelta(minutes=1)
    assert "LookupError" in caplog.text
    assert "mia" not in caplog.text


def test_a_mute_mail_server_does_not_keep_a_worker_for_long(monkeypatch):
    for _mail in range(9):
        actions.queue_message(message=HELLO)
    clock = iter(range(0, 900, 20))
    monkeypatch.setattr(actions, "monotonic", lambda: next(clock))
    with patch("django.core.mail.EmailMessage.send", side_effect=TimeoutError) as send:
        deliver_waiting_mail()
    assert send.call_count == 2


def test_no_mail_server_is_waited_for_for_ever(settings):
    assert 0 < SmtpBackend().timeout < actions.RETRY_AFTER.seconds / 3


@pytest.mark.parametrize("away", [OperationalError, ConnectionRefusedError])
def test_a_request_does_not_fail_with_the_broker(world, away, django_capture_on_commit_callbacks):
    with (
        patch.object(current_app, "send_task", side_effect=away),
        django_capture_on_commit_callbacks(execute=True),
    ):
        assert ask_for_password(world, world[Role.STAFF].email).status_code == 302
    assert actions.deliver_waiting_mail() == 1


def test_a_real_broker_away_is_no_fault(settings, monkeypatch, caplog):
    """Nothing listens on port 9; what redis-py raises, kombu turns into an error of its own."""
    options = settings.REDIS_TRANSPORT
    away = Celery("away", broker="redis://127.0.0.1:9/0", broker_transport_options=options)
    monkeypatch.setattr(broker, "current_app", away)
    broker.call_worker("some.task", "1")
    assert "broker away (OperationalError)" in caplog.text


def test_a_broker_away_is_no_fault(django_capture_on_commit_callbacks, caplog):
    caplog.set_level(logging.WARNING)
    with (
        patch.object(current_app, "send_task", side_effect=ConnectionRefusedError),
        django_capture_on_commit_callbacks(execute=True),
    ):
        actions.queue_message(message=HELLO)
    assert "broker away" in caplog.text
    assert actions.deliver_waiting_mail() == 1


def test_the_worker_is_called_with_the_id_only(django_capture_on_commit_callbacks):
    with (
        patch.object(current_app, "send_task") as send,
        django_capture_on_commit_callbacks(execute=True),
    ):
        waiting = actions.queue_message(message=HELLO)
    send.assert_called_once_with(
        "cocora.accounts.tasks.deliver_mail", [str(waiting.pk)], retry=False
    )


def test_known_and_unknown_addresses_get_the_same_answer_for_the_same_work(world):
    known, unknown = world[Role.STAFF].email, "unknown@example.org"
    costs, answers = [], []
    ask_for_password(world, "first@example.org")  # the limit of this network address has begun
    for email in (known, unknown):
        with CaptureQueriesContext(connection) as queries:
            response = ask_for_password(world, email)
        costs.append([query["sql"].split(" ")[0] for query in queries])
        answers.append((response.status_code, response.headers["Location"]))
    assert costs[0] == costs[1]
    assert answers[0] == answers[1]
    assert WaitingMail.objects.count() == 3


def test_only_the_known_one_gets_a_mail(world):
    ask_for_password(world, world[Role.STAFF].email.upper())
    ask_for_password(world, "unknown@example.org")
    deliver_waiting_mail()
    assert [sent.to for sent in mail.outbox] == [[world[Role.STAFF].email]]
    assert mail.outbox[0].subject == "About your account"


def test_an_inactive_person_gets_none(world):
    world[Role.STAFF].is_active = False
    world[Role.STAFF].save()
    ask_for_password(world, world[Role.STAFF].email)
    deliver_waiting_mail()
    assert not mail.outbox


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "a@example.org\nBcc: x@example.org"])
def test_what_is_no_address_is_refused(world, address):
    assert ask_for_password(world, address).status_code == 200
    assert not WaitingMail.objects.exists()
