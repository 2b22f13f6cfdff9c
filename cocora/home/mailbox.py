"""The mails that an embedded installation writes to files, for its administrators to read.

An administrator reads what went to people of her organisation; links that open an account are
hidden, for whoever has such a link can be that person. Platform staff read everything.
"""

import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.core.mail.backends import filebased

from cocora.accounts.models import Invitation, Membership, Organisation, User
from cocora.accounts.roles import Permission
from participants.models import CommunityContact, Participant, Practitioner

NAME = re.compile(r"[0-9]{8}-[0-9]{6}-[0-9]+\.log")
ACCOUNT_LINK = re.compile(r"((?:confirm-email|reset/key)/)[^/\s]+")
NEWEST = 200
# What the backend writes below each mail.
RULE = re.compile(rb"\n-{79}\n*$")


class EmailBackend(filebased.EmailBackend):
    """Each connection has a file of its own, also when two are opened in the same second."""

    _fname: str | None = None

    def _get_filename(self) -> str:
        if self._fname is None:
            name = f"{datetime.now(UTC):%Y%m%d-%H%M%S}-{uuid4().int}.log"
            self._fname = os.path.join(self.file_path, name)
        return self._fname


@dataclass(frozen=True)
class Mail:
    """One mail as it was written."""

    name: str
    to: str
    subject: str
    at: datetime | None
    body: str
    files: list[str] = field(default_factory=list)


def mails(user: User) -> list[Mail]:
    """The newest mails that this person may read."""
    own = None if user.is_staff else addresses_of(user)
    return [mail for mail in written() if own is None or mail.to.lower() in own]


def mail_named(user: User, name: str) -> Mail | None:
    return next((mail for mail in mails(user) if mail.name == name), None)


def shown_body(user: User, mail: Mail) -> str:
    return mail.body if user.is_staff else ACCOUNT_LINK.sub(r"\1…", mail.body)


def written() -> Iterator[Mail]:
    folder = Path(settings.EMAIL_FILE_PATH)
    names = [path for path in folder.glob("*.log") if NAME.fullmatch(path.name)]
    for path in sorted(names, reverse=True)[:NEWEST]:
        yield read(path)


def read(path: Path) -> Mail:
    told = message_from_bytes(RULE.sub(b"", path.read_bytes()), policy=default)
    assert isinstance(told, EmailMessage)
    body = told.get_body(("plain",))
    when = told["Date"]
    return Mail(
        name=path.name,
        to=parseaddr(told["To"] or "")[1],
        subject=str(told["Subject"] or ""),
        at=parsedate_to_datetime(when) if when else None,
        body=body.get_content() if body else "",
        files=[part.get_filename() or "" for part in told.iter_attachments()],
    )


def addresses_of(user: User) -> set[str]:
    """Everybody whom her organisations know, by address."""
    own = Organisation.objects.allowing(user, Permission.READ_AUDIT)
    found = [
        *Membership.objects.filter(organisation__in=own).values_list("user__email", flat=True),
        *Invitation.objects.filter(organisation__in=own).values_list("email", flat=True),
        *Practitioner.objects.filter(organisation__in=own).values_list("email", flat=True),
        *CommunityContact.objects.filter(community__organisation__in=own).values_list(
            "email", flat=True
        ),
    ]
    for person in Participant.objects.filter(organisation__in=own):
        found += [person.contact, person.guardian_contact]
    return {address.strip().lower() for address in found if address}
