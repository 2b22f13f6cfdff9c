"""Typography that nobody should have to type: quotation marks, apostrophes, scopes of heads."""

import re
from collections.abc import Callable

# Opening and closing marks, outer and inner, by language.
QUOTES = {
    "en": "“”‘’",
    "de": "„“‚‘",
    "da": "»«›‹",
    "fr": "«»‹›",
    "it": "«»“”",
}
TAG = re.compile(r"(<[^>]*>)")
LIST_START = re.compile(r'<ol start="(\d+)">')
VERBATIM = {"code", "pre"}
OPENING_BEFORE = re.compile(r"[\s(\[{–—\u2009/]")
ENTITIES = (("&quot;", '"'), ("&#x27;", "'"), ("&#39;", "'"))


def typeset(html: str, language: str) -> str:
    """``html`` with typographic quotes in its texts; tags and code stay as they are.

    It also says of each head cell of a table what it heads, which Markdown can't.
    """
    marks = QUOTES.get(language.partition("-")[0], QUOTES["en"])
    html = html.replace("<th>", '<th scope="col">')
    html = LIST_START.sub(counted_from, html)
    return over_texts(html, lambda text, before: curled(text, before, marks))


def counted_from(match: re.Match[str]) -> str:
    """WeasyPrint counts a list from its ``start`` only when told so in CSS."""
    return f'<ol start="{match[1]}" style="counter-reset: list-item {int(match[1]) - 1}">'


def over_texts(html: str, change: Callable[[str, str], str]) -> str:
    """Apply ``change(text, character before it)`` to every text outside of code."""
    parts, verbatim, before = [], 0, " "
    for part in TAG.split(html):
        if part.startswith("<"):
            name = part.strip("</>").split(" ")[0]
            verbatim += (name in VERBATIM) * (-1 if part.startswith("</") else 1)
            before = before if name in ("em", "strong", "a") else " "
            parts.append(part)
        elif part:
            parts.append(part if verbatim else change(part, before))
            before = part[-1]
    return "".join(parts)


def curled(text: str, before: str, marks: str) -> str:
    """Straight quotes as opening or closing ones, by what stands before them."""
    for entity, character in ENTITIES:
        text = text.replace(entity, character)
    out: list[str] = []
    inside = False
    for place, character in enumerate(text):
        before = mark_for(character, before, marks)
        if character == "'" and before == marks[2]:
            inside = True
        elif character == "'" and inside and not text[place + 1 : place + 2].isalpha():
            # It closes an inner quotation; everywhere else it is an apostrophe.
            before, inside = marks[3], False
        out.append(before)
    return "".join(out)


def mark_for(character: str, before: str, marks: str) -> str:
    if character not in "\"'":
        return character
    outer, inner = marks[:2], marks[2:]
    opening = OPENING_BEFORE.match(before) or before in (outer[0], inner[0])
    if character == '"':
        return outer[0] if opening else outer[1]
    return inner[0] if opening else "’"
