"""Reads for the print room."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cocora.accounts.models import User
from cocora.jobs.models import Job, JobState
from handbooks.books import BookOrder
from handbooks.models import BookPart, Document, DocumentKind, Order
from programmes.models import (
    Chapter,
    ChapterText,
    Curriculum,
    Module,
    ModuleText,
    ProgrammeKind,
)
from programmes.vocabulary import Part

# A worker that is there takes an order within moments.
PATIENCE = timedelta(seconds=20)


def recent_documents(user: User, limit: int) -> QuerySet[Document]:
    """The newest finished documents that this person may read."""
    return Document.objects.visible_to(user).select_related("curriculum__programme")[:limit]


def languages_of(curricula: Iterable[Curriculum]) -> list[str]:
    """The languages in which there is at least one text of these curricula."""
    rows = list(curricula)
    modules = ModuleText.objects.filter(module__curriculum__in=rows)
    chapters = ChapterText.objects.filter(chapter__curriculum__in=rows)
    codes = modules.values_list("language").union(chapters.values_list("language"))
    return sorted(code for (code,) in codes)


def has_body(kind: DocumentKind, curricula: Iterable[Curriculum], without: Collection[str]) -> bool:
    """Whether a book of this kind has anything to read when these parts are left out."""
    rows = list(curricula)
    exercises = BookPart.EXERCISES.value not in without
    if exercises and Module.objects.filter(curriculum__in=rows).exists():
        return True
    parts = [part for part in Part if part.value not in without]
    chapters = Chapter.objects.filter(curriculum__in=rows, part__in=parts)
    return any(kind.value in books for books in chapters.values_list("books", flat=True))


def older_versions(curriculum: Curriculum, user: User) -> QuerySet[Curriculum]:
    """What was published of the same programme by the same publisher before this version, and
    what this version began as a copy of."""
    same = Q(programme=curriculum.programme_id, organisation=curriculum.organisation_id)
    rows = Curriculum.objects.visible_to(user).filter(same | Q(pk=curriculum.forked_from_id))
    earlier = rows.exclude(pk=curriculum.pk).exclude(published_at=None)
    if curriculum.published_at:
        earlier = earlier.filter(published_at__lt=curriculum.published_at)
    return earlier.order_by("-published_at")


def waits_in_vain(order: Order) -> str:
    """Why nobody has begun with an order: "busy", "off", or '' while that is no wonder yet."""
    job = order.job
    now = timezone.now()
    if not order.is_open or job is None or job.state != JobState.WAITING:
        return ""
    if now - job.created_at < PATIENCE:
        return ""
    at_work = Job.objects.filter(state=JobState.RUNNING, lease_until__gt=now)
    return "busy" if at_work.exists() else "off"


@dataclass(frozen=True)
class Forecast:
    """What is known of a book before it is ordered, from books that are finished."""

    document: Document | None
    pages: int | None
    seconds: int | None


def forecast(order: BookOrder, digest: str, user: User) -> Forecast:
    """The finished book itself, else what the last one like it took."""
    seen = Document.objects.visible_to(user)
    if document := seen.filter(digest=digest).first():
        return Forecast(document, document.pages, document.seconds)
    if last := seen.like(order).first():
        return Forecast(None, last.pages, last.seconds)
    return Forecast(None, None, None)


def time_left(seconds: int | None) -> str:
    """Remaining time in words, as vague as it is; '' while nobody can tell."""
    if seconds is None:
        return ""
    if seconds < 5:
        return _("a few seconds left")
    if seconds < 60:
        return _("about {seconds} seconds left").format(seconds=round(seconds / 5) * 5)
    minutes = round(seconds / 60)
    words = ngettext("about {minutes} minute left", "about {minutes} minutes left", minutes)
    return words.format(minutes=minutes)


def curricula_to_print(user: User) -> list[Curriculum]:
    """The programmes that this person teaches, in their own organisation's version if there is
    one."""
    used = Curriculum.objects.in_use_by(user).filter(programme__kind=ProgrammeKind.PROGRAMME)
    return list(used.select_related("programme").order_by("programme__position", "pk"))


def facets_of(documents: QuerySet[Document]) -> dict[str, list[Any]]:
    """The programmes, kinds and languages that there are finished books of."""
    rows = set(
        documents.order_by().values_list(
            "curriculum__programme__code", "curriculum__programme__name", "kind", "language"
        )
    )
    return {
        "programme": sorted({(code, name) for code, name, _kind, _code in rows if code}),
        "kind": [kind for kind in DocumentKind if kind.value in {row[2] for row in rows}],
        "language": sorted({row[3] for row in rows}),
    }
