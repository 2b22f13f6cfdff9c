"""The first pages: cover, half title, imprint, what has changed, contents."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from handbooks.compose.desk import Desk
from handbooks.compose.news import news_of
from handbooks.engine.document import Chapter as Printed
from handbooks.models import DocumentKind
from programmes.models import Curriculum

FINGERPRINT_LENGTH = 16
# A brief is a few pages without a back; a list of exercises is what one makes for oneself.
BOUND = (
    DocumentKind.COLLECTION, DocumentKind.HANDBOOK, DocumentKind.GUIDE, DocumentKind.WORKBOOK,
)  # fmt: skip


def front(desk: Desk, body: list[Printed]) -> list[Printed]:
    pages = [cover(desk)]
    if desk.order.kind in BOUND:
        pages.append(half_title(desk))
    pages.append(imprint(desk))
    if desk.changes:
        pages.append(news(desk, body))
    return [*pages, contents(desk, body)]


def facts(desk: Desk) -> dict[str, Any]:
    """What cover, half title and imprint say about the book."""
    first = desk.curricula[0]
    is_list = desk.order.kind == DocumentKind.LIST
    names = [row.programme.name for row in desk.programmes]
    single = desk.programmes[0] if len(desk.programmes) == 1 else None
    return {
        "kind": DocumentKind(desk.order.kind).label,
        "title": desk.order.title if is_list or len(names) > 1 else first.programme.name,
        "motto": single.title if single else "",
        "version": first.version,
        "publisher": first.publisher,
    }


def cover(desk: Desk) -> Printed:
    return Printed("cover", desk.html("cover", **facts(desk)), tone=desk.tone)


def half_title(desk: Desk) -> Printed:
    """The inside of the cover, and the title alone on the first right page."""
    return Printed("half-title", desk.html("half_title", **facts(desk)), tone=desk.tone)


def imprint(desk: Desk) -> Printed:
    first = desk.curricula[0]
    dates = [row.published_at for row in desk.curricula if row.published_at]
    html = desk.html(
        "imprint",
        **facts(desk),
        curricula=desk.curricula,
        published=max(dates, default=None),
        fingerprint=grouped(desk.order.digest()[:FINGERPRINT_LENGTH]),
        site=settings.SITE_URL,
        **licence_of(first, desk.order.title),
    )
    return Printed("imprint", html, tone=desk.tone)


def news(desk: Desk, body: list[Printed]) -> Printed:
    assert desk.changes
    html = desk.html(
        "changes",
        groups=news_of(desk, body),
        since=desk.changes.old,
        now=desk.changes.new,
        marks=desk.order.marks,
    )
    running = _("What has changed")
    return Printed("changes", html, running=running, tone=desk.tone)


def contents(desk: Desk, body: list[Printed]) -> Printed:
    html = desk.html("contents", entries=[row.entry for row in body if row.entry])
    return Printed("contents", html, running=_("Contents"), tone="neutral")


def grouped(code: str) -> str:
    """A fingerprint in groups of four, as one compares it."""
    return " ".join(code[place : place + 4] for place in range(0, len(code), 4))


def licence_of(curriculum: Curriculum, title: str) -> dict[str, Any]:
    """The licence in words; for Creative Commons Attribution also how to name the source."""
    free = curriculum.licence == "CC-BY-4.0"
    return {
        "free": free,
        "licence_name": "Creative Commons Attribution 4.0 International (CC BY 4.0)"
        if free
        else curriculum.licence,
        "licence_url": "https://creativecommons.org/licenses/by/4.0/",
        "attribution": _("“{title}”, {publisher}, version {version}, CC BY 4.0.").format(
            title=title, publisher=curriculum.publisher, version=curriculum.version
        ),
    }
