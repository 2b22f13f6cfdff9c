"""Turns what WeasyPrint painted into a unit: objects with marks, streams, and what links them."""

import gc
import hashlib
import re
import zlib
from typing import Any

import pydyf
from weasyprint import CSS, DEFAULT_OPTIONS, HTML
from weasyprint.pdf import generate_pdf
from weasyprint.text.fonts import FontConfiguration

from handbooks.engine.child import OPTIONS
from handbooks.engine.hooks import Notes, painting
from handbooks.engine.unit import BETWEEN, EDGE, MARK, OWN, Unit

WRITTEN: dict[str, Any] = {"pdf_tags": True, "pdf_version": "1.7"}
REFERENCE = re.compile(EDGE + rb"(\d+)" + EDGE)
HEAD = b"q\n/Artifact <</Type/Pagination>> BDC\n%s\nEMC\nQ"


def compile_unit(
    page: str, sheet: CSS, fonts: FontConfiguration, fetcher: Any, cache: dict[str, Any]
) -> Unit:
    """Set and paint one chapter. Raises NotLinkable, or what WeasyPrint raises."""
    source = HTML(string=page, base_url="media:", url_fetcher=fetcher)
    notes = Notes(source)
    gc.disable()
    try:
        with painting(notes):
            document = source.render(stylesheets=[sheet], font_config=fonts, cache=cache, **OPTIONS)
            pdf = generate_pdf(document, None, 1, **{**DEFAULT_OPTIONS, **OPTIONS, **WRITTEN})
            return Taken(notes, document, pdf).unit
    finally:
        gc.enable()


def number(mark: bytes) -> int:
    return int(mark.strip(EDGE))


