"""Joins units to a book: numbers pages, resolves links, writes one tree, one outline, one font."""

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from typing import Any, BinaryIO
from xml.sax.saxutils import escape

from handbooks.engine import fonts
from handbooks.engine.pdf import LEVEL, Writer, decimals, ref, refs, text
from handbooks.engine.unit import BETWEEN, EDGE, OWN, WEASYPRINT, Unit

FOLIO = b"q\n/Artifact <</Type/Pagination>> BDC\n%b cm\n%b\nEMC\nQ"
PRODUCER = f"WeasyPrint {WEASYPRINT}"
XMP = """<?xpacket begin="" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
 xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
 xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/"><rdf:Description rdf:about="" pdfuaid:part="1"
 /><rdf:Description rdf:about="" pdf:Producer="{producer}" /><rdf:Description rdf:about=""><dc:title
><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title></rdf:Description
><rdf:Description rdf:about=""><dc:creator><rdf:Seq><rdf:li>{author}</rdf:li></rdf:Seq></dc:creator
></rdf:Description></rdf:RDF></x:xmpmeta>
<?xpacket end="r"?>"""


@dataclass(frozen=True)
class Facts:
    """What a book says about itself."""

    title: str
    author: str
    language: str


@dataclass
class Mark:
    """A line of the outline, with those below it."""

    title: str
    page: int
    x: float
    y: float
    closed: bool
    children: list["Mark"] = field(default_factory=list)


def link(
    units: Sequence[Unit],
    facts: Facts,
    file: BinaryIO,
    font_files: dict[str, Path],
    kept: Callable[[str, Callable[[], bytes]], bytes],
) -> int:
    """Write the book and return its pages. The same units give the same bytes.

    ``font_files`` are the fonts by digest; ``kept(key, make)`` remembers what is dear to make.
    """
    return Linker(units, facts, file).write(font_files, kept)


class Linker:
    """One book. Units are read in their order; nothing in a unit is laid out again."""

    def __init__(self, units: Sequence[Unit], facts: Facts, file: BinaryIO) -> None:
        self.units, self.facts = units, facts
        self.out = Writer(file)
        take = self.out.take
        self.root, self.pages, self.fonts = take(), take(), take()
        self.tree, self.document, self.map = take(), take(), take()
        self.starts: list[int] = []
        self.page_numbers: list[int] = []
        self.anchors: dict[str, tuple[int, float, float]] = {}
        self.known: dict[str, int] = {}
        self.parts: list[int] = []
        self.branches: list[int] = []
        self.keys = 0
        self.place()

    def place(self) -> None:
        """Where each unit begins, and on which page each anchor is."""
        for unit in self.units:
            start = len(self.page_numbers)
            self.starts.append(start)
            self.page_numbers += [self.out.take() for _page in unit.pages]
            for name, page, x, y in unit.anchors:
                self.anchors.setdefault(name, (start + page, x, y))

    def write(
        self, font_files: dict[str, Path], kept: Callable[[str, Callable[[], bytes]], bytes]
    ) -> int:
        for number in range(len(self.units)):
            Placed(self, number).write()
        faces = fonts.merged(self.units)
        fonts.write(self.out, self.fonts, faces, font_files, kept)
        self.write_tree()
        self.out.put(
            self.pages,
            b"<</Type/Pages/Count %d/Kids[%b]>>"
            % (len(self.page_numbers), refs(self.page_numbers)),
        )
        self.write_catalog()
        return len(self.page_numbers)

    def write_tree(self) -> None:
        out = self.out
        out.put(
            self.tree,
            b"<</Type/StructTreeRoot/ParentTree %b/ParentTreeNextKey %d/K[%b]>>"
            % (ref(self.map), self.keys, ref(self.document)),
        )
        out.put(
            self.document,
            b"<</Type/StructElem/S/Document/P %b/K[%b]>>" % (ref(self.tree), refs(self.parts)),
        )
        out.put(self.map, b"<</Kids[%b]>>" % refs(self.branches))

    def write_catalog(self) -> None:
        out, facts = self.out, self.facts
        words = {"producer": PRODUCER, "title": facts.title, "author": facts.author}
        xmp = XMP.format(**{name: escape(word, {'"': "&quot;"}) for name, word in words.items()})
        metadata = out.packed(b"/Type/Metadata/Subtype/XML", xmp.encode())
        info = out.new(
            b"<</Producer%b/Title%b/Author%b>>"
            % (text(PRODUCER), text(facts.title), text(facts.author))
        )
        outline = self.write_outline()
        out.put(
            self.root,
            b"<</Type/Catalog/Pages %b/Lang%b/StructTreeRoot %b/MarkInfo<</Marked true>>"
            b"/ViewerPreferences<</DisplayDocTitle true>>/PageLabels<</Nums[0<</S/D>>]>>"
            b"/Names<</Dests %b>>/Metadata %b%b>>"
            % (ref(self.pages), text(facts.language), ref(self.tree),
               ref(self.write_anchors()), ref(metadata), outline),
        )  # fmt: skip
        out.finish(self.root, info)

    def write_anchors(self) -> int:
        names = sorted((text(name), *spot) for name, spot in self.anchors.items())
        rows = (name + self.spot(page, x, y) for name, page, x, y in names)
        return self.out.new(b"<</Names[%b]>>" % b" ".join(rows))

    def spot(self, page: int, x: float, y: float) -> bytes:
        return b"[%b/XYZ %b 0]" % (ref(self.page_numbers[page]), decimals((x, y)))

    # --- Outline --------------------------------------------------------------------------

    def write_outline(self) -> bytes:
        marks = self.outline()
        if not marks:
            return b""
        number = self.out.take()
        first, last, count = self.write_marks(marks, number)
        self.out.put(number, b"<</Count %d/First %b/Last %b>>" % (count, ref(first), ref(last)))
        return b"/Outlines " + ref(number)

    def outline(self) -> list[Mark]:
        """Bookmarks by their level; a level that is left out makes no gap, as in WeasyPrint."""
        root: list[Mark] = []
        open_levels: list[tuple[int, list[Mark]]] = [(0, root)]
        for start, unit in zip(self.starts, self.units, strict=True):
            for level, label, page, x, y, state in unit.bookmarks:
                while open_levels[-1][0] >= level:
                    open_levels.pop()
                mark = Mark(label, start + page, x, y, state == "closed")
                open_levels[-1][1].append(mark)
                open_levels.append((level, mark.children))
        return root

    def write_marks(self, marks: list[Mark], parent: int) -> tuple[int, int, int]:
        """Write one level; its first and last number, and how many lines are open in it."""
        numbers = [self.out.take() for _mark in marks]
        total = len(marks)
        for place, mark in enumerate(marks):
            row = [b"/Title%b/Dest%b/Parent %b" % (
                text(mark.title), self.spot(mark.page, mark.x, mark.y), ref(parent))]  # fmt: skip
            inside = 0
            if mark.children:
                first, last, inside = self.write_marks(mark.children, numbers[place])
                row.append(b"/First %b/Last %b" % (ref(first), ref(last)))
            if place:
                row.append(b"/Prev " + ref(numbers[place - 1]))
            if place + 1 < len(marks):
                row.append(b"/Next " + ref(numbers[place + 1]))
            row.append(b"/Count %d" % (-inside if mark.closed else inside))
            total += 0 if mark.closed else inside
            self.out.put(numbers[place], b"<<%b>>" % b"".join(row))
        return numbers[0], numbers[-1], total


