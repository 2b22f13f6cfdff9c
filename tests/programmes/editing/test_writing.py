"""What is written can be read again, and rewriting loses nothing."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from programmes.editing.rows import words_fault
from programmes.package.check import check
from programmes.package.fields import PLAIN_SECTIONS, ChapterFields, ExerciseFields, ModuleFields
from programmes.package.parts import DEBRIEF_SECTIONS, MODULE_SECTIONS
from programmes.package.read import read_folder
from programmes.package.texts import Text
from programmes.package.writing import READERS, read_fields, take_apart, write
from tests.programmes.packages import exercise_md, package

CURRICULA = Path(settings.BASE_DIR, "programmes", "curricula")
PACKAGES = sorted(path.name for path in CURRICULA.iterdir() if path.is_dir())

signs = st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp"))
line = st.text(signs, max_size=40).map(lambda text: " ".join(text.split()))
title = line.filter(lambda text: text and not re.search(r"^\d+\.|[(){}]", text))
number = st.one_of(line, st.integers(0, 999).map(str))
marks = st.sampled_from(["- a", "> say", "#### deep", "| a | b |"])
words = st.lists(st.one_of(line, marks), max_size=5)
markdown = words.map(lambda lines: "\n".join(lines).strip()).filter(
    lambda text: not words_fault(text, (2, 3))
)
code = st.from_regex(r"\A[a-z0-9]{1,6}(-[a-z0-9]{1,6})?\Z")


def row(**columns: st.SearchStrategy) -> st.SearchStrategy:
    return st.fixed_dictionaries(columns)


def sections(names: tuple[str, ...]) -> st.SearchStrategy:
    return st.fixed_dictionaries(dict.fromkeys(names, markdown))


typed_minutes = number.filter(lambda text: not set(text) & set("()"))
question = line.filter(bool).map(lambda text: text.lstrip("-* ")).filter(bool)
cards = st.lists(row(title=title, text=markdown), max_size=3)
handout = st.one_of(
    row(title=title, code=code, layout=st.just("cards"), text=markdown, cards=cards),
    row(title=title, code=code, layout=st.just("sheet"), text=markdown, cards=st.just([])),
)
NUMBERS = (
    "complexity", "intensity", "minutes_minimum", "minutes_typical", "group_minimum",
    "group_maximum", "ages_minimum", "ages_maximum",
)  # fmt: skip
exercises = st.builds(
    ExerciseFields,
    **dict.fromkeys(("code", "title", "summary", "type", "method", "setting", "space"), line),
    **dict.fromkeys(NUMBERS, number),
    online=st.sampled_from(["true", "false", ""]),
    topics=st.lists(line.filter(bool), max_size=3),
    competences=st.lists(line.filter(bool), max_size=3),
    sources=st.lists(line.filter(bool), max_size=2),
    materials=st.lists(row(item=line, quantity=number, handout=line), max_size=3),
    sections=sections(PLAIN_SECTIONS),
    steps=st.lists(row(title=title, minutes=typed_minutes, text=markdown), max_size=3),
    debrief=st.fixed_dictionaries(dict.fromkeys(DEBRIEF_SECTIONS, st.lists(question, max_size=3))),
    handouts=st.lists(handout, max_size=2),
)  # fmt: skip
modules = st.builds(
    ModuleFields,
    code=line, title=line, summary=line, topic=line,
    prerequisites=st.lists(line.filter(bool), max_size=2),
    sections=sections(MODULE_SECTIONS),
)  # fmt: skip
chapters = st.builds(
    ChapterFields,
    code=line, title=line, summary=line, part=line, position=number,
    books=st.lists(line.filter(bool), max_size=2), body=markdown,
)  # fmt: skip
few = trying(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def read_again(kind: str, source: str) -> object:
    apart = take_apart(source)
    assert apart, source
    return READERS[kind](*apart)


@few
@given(exercises)
def test_an_exercise_comes_back_as_it_was_typed(fields: ExerciseFields) -> None:
    assert read_again("exercise", write(fields)) == fields


@few
@given(modules)
def test_a_module_comes_back_as_it_was_typed(fields: ModuleFields) -> None:
    assert read_again("module", write(fields)) == fields


@few
@given(chapters)
def test_a_chapter_comes_back_as_it_was_typed(fields: ChapterFields) -> None:
    assert read_again("chapter", write(fields)) == fields


def content(text: Text) -> tuple:
    facts = {
        name: re.sub(r"'(\d+)'", r"\1", repr(value))
        for name, value in text.facts.items()
        if value != []
    }
    apart = ("Steps", "Debrief")
    plain = {name: words for name, words in text.sections.items() if name not in apart}
    return facts, plain, text.steps, text.debrief, text.handouts


@pytest.mark.parametrize("name", PACKAGES)
def test_rewriting_every_shipped_text_keeps_its_content(name: str) -> None:
    files = read_folder(CURRICULA / name)
    old = check(files)
    kinds = {"exercise": old.exercises, "module": old.modules, "chapter": old.chapters}
    for kind, texts in kinds.items():
        for text in (text for languages in texts.values() for text in languages.values()):
            fields = read_fields(kind, text.source)
            assert fields, text.path
            files[text.path] = write(fields).encode()
            assert write(read_fields(kind, write(fields))) == write(fields)
    new = check(files)
    for before, after in (
        (old.exercises, new.exercises), (old.modules, new.modules), (old.chapters, new.chapters)
    ):  # fmt: skip
        assert before.keys() == after.keys()
        for code, languages in before.items():
            for language, text in languages.items():
                assert content(text) == content(after[code][language]), text.path


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("## Closing", "## A heading of my own\n\nWords.\n\n## Closing"),
        ("## Debrief\n", "## Debrief\n\nTake ten minutes.\n"),
        ("### Feel\n", "### Feel\n\nBegin here.\n"),
        ("## Steps\n", "## Steps\n\nBefore the steps.\n"),
        ("type: discussion", "colour: red\ntype: discussion"),
        ("type: discussion", "type: [discussion"),
        ("## Objectives", "Text before.\n\n## Objectives"),
    ],
)
def test_a_text_that_a_form_would_cut_is_not_opened_in_one(old: str, new: str) -> None:
    source = exercise_md("P1.1")
    assert read_fields("exercise", source)
    assert old in source
    assert read_fields("exercise", source.replace(old, new, 1)) is None


def test_rewriting_a_faultless_text_is_faultless() -> None:
    files = package()
    path = "p1-one/p1-1-exercise.en.md"
    fields = read_fields("exercise", files[path].decode())
    assert check({**files, path: write(fields).encode()})
