"""The HTML of authors' texts: taken apart into blocks, compared, marked at the margin."""

import re
from collections import Counter
from collections.abc import Iterator

from django.utils.safestring import SafeString, mark_safe

# Around what an author wrote, until references are resolved. No author can write a comment.
OPENS, CLOSES = "<!--authored-->", "<!--/authored-->"
TAG = re.compile(r"<(/?)([a-z0-9]+)[^>]*>")
ITEM = re.compile(r"<li>(.*?)</li>", re.DOTALL)
VOID = {"br", "hr", "img"}
LISTS = ("<ul>", "<ol")


def authored(html: str) -> SafeString:
    """HTML that came out of the allow-list, so that references in it are looked for."""
    return mark_safe(f"{OPENS}{html}{CLOSES}")  # noqa: S308


def blocks(html: str) -> Iterator[str]:
    """The paragraphs, lists, tables and headings of rendered Markdown."""
    depth, start = 0, 0
    for match in TAG.finditer(html):
        if match[2] not in VOID:
            depth += -1 if match[1] else 1
        if depth == 0:
            yield html[start : match.end()].strip()
            start = match.end()


def marked(html: str, before: str) -> str:
    """``html`` with a mark on every block, or item of a list, that does not stand in ``before``."""
    known = Counter(block for block in blocks(before))
    items = Counter(ITEM.findall(before))
    out = []
    for block in blocks(html):
        if known[block]:
            known[block] -= 1
            out.append(block)
        else:
            out.append(with_mark(block, items))
    return "\n".join(out)


def with_mark(block: str, items: Counter[str]) -> str:
    if block.startswith(LISTS) and block.count("<ul") + block.count("<ol") == 1:
        return ITEM.sub(
            lambda item: item[0] if items[item[1]] else f'<li class="changed">{item[1]}</li>',
            block,
        )
    return f'<div class="changed">{block}</div>'
