from typing import Any
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings
from django.core.checks import Tags
from django.core.management.base import BaseCommand, CommandError

from cocora.accounts.actions.demo import ORGANISATIONS, PASSWORD
from cocora.common.broker import call_worker
from cocora.home.processes import beat, keep, port_is_free, web, workers


class Command(BaseCommand):
    help = "Start web, workers and clock and keep them running. Ctrl-C stops everything."

    def handle(self, *args: Any, **options: Any) -> None:
        self.check(tags=[Tags.database], databases=["default"])
        if not port_is_free(settings.PORT):
            raise CommandError(
                f"Port {settings.PORT} is in use: stop what runs there, "
                f"or choose another one, for example COCORA_PORT={settings.PORT + 1} ./run"
            )
        self.greeted = False
        # The first worker finds it and is known to be there; it also lays the queue out before
        # two workers do so at once.
        call_worker("cocora.jobs.tasks.sweep")
        keep([web(), *workers(), beat()], self.greet)
        self.stdout.write("Stopped.")

    def greet(self) -> None:
        """Print the address once the pages really answer."""
        if self.greeted or not self.answers():
            return
        self.greeted = True
        self.stdout.write(f"\n  CoCoRa is ready: {settings.SITE_URL}\n")
        if settings.DEMO:
            self.stdout.write(f"\n  Demo accounts, all with the password {PASSWORD}")
            for told in ORGANISATIONS:
                self.stdout.write(f"    {told.name}")
                for role, (email, _name) in told.people.items():
                    self.stdout.write(f"      {email:<26} {role.label}")
        self.stdout.write("\n  Ctrl-C stops everything; the data stays.\n")
        self.stdout.flush()

    def answers(self) -> bool:
        try:
            with urlopen(f"http://127.0.0.1:{settings.PORT}/health/", timeout=5):
                return True
        except (URLError, OSError):
            return False
