"""Parts of a book: what can be left out, indexes, notes, workbook and brief."""

import re

import pytest

from handbooks.actions import PARTS_OF, book_order, list_order
from handbooks.compose import compose
from handbooks.compose.workbook import is_to_fill_in
from handbooks.models import BookPart, DocumentKind
from programmes.models import Exercise, ExerciseList, Handout
from tests.factories import UserFactory
from tests.handbooks.books import chapter_md, foundations, taught
from tests.programmes.packages import exercise_md, package, published

pytestmark = pytest.mark.django_db

WORKBOOK = """
Hello you.

## Your rights

- You may pass.

### Whom I ask

____

## My pages

They are yours.

### After P1: What stays?

____

### After P2: And now?

____

## Addresses

See P1.1.
"""


def many():
    """Seven exercises of different length, two of them on other topics."""
    files = package(7, programme="cpp", name="Programme cpp")
    for number, minutes in ((1, 20), (2, 45), (3, 200)):
        facts = {"minutes": {"minimum": 15, "typical": minutes}, "topics": ["work", "sport"]}
        text = exercise_md(f"P1.{number}", competences=["K1", "S7"], **facts)
        files[f"p1-one/p1-{number}-exercise.en.md"] = text.encode()
    files["chapters/about.en.md"] = chapter_md("about", "two")
    return published(files)


def keys(document):
    return [chapter.key for chapter in document.chapters]


def kinds(order):
    return {chapter.kind for chapter in compose(order).chapters}


GONE = {
    BookPart.ONE: {"part:part-one", "chapter:foundations-purpose"},
    BookPart.TWO: {"part:part-two", "chapter:cpp-about"},
    BookPart.ANNEX: {"chapter:foundations-glossary"},
    BookPart.INDEX: {"index:time", "index:type", "index:topic", "index:competence"},
    BookPart.NOTES: {"notes"},
    BookPart.HANDOUTS: {f"sheet:cpp-P1.{n}-cards-p1-{n}" for n in range(1, 8)},
}


@pytest.mark.parametrize("part", GONE)
def test_a_part_that_is_left_out_is_out_and_nothing_else(part):
    foundations()
    curriculum = many()
    whole, short = (
        keys(compose(book_order(kind=DocumentKind.GUIDE, curriculum=curriculum, without=without)))
        for without in ([], [part.value])
    )
    assert set(whole) - set(short) == GONE[part]
    assert short == [key for key in whole if key not in GONE[part]]


def test_without_exercises_there_is_no_module_and_no_index():
    foundations()
    order = book_order(kind=DocumentKind.GUIDE, curriculum=many(), without=["exercises"])
    assert not kinds(order) & {"module", "exercise", "index"}
    assert "part:cpp" not in keys(compose(order))


@pytest.mark.parametrize("part", BookPart)
def test_whatever_is_left_out_no_link_is_dead(part):
    foundations(text="Read P1.1 and *Exercise P1.2*, and [that](#cpp-P1.3).")
    order = book_order(kind=DocumentKind.HANDBOOK, curriculum=many(), without=[part.value])
    html = "".join(chapter.html for chapter in compose(order).chapters)
    there = set(re.findall(r'id="([^"]+)"', html))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= there


# --- indexes and notes ----------------------------------------------------------------------------


def index_of(name):
    document = compose(book_order(kind=DocumentKind.GUIDE, curriculum=many()))
    html = {chapter.key: chapter.html for chapter in document.chapters}[f"index:{name}"]
    groups = {}
    for group in html.split("<h2>")[1:]:
        groups[group.split("<")[0]] = re.findall(r'index-code">([^<]+)<', group)
        slots = re.findall(r'class="page" href="#cpp-([^"]+)">000<', group)
        assert slots == groups[group.split("<")[0]]
    return groups


def test_the_index_by_time_goes_from_short_to_long():
    assert index_of("time") == {
        "Up to 30 minutes": ["P1.1", "P1.4", "P1.5", "P1.6", "P1.7"],
        "Up to 45 minutes": ["P1.2"],
        "More than 120 minutes": ["P1.3"],
    }


def test_the_indexes_name_an_exercise_under_each_topic_and_competence():
    topics = index_of("topic")
    assert list(topics) == ["Education and work", "Empowerment, identity and belonging",
                            "Sport and volunteering"]  # fmt: skip
    assert topics["Education and work"] == topics["Sport and volunteering"] == [
        "P1.1", "P1.2", "P1.3",
    ]  # fmt: skip


def test_the_index_by_competence_and_by_type():
    assert list(index_of("competence")) == ["Respect", "Co-operation", "Understanding oneself"]


def test_few_exercises_need_no_index():
    assert "index" not in kinds(book_order(kind=DocumentKind.GUIDE, curriculum=taught()))


def test_an_own_list_has_indexes_and_room_for_notes():
    many()
    own = ExerciseList.objects.create(owner=UserFactory(), title="Mine")
    for position, row in enumerate(Exercise.objects.all()):
        own.rows.create(exercise=row, position=position)
    assert keys(compose(list_order(exercise_list=own)))[-2:] == ["index:competence", "notes"]
    short = list_order(exercise_list=own, without=["index", "notes"])
    assert keys(compose(short))[-1] == "sheet:cpp-P1.7-cards-p1-7"


