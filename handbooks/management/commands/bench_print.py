"""``manage.py bench_print``: the print engines compared on the same books, in one run."""

import argparse
import json
import os
import platform
import re
import tempfile
from collections.abc import Iterable
from datetime import date
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from time import process_time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from django.test import override_settings

from cocora.accounts.models import User
from cocora.common.refusal import Refusal
from cocora.jobs.actions import work
from handbooks.actions import book_order, order_book
from handbooks.books import BookOrder
from handbooks.compose import compose
from handbooks.engine.bench import BASE, Rows, audiences, compare, pages_in_store, ratio, table
from handbooks.engine.document import PrintDocument
from handbooks.engine.editions import excerpt
from handbooks.models import BookPart, Document, DocumentKind, Order, Paper
from programmes.models import Curriculum

SIZES = (50, 150, 300)
# What stands at the end of a book of any size.
BACK = ("index", "notes")
# What issue and ADR ask for in the largest book: the least ratio to WeasyPrint alone.
ASKED = {
    "cold, two processes": 2.5,
    "cold, one process": 1.5,
    "one exercise edited": 40,
    "one exercise edited, four pages more": 40,
    "a fifth of the chapters changed": 10,
    "one exercise left out": 80,
    "unchanged": 80,
}


class Command(BaseCommand):
    help = "Compare the print engines on a facilitator guide, on its beginnings and its relatives."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument("--programme", default="cpp", help="Whose books are printed.")
        parser.add_argument("--pages", type=int, nargs="+", default=SIZES, help="About how many.")
        parser.add_argument("--json", type=Path, metavar="FILE", help="Keep the measurements.")
        parser.add_argument("--report", type=Path, metavar="FILE", help="Write them for readers.")

    def handle(self, *args: Any, **options: Any) -> None:
        orders = self.orders(options["programme"])
        books = {name: compose(order) for name, order in orders.items()}
        guide = next(iter(books.values()))
        found: dict[str, Any] = {"date": f"{date.today()}", "machine": machine(), "sizes": {}}
        for wanted in options["pages"]:
            rows = compare(beginning(guide, wanted))
            found["sizes"][f"about {wanted} pages"] = rows
            self.show(f"About {wanted} pages", rows)
            self.keep(found, options)
        found["audiences"] = audiences(books)
        self.show("One after the other", found["audiences"])
        found["ten orders"] = ten_orders(orders["the guide"])
        self.stdout.write(json.dumps(found["ten orders"]))
        self.keep(found, options)

    def keep(self, found: dict[str, Any], options: dict[str, Any]) -> None:
        """After each part, since all of them take a while."""
        if options["json"]:
            options["json"].write_text(json.dumps(found, indent=1) + "\n")
        if options["report"]:
            options["report"].write_text("\n".join(report(found)) + "\n")

    def show(self, title: str, rows: Rows) -> None:
        self.stdout.write("\n".join(["", title, *table(rows)]))
        self.stdout.flush()

    def orders(self, programme: str) -> dict[str, BookOrder]:
        """Books that share texts: the guide, then what others order of the same programme."""
        rows = Curriculum.objects.current().filter(programme__code=programme)
        try:
            return {
                name: book_order(
                    kind=kind, curriculum=rows.first(), language="en", paper=Paper.A4,
                    without=without,
                )
                for name, kind, without in (
                    ("the guide", DocumentKind.GUIDE, []),
                    ("the guide without handouts", DocumentKind.GUIDE, [BookPart.HANDOUTS.value]),
                    ("the workbook", DocumentKind.WORKBOOK, []),
                )
            }  # fmt: skip
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None


def beginning(document: PrintDocument, wanted: int) -> PrintDocument:
    """The first chapters and the back of a book, about as many pages as wanted."""
    counts = pages_in_store(document)
    back = sum(n for n, row in zip(counts, document.chapters, strict=True) if row.kind in BACK)
    upto = list(accumulate(counts))
    return excerpt(
        document, lambda place, row: row.kind in BACK or upto[place] <= max(wanted - back, 20)
    )


