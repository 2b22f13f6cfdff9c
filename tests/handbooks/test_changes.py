"""What has changed since an older version: the list, and the marks."""

import pytest

from handbooks.actions import book_order
from handbooks.compose import compose
from handbooks.compose.prose import marked
from handbooks.models import DocumentKind
from tests.handbooks.books import chapter_md, foundations
from tests.programmes.packages import package, published

pytestmark = pytest.mark.django_db


def version(number, change=lambda files: None):
    files = package(3, programme="cpp", name="Programme cpp", version=number)
    files["chapters/about.en.md"] = chapter_md("about", "two", "One.\n\nTwo.\n\n## Then\n\nThree.")
    change(files)
    return published(files)


def edited(files):
    """One exercise is new, one is gone, one is not the same; so is a chapter."""
    path = "p1-one/p1-1-exercise.en.md"
    text = files[path].decode()
    for old, new in (
        ("Say hello. ", "Say good evening.\n\nThen sit down."),
        ("- How was it?", "- How were you?"),
        ("complexity: 1", "complexity: 2"),
        ("Rain.", "Snow."),
        ("The first card.", "Another card."),
    ):
        assert old in text
        text = text.replace(old, new)
    files[path] = text.encode()
    fourth = files.pop("p1-one/p1-2-exercise.en.md").replace(b"P1.2", b"P1.4")
    files["p1-one/p1-4-exercise.en.md"] = fourth.replace(b"p1-2", b"p1-4")
    about = files["chapters/about.en.md"]
    files["chapters/about.en.md"] = about.replace(b"Two.", b"Deux.").replace(b"Three", b"Trois")


def pages(since, **choice):
    new = since.programme.curricula.get(status="published")
    kind = DocumentKind.GUIDE
    order = book_order(kind=kind, curriculum=new, since=since, **choice)
    return {page.key: page.html for page in compose(order).chapters}


@pytest.fixture
def old():
    foundations()
    first = version("1.0.0")
    version("2.0.0", edited)
    return first


def test_the_list_says_what_is_new_changed_and_gone(old):
    html = pages(old)["changes"]
    new, changed, gone = html.split("<h2>")[1:]
    assert new.startswith("New<")
    assert 'href="#cpp-P1.4">Exercise P1.4</a><a class="page" href="#cpp-P1.4">000</a>' in new
    assert changed.startswith("Changed<")
    assert "<small>Why · Then</small>" in changed
    details = "Complexity · Step 1 · Debrief · Handouts · What can go wrong"
    assert f"<small>{details}</small>" in changed
    assert "P1.3" not in html
    assert gone.startswith("Removed<")
    assert "Exercise P1.2" in gone
    assert "href" not in gone


def test_a_part_that_is_left_out_is_no_news(old):
    html = pages(old, without=["exercises"])["changes"]
    assert "P1." not in html
    assert "About" in html


def test_marks_stand_beside_what_differs_and_nowhere_else(old):
    book = pages(old, marks=True)
    first = book["exercise:cpp-P1.1"]
    assert '<ul class="facts changed">' in first
    assert '<div class="changed"><p>Say good evening.</p></div>' in first
    assert '<li class="changed">How were you?</li>' in first
    assert "<li>What was hard?</li>" in first
    assert '<div class="changed"><p>Snow.</p></div>' in first
    assert '<h3 class="cards-title changed">' in book["sheet:cpp-P1.1-cards-p1-1"]
    assert first.count('changed"') == 5
    assert '<div class="changed"><p>Deux.</p></div>' in book["chapter:cpp-about"]
    assert "<p>One.</p>" in book["chapter:cpp-about"]
    assert 'changed"' not in book["exercise:cpp-P1.3"]
    assert "New in this version" in book["exercise:cpp-P1.4"]


def test_without_marks_the_text_is_the_same_as_without_a_list(old):
    new = old.programme.curricula.get(status="published")
    plain = compose(book_order(kind=DocumentKind.GUIDE, curriculum=new)).chapters
    listed = pages(old)
    # The imprint has the fingerprint of its book in it.
    assert {page.key: page.html for page in plain if page.key != "imprint"} == {
        key: html for key, html in listed.items() if key not in ("changes", "imprint")
    }


def test_the_same_text_in_two_versions_is_no_news():
    first = version("1.0.0")
    version("2.0.0")
    assert "Nothing in this book has changed." in pages(first)["changes"]


@pytest.mark.parametrize(
    ("now", "wanted"),
    [
        ("<p>a</p>\n<p>b</p>", "<p>a</p>\n<p>b</p>"),
        ("<p>b</p>\n<p>a</p>", "<p>b</p>\n<p>a</p>"),
        ("<p>a</p><p>a</p>", '<p>a</p>\n<div class="changed"><p>a</p></div>'),
        (
            "<ul>\n<li>x</li>\n<li>z</li>\n</ul>",
            '<ul>\n<li>x</li>\n<li class="changed">z</li>\n</ul>',
        ),
        (
            "<hr>\n<p>c<br>d</p>",
            '<div class="changed"><hr></div>\n<div class="changed"><p>c<br>d</p></div>',
        ),
        (
            "<ul>\n<li>x<ul>\n<li>y</li>\n</ul>\n</li>\n</ul>",
            '<div class="changed"><ul>\n<li>x<ul>\n<li>y</li>\n</ul>\n</li>\n</ul></div>',
        ),
    ],
)  # fmt: skip
def test_blocks_are_marked(now, wanted):
    assert marked(now, "<p>a</p>\n<p>b</p>\n<ul>\n<li>x</li>\n<li>y</li>\n</ul>") == wanted
