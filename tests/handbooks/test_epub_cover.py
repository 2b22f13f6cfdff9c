"""The cover picture: its colours, its words, and titles that are hard to set."""

import io

import pytest
from PIL import Image, ImageChops

from handbooks.epub.cover import HEADING, HEIGHT, TONES, WIDTH, Words, draw_cover, fitted, points


def cover(title="Prevention", tone="cpp", motto="Equal, active"):
    words = Words(kind="Handbook", title=title, motto=motto, publisher="Test press")
    return Image.open(io.BytesIO(draw_cover(words, tone))).convert("RGB")


def ink(title):
    """How many points differ from a cover without a title."""
    return ImageChops.difference(cover(title, motto=""), cover("", motto="")).getbbox()


@pytest.mark.parametrize("tone", TONES)
def test_each_tone_has_its_ground_and_rings(tone):
    page = cover(tone=tone)
    assert page.size == (WIDTH, HEIGHT)
    assert "#{:02x}{:02x}{:02x}".format(*page.getpixel((3, 3))) == TONES[tone][0]
    assert len(page.crop((300, 900, 1200, 1800)).getcolors(WIDTH * HEIGHT)) > 2


def test_the_same_words_are_the_same_bytes():
    words = Words("Handbook", "Für Ålborg", "", "Test press")
    assert draw_cover(words, "cap") == draw_cover(words, "cap")


@pytest.mark.parametrize("title", ["W" * 160, "many words " * 14, "Straßenfußballmeisterschaft"])
def test_a_long_title_stays_on_the_page(title):
    font, lines = fitted(title, HEADING[0], 132)
    assert len(lines) <= 3
    assert cover(title).getpixel((3, 3)) == cover("").getpixel((3, 3))
    assert max(map(font.getlength, lines)) <= WIDTH or font.size <= 24


def test_a_title_that_our_headings_lack_is_set_in_another_font_or_left_out():
    assert ink("Запобігання")
    assert ink("預防") is None


def test_an_arc_keeps_its_distance_from_its_centre():
    # Half a circle of radius 5 from (0, 0) to (10, 0).
    outline = list(points("M0 0A5 5 0 0 1 10 0Z"))
    assert outline[0] == (0, 0)
    assert outline[-1] == (10, 0)
    assert all(((x - 5) ** 2 + y**2) ** 0.5 == pytest.approx(5) for x, y in outline)
    assert min(y for _x, y in outline) == pytest.approx(-5, abs=0.01)
