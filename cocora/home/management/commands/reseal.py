from typing import Any

from django.core.management.base import BaseCommand

from cocora.accounts.actions.keys import reseal_secrets
from participants.actions.keys import reseal_columns, reseal_scans


class Command(BaseCommand):
    help = "After a new first key in COCORA_FIELD_KEY: seal everything with it. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{reseal_secrets()} second factors and mails sealed anew.")
        self.stdout.write(f"{reseal_columns()} rows sealed anew.")
        self.stdout.write(f"{reseal_scans()} scans sealed anew.")
