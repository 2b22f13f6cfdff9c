"""Which words of consent somebody is shown, and for which purposes she is asked."""

from collections.abc import Iterable

from django.db.models import Q

from cocora.accounts.models import Organisation
from cocora.accounts.queries import digest
from participants.models import ConsentLink, ConsentTerms, Enrolment, Participant
from participants.queries.consent import givers_for
from participants.queries.enrolment import CURRENT
from participants.vocabulary import Giver, Purpose

BASE_LANGUAGE = "en"
# Who is asked about speaking in public: those on the way to become an ambassador.
AMBASSADORS = "cap"


def terms_in_use(organisation: Organisation, language: str) -> dict[Purpose, ConsentTerms]:
    """The words of each purpose for somebody who reads this language, with one query.

    Words that she can read come first; among them the organisation's own before the platform's,
    and those of its country before those for every country. The newest version counts.
    """
    languages = [language, organisation.default_language, BASE_LANGUAGE]
    candidates = ConsentTerms.objects.filter(
        Q(organisation=None) | Q(organisation=organisation),
        country__in=["", organisation.country],
        language__in=languages,
    )

    def rank(terms: ConsentTerms) -> tuple[int, bool, bool, int]:
        return (
            -languages.index(terms.language),
            terms.organisation_id is not None,
            bool(terms.country),
            terms.version,
        )

    best = {Purpose(terms.purpose): terms for terms in sorted(candidates, key=rank)}
    return {purpose: best[purpose] for purpose in Purpose if purpose in best}


def purposes_for(participant: Participant, giver: Giver) -> list[Purpose]:
    """What this giver is asked: a guardian only where her word is needed, and nobody about
    speaking in public before she is to become an ambassador."""
    country = participant.organisation.country
    asked = (
        purpose
        for purpose in Purpose
        if giver in givers_for(participant.age_band, purpose, country)
    )
    ambassador = becomes_ambassador(participant)
    return [purpose for purpose in asked if purpose != Purpose.PUBLICITY or ambassador]


def becomes_ambassador(participant: Participant) -> bool:
    return Enrolment.objects.filter(
        participant=participant,
        status__in=CURRENT,
        cohort__curriculum__programme__code=AMBASSADORS,
    ).exists()


def guardian_is_asked(participant: Participant, purposes: Iterable[Purpose] = Purpose) -> bool:
    country = participant.organisation.country
    return any(
        Giver.GUARDIAN in givers_for(participant.age_band, purpose, country) for purpose in purposes
    )


def link_by_token(token: str) -> ConsentLink | None:
    """The link, whatever has become of it."""
    found = ConsentLink.objects.select_related("participant__organisation")
    return found.filter(token_hash=digest(token)).first()
