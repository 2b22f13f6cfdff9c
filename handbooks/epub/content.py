"""From composed HTML to XHTML that every reader takes: an allow-list, headings in order, links
that lead to the right file. It is the third wall behind the Markdown parser and its allow-list."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html import escape
from io import StringIO
from xml.etree.ElementTree import Element

import tinyhtml5

XHTML = "{http://www.w3.org/1999/xhtml}"
SVG = "{http://www.w3.org/2000/svg}"
VOID = {"br", "hr", "img", "col", "wbr"}
KEPT = VOID | {
    "p", "div", "section", "article", "aside", "header", "footer", "figure", "figcaption",
    "blockquote", "pre", "ul", "ol", "li", "dl", "dt", "dd", "table", "caption", "colgroup",
    "thead", "tbody", "tfoot", "tr", "th", "td", "abbr", "b", "bdi", "bdo", "cite", "code", "em",
    "i", "kbd", "mark", "q", "s", "small", "span", "strong", "sub", "sup", "time", "u", "var",
}  # fmt: skip
# What they hold is text of the book; they themselves mean nothing on a page that is only read.
UNWRAPPED = {"form", "fieldset", "label", "legend", "main", "nav", "output", "body"}
DRAWN = {
    "svg", "g", "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "text",
    "tspan", "title", "desc", "defs", "linearGradient", "radialGradient", "stop", "clipPath",
}  # fmt: skip
ATTRIBUTES = {"class", "id", "lang", "dir", "title", "role", "aria-label", "aria-hidden"}
OF_TAG = {
    "a": {"href"},
    "img": {"src", "alt", "width", "height"},
    "ol": {"start", "reversed"},
    "th": {"colspan", "rowspan", "scope"},
    "td": {"colspan", "rowspan"},
    "col": {"span"},
    "time": {"datetime"},
}
IN_SVG = re.compile(r"(?!on|style$|href$|xmlns)[A-Za-z][A-Za-z0-9-]*")
# Marks that are of use on paper only.
ON_PAPER = {"cut", "print-only"}
SLOT = "000"
# A table with so many columns becomes a row of small lists on a phone.
WIDE = 4

IDENTIFIER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
MEDIA = re.compile(r"media:((?:[a-z0-9-]+/)*[a-z0-9-]+\.(?:png|jpg|svg))")
ADDRESS = re.compile(
    r"(https?://[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:[0-9]{1,5})?([/?#]|$)|mailto:[^@]+@[^@]+$)"
)
CHARACTERS = re.compile(r"(?:[A-Za-z0-9._~:/?@!$&'()*+,;=-]|%[0-9A-Fa-f]{2})*")
ANCHOR = re.compile(r"""<[a-zA-Z][^<>]*?\sid="([^"<>]+)""")
NOT_XML = re.compile(
    "[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufdcf\ufdf0-\ufffd\U00010000-\U0010ffff]"
)


@dataclass(frozen=True)
class Around:
    """What a chapter must know of the others: where an anchor stands, and what it is called."""

    files: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)
    media: Mapping[str, bytes] = field(default_factory=dict)


@dataclass
class Content:
    """The inside of a body as XHTML, and what stands in it."""

    xhtml: str
    images: set[str]
    has_svg: bool
    is_described: bool


def content_of(html: str, file: str, around: Around) -> Content:
    """The chapter of ``file`` as well-formed XHTML. Scripts, styles, forms and all addresses but
    those of the web, of mail and of this book are left out."""
    # From a stream: the parser would take a short string for the name of a file.
    page = tinyhtml5.parse(StringIO(f"<!doctype html><body>{html}"))
    writer = Writer(file, around)
    body = page.find(f"{XHTML}body")
    assert body is not None
    xhtml = "".join(writer.element(body))
    return Content(xhtml, writer.images, writer.has_svg, writer.is_described)


def anchors_in(html: str) -> list[str]:
    """The ids of a chapter, without the work of parsing it."""
    return ANCHOR.findall(html)


def plain(text: str) -> str:
    """``text`` without the characters that XML can't hold."""
    return NOT_XML.sub("", text)


