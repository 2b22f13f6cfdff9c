"""The work of the printer: a job becomes a file, and a document that shows it."""

import logging
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.jobs.actions import Effect, JobRefused, Work, job_kind
from handbooks.actions.choose import may_print, owner_of
from handbooks.actions.pictures import draw
from handbooks.books import BookOrder
from handbooks.compose import NothingToPrint, compose
from handbooks.engine.press import print_pdf
from handbooks.engine.render import (
    ChapterFaulty,
    DiskFull,
    FontsMissing,
    LimitReached,
    RendererMissing,
    RenderFailed,
    Report,
)
from handbooks.epub.book import write_epub
from handbooks.models import SINGLE_KINDS, Document, Format, Order
from programmes.models import Curriculum

KIND = "handbook"
# Before this much is done, nobody can tell how long the rest takes.
GLIMPSE_SECONDS = 2
log = logging.getLogger(__name__)


class Clock:
    """Passes progress on to the job, with the seconds that the rest will take."""

    def __init__(self, work: Work) -> None:
        self.work = work
        self.total = self.began_with = self.done = 0
        self.began = self.last = monotonic()

    def __call__(self, done: int, total: int, stage: str) -> None:
        now = monotonic()
        if total != self.total:
            # What was kept from before is done at the start and took no time.
            self.total, self.began_with, self.done = total, done, done
            self.began = self.last = now
        if done > self.done:
            self.done, self.last = done, now
        self.work.report(done, total, stage, self.left(now))

    def left(self, now: float) -> int | None:
        """From the pace up to the last chapter that was done; never less than nothing."""
        made = self.done - self.began_with
        if made < 1 or self.last - self.began < GLIMPSE_SECONDS:
            return None
        pace = (self.last - self.began) / made
        return max(0, round(pace * (self.total - self.done) - (now - self.last)))


@job_kind(KIND)
def render_book(work: Work) -> Effect:
    """Render the book of a job; the returned effect makes it visible to all who ordered it."""
    order = BookOrder.from_arguments(work.job.arguments)
    # Computed again, because the platform may have been updated while the order waited.
    digest = order.digest()
    there = Document.objects.filter(digest=digest).first()
    if there is None or not (settings.FILES_DIR / there.path).is_file():
        there = make_document(order, digest, work)
    made = there

    def show() -> dict[str, Any]:
        document, _new = Document.objects.update_or_create(digest=digest, defaults=columns(made))
        waiting = Order.objects.waiting().filter(digest=work.job.key)
        waiting.update(document=document, digest=digest)
        return {"document": document.pk, "pages": document.pages}

    return show


def columns(document: Document) -> dict[str, Any]:
    names = [f.attname for f in Document._meta.fields if f.attname not in ("id", "digest")]
    return {name: getattr(document, name) for name in names}


def make_document(order: BookOrder, digest: str, work: Work) -> Document:
    """Compose and render; the file is in its place when this returns, the row is not saved yet."""
    report, began = Clock(work), monotonic()
    report(0, 1, _("Collecting the chapters"))
    document = unsaved(order, digest)
    refuse_for_everybody(order, work.job.key)
    target = settings.FILES_DIR / document.path
    document.pages = build_book(order=order, target=target, report=report)
    document.size = target.stat().st_size
    document.seconds = round(monotonic() - began)
    if order.format == Format.PDF:
        draw(target, digest)
    return document


def refuse_for_everybody(order: BookOrder, key: str) -> None:
    """Rights may have gone while the order waited: no book when none of them may read it."""
    waiting = Order.objects.waiting().filter(digest=key)
    people = User.objects.filter(pk__in=waiting.values("ordered_by"))
    if people and not any(may_print(order, person) for person in people):
        raise JobRefused(
            _("You can't read the texts of this book any more, so it can't be printed.")
        )


def build_book(*, order: BookOrder, target: Path, report: Report) -> int | None:
    """Write the book to ``target``; its pages, which an EPUB has not. Raises JobRefused with a
    sentence for people."""
    try:
        if order.format == Format.EPUB:
            write_epub(order, target, report)
            return None
        return print_pdf(compose(order), target, report)
    except NothingToPrint:
        raise JobRefused(_("There is nothing to print in this book.")) from None
    except RenderFailed as error:
        log.error("book %s: %s", order.kind, error)
        raise JobRefused(sentence_for(error)) from None


def sentence_for(error: RenderFailed) -> str:
    """What went wrong, for the person who waits for the book."""
    if isinstance(error, FontsMissing):
        return _(
            "Printing is not set up on the server: its fonts are missing. "
            "Ask the person who runs it."
        )
    if isinstance(error, RendererMissing):
        return _(
            "Printing is not set up on the server: its Pango libraries are missing. "
            "Ask the person who runs it."
        )
    if isinstance(error, DiskFull):
        return _("The server has no room left for the file. Ask the person who runs it.")
    if isinstance(error, LimitReached):
        return _(
            "This book takes more time or memory than one book may. Print fewer exercises at once."
        )
    if isinstance(error, ChapterFaulty):
        return _("“{chapter}” can't be printed as it is.").format(chapter=error.chapter)
    return _("The book could not be printed.")


def unsaved(order: BookOrder, digest: str) -> Document:
    wanted = {*order.curricula, *([order.since] if order.since else [])}
    rows = Curriculum.objects.filter(pk__in=wanted).select_related("programme")
    by_pk = {row.pk: row for row in rows}
    if len(by_pk) != len(wanted):
        raise JobRefused(_("A curriculum of this book is not there any more."))
    first = by_pk[order.curricula[0]]
    return Document(
        digest=digest,
        kind=order.kind,
        curriculum=first if order.kind in SINGLE_KINDS else None,
        title=order.title,
        version=first.version,
        organisation_id=owner_of(by_pk.values()),
        language=order.language,
        format=order.format,
        paper=order.paper if order.format == Format.PDF else "",
        large=order.large,
        without=list(order.without),
        since=by_pk[order.since].version if order.since else "",
        marks=order.marks,
    )
