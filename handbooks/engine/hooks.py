"""The one place that reaches into WeasyPrint and pydyf: paints a unit that knows no page number.

What is changed while a unit is painted, and why:

- a reference to another object is a mark with its number, so that the linker can number anew;
- a link to an anchor of another unit stays, since only the linker knows all anchors;
- fonts are not embedded, only their glyphs noted: the linker embeds one subset for the whole book;
- bookmarks are noted, not written: there is one outline;
- running heads are painted twice, for a left and a right page, each in a stream of its own;
- the number of a page, at its foot or in a link of class ``page``, is noted with its place and
  left out of the stream: the linker writes it;
- a glyph has the width that its font says, not one rounded at the size at which it came first;
- what a declaration means once its variables have their values is remembered.
"""

import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

import pydyf
import weasyprint
import weasyprint.draw
import weasyprint.layout
import weasyprint.pdf
from fontTools.ttLib import TTFont
from weasyprint.css.tokens import Pending
from weasyprint.document import Page
from weasyprint.draw import draw_stacking_context, draw_text
from weasyprint.formatting_structure import boxes
from weasyprint.layout.background import layout_box_backgrounds
from weasyprint.layout.page import make_margin_boxes, set_page_type_computed_styles
from weasyprint.pdf.fonts import Font
from weasyprint.pdf.stream import Stream
from weasyprint.stacking import StackingContext
from weasyprint.text.ffi import FROM_UNITS, ffi, pango

from handbooks.engine.unit import MARK, PYDYF, WEASYPRINT

if (weasyprint.__version__, pydyf.__version__) != (WEASYPRINT, PYDYF):
    raise ImportError(f"made for WeasyPrint {WEASYPRINT} and pydyf {PYDYF}")

RESERVED = "000"
PAIRS = " ".join(f"{first}{second}" for first in "0123456789" for second in "0123456789")
# Where a left and a right page must not differ: the text is laid out once for both.
GEOMETRY = (
    "size", "margin_top", "margin_right", "margin_bottom", "margin_left", "padding_top",
    "padding_right", "padding_bottom", "padding_left", "border_top_width", "border_right_width",
    "border_bottom_width", "border_left_width", "background_color", "background_image", "color",
)  # fmt: skip


class NotLinkable(Exception):
    """The page asks for something that depends on where in the book it stands."""


@dataclass
class Notes:
    """What is noted while one unit is painted."""

    html: Any
    fonts: dict[Any, Font] = field(default_factory=dict)
    numerals: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    slots: list[dict[str, Any]] = field(default_factory=list)
    heads: list[dict[str, Any]] = field(default_factory=list)
    anchors: list[list[Any]] = field(default_factory=list)
    # Margin boxes by the kind of page and its words, and what they look like.
    sides: dict[Any, dict[str, Any]] = field(default_factory=dict)
    painted: dict[Any, dict[str, Any]] = field(default_factory=dict)
    fonts_object: Any = None
    rules: "PageRules | None" = None
    # The stream of the page or head that is being painted: numbers stand in no other.
    stream: Any = None

    def numerals_at(self, key: tuple[Any, ...]) -> int:
        return list(self.numerals).index(key)


@contextmanager
def painting(notes: Notes) -> Iterator[None]:
    """Everything that WeasyPrint lays out and paints inside becomes part of a unit."""
    changes: list[tuple[Any, str, Any]] = [
        (pydyf.Object, "reference", property(lambda self: MARK % self.number)),
        (pydyf.PDF, "page_references", property(page_references)),
        (weasyprint.pdf, "resolve_links", keep_links(notes)),
        (weasyprint.pdf, "add_outlines", lambda pdf, bookmarks: None),
        (weasyprint.pdf, "build_fonts_dictionary", note_fonts(notes)),
        (weasyprint.layout, "make_margin_boxes", both_sides(notes)),
        (weasyprint.draw, "draw_text", leave_numbers_out(notes)),
        (Page, "paint", paint_page(notes)),
        (Stream, "add_font", add_font(Stream.add_font)),
        (Font, "get_unused_glyph_id", unused_glyph),
        (Pending, "solve", remembered(Pending.solve)),
    ]
    before = [(owner, name, owner.__dict__[name]) for owner, name, _new in changes]
    try:
        for owner, name, new in changes:
            setattr(owner, name, new)
        yield
    finally:
        for owner, name, old in before:
            setattr(owner, name, old)


# --- Style -------------------------------------------------------------------------------------

