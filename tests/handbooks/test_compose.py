"""What stands in a book, and in which order."""

import base64
import re

import pytest
from pypdf import PdfReader

from handbooks.actions import list_order
from handbooks.books import BookOrder
from handbooks.compose import NothingToPrint, compose
from handbooks.engine.render import render_pdf
from handbooks.models import Paper
from programmes.actions import load_package
from programmes.models import (
    ChapterText,
    Curriculum,
    CurriculumImage,
    Exercise,
    ExerciseList,
    ExerciseText,
    Handout,
    ModuleText,
)
from tests.factories import UserFactory
from tests.handbooks.books import chapter_md, collection, foundations, guide, taught
from tests.handbooks.listener import listening
from tests.programmes.packages import package

pytestmark = pytest.mark.django_db

DOT = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def keys(document):
    return [chapter.key for chapter in document.chapters]


def test_the_guide_of_a_programme():
    foundations()
    assert keys(compose(guide(taught()))) == [
        "cover",
        "half-title",
        "imprint",
        "contents",
        "part:part-one",
        "chapter:foundations-purpose",
        "part:part-two",
        "chapter:cpp-about",
        "part:cpp",
        "module:cpp-P1",
        "exercise:cpp-P1.1",
        "sheet:cpp-P1.1-cards-p1-1",
        "exercise:cpp-P1.2",
        "sheet:cpp-P1.2-cards-p1-2",
        "part:part-annex",
        "chapter:foundations-glossary",
        "notes",
    ]


def test_the_collection_holds_every_programme():
    foundations()
    taught("ccp", exercises=1)
    taught("cap", exercises=1)
    found = keys(compose(collection()))
    assert found[6:14] == [
        "part:ccp",
        "chapter:ccp-about",
        "module:ccp-P1",
        "exercise:ccp-P1.1",
        "sheet:ccp-P1.1-cards-p1-1",
        "part:cap",
        "chapter:cap-about",
        "module:cap-P1",
    ]
    assert found[-2:] == ["chapter:foundations-glossary", "notes"]


def test_an_own_list_keeps_its_order_and_nothing_else():
    taught()
    own = ExerciseList.objects.create(owner=UserFactory(), title='My "Tuesday"')
    for position, code in enumerate(["P1.2", "P1.1"]):
        own.rows.create(exercise=Exercise.objects.get(code=code), position=position)
    document = compose(list_order(exercise_list=own, language="en", paper=Paper.A4))
    assert keys(document)[3:] == [
        "exercise:cpp-P1.2", "sheet:cpp-P1.2-cards-p1-2",
        "exercise:cpp-P1.1", "sheet:cpp-P1.1-cards-p1-1", "notes",
    ]  # fmt: skip
    assert document.title == "My “Tuesday”"


def test_every_link_and_slot_has_its_target():
    foundations()
    document = compose(guide(taught()))
    html = "".join(chapter.html for chapter in document.chapters)
    named = re.findall(r'id="([^"]+)"', html)
    assert len(named) == len(set(named))
    assert set(re.findall(r'href="#([^"]+)"', html)) <= set(named)
    assert html.count('class="page"') > 10


def test_nothing_to_print():
    taught()
    with pytest.raises(NothingToPrint):
        compose(
            BookOrder(
                "list",
                "Nothing",
                "en",
                "A4",
                tuple(Curriculum.objects.values_list("pk", flat=True)),
            )
        )


HOSTILE = """<script>x</script> <img src="{www}raw"> <base href="{www}">

![x]({www}image.png) ![x](file:///etc/passwd) ![x](//127.0.0.1/x.png) ![x](images/../../x.png)

[x](javascript:x) [x](file:///etc/passwd) <link rel=attachment href="file:///etc/passwd">

<style>@import "{www}css";</style> <svg><image href="{www}svg"/></svg> <object data="{www}object">

| <a rel=attachment href=file:///etc/passwd>x</a> | ![x]({www}cell.png) |
|---|---|
| x | x |
"""


