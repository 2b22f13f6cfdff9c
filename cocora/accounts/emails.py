"""Mails about accounts: plain text, and subjects that tell nobody anything."""

from dataclasses import asdict, dataclass

from allauth.account.forms import default_token_generator
from allauth.account.utils import user_pk_to_url_str
from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from cocora.accounts.models import Invitation, User


@dataclass(frozen=True)
class Message:
    to: str
    subject: str
    body: str
    # The text of a calendar file that goes with it.
    calendar: str = ""

    def as_email(self) -> EmailMessage:
        mail = EmailMessage(self.subject, self.body, settings.DEFAULT_FROM_EMAIL, [self.to])
        if self.calendar:
            mail.attach("dates.ics", self.calendar, "text/calendar; method=PUBLISH")
        return mail

    def as_dict(self) -> dict[str, str]:
        return asdict(self)


def absolute(path: str) -> str:
    """An address of this installation, whatever host a request claimed to ask for."""
    return settings.SITE_URL + path


def invitation_link(token: str) -> str:
    return absolute(reverse("accounts:invitation", args=[token]))


def invitation(invited: Invitation, token: str) -> Message:
    told = {"invitation": invited, "link": invitation_link(token)}
    body = render_to_string("accounts/mail/invitation.txt", told)
    return Message(invited.email, _("You are invited"), body)


def password_reset(user: User, email: str) -> Message:
    key = f"{user_pk_to_url_str(user)}-{default_token_generator.make_token(user)}"
    path = reverse("account_reset_password_from_key", kwargs={"uidb36": "UID", "key": "KEY"})
    link = absolute(path.replace("UID-KEY", key))
    body = render_to_string("accounts/mail/password_reset.txt", {"user": user, "link": link})
    return Message(email, about_account(), body)


def about_account() -> str:
    """The one subject of everything that concerns an account."""
    return _("About your account")
