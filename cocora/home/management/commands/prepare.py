from typing import Any

from django.conf import settings
from django.core.checks import Tags
from django.core.management import call_command
from django.core.management.base import BaseCommand

from cocora.accounts.models import User
from participants.actions.terms import load_terms

PACKAGES = [
    settings.BASE_DIR / "programmes" / "curricula" / name
    for name in ("ccp", "cpp", "cap", "foundations")
]


class Command(BaseCommand):
    help = "Bring database, curricula, words of consent and more up to date. Safe to repeat."

    def handle(self, *args: Any, **options: Any) -> None:
        call_command("migrate", interactive=False, verbosity=1)
        self.check(tags=[Tags.database], databases=["default"])
        call_command("curriculum", "load", "--publish", *map(str, PACKAGES))
        load_terms()
        call_command("collectstatic", interactive=False, verbosity=1)
        if settings.DEMO:
            # A newcomer sees a living product; an installation that is in use is left alone.
            call_command("demo_accounts" if User.objects.exists() else "demo")
