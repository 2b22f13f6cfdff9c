"""The page of the documentation that says what is recorded, as parts to show."""

from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.utils.safestring import SafeString
from django.utils.text import slugify

from cocora.common.markdown import render

PAGE = settings.BASE_DIR / "docs" / "what-we-record.md"
# The list of parts; the page has its own.
CONTENTS = "- ["


@dataclass(frozen=True)
class Part:
    """A heading with what stands below it."""

    anchor: str
    title: str
    body: SafeString


@cache
def parts() -> list[Part]:
    """The parts of the page in their order; the first has no heading."""
    first, *others = PAGE.read_text().split("\n## ")
    lines = first.partition("\n")[2].splitlines()
    opening = "\n".join(line for line in lines if not line.startswith(CONTENTS))
    return [Part("", "", render(opening)), *(part(text) for text in others)]


def part(text: str) -> Part:
    title, _newline, body = text.partition("\n")
    return Part(slugify(title), title, render(body))