class Taken:
    """Takes a painted PDF apart."""

    def __init__(self, notes: Notes, document: Any, pdf: pydyf.PDF) -> None:
        self.notes, self.pdf = notes, pdf
        self.unit = Unit(
            anchors=notes.anchors,
            slots=notes.slots,
            numerals=list(notes.numerals.values()),
            fonts_object=notes.fonts_object.number,
            size=len(pdf.objects),
        )
        # What the linker writes itself, or what is not of this unit alone.
        self.left_out = {0, pdf.pages.number, pdf.catalog.number, notes.fonts_object.number}
        self.digests: dict[int, str] = {}
        self.painted: list[bytes] = []
        self.take_tree()
        self.take_pages(document)
        self.take_links()
        self.take_fonts()
        self.take_objects()

    def at(self, mark: bytes) -> Any:
        return self.pdf.objects[number(mark)]

    def take_tree(self) -> None:
        """The tag tree: its root and its map are the linker's, the rest stays as it is."""
        root = self.at(self.pdf.catalog["StructTreeRoot"])
        (part_mark,) = root["K"]
        part, content = self.at(part_mark), self.at(root["ParentTree"])
        self.unit.part = part.number
        self.unit.kids = [number(mark) for mark in part["K"]]
        keys, values = content["Nums"][0::2], content["Nums"][1::2]
        count = len(self.pdf.pages["Kids"]) // 3
        self.nums = [[number(mark) for mark in row] for row in values[:count]]
        for _key, element in zip(keys[count:], values[count:], strict=True):
            self.unit.annotations.append([number(element)])
        self.left_out |= {root.number, part.number, content.number}

    def take_pages(self, document: Any) -> None:
        pages = [self.pdf.objects[place] for place in self.pdf.pages["Kids"][::3]]
        for place, (entry, page) in enumerate(zip(pages, document.pages, strict=True)):
            self.unit.resources = number(entry["Resources"])
            heads = self.notes.heads[place]
            self.unit.pages.append(
                {
                    "local": entry.number,
                    "boxes": [list(entry[name]) for name in ("MediaBox", "TrimBox", "BleedBox")],
                    "marks": [number(mark) for mark in entry.get("Annots", [])],
                    "nums": self.nums[place],
                    "body": self.keep(self.at(entry["Contents"]).stream),
                    "heads": {side: self.head(heads[side]) for side in heads},
                    "folios": {side: heads[side]["folio"] for side in heads},
                }
            )
            self.left_out |= {entry.number, number(entry["Contents"])}
            self.take_bookmarks(place, page)

    def keep(self, stream: list[Any]) -> int:
        """Keep the operators of a page: compressed if they are complete, else with their marks."""
        text = b"\n".join(pydyf._to_bytes(item) for item in stream)
        self.painted.append(text if EDGE in text else zlib.compress(text, 9))
        self.unit.lengths.append(len(self.painted[-1]))
        return len(self.painted) - 1

    def head(self, painted: dict[str, Any]) -> int:
        text = HEAD % b"\n".join(pydyf._to_bytes(item) for item in painted["stream"])
        ready = zlib.compress(text, 9)
        if ready in self.painted:
            return self.painted.index(ready)
        self.painted.append(ready)
        self.unit.lengths.append(len(ready))
        return len(self.painted) - 1

    def take_bookmarks(self, place: int, page: Any) -> None:
        for level, label, (x, y), state in page.bookmarks:
            spot = [place, x * 0.75, (page.height - y) * 0.75]
            self.unit.bookmarks.append([level, label, *spot, state])

    def take_links(self) -> None:
        """Find for each annotation its element, its reference in the tree and its target."""
        by_key: dict[int, Any] = {}
        references: dict[int, int] = {}
        for thing in list[Any](self.pdf.objects):
            if not isinstance(thing, pydyf.Dictionary):
                continue
            if thing.get("Type") == "/OBJR":
                references[number(thing["Obj"])] = thing.number
            elif thing.get("Subtype") == "/Link":
                if "StructParent" in thing:
                    by_key[thing["StructParent"]] = thing
                if "Dest" in thing:
                    self.unit.links.append([thing.number, thing["Dest"].string])
        for link in self.unit.links:
            link.insert(1, references.get(link[0], 0))
        for place, row in enumerate(self.unit.annotations):
            thing = by_key[len(self.nums) + place]
            pseudo = self.unit.size + place
            thing["StructParent"] = MARK % pseudo
            row += [thing.number, pseudo]

    def take_fonts(self) -> None:
        for font in self.notes.fonts.values():
            facts = self.unit.fonts.setdefault(
                font.hash,
                {
                    "file": font.digest,
                    "index": font.index,
                    "name": font.name.decode(),
                    "family": font.family,
                    "flags": font.flags,
                    "ascent": font.ascent,
                    "descent": font.descent,
                    "angle": font.italic_angle,
                    "stems": [font.stemv, font.stemh],
                    "otf": font.type == "otf",
                    "glyphs": {},
                    "missing": [],
                },
            )
            if facts["file"] != font.digest:
                raise ValueError(f"two files for the font {font.name!r}")
            for glyph, text in font.to_unicode.items():
                facts["glyphs"].setdefault(str(glyph), [font.widths[glyph], text])
            if 0 in font.widths and font.missing:
                facts["glyphs"].setdefault("0", [font.widths[0], ""])
            facts["missing"] = sorted({*facts["missing"], *font.missing.values()})

    def take_objects(self) -> None:
        """Objects that show something are shared by their digest; those of the tree are not."""
        metadata = number(self.pdf.catalog["Metadata"])
        objects, shared = [], []
        for thing in list[Any](self.pdf.objects):
            if thing.number in self.left_out or thing.number == metadata:
                continue
            if isinstance(thing, pydyf.Dictionary) and self.is_own(thing):
                self.make_unique(thing)
                objects.append(thing.data)
                self.unit.numbers.append(thing.number)
            else:
                head, data = parts_of(thing)
                digest = self.digest(thing.number)
                self.unit.shared.append([thing.number, digest, len(head), len(data)])
                shared += [head, data]
        self.unit.objects = BETWEEN.join(objects)
        self.unit.shared_data = b"".join(shared)
        self.unit.painted = b"".join(self.painted)

    @staticmethod
    def is_own(thing: Any) -> bool:
        return thing.get("Type") in ("/StructElem", "/OBJR", "/Annot")

    def make_unique(self, thing: Any) -> None:
        """The names of table heads are those of their unit."""
        name = thing.get("ID")
        if name is not None and not isinstance(name.string, bytes):
            # The same object stands in the /Headers of its cells.
            name.string = OWN + name.string.encode()

    def digest(self, place: int) -> str:
        """The digest of what an object shows, with all that it refers to."""
        if place not in self.digests:
            self.digests[place] = ""
            head, data = parts_of(self.pdf.objects[place])
            named = REFERENCE.sub(lambda match: self.named(int(match[1])), head)
            self.digests[place] = hashlib.sha256(b"%d " % len(named) + named + data).hexdigest()
        return self.digests[place]

    def named(self, place: int) -> bytes:
        return b"fonts" if place == self.unit.fonts_object else self.digest(place).encode()


def parts_of(thing: Any) -> tuple[bytes, bytes]:
    """The dictionary of an object with marks, and the data of a stream."""
    if not isinstance(thing, pydyf.Stream):
        return thing.data, b""
    data = b"\n".join(pydyf._to_bytes(item) for item in thing.stream)
    extra = pydyf.Dictionary(dict(thing.extra))
    if thing.compress:
        extra["Filter"] = "/FlateDecode"
        data = zlib.compress(data, 9)
    extra["Length"] = len(data)
    return extra.data, data
