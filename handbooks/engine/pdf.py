"""Writes a PDF file piece by piece: numbers, streams, object streams, cross-references."""

import hashlib
import zlib
from collections.abc import Iterable
from typing import BinaryIO

HEADER = b"%PDF-1.7\n%\xf0\x9f\x96\xa4\n"
# An object stream is closed when it has this many bytes, so that a large book needs little memory.
FULL = 1 << 19
LEVEL = 5


def ref(number: int) -> bytes:
    return b"%d 0 R" % number


def refs(numbers: Iterable[int]) -> bytes:
    return b" ".join(b"%d 0 R" % number for number in numbers)


def decimal(value: float) -> str:
    if isinstance(value, int) or value.is_integer():
        return str(int(value))
    return f"{value:f}".rstrip("0").rstrip(".")


def decimals(values: Iterable[float]) -> bytes:
    return " ".join(decimal(value) for value in values).encode()


def text(value: str) -> bytes:
    """A string as PDF writes it: in brackets, or as UTF-16 when it is more than ASCII."""
    if not value.isascii():
        return b"<feff" + value.encode("utf-16-be").hex().encode() + b">"
    for sign in "\\()":
        value = value.replace(sign, f"\\{sign}")
    return b"(" + value.encode() + b")"


class Writer:
    """Objects may be written in any order; each number exactly once."""

    def __init__(self, file: BinaryIO) -> None:
        self.file = file
        self.position = 0
        self.digest = hashlib.md5(usedforsecurity=False)
        # For each number: the kind, where it is, and its place there.
        self.entries: list[bytes] = [bytes(10)]
        self.waiting: list[tuple[int, bytes]] = []
        self.waiting_bytes = 0
        self.write(HEADER)

    def write(self, data: bytes) -> None:
        self.file.write(data)
        self.digest.update(data)
        self.position += len(data)

    def take(self) -> int:
        """A number for an object that is written later."""
        self.entries.append(b"")
        return len(self.entries) - 1

    def put(self, number: int, data: bytes) -> int:
        """Write a dictionary or array."""
        self.waiting.append((number, data))
        self.waiting_bytes += len(data)
        if self.waiting_bytes > FULL:
            self.flush()
        return number

    def new(self, data: bytes) -> int:
        return self.put(self.take(), data)

    def stream(self, number: int, head: bytes, data: bytes) -> int:
        """Write a stream whose dictionary is complete."""
        self.entries[number] = b"\1" + self.position.to_bytes(5, "big") + bytes(4)
        self.write(b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, head, data))
        return number

    def packed(self, extra: bytes, data: bytes) -> int:
        """Write a new stream, compressed."""
        small = zlib.compress(data, LEVEL)
        head = b"<<%b/Filter/FlateDecode/Length %d>>" % (extra, len(small))
        return self.stream(self.take(), head, small)

    def flush(self) -> None:
        """Close the object stream."""
        if not self.waiting:
            return
        place, index, number = 0, [], self.take()
        for position, (inside, data) in enumerate(self.waiting):
            index.append(b"%d %d" % (inside, place))
            place += len(data) + 1
            self.entries[inside] = b"\2" + number.to_bytes(5, "big") + position.to_bytes(4, "big")
        first = b" ".join(index)
        body = zlib.compress(b"\n".join([first, *(data for _n, data in self.waiting)]), LEVEL)
        extra = b"<</Type/ObjStm/N %d/First %d/Filter/FlateDecode/Length %d>>" % (
            len(self.waiting), len(first) + 1, len(body),
        )  # fmt: skip
        self.stream(number, extra, body)
        self.waiting, self.waiting_bytes = [], 0

    def finish(self, root: int, info: int) -> None:
        """Write the cross-references. The identifier is a digest of all that stands before."""
        self.flush()
        start, number = self.position, self.take()
        self.entries[number] = b"\1" + start.to_bytes(5, "big") + bytes(4)
        name = self.digest.hexdigest().encode()
        table = zlib.compress(b"".join(self.entries), LEVEL)
        head = (
            b"<</Type/XRef/W[1 5 4]/Size %d/Root %d 0 R/Info %d 0 R/ID[<%b><%b>]"
            b"/Filter/FlateDecode/Length %d>>"
        ) % (len(self.entries), root, info, name, name, len(table))
        self.write(b"%d 0 obj\n%b\nstream\n%b\nendstream\nendobj\n" % (number, head, table))
        self.write(b"startxref\n%d\n%%%%EOF\n" % start)
