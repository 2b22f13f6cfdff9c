from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from cocora.accounts.actions.invitations import invite_owner
from cocora.accounts.actions.organisations import found_organisation
from cocora.accounts.emails import invitation_link
from cocora.common.refusal import Refusal


class Command(BaseCommand):
    help = "Print a link, good once and for seven days, that makes somebody an administrator."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--organisation", required=True, metavar="NAME")
        parser.add_argument("--country", default="DK", help="two letters, for a new organisation")

    def handle(
        self, *args: Any, email: str, organisation: str, country: str, **options: Any
    ) -> None:
        try:
            validate_email(email)
            place = found_organisation(name=organisation, country=country)
            invitation, token = invite_owner(organisation=place, email=email)
        except ValidationError as fault:
            raise CommandError(" ".join(fault.messages)) from fault
        except Refusal as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"Administrator of {place}, until {invitation.expires_at:%d %B %Y}:")
        self.stdout.write(invitation_link(token))
