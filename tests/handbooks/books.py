"""Small curricula to print, and orders for them."""

from collections.abc import Callable
from typing import Any

from handbooks.actions import book_order
from handbooks.books import BookOrder
from handbooks.models import DocumentKind, Paper
from programmes.actions import load_package, publish_curriculum
from programmes.models import Curriculum
from tests.programmes.packages import exercise_md, package, published

CHAPTER = """\
---
code: {code}
title: {title}
summary: What this chapter says in one sentence.
part: {part}
position: {position}
books: [collection, handbook, guide]
---

## Why

{text}
"""


def chapter_md(code: str, part: str, text: str = "Because.", position: int = 10) -> bytes:
    title = code.capitalize()
    return CHAPTER.format(code=code, title=title, part=part, text=text, position=position).encode()


def foundations(
    text: str = "Because.", change: Callable[[Curriculum], None] = lambda draft: None
) -> Curriculum:
    """A published text that all programmes share; ``change`` may spoil it before."""
    files = package(exercises=0, programme="foundations", name="Foundations")
    meta = files["curriculum.yaml"].replace(b"kind: programme", b"kind: foundations")
    files = {
        "curriculum.yaml": meta,
        "chapters/purpose.en.md": chapter_md("purpose", "one", text),
        "chapters/glossary.en.md": chapter_md("glossary", "annex", position=90),
    }
    draft, _new = load_package(files=files, by=None)
    change(draft)
    publish_curriculum(curriculum=draft, by=None)
    return draft


def taught(code: str = "cpp", exercises: int = 2, **facts: Any) -> Curriculum:
    """A published programme; ``facts`` go into its first exercise."""
    files = package(exercises=exercises, programme=code, name=f"Programme {code}")
    files["chapters/about.en.md"] = chapter_md("about", "two")
    if facts:
        files["p1-one/p1-1-exercise.en.md"] = exercise_md("P1.1", **facts).encode()
    return published(files)


def guide(curriculum: Curriculum) -> BookOrder:
    return book_order(kind=DocumentKind.GUIDE, curriculum=curriculum, language="en", paper=Paper.A4)


def collection() -> BookOrder:
    return book_order(kind=DocumentKind.COLLECTION, curriculum=None, language="en", paper=Paper.A4)
