"""What each row of a list would do: create somebody, meet somebody who is here, or be refused."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cocora.common.folding import fold
from cocora.common.refusal import Refusal
from participants.actions.columns import NEEDED, Field, meant
from participants.actions.participants import LONGEST_NAME
from participants.models import Enrolment, Participant, PeopleImport
from participants.queries.likeness import identity
from participants.tables.table import letter
from participants.vocabulary import AgeBand


class Verdict(models.TextChoices):
    NEW = "new", gettext_lazy("Will be created")
    KNOWN = "known", gettext_lazy("Here already")
    REFUSED = "refused", gettext_lazy("Can't be taken")


@dataclass(frozen=True)
class Problem:
    """Why a row can't be taken: the cell, what stands in it, and one sentence."""

    cell: str
    column: str
    text: str
    sentence: str


@dataclass(frozen=True)
class Candidate:
    """One row of the list. ``number`` is its number in the spreadsheet."""

    number: int
    values: dict[str, str]
    verdict: Verdict
    problems: tuple[Problem, ...] = ()
    # Who is here already, for KNOWN; for NEW, the code of somebody with the same name.
    participant: Participant | None = None
    namesake: str = ""
    # Whether the row brings somebody into the cohort.
    enrols: bool = False

    @property
    def age(self) -> str:
        """As people read it; what can't be taken stays as it stands in the list."""
        band = self.values.get(Field.AGE, "")
        return str(AgeBand(band).label) if band in AgeBand.values else band


@dataclass
class Weighed:
    """All rows of a list, and what is wrong with the list as a whole."""

    candidates: list[Candidate] = field(default_factory=list)
    missing: list[Field] = field(default_factory=list)

    def with_verdict(self, verdict: str) -> list[Candidate]:
        return [row for row in self.candidates if row.verdict == verdict]

    @property
    def new(self) -> list[Candidate]:
        return self.with_verdict(Verdict.NEW)

    @property
    def enrolling(self) -> list[Candidate]:
        return [row for row in self.candidates if row.enrols]

    @property
    def changes_nothing(self) -> bool:
        return not self.new and not self.enrolling


def content_of(waiting: PeopleImport) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """The headings and the numbered rows of the file."""
    held = json.loads(waiting.content)
    return held["headings"], [(number, cells) for number, cells in held["rows"]]


def weighed(waiting: PeopleImport) -> Weighed:
    """What confirming would do, as things are now. Writes nothing."""
    missing = [wanted for wanted in NEEDED if wanted not in waiting.columns]
    if missing:
        return Weighed(missing=missing)
    headings, rows = content_of(waiting)
    known = Known(waiting)
    told = Weighed()
    for number, cells in rows:
        values, problems = understood(number, cells, headings, waiting.columns)
        told.candidates.append(known.judge(number, values, problems))
    return told


def understood(
    number: int, cells: Sequence[str], headings: Sequence[str], columns: Sequence[str]
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    values: dict[str, str] = {}
    problems = []
    for position, (name, cell) in enumerate(zip(columns, cells, strict=True)):
        if not name:
            continue
        try:
            values[name] = meant(Field(name), cell)
        except Refusal as refusal:
            values[name] = cell
            where = f"{letter(position)}{number}"
            problems.append(Problem(where, headings[position], cell[:60], str(refusal)))
    family = values.pop(Field.FAMILY_NAME, "")
    if family and Field.NAME in values:
        values[Field.NAME] = f"{values[Field.NAME]} {family}"
        if len(values[Field.NAME]) > LONGEST_NAME:
            sentence = _("First and family name together are longer than %(count)s characters.")
            told = sentence % {"count": LONGEST_NAME}
            problems.append(Problem(str(number), str(Field.NAME.label), "", told))
    return values, tuple(problems)


class Known:
    """Everybody of the organisation, opened once, and whoever the list has named so far."""

    def __init__(self, waiting: PeopleImport) -> None:
        self.cohort = waiting.cohort
        everybody = list(Participant.objects.filter(organisation=waiting.organisation_id))
        standing = {person.pk: person for person in everybody}
        self.people: dict[tuple[str, str], Participant] = {}
        self.names: dict[str, str] = {}
        for person in everybody:
            root = person
            while root.merged_into_id:
                root = standing[root.merged_into_id]
            key = identity(person.display_name, person.contact, person.age_band)
            self.people.setdefault(key, root)
            self.names.setdefault(fold(person.display_name), root.code)
        self.rows: dict[tuple[str, str], int] = {}
        taking_part = Enrolment.objects.filter(cohort=self.cohort) if self.cohort else None
        self.enrolled = (
            set(taking_part.values_list("participant_id", flat=True)) if taking_part else set()
        )

    def judge(
        self, number: int, values: dict[str, str], problems: tuple[Problem, ...]
    ) -> Candidate:
        row = Candidate(number, values, Verdict.REFUSED, problems)
        if problems:
            return row
        name = values[Field.NAME]
        key = identity(name, values.get(Field.CONTACT, ""), values[Field.AGE])
        earlier = self.rows.setdefault(key, number)
        if earlier != number:
            sentence = _("The same person stands in row %(row)s.") % {"row": earlier}
            again = Problem(str(number), str(Field.NAME.label), name, sentence)
            return replace(row, problems=(again,))
        person = self.people.get(key)
        if person:
            enrols = self.cohort is not None and person.pk not in self.enrolled
            return replace(row, verdict=Verdict.KNOWN, participant=person, enrols=enrols)
        namesake = self.names.get(fold(name), "")
        return replace(row, verdict=Verdict.NEW, namesake=namesake, enrols=self.cohort is not None)
