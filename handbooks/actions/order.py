"""Order a book, try again, want it no longer."""

from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from cocora.jobs.actions import cancel, submit
from cocora.jobs.models import Job
from handbooks.actions.choose import may_print
from handbooks.actions.make import KIND
from handbooks.books import BookOrder
from handbooks.models import Document, Order
from programmes.models import ExerciseList


@transaction.atomic
def order_book(*, order: BookOrder, by: User, exercise_list: ExerciseList | None = None) -> Order:
    """One person's order: answered at once when the file is there, otherwise by a shared job."""
    digest = order.digest()
    document, job = document_or_job(digest, order.arguments(), by)
    placed = Order.objects.create(
        ordered_by=by,
        digest=digest,
        kind=order.kind,
        title=order.title,
        exercise_list=exercise_list,
        arguments=order.arguments(),
        job=job,
        document=document,
    )
    record(by=by, verb="handbook.ordered", target=placed, detail={"kind": order.kind})
    return placed


def document_or_job(
    digest: str, arguments: dict[str, Any], by: User
) -> tuple[Document | None, Job | None]:
    """The finished document, or the open job that makes it, for all who wait for this book.

    The job may finish between the two questions. So it is locked until we have committed, and when
    it is not open any more under the lock, the document is asked for again.
    """
    while True:
        if document := stored(digest):
            return document, None
        job = submit(kind=KIND, key=digest, by=by, arguments=arguments)
        if Job.objects.select_for_update().open().filter(pk=job.pk).first():
            Order.objects.waiting().filter(digest=digest).update(job=job)
            return None, job


def stored(digest: str) -> Document | None:
    """The finished document, if its file is there; a lost file is made again."""
    document = Document.objects.filter(digest=digest).first()
    there = document and (settings.FILES_DIR / document.path).is_file()
    return document if there else None


@transaction.atomic
def retry_order(*, order: Order, by: User) -> None:
    """Start the work of a failed or cancelled order again, for everybody who waits for the same
    book. Raises Refusal when the person may not read it any more."""
    if order.document_id is not None or order.is_open:
        return
    if not may_print(BookOrder.from_arguments(order.arguments), by):
        raise Refusal(_("You can't read the texts of this book any more, so it can't be printed."))
    document, job = document_or_job(order.digest, order.arguments, by)
    Order.objects.filter(pk=order.pk).update(document=document, job=job, cancelled_at=None)
    record(by=by, verb="handbook.retried", target=order)


@transaction.atomic
def cancel_order(*, order: Order, by: User) -> bool:
    """This person waits no longer; the work ends when nobody does. False when it had ended."""
    if order.job_id is None:
        return False
    job = Job.objects.select_for_update().open().filter(pk=order.job_id).first()
    mine = Order.objects.waiting().filter(pk=order.pk)
    if job is None or not mine.update(cancelled_at=timezone.now()):
        return False
    record(by=by, verb="handbook.cancelled", target=order)
    if not Order.objects.waiting().filter(job=job).exists():
        cancel(job=job, by=by)
    return True