# For the life of the process, since units of a book share their style sheet: declaration, name,
# address and words to what they mean.
solved: dict[tuple[Any, ...], Any] = {}
MOST_SOLVED = 20_000


def remembered(original: Callable[..., Any]) -> Callable[..., Any]:
    def solve(pending: Any, tokens: Any, wanted: str, base_url: str) -> Any:
        key = (pending, wanted, base_url, "\0".join([token.serialize() for token in tokens]))
        if key not in solved:
            if len(solved) >= MOST_SOLVED:
                solved.clear()
            solved[key] = original(pending, tokens, wanted, base_url)
        return solved[key]

    return solve


# --- References and links -------------------------------------------------------------------


def page_references(pdf: pydyf.PDF) -> tuple[bytes, ...]:
    """Kept between two calls: WeasyPrint asks for it with every element of the tag tree."""
    kids = pdf.pages["Kids"]
    kept: tuple[int, tuple[bytes, ...]] = getattr(pdf, "kept_references", (-1, ()))
    if kept[0] != len(kids):
        kept = pdf.kept_references = (len(kids), tuple(MARK % number for number in kids[::3]))
    return kept[1]


def keep_links(notes: Notes) -> Callable[[Any], Iterator[tuple[list[Any], list[Any]]]]:
    def resolve_links(pages: Any) -> Iterator[tuple[list[Any], list[Any]]]:
        for number, page in enumerate(pages):
            for name, (x, y, _right, _bottom) in page.anchors.items():
                notes.anchors.append([name, number, x * 0.75, (page.height - y) * 0.75])
            yield page.links, []

    return resolve_links


def note_fonts(notes: Notes) -> Callable[..., pydyf.Dictionary]:
    def build_fonts_dictionary(pdf: Any, fonts: Any, *rest: Any) -> pydyf.Dictionary:
        notes.fonts = fonts
        notes.fonts_object = pydyf.Dictionary()
        return notes.fonts_object

    return build_fonts_dictionary


# --- Glyphs ------------------------------------------------------------------------------------


class Widths(dict[int, int]):
    """The widths of the glyphs of a font, in thousandths of its size, as its file says."""

    def __init__(self, known: list[int]) -> None:
        super().__init__()
        self.known = known

    def __contains__(self, glyph: object) -> bool:
        if isinstance(glyph, int) and glyph < len(self.known):
            self.setdefault(glyph, self.known[glyph])
        return super().__contains__(glyph)


# Kept for the life of the process, by the digest of the font file: there is a handful of faces.
faces: dict[str, list[int]] = {}


def widths_of(font: Font, digest: str) -> list[int]:
    """The width of each glyph of a face, read once."""
    if digest not in faces:
        face = TTFont(BytesIO(font.file_content), fontNumber=font.index, lazy=True)
        scale, metrics = 1000 / face["head"].unitsPerEm, face["hmtx"]
        faces[digest] = [round(metrics[name][0] * scale) for name in face.getGlyphOrder()]
    return faces[digest]


def add_font(original: Callable[..., Any]) -> Callable[..., Any]:
    def add(stream: Stream, pango_font: Any) -> Any:
        font, size = original(stream, pango_font)
        if type(font.widths) is dict:
            if font.bitmap or font.png or font.svg or font.colr or "fvar" in font.tables:
                raise NotLinkable(f"{font.family} has pictures or axes")
            font.digest = hashlib.sha256(font.file_content).hexdigest()
            font.widths = Widths(widths_of(font, font.digest))
        return font, size

    return add


def unused_glyph(font: Font, codepoint: int) -> int:
    """The glyph that stands for a character without one. The same in every unit."""
    free = 2**16 - 1 - font.glyph_count
    font.missing.setdefault(codepoint, font.glyph_count + codepoint % free)
    return int(font.missing[codepoint])


# --- Running heads -----------------------------------------------------------------------------


def both_sides(notes: Notes) -> Callable[..., tuple[()]]:
    def margin_boxes(context: Any, page: Any, state: Any) -> tuple[()]:
        kind = page.page_type
        if kind.blank:
            raise NotLinkable("a chapter asks for a left or a right page in its middle")
        # Pages of one kind with the same words at their head share what is laid out.
        rules = notes.rules = notes.rules or PageRules(context.style_for)
        first = 0 if kind.index == 0 and rules.make_first_differ(kind.name) else 1
        kind = kind._replace(side=None, index=first, groups=())
        key = (kind, tuple(page.style["size"]), strings_of(context, rules.take_any_string))
        if key not in notes.sides:
            notes.sides[key] = two_sides(notes, context, page, state, kind)
        page.sides = notes.sides[key]
        return ()

    return margin_boxes