def poisoned(www: str) -> BookOrder:
    """A draft whose every text is hostile; the check of packages would refuse most of it."""
    files = {**package(exercises=1, programme="cpp"), "chapters/a.en.md": chapter_md("a", "two")}
    draft, _new = load_package(files=files, by=None)
    text = HOSTILE.format(www=www)
    words = ExerciseText.objects.get()
    ExerciseText.objects.update(
        title=text[:110],
        summary=text,
        method=text[:50],
        sections=dict.fromkeys(words.sections, text),
        steps=[{**step, "title": text, "text": text} for step in words.steps],
        debrief={key: [text] for key in words.debrief},
        materials=[{"item": text, "quantity": text}],
        sources=[text],
    )
    cards = [{"title": text, "text": text}] * 3
    Handout.objects.update(title=text[:110], body=text, cards=cards)
    ChapterText.objects.update(title=text[:110], body=text, summary=text)
    ModuleText.objects.update(sections={"Purpose": text, "Outcomes": text}, summary=text)
    return guide(draft)


def test_hostile_words_are_words():
    html = "".join(chapter.html for chapter in compose(poisoned("http://a.example/")).chapters)
    assert "&lt;script&gt;" in html
    for tag in re.findall(r"<[^>]*>", html):
        assert not re.search(r"script|<base|<link|<object|a\.example|/etc/|javascript|127\.0", tag)


def test_a_book_of_hostile_words_calls_nobody(tmp_path):
    target = tmp_path / "book.pdf"
    with listening() as server:
        order = poisoned(f"http://127.0.0.1:{server.server_port}/")
        assert render_pdf(compose(order), target, lambda *progress: None) > 5
        assert server.hits == []
    assert b"EmbeddedFile" not in target.read_bytes()
    assert not PdfReader(target).attachments


def test_images_come_with_the_book_under_an_address_without_row_ids():
    draft, _new = load_package(files=package(exercises=1, programme="cpp"), by=None)
    CurriculumImage.objects.create(curriculum=draft, path="images/dot.png", data=DOT, digest="x")
    draft.modules.get().texts.update(sections={"Purpose": "![A dot](images/dot.png)"})
    document = compose(guide(draft))
    (address,) = document.media
    assert address == f"{draft.digest[:16]}/images/dot.png"
    assert document.media[address] == DOT
    assert f'<img src="media:{address}" alt="A dot">' in "".join(c.html for c in document.chapters)


# --- the digest ---------------------------------------------------------------------------------


def test_the_digest_is_of_the_contents_not_of_the_rows():
    one = taught()
    order = guide(one)
    assert order.digest() == guide(one).digest()
    assert order == BookOrder.from_arguments(order.arguments())


@pytest.mark.parametrize(
    "change",
    [
        {"title": "Another"},
        {"language": "da"},
        {"paper": "A5"},
        {"kind": "handbook"},
        {"exercises": (1,)},
    ],
)
def test_every_choice_is_in_the_digest(change):
    curriculum = taught()
    order = guide(curriculum)
    exercises = tuple(Exercise.objects.values_list("pk", flat=True)[:1])
    change = {"exercises": exercises} if "exercises" in change else change
    other = BookOrder(**{**order.arguments(), **change})
    assert other.digest() != order.digest()


def test_text_date_address_and_engine_are_in_the_digest(settings, monkeypatch):
    first = taught()
    digests = {guide(first).digest()}
    settings.SITE_URL = "https://elsewhere.example"
    digests.add(guide(first).digest())
    monkeypatch.setattr("handbooks.books.engine_fingerprint", lambda: "another engine")
    digests.add(guide(first).digest())
    foundations()
    digests.add(guide(first).digest())
    digests.add(guide(taught("cap")).digest())
    assert len(digests) == 5


def test_a_sheet_is_a_chapter_of_its_own_with_the_head_of_its_exercise():
    """So that an edited exercise is set without its sheets, and books share them."""
    document = compose(guide(taught()))
    by_key = {row.key: row for row in document.chapters}
    exercise, sheet = by_key["exercise:cpp-P1.1"], by_key["sheet:cpp-P1.1-cards-p1-1"]
    assert 'class="sheet" id="cpp-P1.1-cards-p1-1"' in sheet.html
    assert "sheet" not in re.findall(r'class="([^"]+)"', exercise.html)
    assert (sheet.running, sheet.tab, sheet.tone) == (exercise.running, exercise.tab, exercise.tone)
    assert sheet.entry is None
