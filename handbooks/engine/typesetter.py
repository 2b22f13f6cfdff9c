"""Sets units in a process of its own, one after the other: as fenced in as ``child.py``.

Called as ``python -m handbooks.engine.typesetter PARENT_PID``. Each line of its input is an
order in JSON: first the style of a book, then its units. It answers each unit with one line, and
the bytes of the unit behind it. It keeps style sheet and fonts, since reading them takes long.
"""

import base64
import gc
import json
import resource
import sys
from pathlib import Path
from typing import Any, BinaryIO

from weasyprint import CSS
from weasyprint.text.fonts import FontConfiguration

from handbooks.engine.child import OnlyMedia, die_with, fault_of, fence, limit, whole_page
from handbooks.engine.compile import compile_unit
from handbooks.engine.hooks import NotLinkable

# The kernel's last word for a whole life. A single unit may take as much as its order says.
LIFETIME_CPU_SECONDS = 3600
NOWHERE = Path("/nonexistent")


class Bench:
    """Where one style sheet, one set of fonts and the images of a unit lie ready."""

    def __init__(self, order: dict[str, Any]) -> None:
        self.art = decoded(order["art"])
        self.fetcher = OnlyMedia(dict(self.art))
        self.fonts = FontConfiguration()
        self.sheet = CSS(string=order["css"], font_config=self.fonts, url_fetcher=self.fetcher)
        self.images: dict[str, Any] = {}

    def set_unit(self, order: dict[str, Any]) -> tuple[int, bytes]:
        """The number of pages of a unit, and its bytes."""
        media = decoded(order["media"])
        self.images = {}
        self.fetcher.media = {**self.art, **media}
        # As the first page of a book; the linker numbers the pages and turns them left or right.
        page = whole_page(order["book"], order["chapter"], 1)
        unit = compile_unit(page, self.sheet, self.fonts, self.fetcher, self.images)
        return len(unit.pages), unit.pack()


def decoded(media: dict[str, str]) -> dict[str, bytes]:
    return {name: base64.b64decode(data) for name, data in media.items()}


def allow_more(cpu_seconds: int) -> None:
    """Move the limit of processor time on, for one more unit."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _soft, hard = resource.getrlimit(resource.RLIMIT_CPU)
    until = int(used.ru_utime + used.ru_stime) + 1 + cpu_seconds
    resource.setrlimit(resource.RLIMIT_CPU, (min(until, hard), hard))


def answer(out: BinaryIO, data: bytes = b"", **facts: Any) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    facts |= {"size": len(data), "memory": used.ru_maxrss * 1024}
    facts["cpu"] = round(used.ru_utime + used.ru_stime, 3)
    out.write(json.dumps(facts).encode() + b"\n" + data)
    out.flush()


def serve(orders: BinaryIO, out: BinaryIO) -> None:
    bench: Bench | None = None
    for line in orders:
        order = json.loads(line)
        if "css" in order:
            limit(LIFETIME_CPU_SECONDS, order["memory_bytes"])
            bench = Bench(order)
            gc.collect()
            gc.freeze()
            continue
        assert bench is not None
        allow_more(order["cpu_seconds"])
        try:
            pages, data = bench.set_unit(order)
        except Exception as error:
            fault = "place" if isinstance(error, NotLinkable) else fault_of(error)
            answer(out, fault=fault, reason=f"{type(error).__name__}: {error}"[:300])
        else:
            answer(out, data, pages=pages)
        gc.collect()


def main(parent: int) -> None:
    die_with(parent)
    # It writes no file. Pango opens the fonts below Python, where the fence does not stand.
    fence(NOWHERE / "unit")
    serve(sys.stdin.buffer, sys.stdout.buffer)


if __name__ == "__main__":
    main(int(sys.argv[-1]))
