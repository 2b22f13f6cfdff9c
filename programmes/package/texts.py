"""What a faultless package consists of."""

import hashlib
from dataclasses import dataclass, field
from typing import Any

from programmes.package.body import Handout, Step


@dataclass(frozen=True)
class Text:
    """One Markdown file in one language: front matter, sections, and the exact source."""

    path: str
    language: str
    source: str
    facts: dict[str, Any]
    sections: dict[str, str]
    body: str
    steps: tuple[Step, ...] = ()
    debrief: dict[str, list[str]] = field(default_factory=dict)
    handouts: tuple[Handout, ...] = ()

    @property
    def code(self) -> str:
        return str(self.facts["code"])

    @property
    def digest(self) -> str:
        """SHA-256 of the source: what a translation names as ``translated_from``."""
        return hashlib.sha256(self.source.encode()).hexdigest()


@dataclass(frozen=True)
class Coverage:
    """How far a translation has come: the codes that it lacks, and those that are out of date."""

    language: str
    total: int
    missing: tuple[str, ...]
    stale: tuple[str, ...]


@dataclass(frozen=True)
class Package:
    """A package without faults. Texts stand by code, then by language."""

    facts: dict[str, Any]
    source: str
    modules: dict[str, dict[str, Text]]
    exercises: dict[str, dict[str, Text]]
    chapters: dict[str, dict[str, Text]]
    images: dict[str, bytes]

    @property
    def base(self) -> str:
        return str(self.facts["base_language"])

    @property
    def about(self) -> Text:
        """curriculum.yaml as a text like the others."""
        return Text("curriculum.yaml", self.base, self.source, self.facts, {}, "")

    def coverage(self) -> list[Coverage]:
        """For each language but the base one. What is missing falls back to the base text."""
        whole = [
            texts
            for kind in (self.modules, self.exercises, self.chapters)
            for texts in kind.values()
        ]
        return [
            Coverage(
                language=language,
                total=len(whole),
                missing=tuple(texts[self.base].code for texts in whole if language not in texts),
                stale=tuple(
                    texts[self.base].code
                    for texts in whole
                    if is_stale(texts.get(language), texts[self.base])
                ),
            )
            for language in self.facts["languages"]
            if language != self.base
        ]


def is_stale(translation: Text | None, base: Text) -> bool:
    """Whether the base text has changed since this translation was made."""
    return translation is not None and translation.facts["translated_from"] != base.digest
