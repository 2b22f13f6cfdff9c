"""The pages of the documentation, and how tests read them."""

import re
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db.models import Model

ROOT = Path(settings.BASE_DIR)
DOCS = ROOT / "docs"
PAGES = sorted([*DOCS.rglob("*.md"), *ROOT.glob("*.md")])
OUR_APPS = {
    "audit",
    "accounts",
    "jobs",
    "programmes",
    "participants",
    "cocora_sessions",
    "handbooks",
}

LINK = re.compile(r"(?<!!)\[[^\]]+\]\(([^)\s]+)\)")
CODE = re.compile(r"`([^`\n]+)`")
FENCE = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)


def named(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def prose(page: Path) -> str:
    """The text of a page without its blocks of code."""
    return FENCE.sub("", page.read_text())


def blocks(page: Path, language: str) -> list[str]:
    return [body for _indent, name, body in FENCE.findall(page.read_text()) if name == language]


def anchors(page: Path) -> set[str]:
    """The addresses that headings get where Markdown is shown on the web."""
    plain = (re.sub(r"[^\w\- ]", "", title.lower()) for title in HEADING.findall(prose(page)))
    return {title.strip().replace(" ", "-") for title in plain}


def section(page: Path, heading: str) -> str:
    """What stands below a heading, up to the next of its level or above."""
    text = page.read_text()
    level = heading.split(" ", maxsplit=1)[0]
    start = text.index(f"\n{heading}\n") + len(heading) + 2
    end = re.compile(rf"^#{{1,{len(level)}}} ", re.MULTILINE).search(text, start)
    return text[start : end.start() if end else None]


def rows(text: str) -> list[list[str]]:
    """The cells of all tables in ``text``, heads left out."""
    found = []
    for table in re.findall(r"(?:^\|.*\n)+", text + "\n", re.MULTILINE):
        for line in table.splitlines()[2:]:
            found.append([cell.strip() for cell in line.strip("|").split("|")])
    return found


def our_models() -> list[type[Model]]:
    return [model for model in apps.get_models() if model._meta.app_label in OUR_APPS]
