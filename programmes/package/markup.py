"""What a body may not hold: HTML, and addresses that lead elsewhere than to the web or to mail.

Neither would ever be shown (``cocora.common.markdown``); here their author hears of it.
"""

from collections.abc import Iterator
from functools import cache

from markdown_it import MarkdownIt
from markdown_it.token import Token

from cocora.common.markdown import LINK

HTML = "HTML is not shown. Write the text in Markdown."


@cache
def parser() -> MarkdownIt:
    """Reads HTML and every address as what they are, so that they can be named."""
    lenient = MarkdownIt("commonmark", {"html": True, "linkify": False}).enable("table")
    lenient.validateLink = lambda url: True  # type: ignore[method-assign]
    return lenient


def markup_faults(body: str) -> Iterator[tuple[int, str]]:
    """The line within ``body`` (from 0) and a sentence, for each piece that can't be shown."""
    for block in parser().parse(body):
        line = block.map[0] if block.map else 0
        if block.type == "html_block":
            yield line, HTML
        for token in block.children or []:
            if token.type in ("softbreak", "hardbreak"):
                line += 1
            sentence = fault_of(token)
            if sentence:
                yield line, sentence


def fault_of(token: Token) -> str:
    if token.type == "html_inline":
        return HTML
    address = str(token.attrGet("href") or "") if token.type == "link_open" else ""
    if address and not LINK.match(address):
        return (
            f"A link can't lead to {address[:60]!r}. "
            "It begins with https://, http://, mailto: or #."
        )
    return ""
