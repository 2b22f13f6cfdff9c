"""Look at the first pages of a book before ordering it."""

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.jobs.actions import Effect, JobRefused, Work, job_kind, submit
from handbooks.actions.choose import may_print, owner_of
from handbooks.actions.make import Clock, sentence_for
from handbooks.actions.order import stored
from handbooks.actions.pictures import draw, pictures_of
from handbooks.books import BookOrder
from handbooks.compose import NothingToPrint, compose
from handbooks.engine.document import PrintDocument
from handbooks.engine.press import print_pdf
from handbooks.engine.render import RenderFailed
from handbooks.models import Preview
from programmes.models import Curriculum

PREVIEW = "handbook-preview"
SLOT = re.compile(r'<a class="page" href="#([^"]+)">000</a>')
ANCHOR = re.compile(r' id="([^"]+)"')
# What stands before the first chapter that one reads.
FRONT = {"cover", "half-title", "imprint", "contents", "changes", "part"}


@transaction.atomic
def request_preview(*, order: BookOrder, by: User) -> Preview:
    """Pictures of the first pages: those that there are, or a small job that draws them."""
    digest = order.digest()
    rows = Curriculum.objects.filter(pk__in=order.curricula)
    facts = {"arguments": order.arguments(), "organisation_id": owner_of(rows)}
    preview, _new = Preview.objects.get_or_create(digest=digest, defaults=facts)
    preview.asked_by.add(by)
    if not pictures_of(digest):
        preview.job = submit(kind=PREVIEW, key=digest, by=by, arguments=order.arguments())
        preview.save(update_fields=["job"])
    return preview


@job_kind(PREVIEW)
def draw_preview(work: Work) -> Effect:
    """Draw the first pages, from the finished book if there is one."""
    order = BookOrder.from_arguments(work.job.arguments)
    people = User.objects.filter(
        pk__in=Preview.objects.filter(digest=work.job.key).values("asked_by")
    )
    if not any(may_print(order, person) for person in people):
        raise JobRefused(_("You can't read the texts of this book any more."))
    document = stored(work.job.key)
    if document:
        count = draw(settings.FILES_DIR / document.path, work.job.key)
    else:
        with TemporaryDirectory(prefix="print-", dir=settings.SCRATCH_DIR) as folder:
            target = Path(folder, "preview.pdf")
            print_document(lambda: beginning(compose(order)), target, Clock(work))
            count = draw(target, work.job.key)

    def show() -> dict[str, Any]:
        return {"pictures": count}

    return show


def print_document(made: Callable[[], PrintDocument], target: Path, report: Clock) -> None:
    """Print what ``made`` composes. Raises JobRefused with a sentence for people."""
    try:
        print_pdf(with_places(made()), target, report)
    except NothingToPrint:
        raise JobRefused(_("There is nothing to print in this book.")) from None
    except RenderFailed as error:
        raise JobRefused(sentence_for(error)) from None


def with_places(document: PrintDocument) -> PrintDocument:
    """What was cut off has no page, so no number is asked for."""
    there = {anchor for row in document.chapters for anchor in ANCHOR.findall(row.html)}
    return replace(
        document,
        chapters=tuple(
            replace(row, html=SLOT.sub(lambda m: m[0] if m[1] in there else "", row.html))
            for row in document.chapters
        ),
    )


def beginning(document: PrintDocument) -> PrintDocument:
    """The book up to its first chapter; page numbers of what follows stay empty. Nobody fills in
    a picture, so the fields are only drawn."""
    chapters = []
    for chapter in document.chapters:
        chapters.append(chapter)
        if chapter.kind not in FRONT:
            break
    return replace(document, chapters=tuple(chapters), fillable=False)
