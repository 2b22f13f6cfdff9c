"""A chapter's HTML as XHTML: what is kept, what is changed, what never gets through."""

from xml.etree import ElementTree

import pytest

from handbooks.epub.content import Around, anchors_in, content_of, identifier, is_address
from tests.handbooks.attacks import FETCHES, MORE, aimed, hidden_in_data

AROUND = Around(
    files={"here": "one.xhtml", "there": "two.xhtml", "9 lives": "two.xhtml"},
    names={"there": "P1.2"},
    media={"abc/images/map.png": b"", "art/clock.svg": b""},
)
ATTACKS = {
    **aimed(FETCHES | MORE, "https://www.example.org/"),
    **hidden_in_data("https://www.example.org/"),
    "file": '<img src="file:///etc/passwd" alt="x"><img src="media:../../etc/passwd.png" alt="x">',
    "script": "<script src='https://www.example.org/x'></script><p onclick='x()'>x</p>",
    "svg-script": "<svg><script>x()</script><a href='https://www.example.org'>x</a></svg>",
    "svg-event": "<svg onload='x()'><animate onbegin='x()' href='https://www.example.org'/></svg>",
    "svg-fill": "<svg><path fill='URL(https://www.example.org/#a)' style='x'/></svg>",
    "svg-foreign": "<svg><foreignObject><img src='https://www.example.org/x'/></foreignObject></svg>",
    "math": "<math><mi href='https://www.example.org'>x</mi></math>",
    "odd-names": "<svg a:b='1' c\"d='2' =e='3' xml:base='https://www.example.org'></svg>",
    "deep": "<b>" * 300,
}


def page(html, around=AROUND):
    content = content_of(html, "one.xhtml", around)
    return content, ElementTree.fromstring(f"<div>{content.xhtml}</div>")


def xhtml(html):
    return page(html)[0].xhtml


@pytest.mark.parametrize("name", ATTACKS)
def test_nothing_is_fetched_or_run(name):
    content, tree = page(ATTACKS[name])
    for row in tree.iter():
        assert row.tag.lower().rpartition("}")[2] not in (
            "script", "style", "iframe", "object", "embed", "link", "base", "meta", "input",
            "image", "use", "animate", "foreignobject",
        )  # fmt: skip
        assert not any(key.startswith("on") or key == "style" for key in row.attrib)
        # A link that a person may follow is all that is left of an address.
        others = {
            key: value for key, value in row.attrib.items() if (row.tag, key) != ("a", "href")
        }
        assert "example.org" not in str(others)
    assert content.images == set()


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>a<br>b<p>c", "<p>a<br/>b</p><p>c</p>"),
        ("<p>1 < 2 & 3 > 2", "<p>1 &lt; 2 &amp; 3 &gt; 2</p>"),
        ("<p>a\x0bb\x00c\ufffe", "<p>abc</p>"),
        ("<td>", ""),
        ("<!-- x --><p>y</p>", "<p>y</p>"),
        ("<h2>a</h2><h5>b</h5><h3>c</h3>", "<h1>a</h1><h2>b</h2><h2>c</h2>"),
        ('<p lang="da">x</p>', '<p lang="da" xml:lang="da">x</p>'),
        ('<i id="a"></i><b id="a">x</b>', '<i id="a"></i><b>x</b>'),
        ('<b id="9 lives">x</b>', '<b id="x-9-lives">x</b>'),
        ('<a href="#9 lives">x</a>', '<a href="two.xhtml#x-9-lives">x</a>'),
        ('<a href="#here">x</a>', '<a href="#here">x</a>'),
        ('<a href="#there">x</a>', '<a href="two.xhtml#there">x</a>'),
        ('<a href="#gone"><b>x</b></a>', "<b>x</b>"),
        ('<a href="javascript:x">x</a>', "x"),
        ('<form><label>x <input type="checkbox"></label></form>', "x ☐"),
        ('<input><textarea>x</textarea>', '<span class="line"></span>' * 2),
        ('<input type="hidden">', ""),
        ("<hr>", '<hr class="line" aria-hidden="true"/>'),
        ('<p class="cut">Cut here.</p>', ""),
        ('<div class="card"></div><div class="card">x</div>', '<div class="card">x</div>'),
        ('<img src="media:no/images/x.png" alt="A <map>">', "A &lt;map&gt;"),
        (
            '<p>See <a class="page" href="#there">000</a>.</p>',
            '<p>See <a class="page" href="two.xhtml#there">P1.2</a>.</p>',
        ),
        (
            '<p><a href="#there">Go</a><a class="page" href="#there">000</a></p>',
            '<p><a href="two.xhtml#there">Go</a></p>',
        ),
        (
            '<img src="media:abc/images/map.png">',
            '<img src="../media/abc/images/map.png" alt=""/>',
        ),
        (
            "<svg viewBox='0 0 1 1'><title>A</title><linearGradient id='g'/>"
            "<path fill='url(#g)' d='M0 0'/></svg>",
            '<svg viewBox="0 0 1 1" xmlns="http://www.w3.org/2000/svg"><title>A</title>'
            '<linearGradient id="g"></linearGradient><path fill="url(#g)" d="M0 0"></path></svg>',
        ),
    ],
)  # fmt: skip
def test_how_it_is_written(html, expected):
    assert xhtml(html) == expected


def test_what_has_no_words_is_known():
    assert page('<img src="media:abc/images/map.png" alt="A map">')[0].is_described
    assert not page('<img src="media:abc/images/map.png">')[0].is_described
    assert page("<svg aria-hidden='true'></svg>")[0].is_described
    assert not page("<svg></svg>")[0].is_described
    assert page("<svg></svg>")[0].has_svg
    assert not page("<p>x</p>")[0].has_svg


def test_a_short_text_is_never_the_name_of_a_file(tmp_path, monkeypatch):
    (tmp_path / "secret").write_text("herons")
    monkeypatch.chdir(tmp_path)
    assert xhtml("secret") == "secret"


def test_anchors_are_those_of_elements_only():
    html = '<p id="a">x</p><code>&lt;p id="b"></code><h2 class="x" id="c">id="d"</h2>'
    assert anchors_in(html) == ["a", "c"]


def test_identifiers_begin_with_a_letter():
    assert [identifier(text) for text in ("cpp-P1.2", "2step-P1", "é")] == [
        "cpp-P1.2",
        "x-2step-P1",
        "x-é",
    ]


@pytest.mark.parametrize(
    ("address", "known"),
    [
        ("https://example.org", True),
        ("http://example.org:8080/a%20b?c=d&e=f#g", True),
        ("mailto:a@example.org", True),
        ("https://example.org/a b", False),
        ("https://example.org/%zz", False),
        ("https://[::1", False),
        ("https://-.example.org:999999/", False),
        ("https:///x", False),
        ("ftp://example.org/", False),
        ("javascript:alert(1)", False),
        ("mailto:nobody", False),
    ],
)
def test_addresses(address, known):
    assert is_address(address) is known
