"""``manage.py handbook build``: a book as a PDF or an EPUB, from the shell."""

import argparse
import sys
from pathlib import Path
from time import monotonic
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cocora.common.refusal import Refusal
from handbooks.actions import book_order, build_book
from handbooks.books import BookOrder
from handbooks.models import BookPart, DocumentKind, Format, Paper
from programmes.models import Curriculum, ProgrammeKind

ALL = "all"
AUDIENCES = {
    "facilitator": DocumentKind.GUIDE,
    "everyone": DocumentKind.HANDBOOK,
    "participant": DocumentKind.WORKBOOK,
    "partner": DocumentKind.BRIEF,
    "sheets": DocumentKind.SHEETS,
}


class Command(BaseCommand):
    help = "Print a handbook to a PDF file, or write it as an EPUB."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        build = verbs.add_parser("build", help="Render a book and write it to a file.")
        build.add_argument("--programme", required=True, help="A code such as cpp, or 'all'.")
        build.add_argument(
            "--audience",
            choices=AUDIENCES,
            default="everyone",
            help="facilitator: the guide; everyone: the handbook; participant: the workbook; "
            "partner: the brief; sheets: the worksheets to fill in, as a PDF. "
            "'all' is always the collection.",
        )
        build.add_argument("--language", default="", help="Default: the one it was written in.")
        build.add_argument("--paper", choices=Paper.values, default=Paper.A4.value)
        build.add_argument("--format", choices=Format.values, default=Format.PDF.value)
        build.add_argument("--large", action="store_true", help="Large print.")
        build.add_argument(
            "--without",
            choices=BookPart.values,
            action="append",
            default=[],
            help="A part to leave out; may be repeated.",
        )
        build.add_argument(
            "--since", default="", metavar="VERSION", help="List what has changed since then."
        )
        build.add_argument(
            "--marks", action="store_true", help="With --since: mark it at the margin."
        )
        build.add_argument("--output", required=True, type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        output: Path = options["output"]
        if output.is_dir() or not output.resolve().parent.is_dir():
            raise CommandError(f"{output} is not a file that can be written.")
        started = monotonic()
        try:
            pages = build_book(order=self.order(options), target=output, report=self.progress)
        except Refusal as refusal:
            raise CommandError(str(refusal)) from None
        except OSError as error:
            raise CommandError(f"{output}: {error.strerror}") from None
        self.progress_done()
        size = output.stat().st_size / 1024
        extent = f"{pages} pages, " if pages else ""
        self.stdout.write(f"{output}: {extent}{size:.0f} KB, {monotonic() - started:.1f} s.")

    def order(self, options: dict[str, Any]) -> BookOrder:
        programme = options["programme"]
        curriculum = None if programme == ALL else self.curriculum(programme)
        return book_order(
            kind=AUDIENCES[options["audience"]] if curriculum else DocumentKind.COLLECTION,
            curriculum=curriculum,
            language=options["language"],
            paper=Paper(options["paper"]),
            format=Format(options["format"]),
            large=options["large"],
            without=options["without"],
            since=self.since(curriculum, options["since"]),
            marks=options["marks"],
        )

    def since(self, curriculum: Curriculum | None, version: str) -> Curriculum | None:
        if not version:
            return None
        if curriculum is None:
            raise CommandError("--since needs one programme.")
        older = Curriculum.objects.filter(programme=curriculum.programme, organisation=None)
        older = older.exclude(pk=curriculum.pk).exclude(published_at=None)
        found = {row.version: row for row in older}
        if version not in found:
            raise CommandError(
                f"There is no older version '{version}'. "
                f"There is: {', '.join(sorted(found)) or 'none'}."
            )
        return found[version]

    def curriculum(self, code: str) -> Curriculum:
        rows = Curriculum.objects.current().filter(programme__kind=ProgrammeKind.PROGRAMME)
        found = {row.programme.code: row for row in rows.select_related("programme")}
        if code not in found:
            raise CommandError(
                f"There is no published programme '{code}'. "
                f"There is: {', '.join([*sorted(found), ALL])}."
            )
        return found[code]

    def progress(self, done: int, total: int, stage: str) -> None:
        """One line that is overwritten on a screen, plain lines in a file."""
        if sys.stderr.isatty():
            self.stderr.write(f"\r\033[K{done}/{total} {stage[:60]}", ending="")
        else:
            self.stderr.write(f"{done}/{total} {stage}")

    def progress_done(self) -> None:
        if sys.stderr.isatty():
            self.stderr.write("\r\033[K", ending="")
