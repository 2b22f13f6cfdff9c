"""Reminding people of a session two days before it, once."""

from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from participants.models import Cohort
from participants.vocabulary import CohortStatus
from sessions.scheduling import emails
from sessions.scheduling.actions.outbox import send_message
from sessions.scheduling.feeds import event_of
from sessions.scheduling.models import (
    MessageKind,
    OutboxMessage,
    ProgrammeSession,
    SessionStatus,
)
from sessions.scheduling.queries.audience import Person, audience
from sessions.scheduling.queries.snapshots import Entry, latest_releases, stands
from sessions.scheduling.queries.telling import key_of

DAYS_BEFORE = 2
# By the clock of the cohort: nobody's telephone rings at night because of us.
WAKING_HOURS = range(8, 20)


def send_reminders(*, now: datetime | None = None) -> int:
    """Write and send what is due; the number of messages. Safe to call at any time, again too."""
    now = now or timezone.now()
    running = Cohort.objects.filter(status__in=[CohortStatus.OPEN, CohortStatus.RUNNING])
    cohorts = {cohort.pk: cohort for cohort in running.select_related("organisation")}
    awake = [one for one in cohorts.values() if now.astimezone(one.zone).hour in WAKING_HOURS]
    sent = 0
    for pk, release in latest_releases(awake).items():
        due = due_sessions(cohorts[pk], release.snapshot["sessions"], now)
        sent += sum(remind_of(cohort=cohorts[pk], one=one, now=now) for one in due)
    return sent


def due_sessions(cohort: Cohort, released: list[Entry], now: datetime) -> list[Entry]:
    """Released sessions of the next two days that nobody has moved or cancelled since."""
    today = now.astimezone(cohort.zone).date()
    days = {(today + timedelta(days=n)).isoformat() for n in range(1, DAYS_BEFORE + 1)}
    near = [one for one in released if one["date"] in days and stands(one)]
    rows = ProgrammeSession.objects.filter(
        pk__in=[one["id"] for one in near], status=SessionStatus.PLANNED
    )
    true = {row.pk: row.starts_at for row in rows}
    return [one for one in near if true.get(one["id"]) == datetime.fromisoformat(one["starts_at"])]


def remind_of(*, cohort: Cohort, one: Entry, now: datetime) -> int:
    """One message for everybody who comes to this session and may be written to."""
    known = OutboxMessage.objects.filter(
        kind=MessageKind.REMINDER, programme_session=one["id"]
    ).defer("body", "calendar")
    reminded = {key_of(message) for message in known}
    coming = [
        person
        for person in audience(cohort, {"sessions": [one]}).people
        if (person.kind, person.pk) not in reminded and comes(person, one)
    ]
    return sum(remind(cohort, one, person, now) for person in coming)


def comes(person: Person, one: Entry) -> bool:
    """Of the practitioners those who lead this session."""
    return person.kind != "practitioner" or person.pk in one["people"]


def remind(cohort: Cohort, one: Entry, person: Person, now: datetime) -> bool:
    """Whether the message was ours to send: the database lets one of two workers write it."""
    who: dict[str, Any] = {f"{person.kind}_id": person.pk}
    message = OutboxMessage(
        cohort=cohort,
        kind=MessageKind.REMINDER,
        programme_session_id=one["id"],
        subject=emails.subject_of_reminder(),
        body=emails.reminder_text(cohort, person, one),
        calendar=emails.file_of([event_of(one, cohort, now)]),
        **who,
    )
    try:
        with transaction.atomic():
            message.save(force_insert=True)
            send_message(message=message, by=None)
    except IntegrityError:
        return False
    return True
