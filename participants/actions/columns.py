"""What a column of somebody else's list holds, and what a cell of it means here."""

import re
from collections.abc import Callable, Sequence
from functools import cache

from django.conf.locale import LANG_INFO
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cocora.common.folding import fold
from cocora.common.refusal import Refusal
from participants.actions.participants import LONGEST_NAME, known_contact, one_line
from participants.vocabulary import AgeBand, ParticipantKind

OLDEST = 120


class Field(models.TextChoices):
    """What can be taken from a list; but for the family name, which many lists keep apart, the
    values are the columns of a participant."""

    NAME = "display_name", gettext_lazy("Name")
    FAMILY_NAME = "family_name", gettext_lazy("Family name")
    CONTACT = "contact", gettext_lazy("Contact")
    AGE = "age_band", gettext_lazy("Age")
    KIND = "kind", gettext_lazy("Takes part as")
    LANGUAGE = "language", gettext_lazy("Language")
    GUARDIAN = "guardian_name", gettext_lazy("Guardian")
    GUARDIAN_CONTACT = "guardian_contact", gettext_lazy("Guardian's contact")


NEEDED = (Field.NAME, Field.AGE)
# What a participant has of it.
KEPT = tuple(field for field in Field if field != Field.FAMILY_NAME)


def words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# Words of a heading, folded, that tell what stands below it; the first line that fits counts. In
# each line: one of the first words, and one of the second if there are any.
REACHED = words("contact mail email phone telephone tel mobile cell number telefon mobil")
GUARDED = words("guardian guardians parent parents mother father carer")
WORDS: tuple[tuple[Field, frozenset[str], frozenset[str]], ...] = (
    (Field.GUARDIAN_CONTACT, GUARDED, REACHED),
    (Field.GUARDIAN, GUARDED, words("")),
    (Field.CONTACT, REACHED, words("")),
    (Field.FAMILY_NAME, words("family last surname efternavn nachname"), words("")),
    (Field.LANGUAGE, words("language languages sprog sprache"), words("")),
    (Field.AGE, words("age years alder alter"), words("")),
    (Field.KIND, words("kind role takes"), words("")),
    (Field.NAME, words("name participant person navn vorname fornavn"), words("")),
)


def guessed(headings: Sequence[str]) -> list[str]:
    """For each column the field that its heading names, each field once, or nothing."""
    found: list[str] = []
    for heading in headings:
        said = words(fold(heading))
        fits = (field for field, one, also in WORDS if said & one and (not also or said & also))
        field = next(fits, "")
        found.append("" if field in found else str(field))
    return found


def meant(field: Field, cell: str) -> str:
    """The value that a cell stands for. Raises Refusal with a sentence about the cell."""
    return READERS[field](cell)


def name_in(cell: str) -> str:
    if not cell:
        raise Refusal(_("The name is missing."))
    return one_line(cell, LONGEST_NAME, "display_name")


def other_name_in(cell: str) -> str:
    return one_line(cell, LONGEST_NAME, "guardian_name")


def age_in(cell: str) -> str:
    """A band, from years or from the name of a band; a birthday is more than is kept here."""
    text = re.sub(r"\s*(years?( old)?|y)$", "", cell.casefold().strip())
    text = re.sub(r"\s*[-–—‑]\s*|\s+to\s+", "-", text)
    known = {band.value: band.value for band in AgeBand} | {
        "<14": AgeBand.UNDER_14, "under 14": AgeBand.UNDER_14, "0-13": AgeBand.UNDER_14,
        ">25": AgeBand.ADULT, "over 25": AgeBand.ADULT, "26+": AgeBand.ADULT,
    }  # fmt: skip
    if text in known:
        return str(known[text])
    if not text:
        raise Refusal(_("The age is missing."))
    if re.search(r"\d{1,4}[-./]\d{1,2}[-./]\d{1,4}", text):
        raise Refusal(_("This is a date. Birthdays are not kept here: write the age in years."))
    if re.fullmatch(r"\d{1,3}", text) and int(text) <= OLDEST:
        return str([band for band in AgeBand if band.youngest <= int(text)][-1])
    raise Refusal(
        _("This is no age. Write years, or one of these: %(bands)s.")
        % {"bands": ", ".join(str(band.label) for band in AgeBand)}
    )


def kind_in(cell: str) -> str:
    said = fold(cell)
    if not said:
        return str(ParticipantKind.YOUNG)
    for kind in ParticipantKind:
        if said in {fold(kind.value), fold(str(kind.label)), fold(f"{kind.value} person")}:
            return str(kind)
    raise Refusal(
        _("Write one of these, or leave it empty: %(kinds)s.")
        % {"kinds": ", ".join(str(kind.label) for kind in ParticipantKind)}
    )


@cache
def languages() -> dict[str, str]:
    """The code of each language, by its code, its English name and its own name."""
    known: dict[str, str] = {}
    for code, facts in LANG_INFO.items():
        for name in (code, facts.get("name"), facts.get("name_local")):
            if name:
                known.setdefault(fold(name), code)
    return known


def language_in(cell: str) -> str:
    """A code. Nothing stays nothing."""
    code = languages().get(fold(cell), "") if cell else ""
    if cell and not code:
        raise Refusal(_("This language is not known here. Write its English name or its code."))
    return code


READERS: dict[Field, Callable[[str], str]] = {
    Field.NAME: name_in,
    Field.FAMILY_NAME: other_name_in,
    Field.CONTACT: known_contact,
    Field.AGE: age_in,
    Field.KIND: kind_in,
    Field.LANGUAGE: language_in,
    Field.GUARDIAN: other_name_in,
    Field.GUARDIAN_CONTACT: known_contact,
}
