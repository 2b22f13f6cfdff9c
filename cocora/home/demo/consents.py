"""Who agreed to what in the demo: most to most, some not yet, a few took it back."""

import random
from collections.abc import Sequence

from cocora.accounts.models import User
from participants.actions.consents import record_answers, withdraw_consent
from participants.models import Participant
from participants.queries.terms import purposes_for
from participants.vocabulary import Giver, Means, Purpose

# How often somebody says no to what is asked.
SAYS_NO = {Purpose.PHOTO: 0.35, Purpose.CONTACT: 0.08, Purpose.EVALUATION: 0.1}
NOTHING_YET, GUARDIAN_MISSING = 0.1, 0.2


def ask(person: Participant, by: User, chance: random.Random, *, everybody: bool) -> None:
    """Write down her answers and her guardian's; with ``everybody`` none is missing."""
    draw = 1.0 if everybody else chance.random()
    if draw < NOTHING_YET or person.consents.exists():
        return
    givers = [Giver.PARTICIPANT]
    if draw >= GUARDIAN_MISSING:
        givers.append(Giver.GUARDIAN)
    for giver in givers:
        asked = purposes_for(person, giver)
        answers = {purpose: chance.random() >= SAYS_NO.get(purpose, 0.0) for purpose in asked}
        if answers:
            record_answers(
                participant=person, giver=giver, answers=answers, means=Means.SCREEN, by=by
            )


def ask_to_speak(person: Participant, by: User) -> None:
    """Ambassadors are asked about speaking in public as well."""
    for giver in Giver:
        if Purpose.PUBLICITY in purposes_for(person, giver):
            answers = {Purpose.PUBLICITY: True}
            record_answers(
                participant=person, giver=giver, answers=answers, means=Means.SCREEN, by=by
            )


def withdraw_some(people: Sequence[Participant], by: User) -> None:
    """Of those who agreed: one ends messages, one photos, one her part in everything."""
    for purpose, number in (
        (Purpose.CONTACT, 16),
        (Purpose.PHOTO, 4),
        (Purpose.TAKE_PART, 20),
    ):
        agreed = (
            person
            for person in people[number:]
            if person.consents.filter(purpose=purpose, agreed=True).exists()
        )
        person = next(agreed, None)
        if person:
            withdraw_consent(participant=person, purpose=purpose, by=by)
