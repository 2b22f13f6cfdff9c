from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from cocora.accounts.actions.demo import ORGANISATIONS, PASSWORD
from cocora.home.demo.filling import fill
from cocora.home.demo.running import NothingToTeach


class Command(BaseCommand):
    help = "Fill the installation with two invented organisations at work. Safe to run twice."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.SERVED:
            raise CommandError("Demo accounts have a known password: not in a served installation.")
        try:
            filled = fill()
        except NothingToTeach as fault:
            raise CommandError(
                f"No curriculum of '{fault}' is published here: run 'manage.py prepare' first."
            ) from fault
        done = "Made" if filled.made else "Here already"
        self.stdout.write(
            f"{done}: {filled.cohorts} cohorts, {filled.sessions} sessions, "
            f"{filled.participants} people who take part."
        )
        self.stdout.write(f"Demo accounts, all with the password {PASSWORD}")
        for told in ORGANISATIONS:
            self.stdout.write(f"  {told.name}")
            for role, (email, _name) in told.people.items():
                self.stdout.write(f"    {email:<26} {role.label}")
