"""Looking for people. Names are sealed, so they are opened and compared here, in memory."""

from collections.abc import Iterable

from cocora.common.folding import fold
from participants.models import Participant


def matching(people: Iterable[Participant], wanted: str) -> list[Participant]:
    """Those whose code or name contains what is looked for, whatever its case or accents."""
    asked = fold(wanted)
    if not asked:
        return list(people)
    return [
        person
        for person in people
        if asked in fold(person.code) or asked in fold(person.display_name)
    ]
