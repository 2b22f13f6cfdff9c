"""What we change in allauth's ways: no sign-up, quiet mail, sealed secrets, an audit trail."""

import logging
import time
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.models import EmailConfirmation
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse

from cocora.accounts import emails
from cocora.accounts.actions.mail import queue_message
from cocora.accounts.models import User
from cocora.accounts.queries import SECOND_FACTOR
from cocora.audit.actions import record
from cocora.common.cipher import seal, unseal

log = logging.getLogger(__name__)


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        """Nobody signs up: people are invited."""
        return False

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queued like all our mail, with a subject that says nothing."""
        told = {"request": self.request, "email": email, **context}
        body = render_to_string(f"{template_prefix}_message.txt", told).strip()
        queue_message(message=emails.Message(email, emails.about_account(), body))

    def get_email_confirmation_url(
        self, request: HttpRequest, emailconfirmation: EmailConfirmation
    ) -> str:
        return emails.absolute(reverse("account_confirm_email", args=[emailconfirmation.key]))

    def is_reauthentication_required(self, *, app: str, **told: Any) -> bool:
        """Who signed in within the last minutes has just proven who she is."""
        records = get_authentication_records(self.request, self.request.user)
        if records and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT:
            return False
        return super().is_reauthentication_required(app=app, **told)

    def post_login(self, request: HttpRequest, user: User, **told: Any) -> HttpResponse:
        record(by=user, verb="account.signed_in", target=user)
        return super().post_login(request, user, **told)

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        log.info("sign-in refused")

    def send_notification_mail(
        self, template_prefix: str, user: User, *args: Any, **kwargs: Any
    ) -> None:
        """allauth calls this after every change that matters for safety, so it is audited here."""
        record(by=user, verb=f"account.{template_prefix.rpartition('/')[2]}", target=user)
        super().send_notification_mail(template_prefix, user, *args, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):
    def encrypt(self, text: str) -> str:
        return seal(text, about=SECOND_FACTOR)

    def decrypt(self, encrypted_text: str) -> str:
        return unseal(encrypted_text, about=SECOND_FACTOR)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Passkeys belong to this installation's own name and are shown with ours."""
        return {**super().get_public_key_credential_rp_entity(), "name": "CoCoRa"}
