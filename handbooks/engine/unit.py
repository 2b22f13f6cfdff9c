"""A unit of a book: pages that were set and painted once and can stand anywhere in any book.

It is a file of plain data, a line of JSON and blocks of bytes behind it, so that reading one never
runs anything. Its objects refer to each other by marks, which the linker replaces by numbers.
"""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Any

WEASYPRINT, PYDYF = "70.0", "0.13.0"
# Bytes that stand in no object of a PDF as pydyf writes it, which is ASCII.
MARK = b"\xff%d\xff"
EDGE, BETWEEN, OWN = b"\xff", b"\xfe", b"\xfd"


class UnitFaulty(Exception):
    """The bytes are no unit: a file that was cut off, or written by another version."""


@dataclass
class Unit:
    """What the linker has to know of a unit. ``local`` numbers are those of its own objects."""

    pages: list[dict[str, Any]] = field(default_factory=list)
    # The children of its part of the tag tree, and the local number of that part.
    kids: list[int] = field(default_factory=list)
    part: int = 0
    fonts_object: int = 0
    resources: int = 0
    size: int = 0
    # [struct element, annotation, pseudo number of its key in the parent tree]
    annotations: list[list[int]] = field(default_factory=list)
    # [annotation, its object reference, the anchor it leads to]
    links: list[list[Any]] = field(default_factory=list)
    anchors: list[list[Any]] = field(default_factory=list)
    bookmarks: list[list[Any]] = field(default_factory=list)
    slots: list[dict[str, Any]] = field(default_factory=list)
    numerals: list[dict[str, Any]] = field(default_factory=list)
    fonts: dict[str, dict[str, Any]] = field(default_factory=dict)
    # Local numbers of the dictionaries, in the order of ``objects``.
    numbers: list[int] = field(default_factory=list)
    # [local number, digest of what it shows, length of its dictionary, length of its data]
    shared: list[list[Any]] = field(default_factory=list)
    # Lengths of the streams of pages, heads and feet.
    lengths: list[int] = field(default_factory=list)
    objects: bytes = b""
    shared_data: bytes = b""
    painted: bytes = b""

    def pack(self) -> bytes:
        """The bytes of this unit, with a digest in front that tells a damaged file."""
        facts = dict(vars(self))
        blocks = [facts.pop(name) for name in ("objects", "shared_data", "painted")]
        facts["blocks"] = [len(block) for block in blocks]
        line = json.dumps(facts, separators=(",", ":"), sort_keys=True).encode()
        body = b"\n".join((line, b"".join(blocks)))
        return hashlib.sha256(body).digest() + body

    @classmethod
    def unpack(cls, data: bytes) -> "Unit":
        """The unit that ``pack`` made. Raises UnitFaulty."""
        body = memoryview(data)[32:]
        if hashlib.sha256(body).digest() != data[:32]:
            raise UnitFaulty("the digest does not fit")
        end = data.index(b"\n", 32)
        facts = json.loads(data[32:end])
        place, blocks = end + 1, []
        for length in facts.pop("blocks"):
            blocks.append(data[place : place + length])
            place += length
        return cls(**facts, objects=blocks[0], shared_data=blocks[1], painted=blocks[2])