class Placed:
    """A unit at its place in the book."""

    def __init__(self, book: Linker, place: int) -> None:
        self.book, self.out, self.place = book, book.out, place
        self.unit, self.start = book.units[place], book.starts[place]
        # What stands for each mark: a reference, or a key of the parent tree.
        self.table: list[bytes] = [b""] * (self.unit.size + len(self.unit.annotations))
        self.painted: dict[int, int] = {}
        self.spans = spans_of(self.unit.lengths)

    def write(self) -> None:
        unit, table = self.unit, self.table
        for offset, page in enumerate(unit.pages):
            table[page["local"]] = ref(self.book.page_numbers[self.start + offset])
        part = self.out.take()
        self.book.parts.append(part)
        table[unit.part], table[unit.fonts_object] = ref(part), ref(self.book.fonts)
        self.write_shared()
        first_key = self.book.keys
        self.book.keys += len(unit.pages) + len(unit.annotations)
        for key, row in enumerate(unit.annotations, first_key + len(unit.pages)):
            table[row[2]] = b"%d" % key
        self.write_objects()
        self.out.put(
            part,
            b"<</Type/StructElem/S/Part/P %b/K[%b]>>"
            % (ref(self.book.document), self.named(unit.kids)),
        )
        self.write_branch(first_key)
        for offset, page in enumerate(unit.pages):
            self.write_page(page, self.start + offset, first_key + offset)

    def named(self, locals_: Sequence[int]) -> bytes:
        return b" ".join([self.table[local] for local in locals_])

    def filled(self, data: bytes) -> bytes:
        """``data`` with references instead of marks."""
        pieces = data.split(EDGE)
        pieces[1::2] = [self.table[int(piece)] for piece in pieces[1::2]]
        return b"".join(pieces)

    def write_shared(self) -> None:
        """What pages show: images, patterns, states. Each is written once for the whole book."""
        fresh, position = [], 0
        for local, digest, head, data in self.unit.shared:
            number = self.book.known.get(digest)
            if number is None:
                number = self.book.known[digest] = self.out.take()
                fresh.append((number, position, head, data))
            self.table[local] = ref(number)
            position += head + data
        for number, position, head, data in fresh:
            middle = position + head
            filled = self.filled(self.unit.shared_data[position:middle])
            if data:
                self.out.stream(number, filled, self.unit.shared_data[middle : middle + data])
            else:
                self.out.put(number, filled)

    def write_objects(self) -> None:
        """The tag tree and the links. A link to an anchor that is not in this book is left out."""
        unit, take = self.unit, self.out.take
        dead = {
            local
            for annotation, reference, target in unit.links
            if target not in self.book.anchors
            for local in (annotation, reference)
        }
        numbers = [take() for _local in unit.numbers]
        for local, number in zip(unit.numbers, numbers, strict=True):
            self.table[local] = b"" if local in dead else b"%d 0 R" % number
        blob = unit.objects.replace(OWN, b"%d." % self.place)
        for local, number, data in zip(
            unit.numbers, numbers, self.filled(blob).split(BETWEEN), strict=True
        ):
            self.out.put(number, b"null" if local in dead else data)

    def write_branch(self, key: int) -> None:
        """The part of the parent tree with the pages and links of this unit."""
        rows = []
        for offset, page in enumerate(self.unit.pages):
            rows.append(b"%d[%b]" % (key + offset, self.named(page["nums"])))
        for element, _annotation, pseudo in self.unit.annotations:
            rows.append(b"%b %b" % (self.table[pseudo], self.table[element]))
        last = key + len(rows) - 1
        data = b"<</Limits[%d %d]/Nums[%b]>>" % (key, last, b" ".join(rows))
        self.book.branches.append(self.out.new(data))

    # --- Pages ------------------------------------------------------------------------------

    def write_page(self, page: dict[str, Any], place: int, key: int) -> None:
        side = "left" if place % 2 else "right"
        contents = [self.stream_of(page["body"]), self.stream_of(page["heads"][side])]
        folio = page["folios"][side]
        if folio:
            ink = self.number(folio, place + 1)
            contents.append(self.out.packed(b"", FOLIO % (decimals(folio["matrix"]), ink)))
        media, trim, bleed = (decimals(box) for box in page["boxes"])
        annotations = [b"/Annots[%b]" % self.named(page["marks"])] if page["marks"] else []
        self.out.put(
            self.book.page_numbers[place],
            b"<</Type/Page/Parent %b/MediaBox[%b]/TrimBox[%b]/BleedBox[%b]/Resources %b"
            b"/Contents[%b]/Tabs/S/StructParents %d%b>>"
            % (ref(self.book.pages), media, trim, bleed, self.table[self.unit.resources],
               refs(contents), key, b"".join(annotations)),
        )  # fmt: skip

    def stream_of(self, index: int) -> int:
        """A painted stream of the unit, with its numbers written in."""
        if index not in self.painted:
            first, last = self.spans[index]
            data = self.unit.painted[first:last]
            # Only what is not compressed yet has marks; zlib's first byte tells.
            if data[:1] != b"\x78":
                data = zlib.compress(self.with_numbers(data), LEVEL)
            head = b"<</Filter/FlateDecode/Length %d>>" % len(data)
            self.painted[index] = self.out.stream(self.out.take(), head, data)
        return self.painted[index]

    def with_numbers(self, data: bytes) -> bytes:
        pieces = data.split(EDGE)
        pieces[1::2] = [self.number_at(self.unit.slots[int(piece)]) for piece in pieces[1::2]]
        return b"".join(pieces)

    def number_at(self, slot: dict[str, Any]) -> bytes:
        spot = self.book.anchors.get(slot["target"])
        return self.number(slot, spot[0] + 1) if spot else b""

    def number(self, slot: dict[str, Any], value: int) -> bytes:
        """The operators that write ``value`` into a slot."""
        numerals = self.unit.numerals[slot["numerals"]]
        width, glyphs = shaped(numerals, value)
        x = slot["x"] - slot["shift"] * width
        size = numerals["size"]
        return b"%b\nBT\n1 0 0 -1 %b Tm\n/%b %b Tf\n[%b] TJ\nET" % (
            slot["ink"].encode(), decimals((x, slot["y"])), numerals["font"].encode(),
            decimals((size,)), glyphs,
        )  # fmt: skip


def shaped(numerals: dict[str, Any], value: int) -> tuple[float, bytes]:
    """The width of a number, and its glyphs with their kerning as WeasyPrint writes them."""
    digits = [int(digit) for digit in str(value)]
    advances = [numerals["before"][first * 10 + second] for first, second in pairwise(digits)]
    advances.append(numerals["last"][digits[-1]])
    line = "<"
    for digit, advance in zip(digits, advances, strict=True):
        line += f"{numerals['glyphs'][digit]:04x}"
        kerning = int(numerals["natural"][digit] - advance * 1000 / numerals["size"])
        line += f">{kerning}<" if kerning else ""
    return sum(advances), (line.removesuffix("<") if line.endswith("<") else line + ">").encode()


def spans_of(lengths: list[int]) -> list[tuple[int, int]]:
    """Where each stream begins and ends."""
    spans, place = [], 0
    for length in lengths:
        spans.append((place, place + length))
        place += length
    return spans
