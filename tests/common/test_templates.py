"""What every template owes: nothing inline, every word translatable, every icon there."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from django.conf import settings
from django.template import TemplateSyntaxError
from django.template.loader import get_template

from cocora.common.templatetags.cocora import drawing, initials, tone

FOLDER = Path(settings.BASE_DIR) / "templates"
# What is printed brings its own style sheet, and mails are plain text.
PAGES = sorted(path for path in FOLDER.rglob("*.html") if "print" not in path.parts)
NAMES = [path.relative_to(FOLDER).as_posix() for path in PAGES]

COMMENT = re.compile(r"{%\s*comment.*?endcomment\s*%}|{#.*?#}", re.DOTALL)
# A translated block goes as a whole; any other tag or variable leaves a hole in the text.
HOLE = " \x00 "
TRANSLATED = re.compile(
    r"{%\s*(blocktrans(?:late)?)\b.*?%}.*?{%\s*end\1\s*%}|<script[^>]*json.*?</script>", re.DOTALL
)
TAG = re.compile(r"{%.*?%}|{{.*?}}", re.DOTALL)
ICON = re.compile(r"""{%\s*icon\s+["']([^"']+)["']""")
SPOKEN = {"alt", "aria-label", "placeholder", "title", "data-confirm", "data-confirm-label"}
# Names, codes, file kinds and class names stay as they are in every language.
UNTRANSLATED = re.compile(
    r"\W*(CoCoRa|C[CPA]P(-[\d.]+)?|CC BY-SA [\d.]+|PDF|A[45]|--\w+"
    r"|((is|button)-[\w-]+ ?)+|[\d\W_]*)"
)


class Page(HTMLParser):
    """Collects what a browser would refuse and what a translator could not reach."""

    def __init__(self, source: str):
        super().__init__()
        self.inline: list[str] = []
        self.words: list[str] = []
        self.script_open = False
        plain = TAG.sub(HOLE, TRANSLATED.sub(HOLE, COMMENT.sub("", source)))
        self.feed(plain)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.script_open = tag == "script" and "src" not in given
        if tag == "style":
            self.inline.append("<style>")
        for name, value in given.items():
            if name == "style" or name.startswith(("on", "hx-on")):
                self.inline.append(f"{name} on <{tag}>")
            if name in SPOKEN:
                self.hear(value or "")

    def handle_data(self, data: str) -> None:
        if self.script_open and data.replace("\x00", "").strip():
            self.inline.append(f"script {data.strip()[:40]!r}")
        elif not self.script_open:
            self.hear(data)

    def handle_endtag(self, tag: str) -> None:
        self.script_open = False

    def hear(self, text: str) -> None:
        for part in text.split("\x00"):
            if part.strip() and not UNTRANSLATED.fullmatch(part.strip()):
                self.words.append(part.strip())


def source(name: str) -> str:
    return (FOLDER / name).read_text()


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_inline(name):
    assert Page(source(name)).inline == []


@pytest.mark.parametrize("name", NAMES)
def test_every_visible_word_can_be_translated(name):
    assert Page(source(name)).words == []


@pytest.mark.parametrize("name", NAMES)
def test_template_compiles(name):
    assert get_template(name)


def test_every_icon_named_in_a_template_exists():
    used = {icon for name in NAMES for icon in ICON.findall(source(name))}
    assert {"search", "x"} <= used
    for icon in used:
        assert drawing(icon).startswith("<svg")


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ('<p style="color: red">{{ x }}</p>', "style on <p>"),
        ('<button onclick="go()">{{ x }}</button>', "onclick on <button>"),
        ('<div hx-on:click="go()"></div>', "hx-on:click on <div>"),
        ("<style>p {}</style>", "<style>"),
        ("<script>go()</script>", "script 'go()'"),
    ],
)
def test_the_guard_sees_what_is_inline(fault, found):
    assert found in Page(fault).inline


@pytest.mark.parametrize(
    "fault",
    [
        "<p>Hello</p>",
        '<img alt="A map">',
        "{% if x %}Hello{% endif %}",
        '{% trans "Good" %} morning',
        '<button aria-label="Close">{{ x }}</button>',
    ],
)
def test_the_guard_sees_words_nobody_can_translate(fault):
    assert Page(fault).words


@pytest.mark.parametrize(
    "fine",
    [
        '<p class="lead">{% trans "Hello" %}</p>',
        "{% blocktrans trimmed %}Hello{% endblocktrans %}",
        "{# a note #}<p>{{ text }} · 12</p>",
        '<script src="app.js"></script>',
    ],
)
def test_the_guard_lets_translated_words_pass(fine):
    page = Page(fine)
    assert (page.inline, page.words) == ([], [])


def test_unknown_icon_is_a_fault():
    with pytest.raises(TemplateSyntaxError, match="no-such-drawing"):
        drawing("no-such-drawing")


def test_icon_name_cannot_leave_its_folder():
    with pytest.raises(TemplateSyntaxError):
        drawing("../package")


def test_icon_is_hidden_from_screen_readers():
    svg = drawing("book-open")
    assert 'aria-hidden="true"' in svg
    assert "license" not in svg


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Aino Maria Berg", "AB"), ("kim", "K"), ("mail@town.eu", "M"), ("", "·"), ("Åse Ö.", "ÅÖ")],
)
def test_initials(name, letters):
    assert initials(name) == letters


def test_tone_of_an_own_programme_is_neutral():
    assert tone("CPP") == "is-cpp"
    assert tone("our-own") == "is-neutral"
