"""Markdown of authors as safe HTML.

Two walls: the parser lets no HTML through, and an allow-list keeps only what a text needs.
``reference``: 29 attack payloads stand as tests in ``tests/common/test_markdown.py``.
"""

import re
from functools import cache

import nh3
from django.utils.safestring import SafeString, mark_safe
from markdown_it import MarkdownIt

TAGS = {
    "p", "br", "strong", "em", "code", "pre", "blockquote", "ul", "ol", "li", "hr", "a", "img",
    "h2", "h3", "h4", "h5", "h6", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
IMAGE = re.compile(r"^images/[a-z0-9-]+\.(png|jpg)$")
LINK = re.compile(r"^(https?://[^/]|mailto:|#)")


@cache
def parser() -> MarkdownIt:
    return MarkdownIt("commonmark", {"html": False, "linkify": False}).enable("table")


def allow(tag: str, attribute: str, value: str) -> str | None:
    """Only links to the web, mail and this page; only images of the package."""
    if (tag, attribute) == ("a", "href"):
        return value if LINK.match(value) else None
    if (tag, attribute) == ("img", "src"):
        return value if IMAGE.match(value) else None
    return value


def render(text: str, image_base: str = "") -> SafeString:
    """HTML that is safe to show and to print.

    ``image_base`` is the address below which the images of the text's package are served.
    """
    html = parser().render(text)
    clean = nh3.clean(
        html,
        tags=TAGS,
        attributes={"a": {"href"}, "img": {"src", "alt"}, "ol": {"start"}},
        attribute_filter=allow,
        url_schemes={"http", "https", "mailto"},
        url_relative="pass_through",
        link_rel="noopener noreferrer",
    )
    # Only ``allow`` lets a src through, and all that it lets through begin with "images/".
    return mark_safe(clean.replace('src="images/', f'src="{image_base}images/'))  # noqa: S308


def render_inline(text: str) -> SafeString:
    """One line of Markdown without the paragraph around it."""
    return mark_safe(render(text).removeprefix("<p>").removesuffix("</p>\n").strip())  # noqa: S308
