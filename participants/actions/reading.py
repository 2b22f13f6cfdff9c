"""Nobody is shown who somebody is without a line in the audit log."""

from collections.abc import Iterable, Iterator

from django.db import transaction

from cocora.accounts.models import User
from cocora.audit.actions import LONGEST, record_read
from participants.models import Cohort, Participant

CODES_IN_ONE = LONGEST // 9  # a code has eight letters at most, and a space behind it


@transaction.atomic
def note_identities_shown(
    *, people: Iterable[Participant], by: User, verb: str, cohort: Cohort | None = None
) -> None:
    """Write down whose names or contacts are about to be shown: one line for each organisation.

    Called before anything is shown; where it fails nothing may be. ``verb`` says what was opened,
    such as ``participants.names_shown``.
    """
    shown: dict[int, list[Participant]] = {}
    for person in people:
        shown.setdefault(person.organisation_id, []).append(person)
    for people_of_one in shown.values():
        one = people_of_one[0]
        record_read(
            by=by,
            verb=verb,
            target=cohort or (one if len(people_of_one) == 1 else None),
            organisation=one.organisation,
            detail={
                "people": len(people_of_one),
                **dict(listed([person.code for person in people_of_one])),
            },
        )


def listed(codes: list[str]) -> Iterator[tuple[str, str]]:
    """The codes, some twenty to a value: values of the log are short."""
    for start in range(0, len(codes), CODES_IN_ONE):
        number = start // CODES_IN_ONE + 1
        yield f"codes_{number}", " ".join(codes[start : start + CODES_IN_ONE])