def test_two_versions_on_one_list_have_anchors_of_their_own():
    taught()
    own = ExerciseList.objects.create(owner=UserFactory(), title="Mine")
    own.rows.create(exercise=Exercise.objects.get(code="P1.1"), position=0)
    newer = published(package(programme="cpp", version="2.0.0", name="Programme cpp"))
    own.rows.create(exercise=newer.modules.get().exercises.first(), position=1)
    document = compose(list_order(exercise_list=own, without=["notes"]))
    assert keys(document)[3:] == [
        "exercise:cpp-P1.1", "sheet:cpp-P1.1-cards-p1-1",
        "exercise:cpp-2-P1.1", "sheet:cpp-2-P1.1-cards-p1-1",
    ]  # fmt: skip
    anchors = re.findall(r'id="([^"]+)"', "".join(page.html for page in document.chapters))
    assert len(anchors) == len(set(anchors))


# --- the time line --------------------------------------------------------------------------------


def test_the_time_line_has_a_share_for_each_step():
    document = compose(book_order(kind=DocumentKind.GUIDE, curriculum=taught()))
    html = {chapter.key: chapter.html for chapter in document.chapters}["exercise:cpp-P1.1"]
    shares = [float(share) for share in re.findall(r'style="width: ([\d.]+)%"', html)]
    assert shares == [66.667, 33.333]


# --- the workbook ---------------------------------------------------------------------------------


def with_workbook(text=WORKBOOK):
    foundations()
    files = package(2, programme="cpp", name="Programme cpp")
    files["p2-two/module.en.md"] = files["p1-one/module.en.md"].replace(b"P1", b"P2")
    files["p2-two/p2-1-sheet.en.md"] = (
        exercise_md("P2.1", materials=[{"item": "Sheet", "quantity": "1", "handout": "sheet"}])
        .split("## Handout")[0]
        .encode()
        + b"## Handout: My sheet {sheet sheet}\n\nWrite.\n\n____\n"
    )
    chapter = chapter_md("book", "two", text).replace(b"books: [collection", b"books: [workbook")
    files["chapters/book.en.md"] = chapter.replace(b"## Why\n", b"")
    return published(files)


def test_a_workbook_has_a_page_for_each_part_and_each_module():
    order = book_order(kind=DocumentKind.WORKBOOK, curriculum=with_workbook())
    document = compose(order)
    assert keys(document) == [
        "cover", "half-title", "imprint", "contents",
        "page:cpp-book-1", "page:cpp-book-2", "page:cpp-book-3",
        "reflection:cpp-P1", "reflection:cpp-P2", "sheet:cpp-P2.1-sheet",
        "page:cpp-book-4", "notes",
    ]  # fmt: skip
    html = {chapter.key: chapter.html for chapter in document.chapters}
    assert "They are yours" in html["page:cpp-book-3"]
    assert "What stays?" not in html["page:cpp-book-3"]
    first, second = html["reflection:cpp-P1"], html["reflection:cpp-P2"]
    assert "What stays?" in first
    assert "And now?" in second
    assert "Private" in first
    assert "What now?" in first
    assert "Say hello" not in first
    assert "The first card" not in first
    assert "My sheet" in html["sheet:cpp-P2.1-sheet"]
    assert 'href="#cpp-P1.1">P1.1</a>' in html["page:cpp-book-4"]


def test_a_workbook_without_sheets_and_notes():
    order = book_order(
        kind=DocumentKind.WORKBOOK, curriculum=with_workbook(), without=["handouts", "notes"]
    )
    assert order.without == tuple(part.value for part in PARTS_OF[DocumentKind.WORKBOOK])
    html = "".join(chapter.html for chapter in compose(order).chapters)
    assert "My sheet" not in html
    assert 'id="notes"' not in html


def test_a_workbook_whose_text_asks_nothing_after_modules_has_their_pages_all_the_same():
    order = book_order(kind=DocumentKind.WORKBOOK, curriculum=with_workbook("Just words."))
    assert keys(compose(order))[4:] == [
        "chapter:cpp-book", "reflection:cpp-P1", "reflection:cpp-P2", "sheet:cpp-P2.1-sheet",
        "notes",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("layout", "body", "wanted"),
    [
        ("sheet", "Name:\n\n____\n", True),
        ("sheet", "| Who | When |\n|---|---|\n| Ada |   |\n", True),
        ("sheet", "| Who | When |\n|---|---|\n| Ada | now |\n", False),
        ("sheet", "Words.\n", False),
        ("cards", "____\n", False),
    ],
)
def test_sheets_with_room_to_write_are_for_participants(layout, body, wanted):
    assert is_to_fill_in(Handout(layout=layout, body=body)) is wanted


# --- the brief ------------------------------------------------------------------------------------


def test_a_brief_tells_partners_what_happens_in_each_module():
    foundations()
    document = compose(book_order(kind=DocumentKind.BRIEF, curriculum=taught()))
    assert keys(document) == ["cover", "imprint", "contents", "modules:cpp-modules"]
    html = document.chapters[-1].html
    assert "They open the door." in html
    assert "Exercise P1.1 · Exercise P1.2" in html
    assert "Say hello" not in html
