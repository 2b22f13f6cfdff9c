"""Look at one exercise as it will be printed, while it is being written."""

import hashlib
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.jobs.actions import Effect, JobRefused, Work, job_kind, submit
from handbooks.actions.choose import may_print
from handbooks.actions.make import Clock
from handbooks.actions.pictures import draw, pictures_of
from handbooks.actions.preview import print_document
from handbooks.books import BookOrder
from handbooks.compose import compose
from handbooks.engine.document import PrintDocument
from handbooks.models import DocumentKind, Paper, Preview
from programmes.models import Exercise

PAGE = "handbook-page"
# What is printed around the exercise of a list is no part of its page.
SHOWN = {"exercise", "sheet"}


def order_of(exercise: Exercise, language: str) -> BookOrder:
    """The exercise as a list of its own."""
    return BookOrder(
        kind=DocumentKind.LIST.value,
        title=exercise.code,
        language=language,
        paper=Paper.A4.value,
        curricula=(exercise.module.curriculum_id,),
        exercises=(exercise.pk,),
    )


def digest_of_page(order: BookOrder) -> str:
    """Not the digest of the list: that stands for a whole book."""
    return hashlib.sha256(f"page {order.digest()}".encode()).hexdigest()


@transaction.atomic
def request_page(*, exercise: Exercise, by: User) -> Preview:
    """Pictures of the exercise as it stands now: those that there are, or a job that draws them."""
    curriculum = exercise.module.curriculum
    order = order_of(exercise, curriculum.base_language)
    facts = {"arguments": order.arguments(), "organisation_id": curriculum.organisation_id}
    digest = digest_of_page(order)
    preview, _new = Preview.objects.get_or_create(digest=digest, defaults=facts)
    preview.asked_by.add(by)
    if not pictures_of(digest):
        preview.job = submit(kind=PAGE, key=digest, by=by, arguments=order.arguments())
        preview.save(update_fields=["job"])
    return preview


@job_kind(PAGE)
def draw_page(work: Work) -> Effect:
    order = BookOrder.from_arguments(work.job.arguments)
    people = User.objects.filter(
        pk__in=Preview.objects.filter(digest=work.job.key).values("asked_by")
    )
    if not any(may_print(order, person) for person in people):
        raise JobRefused(_("You can't read this text any more."))
    if digest_of_page(order) != work.job.key:
        raise JobRefused(_("The text has been changed meanwhile. Look again."))
    with TemporaryDirectory(prefix="print-", dir=settings.SCRATCH_DIR) as folder:
        target = Path(folder, "page.pdf")
        print_document(lambda: alone(compose(order)), target, Clock(work))
        count = draw(target, work.job.key)

    def show() -> dict[str, Any]:
        return {"pictures": count}

    return show


def alone(document: PrintDocument) -> PrintDocument:
    pages = tuple(chapter for chapter in document.chapters if chapter.kind in SHOWN)
    return replace(document, chapters=pages)