class PageRules:
    """What the style sheets ask of pages that is not the same on all pages of a kind."""

    def __init__(self, style_for: Any) -> None:
        self.firsts: set[Any] = set()
        self.take_any_string = False
        for sheet, _origin, _specificity in style_for._sheets:
            for _rule, selectors, declarations in sheet.page_rules:
                # Every unit sets the number of its first page, which is still unknown to it.
                if {name for name, _value, _important in declarations} - {"counter_reset"}:
                    self.note(selectors, declarations)

    def note(self, selectors: Any, declarations: Any) -> None:
        for _specificity, _box, page in selectors:
            if page.first is not None or page.index is not None:
                self.firsts.add(page.name)
        for name, value, _important in declarations:
            if name == "content" and not takes_first_string(value):
                self.take_any_string = True

    def make_first_differ(self, name: str) -> bool:
        return not self.firsts.isdisjoint({name, None})


def takes_first_string(content: Any) -> bool:
    """Whether the named strings in ``content`` are what ``string()`` takes if not told else."""
    if not isinstance(content, (tuple, list)):
        return isinstance(content, str)
    return all(item[0] != "string()" or item[1][1] == "first" for item in content)


def strings_of(context: Any, any_string: bool) -> tuple[Any, ...]:
    """What the named strings are on the page that is laid out: the first of its own, else the last
    before it; with ``any_string`` all that can be asked for."""
    here, rows = context.current_page, []
    for name, by_page in sorted(context.string_set.items()):
        own = tuple(by_page.get(here, ()))
        earlier = [words[-1] for number, words in by_page.items() if number < here and words]
        rows.append((name, own, earlier[-1:]) if any_string else (name, (own or earlier[-1:])[:1]))
    return tuple((name, *map(tuple, words)) for name, *words in rows)


def two_sides(notes: Notes, context: Any, page: Any, state: Any, kind: Any) -> dict[str, Any]:
    """The margin boxes for a left and for a right page, with a number that is still unknown."""
    depth, counters, scopes, groups = state
    unknown = (depth, {**counters, "page": [int(RESERVED)]}, scopes, groups)
    actual = page.page_type
    found = {
        side: one_side(notes, context, page, unknown, kind._replace(side=side))
        for side in ("left", "right")
    }
    page.page_type = actual
    return found


def one_side(notes: Notes, context: Any, page: Any, state: Any, kind: Any) -> list[Any]:
    """The margin boxes of ``page`` as if it stood on this side."""
    if (kind, None) not in context.style_for.get_computed_styles():
        set_page_type_computed_styles(kind, notes.html, context.style_for)
    style = context.style_for(kind)
    if any(style[name] != page.style[name] for name in GEOMETRY):
        raise NotLinkable("left and right pages differ in more than their margin boxes")
    page.page_type = kind
    found = list(make_margin_boxes(context, page, deepcopy(state)))
    for box in found:
        note_folio(box)
        layout_box_backgrounds(page, box, context.get_image_from_uri)
    return found


def note_folio(box: Any) -> None:
    """Mark the text of a margin box that is the number of the page."""
    named = [item for item in box.style["content"] if item[0] in ("counter()", "counters()")]
    if not named:
        return
    if len(box.style["content"]) > 1 or named[0][1][0] != "page":
        raise NotLinkable("a margin box has a counter that is not just the number of the page")
    for text in box.descendants():
        if isinstance(text, boxes.TextBox):
            text.is_folio = True


# --- Painting ----------------------------------------------------------------------------------


def paint_page(notes: Notes) -> Callable[..., None]:
    original = Page.paint

    def paint(page: Page, stream: Stream, scale: float = 1) -> None:
        notes.stream = stream
        original(page, stream, scale)
        stream.stream.insert(0, b"q")
        stream.stream.append(b"Q")
        box = page._page_box
        key = (id(box.sides), page.height)
        if key not in notes.painted:
            notes.painted[key] = {
                side: paint_side(notes, page, stream, side, scale) for side in box.sides
            }
        notes.heads.append(notes.painted[key])

    return paint


