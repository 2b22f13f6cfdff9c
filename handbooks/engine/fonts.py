"""One font for each face of a book: the glyphs of all units, cut out once."""

import hashlib
import json
import zlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from handbooks.engine.pdf import LEVEL, Writer, decimal, decimals, ref, text
from handbooks.engine.subset import subset
from handbooks.engine.unit import Unit

Keeper = Callable[[str, Callable[[], bytes]], bytes]
CIDS = b"/CIDSystemInfo<</Registry(Adobe)/Ordering(%b)/Supplement 0>>"
CMAP = """/CIDInit /ProcSet findresource begin
12 dict begin
begincmap
/CIDSystemInfo
{system}
/CMapName /{name} def
/CMapType {kind} def
1 begincodespacerange
<0000> <ffff>
endcodespacerange
{rows}
endcmap
CMapName currentdict /CMap defineresource pop
end
end"""
UCS = "<< /Registry (Adobe)\n/Ordering (UCS)\n/Supplement 0\n>> def"
IDENTITY = ("3 dict dup begin\n/Registry (Adobe) def\n/Ordering (Identity) def\n"
            "/Supplement 0 def\nend def")  # fmt: skip


def merged(units: Iterable[Unit]) -> dict[str, dict[str, Any]]:
    """The faces of all units, with their glyphs; what a unit says first counts."""
    faces: dict[str, dict[str, Any]] = {}
    for unit in units:
        for name, facts in unit.fonts.items():
            if name not in faces:
                faces[name] = {**facts, "glyphs": {}, "missing": set()}
            faces[name]["glyphs"] = {**facts["glyphs"], **faces[name]["glyphs"]}
            faces[name]["missing"].update(facts["missing"])
    return faces


def write(
    out: Writer,
    number: int,
    faces: dict[str, dict[str, Any]],
    files: dict[str, Path],
    kept: Keeper,
) -> None:
    """Write all faces, and as ``number`` the dictionary that names them."""
    rows = []
    for name in sorted(faces):
        face = faces[name]
        face["glyphs"] = dict(sorted((int(key), value) for key, value in face["glyphs"].items()))
        rows.append(b"/%b %b" % (name.encode(), ref(write_face(out, face, files, kept))))
    out.put(number, b"<<%b>>" % b"".join(rows))


def write_face(out: Writer, face: dict[str, Any], files: dict[str, Path], kept: Keeper) -> int:
    name, glyphs = face["name"].encode(), face["glyphs"]
    wanted = sorted(set(glyphs) - face["missing"])
    file = write_file(out, face, wanted, files[face["file"]], kept)
    readable = {glyph: words for glyph, (_width, words) in glyphs.items() if words}
    unicode = out.packed(b"", cmap("Adobe-Identity-UCS", UCS, 2, unicode_rows(readable)))
    widths = {glyph: width for glyph, (width, _words) in glyphs.items()}
    descriptor = out.new(
        b"<</Type/FontDescriptor/FontName%b/FontFamily%b/Flags %d/FontBBox[%b]/ItalicAngle %d"
        b"/Ascent %d/Descent %d/CapHeight %d/StemV %d/StemH %d/FontFile%d %b>>"
        % (name, text(face["family"]), flags_of(face, widths),
           decimals((0, face["descent"], max(widths.values()), face["ascent"])), face["angle"],
           face["ascent"], face["descent"], face["ascent"], *face["stems"],
           3 if face["otf"] else 2, ref(file)),
    )  # fmt: skip
    inner = out.new(
        b"<</Type/Font/Subtype/CIDFontType%d/BaseFont%b%b/CIDToGIDMap/Identity/W[%b]"
        b"/FontDescriptor %b>>"
        % (0 if face["otf"] else 2, name, CIDS % b"Identity", width_rows(widths), ref(descriptor))
    )
    return out.new(
        b"<</Type/Font/Subtype/Type0/BaseFont%b/ToUnicode %b/Encoding %b/DescendantFonts[%b]>>"
        % (name, ref(unicode), encoding(out, face), ref(inner))
    )


def write_file(
    out: Writer, face: dict[str, Any], glyphs: list[int], path: Path, kept: Keeper
) -> int:
    """The font file, cut to these glyphs. Kept, since most books use the same letters."""
    asked = json.dumps([face["file"], face["index"], glyphs, bool(face["missing"])])

    def cut() -> bytes:
        small = subset(path.read_bytes(), face["index"], glyphs, bool(face["missing"]))
        return len(small).to_bytes(4, "big") + zlib.compress(small, LEVEL)

    made = kept(hashlib.sha256(asked.encode()).hexdigest(), cut)
    extra = (
        b"/Subtype/OpenType" if face["otf"] else b"/Length1 %d" % int.from_bytes(made[:4], "big")
    )
    head = b"<<%b/Filter/FlateDecode/Length %d>>" % (extra, len(made) - 4)
    return out.stream(out.take(), head, made[4:])


def flags_of(face: dict[str, Any], widths: dict[int, float]) -> int:
    fixed = len(widths) > 1 and len(set(widths.values())) == 1
    return int(face["flags"]) + (1 if fixed else 0)


def width_rows(widths: dict[int, float]) -> bytes:
    """Widths in runs of neighbouring glyphs."""
    rows: list[str] = []
    for glyph, width in widths.items():
        if glyph - 1 not in widths:
            rows.append(f"{']' if rows else ''}{glyph}[")
        rows.append(f"{decimal(width)} ")
    return "".join(rows).encode() + b"]"


def unicode_rows(readable: dict[int, str]) -> list[str]:
    rows = [
        f"<{glyph:04x}> <{words.encode('utf-16-be').hex()}>" for glyph, words in readable.items()
    ]
    return in_hundreds(rows, "bfchar")


def in_hundreds(rows: list[str], kind: str) -> list[str]:
    """A character map may have a hundred rows in one block."""
    done = []
    for start in range(0, len(rows), 100):
        block = rows[start : start + 100]
        done += [f"{len(block)} begin{kind}", *block, f"end{kind}"]
    return done


def cmap(name: str, system: str, kind: int, rows: list[str]) -> bytes:
    return CMAP.format(name=name, system=system, kind=kind, rows="\n".join(rows)).encode()


def encoding(out: Writer, face: dict[str, Any]) -> bytes:
    """Glyphs are named by their numbers; a character without a glyph shows the empty box."""
    if not face["missing"]:
        return b"/Identity-H"
    rows = [f"<{glyph:04x}> {0 if glyph in face['missing'] else glyph}" for glyph in face["glyphs"]]
    data = cmap("WP-Encod-0", IDENTITY, 1, in_hundreds(rows, "cidchar"))
    extra = b"/Type/CMap/CMapName/WP-Encod-0" + CIDS % b"Identity"
    return ref(out.packed(extra, data))
