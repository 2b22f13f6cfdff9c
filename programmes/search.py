"""Find exercises by words and facets, alike on SQLite and PostgreSQL."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import Case, F, IntegerField, Q, QuerySet, Value, When
from django.db.models.expressions import RawSQL
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from cocora.accounts.models import User
from cocora.common.folding import fold
from programmes.models import Curriculum, CurriculumQuerySet, Exercise, ExerciseText
from programmes.search_index import INDEX, TABLE
from programmes.vocabulary import Competence, ExerciseType, Level, Setting, Topic

MAX_TERMS = 8
DURATIONS = {
    "30": (_("up to 30 minutes"), 0, 30),
    "60": (_("31 to 60 minutes"), 31, 60),
    "90": (_("61 to 90 minutes"), 61, 90),
    "more": (_("longer than 90 minutes"), 91, 10_000),
}
PAGE_SIZE = 24
FACETS = ("programme", "topic", "type", "duration", "competence", "intensity", "setting", "online")


@dataclass(frozen=True)
class Search:
    """What somebody looks for. Unknown values in the address are left out, never an error.

    Which programmes there are depends on who looks: ``find`` leaves out the unknown ones.
    """

    words: str = ""
    people: int | None = None
    chosen: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def from_query(cls, query: QueryDict) -> "Search":
        return cls(
            words=query.get("q", "").strip()[:200].replace("\x00", ""),
            people=people_in(query.get("people", "")),
            chosen={name: known(name, query.getlist(name)) for name in FACETS},
        )

    @property
    def terms(self) -> list[str]:
        return fold(self.words).split()[:MAX_TERMS]

    @property
    def is_empty(self) -> bool:
        return not self.words and self.people is None and not any(self.chosen.values())

    @property
    def narrowed(self) -> int:
        """How many choices narrow the search, words not counted."""
        return (self.people is not None) + sum(len(values) for values in self.chosen.values())

    def address(self) -> str:
        """What belongs behind the ? of a page that shows this search."""
        fixed = [("q", self.words), ("people", self.people)]
        chosen = [(name, value) for name in FACETS for value in sorted(self.chosen.get(name, ()))]
        return urlencode([(name, value) for name, value in [*fixed, *chosen] if value])

    def within(self, programmes: Iterable[str]) -> "Search":
        """The same search in these programmes only."""
        chosen = self.chosen.get("programme", frozenset()) & frozenset(programmes)
        return replace(self, chosen={**self.chosen, "programme": chosen})

    def without(self, name: str, value: str) -> "Search":
        """The same search with one choice taken away."""
        if name == "people":
            return replace(self, people=None)
        return replace(self, chosen={**self.chosen, name: self.chosen[name] - {value}})


def people_in(text: str) -> int | None:
    """A number from 1 to 999, else nothing."""
    is_number = text.isascii() and text.isdigit() and len(text) < 4
    return (int(text) or None) if is_number else None


def known(name: str, values: list[str]) -> frozenset[str]:
    """The values that a facet has; of programmes all that could be a code."""
    if name == "programme":
        return frozenset(value for value in values if value)
    return frozenset(values) & {value for value, _label in FACET_LABELS[name][1]}


@dataclass(frozen=True)
class Choice:
    """One value of a facet, with the number of exercises it would show."""

    value: str
    label: str
    count: int
    chosen: bool


@dataclass(frozen=True)
class Facet:
    name: str
    label: str
    choices: list[Choice]

    @property
    def is_used(self) -> bool:
        return any(choice.chosen for choice in self.choices)


@dataclass(frozen=True)
class Chip:
    """A choice that was made, and the address of the same search without it."""

    label: str
    address: str


@dataclass(frozen=True)
class Found:
    """``search`` is what was looked for, without unknown programmes."""

    search: Search
    texts: list[ExerciseText]
    facets: list[Facet]
    chips: list[Chip]


def matching(texts: QuerySet[ExerciseText], terms: list[str]) -> QuerySet[ExerciseText]:
    """The texts in which every term begins a word; those with all of them in the title first."""
    if not terms:
        return texts
    if connection.vendor == "sqlite":
        sql = f"SELECT rowid FROM {INDEX} WHERE {INDEX} MATCH %s"
        query = " ".join(f'"{term}"*' for term in terms)
    else:
        sql = (
            f"SELECT id FROM {TABLE} WHERE to_tsvector('simple', words) @@ to_tsquery('simple', %s)"
        )
        query = " & ".join(f"'{term}':*" for term in terms)
    in_title = Q()
    for term in terms:
        in_title &= Q(title_words__contains=f" {term}")
    return texts.filter(pk__in=RawSQL(sql, [query])).annotate(
        rank=Case(When(in_title, then=Value(0)), default=Value(1), output_field=IntegerField())
    )


def find(user: User, search: Search) -> Found:
    """The exercises that fit, and for each facet how many each of its values would show.

    Four queries, whatever is found: programmes, texts, topics, competences.
    """
    curricula = Curriculum.objects.visible_to(user).in_use_by(user)
    programmes = programmes_of(curricula)
    search = search.within(programmes)
    texts = ExerciseText.objects.filter(
        exercise__module__curriculum__in=curricula,
        language=F("exercise__module__curriculum__base_language"),
    ).select_related(
        "exercise__module__curriculum__programme", "exercise__module__curriculum__organisation"
    )
    texts = matching(texts, search.terms)
    order = Exercise._meta.ordering or []
    ordered = texts.order_by(
        *(["rank"] if search.terms else []), *[f"exercise__{name}" for name in order]
    ).prefetch_related("exercise__topic_rows", "exercise__competence_rows")
    ordered = ordered.defer("source", "sections", "steps", "debrief", "materials", "words")
    rows = [(text, values_of(text.exercise)) for text in ordered]
    if search.people is not None:
        rows = [row for row in rows if fits(row[0].exercise, search.people)]
    facets = [facet(name, rows, search.chosen, programmes) for name in FACETS]
    return Found(
        search=search,
        texts=[text for text, values in rows if passes(values, search.chosen)],
        facets=facets,
        chips=chips(search, facets),
    )


def programmes_of(curricula: CurriculumQuerySet) -> dict[str, str]:
    """Names by code, in the order of the programmes."""
    rows = curricula.order_by("programme__position", "programme__code")
    return dict(rows.values_list("programme__code", "programme__name"))


def chips(search: Search, facets: list[Facet]) -> list[Chip]:
    made = [
        (row.name, choice.value, choice.label)
        for row in facets
        for choice in row.choices
        if choice.chosen
    ]
    if search.people is not None:
        people = ngettext("%(count)s person", "%(count)s people", search.people)
        made.insert(0, ("people", "", people % {"count": search.people}))
    return [Chip(label, search.without(name, value).address()) for name, value, label in made]


def fits(exercise: Exercise, people: int) -> bool:
    return exercise.group_minimum <= people <= exercise.group_maximum


def values_of(exercise: Exercise) -> dict[str, set[str]]:
    """The values of an exercise in every facet."""
    return {
        "programme": {exercise.module.curriculum.programme.code},
        "topic": {row.topic for row in exercise.topic_rows.all()},
        "type": {exercise.type},
        "duration": {
            key for key, (_l, low, high) in DURATIONS.items() if low <= exercise.minutes <= high
        },
        "competence": {row.competence for row in exercise.competence_rows.all()},
        "intensity": {str(exercise.intensity)},
        "setting": {exercise.setting},
        "online": {"yes"} if exercise.online else set(),
    }


def passes(values: dict[str, set[str]], chosen: dict[str, frozenset[str]], but: str = "") -> bool:
    """Whether one of the chosen values fits in every facet, ``but`` one left out of account."""
    return all(
        not wanted or name == but or values[name] & wanted for name, wanted in chosen.items()
    )


def facet(
    name: str,
    rows: list[tuple[ExerciseText, dict[str, set[str]]]],
    chosen: dict[str, frozenset[str]],
    programmes: dict[str, str],
) -> Facet:
    counts: Counter[str] = Counter()
    for _text, values in rows:
        if passes(values, chosen, but=name):
            counts.update(values[name])
    label, choices = FACET_LABELS[name]
    if name == "programme":
        choices = programmes.items()
    wanted = chosen.get(name, frozenset())
    return Facet(
        name,
        str(label),
        [
            Choice(value, str(text), counts[value], value in wanted)
            for value, text in choices
            if counts[value] or value in wanted
        ],
    )


FACET_LABELS: dict[str, tuple[Any, Iterable[tuple[str, Any]]]] = {
    "programme": (_("Programme"), ()),
    "topic": (_("Topic"), Topic.choices),
    "type": (_("Type"), ExerciseType.choices),
    "duration": (_("Time"), [(key, label) for key, (label, _low, _high) in DURATIONS.items()]),
    "competence": (_("Competence"), Competence.choices),
    "intensity": (_("Emotional intensity"), [(str(v), label) for v, label in Level.choices]),
    "setting": (_("Place"), Setting.choices),
    "online": (_("Online"), [("yes", _("can be run online"))]),
}
