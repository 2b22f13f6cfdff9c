from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cocora.audit.queries import holds, verify_chain


class Command(BaseCommand):
    help = "Check that the audit log is complete and unchanged."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("task", choices=["verify"])
        parser.add_argument(
            "--expect",
            metavar="DIGEST",
            help="a digest that an earlier run printed and you kept elsewhere",
        )

    def handle(self, *args: Any, task: str, expect: str | None, **options: Any) -> None:
        verdict = verify_chain()
        if verdict.fault:
            raise CommandError(f"Audit row {verdict.broken_row} {verdict.fault}.")
        if expect and not holds(expect):
            raise CommandError(f"The chain no longer contains {expect}: it was written anew.")
        self.stdout.write(f"{verdict.entries} entries, unbroken. Last digest: {verdict.head}")
