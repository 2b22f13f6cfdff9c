"""References of authors: to pages of this book, never to what it has not."""

import pytest

from handbooks.actions import book_order
from handbooks.compose import compose
from handbooks.compose.references import References
from handbooks.engine.document import Chapter, Entry
from handbooks.models import DocumentKind
from tests.handbooks.books import chapter_md, foundations, taught
from tests.programmes.packages import package, published

FIRST = Entry(2, "cpp-P1.1", "P1.1", "Rules & more")
SECOND = Entry(2, "cpp-P1.2", "P1.2", "Doors")


def resolved(text: str, entries: tuple[Entry, ...] = (FIRST, SECOND)) -> str:
    """``text`` of a chapter of a book with these exercises."""
    exercises = [
        Chapter(f"exercise:{entry.anchor}", f'<h2 id="{entry.anchor}">x</h2>', entry)
        for entry in entries
    ]
    html = f"<!--authored-->{text}<!--/authored-->"
    chapter = Chapter("chapter:cpp-a", html, Entry(1, "cpp-a", "", "A"))
    return References([chapter, *exercises], entries, "en").resolved()[0].html


def at(anchor: str) -> str:
    slot = f'<a class="page" href="#{anchor}">000</a>'
    return f'<span class="print-only"> <span class="at">p. {slot}</span></span>'


def link(anchor: str, words: str) -> str:
    return f'<a href="#{anchor}">{words}</a>'


DOORS = "cpp-P1.2"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("<p>Use P1.2 now.</p>", f"<p>Use {link(DOORS, 'P1.2')}{at(DOORS)} now.</p>"),
        ("P1.2, <em>Doors</em>,", f"{link(DOORS, 'P1.2')}, <em>Doors</em>{at(DOORS)},"),
        ("P1.2 Doors (40)", f"{link(DOORS, 'P1.2')} Doors{at(DOORS)} (40)"),
        ("P1.2 Doorsteps", f"{link(DOORS, 'P1.2')}{at(DOORS)} Doorsteps"),
        ("<em>P1.2 Doors</em>", f"<em>{link(DOORS, 'P1.2 Doors')}</em>{at(DOORS)}"),
        ("<em>Doors</em>", f"<em>{link(DOORS, 'Doors')}</em>{at(DOORS)}"),
        ("<em>Doors</em> (P1.2)", f"<em>Doors</em> ({link(DOORS, 'P1.2')}{at(DOORS)})"),
        (
            "<em>Rules &amp; more</em>",
            f"<em>{link('cpp-P1.1', 'Rules &amp; more')}</em>{at('cpp-P1.1')}",
        ),
        ('<a href="#cpp-P1.2" rel="x">It</a>', f'<a href="#cpp-P1.2" rel="x">It</a>{at(DOORS)}'),
    ],
)
def test_what_is_mentioned_is_linked_with_its_page(text, wanted):
    assert resolved(text) == wanted


@pytest.mark.parametrize(
    "text",
    [
        "<h2>P1.2 Doors</h2>", "<code>P1.2</code>", "<p>P1.3, P11.2, XP1.2, P1.22</p>",
        "<p>In A4, and in P1.</p>", "<em>Windows</em>", "<th>P1.2</th>",
    ],
)  # fmt: skip
def test_the_rest_stays_as_it_is(text):
    assert resolved(text) == text


def test_a_text_does_not_send_its_reader_to_where_she_is():
    html = '<h2 id="cpp-P1.2">Doors</h2><!--authored-->P1.2 and P1.1<!--/authored-->'
    pages = [
        Chapter("exercise:cpp-P1.2", html, SECOND),
        Chapter("exercise:cpp-P1.1", '<h2 id="cpp-P1.1">x</h2>', FIRST),
    ]
    found = References(pages, [FIRST, SECOND], "en").resolved()[0].html
    assert "P1.2 and" in found
    assert link("cpp-P1.1", "P1.1") in found


def test_what_is_not_part_of_this_edition_is_not_linked():
    text = "See P1.2, <em>Doors</em> and " + link(DOORS, "these <b>doors</b>")
    assert resolved(text, (FIRST,)) == ("See P1.2, <em>Doors</em> and these <b>doors</b>")


def test_the_same_code_twice_means_the_one_of_the_same_programme():
    other = Entry(2, "cpp-2-P1.2", "P1.2", "Doors")
    assert link("cpp-P1.2", "P1.2") in resolved("P1.2", (SECOND, other))
    elsewhere = Entry(2, "cap-P1.2", "P1.2", "Doors")
    third = Entry(2, "ccp-P1.2", "P1.2", "Doors")
    assert resolved("P1.2", (elsewhere, third)) == "P1.2"


@pytest.mark.django_db
def test_a_book_without_exercises_mentions_them_without_links():
    foundations()
    files = package(programme="cpp", name="Programme cpp")
    files["chapters/about.en.md"] = chapter_md(
        "about", "two", "First P1.1, then [P1.2](#cpp-P1.2)."
    )
    curriculum = published(files)
    kind = DocumentKind.HANDBOOK
    whole, short = (
        {page.key: page.html for page in compose(order).chapters}["chapter:cpp-about"]
        for order in (
            book_order(kind=kind, curriculum=curriculum),
            book_order(kind=kind, curriculum=curriculum, without=["exercises"]),
        )
    )
    assert whole.count('href="#cpp-P1.2"') == 2
    assert "First P1.1, then P1.2." in short
    assert "href" not in short
    assert "authored" not in whole + short


@pytest.mark.django_db
def test_handouts_that_are_left_out_are_said_to_be():
    order = book_order(kind=DocumentKind.GUIDE, curriculum=taught(), without=["handouts"])
    html = "".join(page.html for page in compose(order).chapters)
    assert "The handouts are not part of this edition." in html
    assert "cards-p1-1" not in html