def paint_side(notes: Notes, page: Page, stream: Stream, side: str, scale: float) -> dict[str, Any]:
    """The running head and foot of one side, without the number of the page."""
    head, first = stream.clone(tags=None), len(notes.slots)
    notes.stream = head
    head.transform(d=-1, f=page.height * scale)
    head.transform(a=scale, d=scale)
    for box in page._page_box.sides[side]:
        draw_stacking_context(head, StackingContext.from_box(box, page._page_box))
    folios = notes.slots[first:]
    del notes.slots[first:]
    marks = [MARK % (first + place) for place in range(len(folios))]
    if len(folios) > 1:
        raise NotLinkable("a page shows its number twice")
    painted = [item for item in head.stream if item not in marks]
    return {"stream": painted, "folio": folios[0] if folios else None}


def is_number(text: Any) -> str | None:
    """What a text stands for: "" for the number of its own page, an anchor for another's."""
    if getattr(text, "is_folio", False):
        return ""
    element = text.element
    if element is None or element.tag != "a" or text.text != RESERVED:
        return None
    link = element.get("href", "")
    return link[1:] if "page" in element.get("class", "").split() and link[:1] == "#" else None


def leave_numbers_out(notes: Notes) -> Callable[..., None]:
    def draw(stream: Stream, text: Any, offset_x: float, overflow: str, ellipsis: str) -> None:
        target = is_number(text)
        if target is None:
            draw_text(stream, text, offset_x, overflow, ellipsis)
        else:
            note_number(notes, stream, text, target)

    return draw


def note_number(notes: Notes, stream: Stream, text: Any, target: str) -> None:
    """Leave the place of a number in the stream, with all that is needed to write it there."""
    if stream is not notes.stream:
        raise NotLinkable("the number of a page stands in a transparent group")
    ink = stream.clone(tags=None)
    ink.set_color(text.style["color"])
    align = text.style["text_align_all"]
    shift = {"right": 1.0, "end": 1.0, "center": 0.5}.get(align, 0.0)
    slot = {
        "target": target,
        "ink": b"\n".join(ink.stream).decode(),
        "x": text.position_x + shift * text.width,
        "y": text.position_y + text.baseline,
        "shift": shift,
        "numerals": notes.numerals_at(numerals_of(notes, stream, text)),
        "matrix": list(stream.ctm.values),
    }
    stream.stream.append(MARK % len(notes.slots))
    stream._current_color = stream._current_alpha = stream._current_font = None
    notes.slots.append(slot)


def numerals_of(notes: Notes, stream: Stream, text: Any) -> tuple[Any, ...]:
    """Shape all pairs of digits as ``text`` is set; the key under which they are noted."""
    text.pango_layout.reactivate(text.style)
    pango.pango_layout_set_width(text.pango_layout.layout, -1)
    text.pango_layout.set_text("0")
    pango_font, _glyphs = shaped(text.pango_layout)
    font, size = stream.add_font(pango_font)
    style = text.style
    key = (font.hash, size, style["letter_spacing"], str(style["font_variant_numeric"]),
           str(style["font_feature_settings"]), style["font_kerning"])  # fmt: skip
    if key not in notes.numerals:
        text.pango_layout.set_text(PAIRS)
        notes.numerals[key] = measured(font, size, shaped(text.pango_layout)[1])
    for digit, glyph in zip("0123456789", notes.numerals[key]["glyphs"], strict=True):
        font.to_unicode.setdefault(glyph, digit)
        assert glyph in font.widths
    text.pango_layout.deactivate()
    return key


def shaped(layout: Any) -> tuple[Any, list[tuple[int, int]]]:
    """The font of a line, and its glyphs with their advances."""
    line, _index = layout.get_first_line()
    run, found, font = line.runs[0], [], None
    while run != ffi.NULL:
        item, run = run.data, run.next
        font = font or item.item.analysis.font
        count = item.glyphs.num_glyphs
        found += [(glyph.glyph, glyph.geometry.width) for glyph in item.glyphs.glyphs[0:count]]
    return font, found


def measured(font: Font, size: float, glyphs: list[tuple[int, int]]) -> dict[str, Any]:
    """Glyphs and widths of the digits: before each digit, and at the end of a number."""
    if len(glyphs) != len(PAIRS):
        raise NotLinkable("the digits of this font join")
    pairs, ends = glyphs[0::3], glyphs[1::3]
    digits = [glyph for glyph, _width in ends[:10]]
    return {
        "font": font.hash,
        "size": size,
        "glyphs": digits,
        "natural": [font.widths[glyph] for glyph in digits if glyph in font.widths],
        "before": [width * FROM_UNITS for _glyph, width in pairs],
        "last": [width * FROM_UNITS for _glyph, width in ends[:10]],
    }
