"""When two rows may be one person. Asked in memory, of names and contacts that were opened."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import combinations
from uuid import UUID

from django.db import models
from django.utils.translation import gettext_lazy as _

from cocora.common.folding import fold
from participants.models import NotTheSame, Participant

# A name that half the town has makes no list of pairs longer than this.
MOST_PAIRS = 200


class Reason(models.TextChoices):
    """Why two rows look like one person."""

    CONTACT = "contact", _("the same contact")
    NAME = "name", _("the same name and age")


@dataclass(frozen=True)
class Pair:
    """Two rows that may be one person; ``one`` was there first."""

    one: Participant
    other: Participant
    reason: Reason


def exact(text: str) -> str:
    """The text without what nobody sees: case, spacing, how accents are composed."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def contact_key(contact: str) -> str:
    """The same for two ways to write one address or one telephone number."""
    if "@" in contact:
        return exact(contact)
    digits = re.sub(r"[^0-9+]", "", contact)
    return re.sub(r"^00", "+", digits) or exact(contact)


def identity(name: str, contact: str, age_band: str) -> tuple[str, str]:
    """Of rows that are surely one person. Without a contact the age has to be the same too."""
    return exact(name), contact_key(contact) if contact else f"age {age_band}"


def look(person: Participant) -> list[tuple[Reason, str]]:
    """What this row has in common with rows that may be the same person."""
    keys = []
    if person.contact:
        keys.append((Reason.CONTACT, contact_key(person.contact)))
    if person.display_name:
        keys.append((Reason.NAME, f"{fold(person.display_name)}|{person.age_band}"))
    return keys


def alike(people: Iterable[Participant]) -> list[Pair]:
    """Pairs among these people that may be one person and that nobody has told apart.

    A family that shares one telephone is a pair as well: whoever looks says so once.
    """
    people = sorted(people, key=lambda person: (person.created_at, person.code))
    groups: dict[tuple[int, Reason, str], list[Participant]] = defaultdict(list)
    for person in people:
        for reason, key in look(person):
            groups[person.organisation_id, reason, key].append(person)
    told_apart = set(NotTheSame.objects.filter(one__in=people).values_list("one_id", "other_id"))
    found: dict[tuple[UUID, UUID], Pair] = {}
    for (_place, reason, _key), group in groups.items():
        for one, other in combinations(group, 2):
            ends = in_order(one, other)
            if ends not in told_apart:
                found.setdefault(ends, Pair(one, other, reason))
            if len(found) == MOST_PAIRS:
                return list(found.values())
    return list(found.values())


def in_order(one: Participant, other: Participant) -> tuple[UUID, UUID]:
    """Both keys, the smaller first, as a pair is stored."""
    first, second = sorted([one.pk, other.pk])
    return first, second
