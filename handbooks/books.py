"""What somebody asks for, and the digest that stands for it. Nothing here knows pages."""

import hashlib
import json
from dataclasses import asdict, dataclass
from typing import Any

from django.conf import settings

from handbooks.engine.fingerprint import engine_fingerprint, epub_fingerprint
from programmes.models import Curriculum, Exercise

WITH_OWNER = ("programme", "organisation")


@dataclass(frozen=True)
class BookOrder:
    """What somebody asks for. ``curricula`` and ``exercises`` are ids, in the order of printing."""

    kind: str
    title: str
    language: str
    paper: str
    curricula: tuple[int, ...]
    exercises: tuple[int, ...] = ()
    format: str = "pdf"
    # Large print is a layout of its own, for people who read with difficulty.
    large: bool = False
    # Names of BookPart that are left out.
    without: tuple[str, ...] = ()
    # The older version whose differences are listed, and whether they are marked at the margin.
    since: int | None = None
    marks: bool = False

    @classmethod
    def from_arguments(cls, arguments: dict[str, Any]) -> "BookOrder":
        """The order that ``arguments`` (JSON) was made from."""
        lists = ("curricula", "exercises", "without")
        return cls(**{**arguments, **{name: tuple(arguments.get(name, ())) for name in lists}})

    @property
    def interface_language(self) -> str:
        """The language of labels around the texts: the book's own, if the platform speaks it. Else
        the words of libraries would be translated and ours would not."""
        return (
            self.language if self.language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        )

    def arguments(self) -> dict[str, Any]:
        return asdict(self)

    def digest(self) -> str:
        """SHA-256 over all that shapes the book: the choice, the texts, the engine and its style.

        It has no id of a row in it, so the same texts give the same digest on every machine.
        """
        inputs: list[Any] = [
            [self.kind, self.title, self.language, self.paper, settings.SITE_URL],
            [self.large, sorted(self.without), self.marks],
            [facts_of(row) for row in self.in_order(Curriculum, self.curricula, *WITH_OWNER)],
            [facts_of(row) for row in self.in_order(Curriculum, (self.since,), *WITH_OWNER)],
            [
                [row.module.curriculum.digest, row.code]
                for row in self.in_order(Exercise, self.exercises, "module__curriculum")
            ],
            engine_fingerprint(),
        ]
        if self.format == "epub":
            inputs.append(epub_fingerprint())
        return hashlib.sha256(json.dumps(inputs).encode()).hexdigest()

    @staticmethod
    def in_order(model: Any, ids: tuple[int | None, ...], *related: str) -> list[Any]:
        rows = {row.pk: row for row in model.objects.filter(pk__in=ids).select_related(*related)}
        return [rows[pk] for pk in ids if pk in rows]


def facts_of(curriculum: Curriculum) -> list[str]:
    """What a page can show of a curriculum: its package, and what stands beside it in rows."""
    programme = curriculum.programme
    published = curriculum.published_at.date().isoformat() if curriculum.published_at else ""
    # Two organisations may write the same words; each has a book of its own.
    owner = curriculum.organisation.slug if curriculum.organisation else ""
    return [programme.code, programme.name, programme.kind, curriculum.version,
            curriculum.digest, curriculum.status, published, owner]  # fmt: skip
