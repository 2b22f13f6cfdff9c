"""The curricula that we ship are complete, plain and all different."""

import itertools
import re
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from programmes.package.check import check
from programmes.package.read import read_folder
from programmes.package.texts import Package, Text
from programmes.vocabulary import Competence, Topic
from tests.programmes.quality import FORBIDDEN, faults_of, plain, prose

CURRICULA = Path(settings.BASE_DIR) / "programmes" / "curricula"
PROGRAMMES = {"ccp": (6, 18), "cpp": (9, 30), "cap": (7, 22)}
# What two exercises share of all runs of five words; different texts share almost nothing.
MAX_SHARED = 0.04


@cache
def shipped(code: str) -> Package:
    return check(read_folder(CURRICULA / code))


def exercises() -> list[Text]:
    return [
        languages["en"] for code in PROGRAMMES for languages in shipped(code).exercises.values()
    ]


@pytest.mark.parametrize("code", PROGRAMMES)
def test_modules_and_exercises_are_all_there(code: str) -> None:
    assert (len(shipped(code).modules), len(shipped(code).exercises)) == PROGRAMMES[code]


@pytest.mark.parametrize("text", exercises(), ids=lambda text: text.code)
def test_an_exercise_is_complete_and_plain(text: Text) -> None:
    assert faults_of(text) == []


@pytest.mark.parametrize("text", exercises(), ids=lambda text: text.code)
def test_the_debrief_is_one_of_the_steps(text: Text) -> None:
    assert any("debrief" in step.text.lower() for step in text.steps)


@pytest.mark.parametrize("text", exercises(), ids=lambda text: text.code)
def test_references_to_other_exercises_are_right(text: Text) -> None:
    titles = {other.code: other.facts["title"] for other in exercises()}
    for code, title in re.findall(r"\b([PCA]\d\.\d+),? \*([^*]+)\*", text.source):
        assert titles.get(code) == title.rstrip(",.")
    for code in re.findall(r"\b([PCA]\d\.\d+)\b", text.source):
        assert code in titles


def test_all_competences_and_topics_are_trained() -> None:
    trained = {code for text in exercises() for code in text.facts["competences"]}
    assert trained == set(Competence.values)
    topics = {topic for text in exercises() for topic in text.facts.get("topics", [])}
    assert topics == set(Topic.values)


def test_no_two_exercises_are_alike() -> None:
    runs = {text.code: runs_of(prose(text)) for text in exercises()}
    alike = [
        (one, other, round(share, 3))
        for one, other in itertools.combinations(runs, 2)
        if (share := len(runs[one] & runs[other]) / min(len(runs[one]), len(runs[other])))
        > MAX_SHARED
    ]
    assert alike == []


def runs_of(text: str) -> set[tuple[str, ...]]:
    words = re.findall(r"\w+", plain(text).lower())
    return set(zip(*(words[start:] for start in range(5)), strict=False))


def test_the_foundations_have_all_their_chapters() -> None:
    chapters = shipped("foundations").chapters
    assert set(chapters) >= {
        "purpose", "self-including-citizenship", "breeding-grounds", "ethics-data-safeguarding",
        "early-prevention", "transfer-strategy", "evaluation-kit", "certificate", "country-cards",
        "glossary", "references",
    }  # fmt: skip


@pytest.mark.parametrize("code", PROGRAMMES)
def test_each_programme_has_its_chapters(code: str) -> None:
    assert set(shipped(code).chapters) >= {
        "about", "facilitator-guide", "session-plans", "evaluation"
    }  # fmt: skip


@pytest.mark.parametrize("country", ["Denmark", "Germany", "Austria", "France", "Italy"])
def test_every_country_has_a_card_with_a_source_and_a_warning(country: str) -> None:
    body = shipped("foundations").chapters["country-cards"]["en"].body
    card = re.search(rf"^## {country}.*?(?=^## |\Z)", body, re.MULTILINE | re.DOTALL)
    assert card is not None
    assert re.search(r"\[\d+\]", card[0])
    assert "counsel" in body.lower()


def test_every_cited_source_stands_among_the_references() -> None:
    chapters = shipped("foundations").chapters
    listed = set(re.findall(r"^(\d+)\. ", chapters["references"]["en"].body, re.MULTILINE))
    for code, languages in chapters.items():
        for cited in re.findall(r"\[(\d+)\]", languages["en"].body):
            assert cited in listed, f"{code} cites [{cited}]"


@pytest.mark.parametrize("code", [*PROGRAMMES, "foundations"])
def test_no_chapter_uses_words_that_make_suspects(code: str) -> None:
    # Chapters may name such words in order to say that we do not use them; exercises never do.
    for languages in shipped(code).chapters.values():
        text = languages["en"].body
        for pattern in FORBIDDEN[:3]:
            for match in re.finditer(pattern, text, re.IGNORECASE):
                around = text[max(0, match.start() - 200) : match.end() + 120].lower()
                assert re.search(r"\b(not|never|no|nobody|avoid|instead|without)\b", around), match[
                    0
                ]
