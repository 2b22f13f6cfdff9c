"""``manage.py bench``: how fast the platform is, as ratios from one run."""

import argparse
import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cocora.home import bench


class Command(BaseCommand):
    help = "Measure pages, loading and printing against the installed curricula."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--rounds", type=int, default=30, help="How often each page is asked.")
        parser.add_argument("--programme", default="cpp", help="Whose guide is printed.")
        parser.add_argument("--no-print", action="store_true", help="Leave printing out.")
        parser.add_argument("--json", action="store_true", help="JSON only.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found: dict[str, Any] = {
                "machine": bench.machine(),
                "size": bench.size(),
                "pages": [asdict(page) for page in bench.pages(options["rounds"])],
                "loading": bench.loading(),
            }
            if not options["no_print"]:
                found["handbook"] = bench.handbook(options["programme"])
        except LookupError as error:
            raise CommandError(str(error)) from None
        if not options["json"]:
            self.table(found)
        self.stdout.write(json.dumps(found, indent=2))

    def table(self, found: dict[str, Any]) -> None:
        self.stdout.write(f"{'page':<52}{'queries':>8}{'ms':>8}{'× bare':>8}")
        for page in found["pages"]:
            self.stdout.write(
                f"{page['address']:<52}{page['queries']:>8}"
                f"{page['milliseconds']:>8.1f}{page['ratio']:>8.1f}"
            )
        for part in ("loading", "handbook"):
            for name, value in found.get(part, {}).items():
                self.stdout.write(f"{part + ': ' + name.replace('_', ' '):<52}{value:>24}")
