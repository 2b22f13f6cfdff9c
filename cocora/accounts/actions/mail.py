"""Mail waits in the database, so that nobody measures by the clock whom we know."""

import json
import logging
from datetime import timedelta
from time import monotonic
from uuid import UUID

from allauth.account.internal.userkit import filter_users_by_email
from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cocora.accounts import emails
from cocora.accounts.models import Invitation, MailKind, WaitingMail
from cocora.audit.actions import record
from cocora.common.broker import call_worker
from cocora.common.cipher import seal, unseal

log = logging.getLogger(__name__)

# A worker that dies while it sends leaves the mail to the next after this time. After a failure
# the gaps double from there, so that a mail is tried for a little more than a day.
RETRY_AFTER = timedelta(minutes=2)
LONGEST_GAP = timedelta(hours=2)
MOST_ATTEMPTS = 20
# With a mail server that never answers, sending must not keep the workers from everything else.
SWEEP_SECONDS = 60


def queue_message(*, message: emails.Message, invitation: Invitation | None = None) -> WaitingMail:
    """Send this mail soon, also when the mail server is away for a while.

    With its invitation, those who look after people see when it could not be sent.
    """
    return queue(MailKind.MESSAGE, message.as_dict(), invitation)


def queue_password_reset(*, email: str) -> WaitingMail:
    """Let a worker find out whether there is somebody with this address.

    Here a known and an unknown address cost the same: one row.
    """
    return queue(MailKind.PASSWORD_RESET, {"to": email})


@transaction.atomic
def queue(
    kind: MailKind, told: dict[str, str], invitation: Invitation | None = None
) -> WaitingMail:
    mail = WaitingMail(kind=kind, invitation=invitation)
    mail.sealed = seal(json.dumps(told), about=mail.place)
    mail.save(force_insert=True)
    transaction.on_commit(lambda: call_worker("cocora.accounts.tasks.deliver_mail", str(mail.pk)))
    return mail


def deliver_waiting_mail() -> int:
    """Send what is due; the number of mails sent."""
    due = WaitingMail.objects.filter(next_attempt_at__lte=timezone.now())
    ids = due.order_by("next_attempt_at").values_list("pk", flat=True)[:100]
    until = monotonic() + SWEEP_SECONDS
    return sum(deliver_mail(mail_id=mail_id) for mail_id in list(ids) if monotonic() < until)


def deliver_mail(*, mail_id: UUID) -> bool:
    """Send one mail and forget it. Safe to call twice: one conditional UPDATE takes it."""
    now = timezone.now()
    mine = WaitingMail.objects.filter(pk=mail_id, next_attempt_at__lte=now)
    if not mine.update(next_attempt_at=now + RETRY_AFTER, attempts=F("attempts") + 1):
        return False
    mail = WaitingMail.objects.filter(pk=mail_id).first()
    if mail is None:  # its invitation was sent anew or revoked this very moment
        return False
    try:
        for message in written(mail):
            message.send()
    except Exception as error:
        # Whatever is wrong with one mail, the others must leave. Its text stays out of the log.
        return put_off(mail, error)
    mail.delete()
    return True


def put_off(mail: WaitingMail, error: Exception) -> bool:
    """The row waits for its next attempt, each time longer; at last it is given up."""
    log.warning("mail %s: attempt %s, %s", mail.pk, mail.attempts, type(error).__name__)
    if mail.attempts >= MOST_ATTEMPTS:
        give_up(mail)
    else:
        gap = min(LONGEST_GAP, RETRY_AFTER * 2 ** (mail.attempts - 1))
        WaitingMail.objects.filter(pk=mail.pk).update(next_attempt_at=timezone.now() + gap)
    return False


@transaction.atomic
def give_up(mail: WaitingMail) -> None:
    """Delete it, and leave word where people look: the audit log and the list of invitations."""
    log.error("mail %s: given up", mail.pk)
    invited = mail.invitation
    record(
        by=None,
        verb="mail.given_up",
        target=invited or mail,
        organisation=invited.organisation if invited else None,
        detail={"kind": mail.kind, "attempts": mail.attempts},
    )
    if invited:
        Invitation.objects.filter(pk=invited.pk).update(mail_failed_at=timezone.now())
    WaitingMail.objects.filter(pk=mail.pk).delete()


def written(mail: WaitingMail) -> list[EmailMessage]:
    """The mails behind a row: none when an unknown address asked for a new password."""
    told = json.loads(unseal(mail.sealed, about=mail.place))
    if mail.kind == MailKind.MESSAGE:
        return [emails.Message(**told).as_email()]
    known = filter_users_by_email(told["to"], is_active=True, prefer_verified=True, for_login=True)
    return [emails.password_reset(user, told["to"]).as_email() for user in known]
