"""Where pages are made: what is ordered, and the ways from Markdown and templates to HTML."""

from collections import Counter
from collections.abc import Iterable
from functools import cached_property
from typing import Any, TypeVar

from django.template.loader import render_to_string

from cocora.common.markdown import render
from handbooks.books import BookOrder
from handbooks.compose.changes import Changes
from handbooks.compose.prose import authored, marked
from handbooks.engine.document import Chapter as Printed
from handbooks.engine.document import Entry
from handbooks.models import BookPart
from handbooks.typography import typeset
from programmes.models import Curriculum, LanguageText, ProgrammeKind
from programmes.queries import shown

TextRow = TypeVar("TextRow", bound=LanguageText)
# More letters do not fit on a side mark.
TAB_LENGTH = 4


class Desk:
    """One order and its curricula."""

    def __init__(self, order: BookOrder) -> None:
        self.order = order
        wanted = {*order.curricula, *([order.since] if order.since else [])}
        rows = Curriculum.objects.filter(pk__in=wanted).select_related("programme")
        by_pk = {row.pk: row for row in rows.prefetch_related("chapters__texts")}
        self.curricula = [by_pk[pk] for pk in order.curricula]
        self.programmes = self.of_kind(ProgrammeKind.PROGRAMME)
        self.foundations = self.of_kind(ProgrammeKind.FOUNDATIONS)
        self.changes = (
            Changes(by_pk[order.since], self.curricula[0], order.language) if order.since else None
        )

    def of_kind(self, kind: ProgrammeKind) -> list[Curriculum]:
        return [row for row in self.curricula if row.programme.kind == kind]

    def has(self, part: BookPart) -> bool:
        return part.value not in self.order.without

    @property
    def tone(self) -> str:
        return self.programmes[0].programme.code if len(self.programmes) == 1 else "neutral"

    # --- names ------------------------------------------------------------------------------

    @cached_property
    def prefixes(self) -> dict[int, str]:
        """What the anchors of a curriculum begin with: its programme, and a number when an own
        list takes from two versions of it."""
        seen: Counter[str] = Counter()
        found = {}
        for row in self.curricula:
            seen[row.programme.code] += 1
            number = seen[row.programme.code]
            found[row.pk] = f"{row.programme.code}{f'-{number}' if number > 1 else ''}"
        return found

    def anchor(self, curriculum: Curriculum, code: str) -> str:
        return f"{self.prefixes[curriculum.pk]}-{code}"

    def words(self, texts: Iterable[TextRow], curriculum: Curriculum) -> TextRow:
        return shown(texts, self.order.language, curriculum.base_language).text

    # --- to HTML ----------------------------------------------------------------------------

    def html(self, template: str, **context: Any) -> str:
        page = render_to_string(
            f"handbooks/print/{template}.html", {"language": self.order.language, **context}
        )
        return self.typeset(page)

    def typeset(self, text: str) -> str:
        return typeset(text, self.order.language)

    def prose(self, text: str, curriculum: Curriculum, before: str | None = None) -> str:
        """Markdown of an author as HTML. What differs from ``before`` is marked when wanted."""
        base = image_base(curriculum)
        html: str = render(text, base)
        if before is not None and self.marks(curriculum):
            # The images of two versions have two addresses, and are no change of the text.
            html = marked(html, render(before, base))
        return authored(html)

    def marks(self, curriculum: Curriculum) -> bool:
        changes = self.changes
        return self.order.marks and changes is not None and changes.new == curriculum

    def printed(self, key: str, html: str, entry: Entry, tone: str, tab: str = "") -> Printed:
        running = f"{entry.code} {entry.title}".strip()
        return Printed(key, html, entry, running=running, tab=tab, tone=tone)


def image_base(curriculum: Curriculum) -> str:
    """Where the images of a curriculum stand in a document; it has no id of a row in it."""
    return f"media:{curriculum.digest[:16]}/"


def tab_of(curriculum: Curriculum) -> str:
    """What the side mark says on pages that belong to no module."""
    code = curriculum.programme.code.upper()
    taught = curriculum.programme.kind == ProgrammeKind.PROGRAMME
    return code if taught and len(code) <= TAB_LENGTH else ""
