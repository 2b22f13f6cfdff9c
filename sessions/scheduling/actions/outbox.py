"""Letting mail leave: after somebody has seen it, once, through the queue that loses nothing."""

import secrets
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.actions.mail import queue_message
from cocora.accounts.emails import Message
from cocora.accounts.models import User
from cocora.accounts.queries import digest
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from participants.models import Cohort
from participants.queries import may
from participants.vocabulary import Purpose
from sessions.scheduling import emails
from sessions.scheduling.models import Assignment, MessageKind, MessageState, OutboxMessage
from sessions.scheduling.queries.audience import is_address
from sessions.scheduling.queries.questions import unasked


@dataclass(frozen=True)
class Sent:
    """How many messages left, and how many could not."""

    sent: int
    refused: int


@transaction.atomic
def send_message(*, message: OutboxMessage, by: User | None) -> None:
    """Hand one message to the queue of mails. It leaves once, whatever is clicked twice.

    Consent is asked for again: it may have been withdrawn since the message was written.
    """
    address, body = address_of(message), body_with_link(message)
    unsent = OutboxMessage.objects.filter(pk=message.pk).exclude(state=MessageState.SENT)
    if not unsent.update(state=MessageState.SENT, sent_at=timezone.now()):
        raise Refusal(_("This message has left already."))
    queue_message(message=Message(address, message.subject, body, message.calendar))
    note(by, "outbox.sent", message)


def send_all(*, cohort: Cohort, by: User) -> Sent:
    """Send what waits, one by one: what can't leave stays and doesn't stop the others."""
    rows = OutboxMessage.objects.filter(cohort=cohort, state=MessageState.WAITING)
    related = rows.select_related(
        "cohort__organisation", "practitioner", "contact", "participant__organisation"
    )
    sent = refused = 0
    for message in related.order_by("written_at", "pk"):
        try:
            send_message(message=message, by=by)
        except Refusal:
            refused += 1
        else:
            sent += 1
    return Sent(sent, refused)


@transaction.atomic
def hold_back(*, message: OutboxMessage, by: User) -> None:
    waiting = OutboxMessage.objects.filter(pk=message.pk, state=MessageState.WAITING)
    if not waiting.update(state=MessageState.HELD_BACK):
        raise Refusal(_("This message waits no longer."))
    note(by, "outbox.held_back", message)


@transaction.atomic
def let_wait(*, message: OutboxMessage, by: User) -> None:
    """Put a message that was held back among those that wait."""
    held = OutboxMessage.objects.filter(pk=message.pk, state=MessageState.HELD_BACK)
    if not held.update(state=MessageState.WAITING):
        raise Refusal(_("This message is not held back."))
    note(by, "outbox.let_wait", message)


def address_of(message: OutboxMessage) -> str:
    """Where it goes: the address that is known now, if she may be written to now."""
    if message.practitioner:
        return message.practitioner.email
    if message.contact:
        if message.contact.ended_at:
            raise Refusal(_("This person is no longer a contact of the community."))
        return message.contact.email
    person = message.participant
    if person is None or not may(person, Purpose.CONTACT):
        raise Refusal(_("There is no consent to messages any more, so this one can't leave."))
    if not is_address(person.contact):
        raise Refusal(_("There is no mail address any more, so this message can't leave."))
    return person.contact


def body_with_link(message: OutboxMessage) -> str:
    """The text with the personal link, which is made at this moment and known to nobody else."""
    if emails.ANSWER_LINK not in message.body or message.practitioner is None:
        return message.body
    asked = [one.pk for one in unasked(message.cohort).filter(practitioner=message.practitioner)]
    if not asked and message.kind == MessageKind.ASSIGNMENT:
        raise Refusal(_("There is nothing to ask any more."))
    link = emails.own_sessions_link()
    if asked:
        token = secrets.token_urlsafe(24)
        Assignment.objects.filter(pk__in=asked).update(token_hash=digest(token))
        link = emails.answer_link(token)
    return message.body.replace(emails.ANSWER_LINK, link)


def note(by: User | None, verb: str, message: OutboxMessage) -> None:
    record(
        by=by,
        verb=verb,
        target=message,
        organisation=message.cohort.organisation,
        detail={"kind": message.kind},
    )
