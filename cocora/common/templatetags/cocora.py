"""What our templates need beyond Django: icons, colours of programmes, initials, Markdown."""

import re
from functools import cache

from django import template
from django.conf import settings
from django.template import TemplateSyntaxError
from django.utils.safestring import SafeString, mark_safe

from cocora.common.markdown import render, render_inline

register = template.Library()

ICON_NAME = re.compile(r"[a-z0-9-]+")
TONES = {"ccp", "cpp", "cap", "foundations"}


@register.simple_tag
def icon(name: str) -> SafeString:
    """The drawing as inline SVG, hidden from assistive technology: text beside it says it."""
    return drawing(name)


@cache
def drawing(name: str) -> SafeString:
    """Reads one icon of the lucide package; an unknown name is a fault of the template."""
    path = settings.BASE_DIR / "node_modules" / "lucide-static" / "icons" / f"{name}.svg"
    if not ICON_NAME.fullmatch(name) or not path.is_file():
        raise TemplateSyntaxError(f"There is no icon named {name!r} in lucide-static.")
    shapes = path.read_text().partition("<svg")[2].partition(">")[2].rpartition("</svg>")[0]
    inner = re.sub(r"\s*\n\s*", "", shapes)
    # The text comes from a pinned package, never from a person.
    return mark_safe(  # noqa: S308
        '<svg class="icon" viewBox="0 0 24 24" width="24" height="24" fill="none"'
        ' stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round"'
        f' aria-hidden="true" focusable="false">{inner}</svg>'
    )


@register.filter
def tone(code: str) -> str:
    """The class that gives an element its programme's colours; any other programme is neutral."""
    code = str(code).lower()
    return f"is-{code}" if code in TONES else "is-neutral"


@register.filter
def initials(name: str) -> str:
    """One or two letters for an avatar: "Aino Maria Berg" → "AB", "mail@town.eu" → "M"."""
    words = re.findall(r"\w+", str(name).split("@")[0])
    letters = [word[0] for word in (words[:1] + words[1:][-1:])]
    return "".join(letters).upper() or "·"


@register.filter
def markdown(text: str) -> SafeString:
    """An author's Markdown as safe HTML; stands inside an element of class ``prose``."""
    return render(text)


@register.filter
def markdown_inline(text: str) -> SafeString:
    """One line of an author's Markdown, without a paragraph around it."""
    return render_inline(text)


@register.filter
def icon_of_message(level: str) -> str:
    """The icon that goes with a message or notice of this kind."""
    return {
        "success": "circle-check",
        "warning": "triangle-alert",
        "danger": "circle-alert",
        "error": "circle-alert",
    }.get(level, "info")