def identifier(anchor: str) -> str:
    """``anchor`` as an id of XML, which begins with a letter and has no spaces."""
    return anchor if IDENTIFIER.fullmatch(anchor) else "x-" + re.sub(r"[^\w.-]", "-", anchor)


class Writer:
    """Writes one chapter in the order of its elements."""

    def __init__(self, file: str, around: Around) -> None:
        self.file = file
        self.around = around
        self.images: set[str] = set()
        self.has_svg = False
        self.is_described = True
        self.ids: set[str] = set()
        self.levels: list[int] = []
        self.columns: list[str] = []

    def element(self, element: Element) -> Iterator[str]:
        """The element by its rule; nothing when it is on no list."""
        name = name_of(element)
        if element.tag == f"{SVG}{name}":
            yield from self.drawing(element, name)
        elif name in UNWRAPPED:
            yield from self.inside(element)
        elif name in RULES:
            yield from RULES[name](self, element)
        elif name in KEPT and not on_paper(element):
            yield from self.tagged(element, name)

    def inside(self, element: Element) -> Iterator[str]:
        yield text_of(element.text)
        for child in element:
            if not is_spare_slot(child, element):
                yield from self.element(child)
            yield text_of(child.tail)

    def tagged(self, element: Element, name: str, **more: str) -> Iterator[str]:
        given = {**self.attributes(element, name), **more}
        start = f"<{name}" + "".join(f' {key}="{escape(value)}"' for key, value in given.items())
        if name in VOID:
            yield start + "/>"
            return
        yield start + ">"
        yield from self.inside(element)
        yield f"</{name}>"

    def attributes(self, element: Element, name: str) -> dict[str, str]:
        allowed = ATTRIBUTES | OF_TAG.get(name, set())
        given = {key: plain(value) for key, value in element.items() if key in allowed}
        if "lang" in given:
            given["xml:lang"] = given["lang"]
        return self.with_own_id(given)

    def with_own_id(self, given: dict[str, str]) -> dict[str, str]:
        """The attributes with an id that no element before this one has."""
        anchor = identifier(given.pop("id", "")) if given.get("id") else ""
        if anchor and anchor not in self.ids:
            self.ids.add(anchor)
            given["id"] = anchor
        return given

    # --- elements with rules of their own -----------------------------------------------------

    def heading(self, element: Element) -> Iterator[str]:
        """Its level counts from the head of the file, and none is left out."""
        level = int(name_of(element)[1])
        while self.levels and self.levels[-1] >= level:
            self.levels.pop()
        self.levels.append(level)
        yield from self.tagged(element, f"h{min(len(self.levels), 6)}")

    def link(self, element: Element) -> Iterator[str]:
        """A link that leads somewhere; otherwise its text alone."""
        address = self.address(plain(element.get("href", "")))
        if "page" in classes(element) and "".join(element.itertext()).strip() == SLOT:
            element.text = self.around.names.get(element.get("href", "")[1:], "→")
            del element[:]
        if address:
            yield from self.tagged(element, "a", href=address)
        else:
            yield from self.inside(element)

    def address(self, href: str) -> str:
        """Where a link leads from this file; '' for an address that it must not have."""
        if href.startswith("#"):
            file = self.around.files.get(href[1:])
            same = "" if file == self.file else file
            return f"{same}#{identifier(href[1:])}" if file else ""
        return href if is_address(href) else ""

    def image(self, element: Element) -> Iterator[str]:
        """An image that came with the document; otherwise the words that stand for it."""
        found = MEDIA.fullmatch(element.get("src", ""))
        words = plain(element.get("alt", ""))
        if not found or found[1] not in self.around.media:
            yield escape(words)
            return
        self.images.add(found[1])
        self.is_described = self.is_described and bool(words)
        yield from self.tagged(element, "img", src=f"../media/{found[1]}", alt=words)

    def rule(self, element: Element) -> Iterator[str]:
        """A line of Markdown is a line to write on; nobody needs to hear of it."""
        yield '<hr class="line" aria-hidden="true"/>'

    def field(self, element: Element) -> Iterator[str]:
        """A field of a sheet: a box to tick, or a line to write on."""
        kind = element.get("type", "text")
        if kind in ("checkbox", "radio"):
            yield "☐"
        elif kind != "hidden":
            yield '<span class="line"></span>'

    def table(self, element: Element) -> Iterator[str]:
        head = element.find(f"{XHTML}thead/{XHTML}tr")
        before = self.columns
        self.columns = [] if head is None else [spoken(cell) for cell in head]
        look = f"{element.get('class', '')} columns-{min(len(self.columns), WIDE)}".strip()
        yield from self.tagged(element, "table", **{"class": look})
        self.columns = before

    def row(self, element: Element) -> Iterator[str]:
        """Each cell with the head of its column, for phones on which columns become lists."""
        for cell, label in zip(element, self.columns, strict=False):
            if name_of(cell) == "td":
                cell.set("label", label)
        yield from self.tagged(element, "tr")

    def head_cell(self, element: Element) -> Iterator[str]:
        yield from self.tagged(element, "th", scope=element.get("scope", "col"))

    def cell(self, element: Element) -> Iterator[str]:
        label = plain(element.get("label", ""))
        label += ":" if label[-1:].isalnum() or label.endswith(")") else ""
        yield from self.tagged(element, "td", **({"data-label": label} if label else {}))

    def drawing(self, element: Element, name: str) -> Iterator[str]:
        """A drawing in the text, without what could fetch or run anything."""
        if name not in DRAWN:
            return
        self.has_svg = True
        given = {key: plain(value) for key, value in element.items() if harmless(key, value)}
        if name == "svg":
            given["xmlns"] = SVG[1:-1]
            title = element.find(f"{SVG}title")
            hidden = given.get("aria-hidden") == "true"
            self.is_described &= hidden or title is not None or "aria-label" in given
        given = self.with_own_id(given)
        yield f"<{name}" + "".join(f' {key}="{escape(value)}"' for key, value in given.items())
        yield ">"
        yield from self.inside(element)
        yield f"</{name}>"


