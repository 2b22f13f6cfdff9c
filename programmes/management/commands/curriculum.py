"""``manage.py curriculum check|load|export|diff|retire``: curricula as plain files."""

import argparse
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cocora.common.refusal import Refusal
from programmes.actions import load_package, publish_curriculum, retire_curriculum
from programmes.editing.queries import working_files
from programmes.models import Curriculum, CurriculumStatus
from programmes.package.check import check
from programmes.package.faults import PackageFaulty
from programmes.package.read import read_folder
from programmes.queries import differences, files_of


def counted(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"


class Command(BaseCommand):
    requires_system_checks = []  # 'check' works on plain files, also without a database
    help = "Check, load, export and compare curriculum packages; retire core curricula."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        verbs = parser.add_subparsers(dest="verb", required=True)
        check_parser = verbs.add_parser(
            "check", help="Say everything that is wrong; change nothing."
        )
        check_parser.add_argument("paths", nargs="+", type=Path)
        load = verbs.add_parser("load", help="Load packages as drafts.")
        load.add_argument("paths", nargs="+", type=Path)
        load.add_argument("--publish", action="store_true", help="Publish what was loaded.")
        export = verbs.add_parser("export", help="Write a curriculum as the files it came from.")
        export.add_argument("programme", nargs="?", default="")
        export.add_argument("folder", type=Path)
        export.add_argument("--draft", type=int, metavar="NUMBER", help="A draft by its number.")
        export.add_argument("--version", dest="edition", help="Default: the published one.")
        diff = verbs.add_parser("diff", help="Compare a package with the published version.")
        diff.add_argument("path", type=Path)
        retire = verbs.add_parser(
            "retire", help="Take the published version of a core curriculum out of use for good."
        )
        retire.add_argument("programme")

    def handle(self, *args: Any, **options: Any) -> None:
        {
            "check": self.check_packages,
            "load": self.load,
            "export": self.export,
            "diff": self.diff,
            "retire": self.retire,
        }[options["verb"]](options)

    def check_packages(self, options: dict[str, Any]) -> None:
        for path in options["paths"]:
            try:
                package = check(read_folder(path))
            except PackageFaulty as error:
                raise CommandError(self.faults_in(path, error)) from None
            counts = (
                counted(len(package.modules), "module"),
                counted(len(package.exercises), "exercise"),
                counted(len(package.chapters), "chapter"),
            )
            self.stdout.write(f"{path}: {', '.join(counts)}, no faults.")
            for row in package.coverage():
                done = row.total - len(row.missing)
                self.stdout.write(f"  {row.language}: {done} of {row.total} texts.")
                for words, codes in (("missing", row.missing), ("out of date", row.stale)):
                    if codes:
                        self.stdout.write(f"  {row.language}: {words}: {', '.join(codes)}")

    def faults_in(self, path: Path, error: PackageFaulty) -> str:
        return f"{path}: {counted(len(error.faults), 'fault')}, nothing was changed.\n{error}"

    def load(self, options: dict[str, Any]) -> None:
        for path in options["paths"]:
            try:
                curriculum, new = load_package(files=read_folder(path), by=None)
                if options["publish"] and curriculum.status == CurriculumStatus.DRAFT:
                    publish_curriculum(curriculum=curriculum, by=None)
            except PackageFaulty as error:
                raise CommandError(self.faults_in(path, error)) from None
            except Refusal as refusal:
                raise CommandError(f"{path}: {refusal}") from None
            self.stdout.write(
                f"{curriculum}: {'loaded' if new else 'unchanged'}, {curriculum.status}."
            )

    def one(self, code: str, version: str | None) -> Curriculum:
        rows = Curriculum.objects.filter(programme__code=code, organisation=None)
        rows = rows.filter(version=version) if version else rows.current()
        curriculum = rows.first()
        if curriculum is None:
            raise CommandError(f"There is no {version or 'published version'} of {code}.")
        return curriculum

    def draft(self, number: int) -> Curriculum:
        found = Curriculum.objects.drafts().filter(pk=number).first()
        if found is None:
            raise CommandError(f"There is no draft {number}.")
        return found

    def export(self, options: dict[str, Any]) -> None:
        folder: Path = options["folder"]
        if folder.exists() and any(folder.iterdir()):
            raise CommandError(f"{folder} is not empty; nothing was written.")
        curriculum = self.draft(options["draft"]) if options["draft"] else None
        if curriculum is None:
            curriculum = self.one(options["programme"], options["edition"])
        files = working_files(curriculum)
        for path, data in files.items():
            target = folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(data)
        self.stdout.write(f"{curriculum}: {len(files)} files in {folder}.")

    def diff(self, options: dict[str, Any]) -> None:
        try:
            new = read_folder(options["path"])
            package = check(new)
        except PackageFaulty as error:
            raise CommandError(self.faults_in(options["path"], error)) from None
        curriculum = self.one(package.facts["programme"], None)
        lines = differences(files_of(curriculum), new)
        self.stdout.write("\n".join(lines) if lines else f"{curriculum}: no difference.")

    def retire(self, options: dict[str, Any]) -> None:
        curriculum = self.one(options["programme"], None)
        retire_curriculum(curriculum=curriculum, by=None)
        self.stdout.write(f"{curriculum}: retired. It stays readable; nobody finds it any more.")
