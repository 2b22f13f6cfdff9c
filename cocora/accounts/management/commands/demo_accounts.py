from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cocora.accounts.actions.demo import PASSWORD, lay_demo


class Command(BaseCommand):
    help = "Create the demo organisation and one account for each role. Safe to run twice."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SERVED:
            raise CommandError("Demo accounts have a known password: not in a served installation.")
        users = lay_demo()
        self.stdout.write(f"Demo accounts, all with the password {PASSWORD}")
        for user, role in users:
            self.stdout.write(f"  {user.email:<28} {role.label}")