def ten_orders(order: BookOrder) -> dict[str, Any]:
    """Ten people order the same book, and a worker hears of each order. Nothing stays."""
    with (
        tempfile.TemporaryDirectory(dir=settings.SCRATCH_DIR) as folder,
        override_settings(FILES_DIR=Path(folder)),
        transaction.atomic(),
    ):
        people = [
            User.objects.create_user(f"bench{n}@example.org", display_name="Bench")
            for n in range(10)
        ]
        began = process_time()
        jobs = [placed.job for person in people if (placed := order_book(order=order, by=person))]
        for job in jobs:
            if job:
                work(job.pk)
        own = process_time() - began
        served = Order.objects.filter(ordered_by__in=people).exclude(document=None)
        found = {
            "orders": len(people),
            "jobs": len({job.pk for job in jobs if job}),
            "builds": Document.objects.filter(orders__in=served).distinct().count(),
            "served": served.count(),
            "own_seconds": round(own, 2),
        }
        transaction.set_rollback(True)
    return found


def machine() -> dict[str, Any]:
    facts = Path("/proc/cpuinfo")
    told = re.search(r"model name\s*: (.+)", facts.read_text()) if facts.exists() else None
    return {
        "processor": told[1] if told else platform.processor(),
        "cores": os.cpu_count(),
        "python": platform.python_version(),
        "weasyprint": version("weasyprint"),
    }


def report(found: dict[str, Any]) -> Iterable[str]:
    """The page of the documentation, from a run."""
    facts = found["machine"]
    yield from [
        "# How fast books are printed",
        "",
        f"Measured on {found['date']}: {facts['processor']}, {facts['cores']} cores, Python"
        f" {facts['python']}, WeasyPrint {facts['weasyprint']}. All figures of a table come from"
        " one run; other work on the same machine moves the seconds, and hardly the ratios.",
        "",
        "This page is written by",
        "",
        "```sh",
        ".venv/bin/python manage.py bench_print --json docs/benchmarks.json"
        " --report docs/benchmarks.md",
        "```",
        "",
        f"*{BASE}* prints the same HTML as one document, with page numbers by CSS. *On the path*"
        " are the processor seconds that nothing can shorten: what the clock shows when each"
        " process has a free core. *Times as fast* divides by the path of the first row. The"
        " browser's path is that of its busiest process; it has no page numbers in its contents"
        " and no running heads. MB is the largest process.",
        "",
    ]
    largest = list(found["sizes"].values())[-1]
    yield from ["| What is asked | At least | Reached |", "|---|---:|---:|"]
    for name, least in ASKED.items():
        yield f"| {name} | {least} | {ratio(largest[name], largest[BASE]):.1f} |"
    cold, base = largest["cold, two processes"], largest[BASE]
    yield f"| memory, part of {BASE} | at most 0.33 | {cold['memory'] / base['memory']:.2f} |"
    yield f"| size of the file, part of {BASE} | at most 1.05 | {cold['size'] / base['size']:.2f} |"
    if ten := found.get("ten orders"):
        yield f"| builds when ten people order a book | 1 | {ten['builds']} |"
    for title, rows in found["sizes"].items():
        yield from ["", f"## {title.capitalize()}", "", *table(rows)]
    if rows := found.get("audiences"):
        yield from [
            "",
            "## One book after the other",
            "",
            "Each takes from the one before what it shares with it.",
            "",
            *table(rows),
        ]
    yield from [
        "",
        "## How it grows",
        "",
        "| On the path | " + " | ".join(found["sizes"]) + " |",
        "|---|" + "---:|" * len(found["sizes"]),
    ]
    for name in largest:
        if all(name in rows and rows[name]["pages"] for rows in found["sizes"].values()):
            grown = (f"{rows[name]['path']:.2f} s" for rows in found["sizes"].values())
            yield f"| {name} | " + " | ".join(grown) + " |"
