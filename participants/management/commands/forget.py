from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from participants.actions.retention import forget_what_is_due


class Command(BaseCommand):
    help = "Delete names, contacts, needs, scans, links and lists whose time is over."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dry-run", action="store_true", help="count, and delete nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        told = forget_what_is_due(dry_run=options["dry_run"])
        done = "would be deleted" if options["dry_run"] else "deleted"
        for kind, count in asdict(told).items():
            self.stdout.write(f"{kind}: {count} {done}")
