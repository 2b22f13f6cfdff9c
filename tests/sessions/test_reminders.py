"""A reminder comes two days before, once, and only for what was released and still holds."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.core import mail
from django.utils import timezone

from cocora.accounts.actions.mail import deliver_waiting_mail
from cocora.accounts.roles import Role
from cocora.celery import app
from participants.models import Consent
from sessions.scheduling.actions.releases import release_schedule
from sessions.scheduling.actions.reminders import send_reminders
from sessions.scheduling.models import MessageKind, OutboxMessage
from sessions.scheduling.tasks import send_reminders as task
from tests.sessions.rows import in_days, move, plan

pytestmark = pytest.mark.django_db
__all__ = ["plan"]


def noon(day):
    return datetime.combine(day, time(12), ZoneInfo("Europe/Copenhagen"))


@pytest.fixture
def released(plan, world):
    release_schedule(cohort=plan.cohort, by=world[Role.COORDINATOR])
    return plan


def reminded():
    return OutboxMessage.objects.filter(kind=MessageKind.REMINDER)


def test_two_days_before_everybody_who_comes_is_reminded_once(released):
    with time_machine.travel(noon(in_days(5)), tick=False):
        task()
        task()
        deliver_waiting_mail()
    assert sorted(message.to[0] for message in mail.outbox) == [
        "helga@example.org", "lena@example.org", "mia@example.org", "partner@example.org",
    ]  # fmt: skip
    assert {message.subject for message in mail.outbox} == {"See you soon"}
    assert all("16:00–18:00" in message.body for message in mail.outbox)


def test_nobody_is_reminded_earlier_or_at_night(released):
    assert send_reminders(now=noon(in_days(4))) == 0
    assert send_reminders(now=noon(in_days(5)) - timedelta(hours=6)) == 0
    assert send_reminders(now=noon(in_days(5))) == 4


def test_what_was_not_released_is_not_reminded_of(plan):
    assert send_reminders(now=noon(in_days(5))) == 0


def test_a_date_that_no_longer_holds_is_not_reminded_of(released):
    move(released.sessions[0], in_days(8))
    assert send_reminders(now=noon(in_days(5))) == 0


def test_without_consent_there_is_no_reminder(released, world):
    Consent.objects.filter(participant=released.mia).update(
        withdrawn_at=timezone.now(), withdrawn_by=world[Role.COORDINATOR]
    )
    send_reminders(now=noon(in_days(5)))
    assert not reminded().filter(participant__isnull=False).exists()
    assert reminded().count() == 3


def test_a_day_that_was_missed_is_made_up_for(released):
    assert send_reminders(now=noon(in_days(6))) == 4


def test_the_clock_calls_it():
    app.loader.import_default_modules()
    named = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert named <= set(app.tasks)
