"""The cover as a picture, because libraries and shelves of readers show nothing else."""

import io
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import cast

from fontTools.ttLib import TTFont
from PIL import Image, ImageDraw, ImageFont

from handbooks.engine.style import FOLDER, PACKAGES

WIDTH, HEIGHT = 1200, 1800
MARGIN = 96
# Drawn larger and made smaller again, which smooths the edges of the rings.
SMOOTHING = 2
TONES = {
    "ccp": ("#1f7a4d", "#ffffff"),
    "cpp": ("#f4b223", "#2b2104"),
    "cap": ("#a81d5e", "#ffffff"),
    "foundations": ("#2f5fa3", "#ffffff"),
    "neutral": ("#12393d", "#ffffff"),
}
TTF = PACKAGES / "@expo-google-fonts"
HEADING = (
    TTF / "bricolage-grotesque" / "800ExtraBold" / "BricolageGrotesque_800ExtraBold.ttf",
    TTF / "literata" / "800ExtraBold" / "Literata_800ExtraBold.ttf",
)
PLAIN = (
    TTF / "atkinson-hyperlegible-next" / "600SemiBold" / "AtkinsonHyperlegibleNext_600SemiBold.ttf",
    TTF / "literata" / "600SemiBold" / "Literata_600SemiBold.ttf",
)
PATH = re.compile(r'<path fill="(#[0-9a-f]{6})" d="([^"]+)"')
STEP = re.compile(r"([MAZ])([^MAZ]*)")

Point = tuple[float, float]


@dataclass(frozen=True)
class Words:
    """What stands on a cover."""

    kind: str
    title: str
    motto: str
    publisher: str


def draw_cover(words: Words, tone: str) -> bytes:
    """The cover as a PNG; the same words give the same bytes."""
    ground, ink = TONES[tone]
    page = Image.new("RGB", (WIDTH, HEIGHT), ground)
    pen = Pen(page, ink)
    pen.put("CoCoRa", HEADING, 76, top=96)
    pen.put(words.publisher, PLAIN, 34, top=190)
    pen.put(words.kind, PLAIN, 50, top=330)
    pen.put(words.title, HEADING, 132, top=396)
    pen.put(words.motto, PLAIN, 50, top=pen.end + 36)
    # Below the words, however many there are.
    page.paste(rings(tone, ground, 1120), (190, max(810, pen.end + 48)))
    file = io.BytesIO()
    page.quantize(colors=64, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue()


class Pen:
    """Writes lines one below the other and knows where it ended."""

    def __init__(self, page: Image.Image, ink: str) -> None:
        self.canvas = ImageDraw.Draw(page)
        self.ink = ink
        self.end = 0

    def put(self, text: str, faces: tuple[Path, ...], size: int, top: int) -> None:
        """Write ``text``, smaller when it is long; nothing when no font of ours has its letters."""
        face = next((face for face in faces if set(text) <= letters(face)), None)
        if face is None or not text:
            return
        font, lines = fitted(text, face, size)
        for number, line in enumerate(lines):
            self.canvas.text((MARGIN, top + number * font.size * 1.04), line, self.ink, font)
        self.end = round(top + len(lines) * font.size * 1.12)


def fitted(text: str, face: Path, size: int) -> tuple[ImageFont.FreeTypeFont, list[str]]:
    """The font in the largest size in which ``text`` takes three lines at most, and these lines."""
    while True:
        font = ImageFont.truetype(face, size, layout_engine=ImageFont.Layout.BASIC)
        lines = wrapped(text, font)
        fits = len(lines) <= 3 and all(font.getlength(line) <= WIDTH - 2 * MARGIN for line in lines)
        if fits or size <= 24:
            return font, lines[:3]
        size -= 6


def wrapped(text: str, font: ImageFont.FreeTypeFont) -> list[str]:
    lines: list[str] = []
    for word in text.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and font.getlength(longer) <= WIDTH - 2 * MARGIN:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


@cache
def letters(face: Path) -> frozenset[str]:
    """The characters of a font."""
    with TTFont(face, lazy=True) as font:
        return frozenset(map(chr, font.getBestCmap()))


@cache
def rings(tone: str, ground: str, size: int) -> Image.Image:
    """The three rings of the series in the colours of a tone, from the drawing of the print."""
    drawing = (FOLDER / f"rings-{tone}.svg").read_text()
    outlines = [(colour, list(points(path))) for colour, path in PATH.findall(drawing)]
    left = min(x for _colour, outline in outlines for x, _y in outline)
    top = min(y for _colour, outline in outlines for _x, y in outline)
    right = max(x for _colour, outline in outlines for x, _y in outline)
    scale = size * SMOOTHING / (right - left)
    large = Image.new("RGB", (size * SMOOTHING, size * SMOOTHING), ground)
    canvas = ImageDraw.Draw(large)
    for colour, outline in outlines:
        canvas.polygon([((x - left) * scale, (y - top) * scale) for x, y in outline], fill=colour)
    return large.resize((size, size), Image.Resampling.LANCZOS)


def points(path: str) -> Iterator[Point]:
    """The outline of a path of circular arcs as short straight lines."""
    here: Point = (0, 0)
    for letter, written in STEP.findall(path):
        numbers = [float(number) for number in written.split()]
        if letter == "A":
            radius, _ry, _turn, large, sweep, x, y = numbers
            yield from arc(here, (x, y), radius, bool(large), bool(sweep))
        if numbers:
            here = cast(Point, tuple(numbers[-2:]))
            yield here


def arc(start: Point, end: Point, radius: float, large: bool, sweep: bool) -> Iterator[Point]:
    """Points on the circle between two of its points (SVG 1.1, appendix F.6.5)."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    half = math.hypot(dx, dy) / 2
    height = math.sqrt(max(radius**2 - half**2, 0)) / (2 * half)
    side = -1 if large == sweep else 1
    centre = ((start[0] + end[0]) / 2 - side * height * dy,
              (start[1] + end[1]) / 2 + side * height * dx)  # fmt: skip
    first = math.atan2(start[1] - centre[1], start[0] - centre[0])
    last = math.atan2(end[1] - centre[1], end[0] - centre[0])
    turn = (last - first) % math.tau if sweep else -((first - last) % math.tau)
    for number in range(1, 180):
        angle = first + turn * number / 180
        yield centre[0] + radius * math.cos(angle), centre[1] + radius * math.sin(angle)