RULES: dict[str, Callable[[Writer, Element], Iterator[str]]] = {
    **{f"h{level}": Writer.heading for level in range(1, 7)},
    "a": Writer.link,
    "img": Writer.image,
    "hr": Writer.rule,
    "input": Writer.field,
    "textarea": Writer.field,
    "select": Writer.field,
    "table": Writer.table,
    "tr": Writer.row,
    "th": Writer.head_cell,
    "td": Writer.cell,
}


def name_of(element: Element) -> str:
    """The name without its namespace; '' for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def classes(element: Element) -> list[str]:
    return element.get("class", "").split()


def text_of(text: str | None) -> str:
    return escape(plain(text or ""), quote=False)


def spoken(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def on_paper(element: Element) -> bool:
    """Whether it is there for the scissors only: a mark to cut at, a card that fills the row."""
    names = classes(element)
    blank = "card" in names and not len(element) and not (element.text or "").strip()
    return blank or not ON_PAPER.isdisjoint(names)


def is_spare_slot(element: Element, parent: Element) -> bool:
    """Whether this is the number of a page beside a link to the same place."""
    if name_of(element) != "a" or "page" not in classes(element):
        return False
    twins = parent.iter(f"{XHTML}a")
    return any(row is not element and row.get("href") == element.get("href") for row in twins)


def is_address(href: str) -> bool:
    """Whether this is an address of the web or of mail, written as the standard has it."""
    path, _hash, fragment = href.partition("#")
    written = CHARACTERS.fullmatch(path) and CHARACTERS.fullmatch(fragment)
    return bool(written and ADDRESS.match(path))


def harmless(key: str, value: str) -> bool:
    """Whether an attribute of a drawing only draws."""
    fetches = "url(" in value.lower() and not re.fullmatch(r"url\(#[\w-]+\)", value)
    return bool(IN_SVG.fullmatch(key)) and not fetches
