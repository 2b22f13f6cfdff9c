"""Who agreed to what. ``may`` is the only way to process anything about somebody."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from participants.models import Consent, Participant
from participants.queries.merged import family_of, roots_of
from participants.vocabulary import OF_AGE, AgeBand, Giver, Purpose

# From which age somebody's own consent is enough where consent is the basis, by country. Source of
# each line: docs/consent-ages.md. Local counsel must confirm it before anybody relies on it.
CONSENT_AGE = {"AT": 14, "DE": 16, "DK": 15, "FR": 15, "IT": 14}
# Where no law is known here the strictest applies.
DEFAULT_CONSENT_AGE = 16
# For these a guardian is asked up to 18, whatever the law on data says.
GUARDED_UNTIL_OF_AGE = {Purpose.TAKE_PART, Purpose.PHOTO, Purpose.PUBLICITY}


def consent_age(country: str) -> int:
    return CONSENT_AGE.get(country, DEFAULT_CONSENT_AGE)


def needs_guardian(age_band: str, purpose: Purpose, country: str) -> bool:
    """Whether a guardian has to agree as well."""
    limit = OF_AGE if purpose in GUARDED_UNTIL_OF_AGE else consent_age(country)
    return AgeBand(age_band).youngest < limit


def givers_for(age_band: str, purpose: Purpose, country: str) -> list[Giver]:
    """Everybody whose yes is needed. The young person is always asked: her own no counts."""
    both = needs_guardian(age_band, purpose, country)
    return [Giver.PARTICIPANT, Giver.GUARDIAN] if both else [Giver.PARTICIPANT]


@dataclass(frozen=True)
class Answer:
    """Whether something may be done about somebody, and who has still to say yes if not."""

    allowed: bool
    missing: tuple[Giver, ...] = ()
    refused: tuple[Giver, ...] = ()
    agreed: tuple[Giver, ...] = ()

    @property
    def words(self) -> str:
        """The state in a few words, and who has still to agree."""
        if self.refused:
            return _("Said no: %(who)s") % {"who": named(self.refused)}
        if self.missing:
            return _("Still to agree: %(who)s") % {"who": named(self.missing)}
        return _("Agreed")


def named(givers: Iterable[Giver]) -> str:
    return " · ".join(str(giver.label).lower() for giver in givers)


def may(person: Participant, purpose: Purpose, at: datetime | None = None) -> bool:
    """Whether ``purpose`` is covered by consent at this moment: the gate before all processing."""
    return answer_of(person, purpose, at).allowed


def answer_of(person: Participant, purpose: Purpose, at: datetime | None = None) -> Answer:
    return answers([person], purpose, at)[person.pk]


def answers(
    people: Iterable[Participant], purpose: Purpose, at: datetime | None = None
) -> dict[UUID, Answer]:
    """The same for many people, with two queries. They need ``select_related("organisation")``.

    Of several answers of one giver the newest counts, whichever of her merged rows it is in.
    """
    return {pk: told[purpose] for pk, told in all_answers(people, [purpose], at).items()}


def all_answers(
    people: Iterable[Participant], purposes: Iterable[Purpose], at: datetime | None = None
) -> dict[UUID, dict[Purpose, Answer]]:
    """Every purpose of many people, with the same two queries."""
    people, purposes = list(people), list(purposes)
    roots = roots_of(people)
    rows = Consent.objects.at(at or timezone.now()).filter(
        participant__in=family_of(people, roots), purpose__in=purposes
    )
    standing: dict[tuple[UUID, str, str], bool] = {}
    told = rows.order_by("given_at", "pk").values_list(
        "participant_id", "purpose", "giver", "agreed"
    )
    for pk, purpose, giver, agreed in told:
        standing[roots.get(pk, pk), purpose, giver] = agreed
    return {
        person.pk: {
            purpose: judged(
                {
                    giver: standing.get((roots.get(person.pk, person.pk), purpose, giver))
                    for giver in givers_for(person.age_band, purpose, person.organisation.country)
                }
            )
            for purpose in purposes
        }
        for person in people
    }


def judged(said: dict[Giver, bool | None]) -> Answer:
    missing = tuple(giver for giver, yes in said.items() if yes is None)
    refused = tuple(giver for giver, yes in said.items() if yes is False)
    agreed = tuple(giver for giver, yes in said.items() if yes)
    return Answer(not missing and not refused, missing, refused, agreed)
