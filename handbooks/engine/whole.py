"""A book as one HTML document with page numbers by CSS: what plain WeasyPrint and a browser get.

Only the benchmark uses it. Called as ``python -m handbooks.engine.whole INPUT.json OUTPUT.pdf``;
with - as output it writes the HTML.
"""

import base64
import html
import json
import sys
from pathlib import Path
from typing import Any

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration

from handbooks.engine.child import OPTIONS, SLOT, OnlyMedia

NUMBERS = """
section.unit { break-before: page }
a.page::after { content: target-counter(attr(href url), page) }
"""
SECTION = """<section class="unit tone-{tone} {kind}" data-book="{title}" data-chapter="{running}"
 data-tab="{tab}">{html}</section>"""


def style_of(css: str) -> str:
    """The style sheet with classes of sections instead of those of ``html`` and ``body``."""
    for old, new in (("html.tone-", ".tone-"), ("body.", ".unit."), ("body {", ".unit {")):
        css = css.replace(old, new)
    return css + NUMBERS


def page_of(work: dict[str, Any]) -> str:
    """All chapters as sections of one page."""
    sections = []
    for chapter in work["chapters"]:
        given = {**work, **chapter}
        names = ("title", "tone", "kind", "running", "tab")
        quoted = {name: html.escape(str(given[name])) for name in names}
        sections.append(SECTION.format(**quoted, html=SLOT.sub(r"\1\3", chapter["html"])))
    head = f'<html lang="{work["language"]}"><head><title>{html.escape(work["title"])}</title>'
    return f"<!doctype html>{head}</head><body>{''.join(sections)}</body></html>"


def main(source: Path, output: str) -> None:
    work = json.loads(source.read_text())
    if output == "-":
        sys.stdout.write(f"<style>{style_of(work['css'])}</style>{page_of(work)}")
        return
    fetcher = OnlyMedia({name: base64.b64decode(data) for name, data in work["media"].items()})
    fonts = FontConfiguration()
    sheet = CSS(string=style_of(work["css"]), font_config=fonts, url_fetcher=fetcher)
    page = HTML(string=page_of(work), base_url="media:", url_fetcher=fetcher)
    page.write_pdf(output, stylesheets=[sheet], font_config=fonts, **OPTIONS)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
