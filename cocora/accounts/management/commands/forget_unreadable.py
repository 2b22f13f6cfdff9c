from typing import Any

from django.core.management.base import BaseCommand

from cocora.accounts.actions.keys import forget_unreadable


class Command(BaseCommand):
    help = "Delete second factors and waiting mail whose key is lost. Their owners set up new ones."

    def handle(self, *args: Any, **options: Any) -> None:
        factors, mails = forget_unreadable()
        self.stdout.write(f"{factors} second factors and {mails} mails deleted.")
