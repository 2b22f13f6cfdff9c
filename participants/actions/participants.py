"""Write down somebody who takes part, and change what is known. Names and contacts are sealed."""

import re
import secrets
from collections.abc import Iterable
from datetime import date, timedelta

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.models import Organisation, User
from cocora.audit.actions import record
from cocora.common.refusal import FieldRefusal, Refusal
from participants.models import AccessNeed, Cohort, Participant
from participants.queries.enrolment import CURRENT
from participants.vocabulary import AgeBand, Need, ParticipantKind

# No letter that looks like another one or like a digit, none that is hard to say.
CONSONANTS = "BDHKMNPRSTVZ"
VOWELS = "AEIOU"
SYLLABLES = 3
LONGEST_NAME = 80
LONGEST_CONTACT = 120
TELEPHONE = re.compile(r"\+?[\d ()./-]{5,30}")
# The columns of a person that a form or a list may set.
FACTS = (
    "kind", "display_name", "contact", "guardian_name", "guardian_contact", "age_band", "language"
)  # fmt: skip


def chance_code() -> str:
    """Three syllables by chance, such as BATIMO; derived from nothing, and no vowel thrice."""
    while True:
        vowels = [secrets.choice(VOWELS) for _syllable in range(SYLLABLES)]
        if len(set(vowels)) > 1:
            return "".join(secrets.choice(CONSONANTS) + vowel for vowel in vowels)


def free_code(organisation: Organisation) -> str:
    """A code that nobody in this organisation has."""
    taken = Participant.objects.filter(organisation=organisation)
    while taken.filter(code=(code := chance_code())).exists():
        pass
    return code


def one_line(text: str, longest: int, field: str) -> str:
    line = " ".join(text.split())
    if len(line) > longest:
        raise FieldRefusal(
            field, _("Please keep this under %(longest)s characters.") % {"longest": longest}
        )
    return line


def known_contact(text: str, field: str = "contact") -> str:
    """One way to reach somebody: an e-mail address or a telephone number, and nothing else."""
    contact = one_line(text, LONGEST_CONTACT, field)
    try:
        if contact and not (TELEPHONE.fullmatch(contact) and re.search(r"\d", contact)):
            validate_email(contact)
    except ValidationError as fault:
        raise FieldRefusal(
            field, _("Please give one e-mail address or one telephone number.")
        ) from fault
    return contact


@transaction.atomic
def create_participant(
    *,
    organisation: Organisation,
    age_band: str,
    by: User | None,
    kind: str = ParticipantKind.YOUNG,
    language: str = "",
    display_name: str = "",
    contact: str = "",
    guardian_name: str = "",
    guardian_contact: str = "",
    needs: Iterable[str] = (),
    needs_until: date | None = None,
) -> Participant:
    """A new row with a new code. ``FieldRefusal`` names the field that can't be taken."""
    person = Participant(
        organisation=organisation,
        code=free_code(organisation),
        kind=ParticipantKind(kind),
        age_band=AgeBand(age_band),
        language=language or organisation.default_language,
    )
    put_identity(person, display_name, contact, guardian_name, guardian_contact)
    person.save(force_insert=True)
    put_needs(person, needs, needs_until)
    note(by, "participant.created", person)
    return person


@transaction.atomic
def change_participant(
    *,
    participant: Participant,
    by: User,
    age_band: str,
    kind: str,
    language: str,
    display_name: str = "",
    contact: str = "",
    guardian_name: str = "",
    guardian_contact: str = "",
    needs: Iterable[str] = (),
    needs_until: date | None = None,
) -> Participant:
    """Everything that is known about somebody, as it is now."""
    refuse_merged(participant)
    participant.kind = ParticipantKind(kind)
    participant.age_band = AgeBand(age_band)
    participant.language = language
    put_identity(participant, display_name, contact, guardian_name, guardian_contact)
    participant.save(update_fields=FACTS)
    put_needs(participant, needs, needs_until)
    note(by, "participant.changed", participant)
    return participant


def refuse_merged(participant: Participant) -> None:
    if participant.merged_into_id:
        raise Refusal(
            _("%(code)s was merged into another row. Work with that one.")
            % {"code": participant.code}
        )


def put_identity(
    person: Participant, name: str, contact: str, guardian_name: str, guardian_contact: str
) -> None:
    person.display_name = one_line(name, LONGEST_NAME, "display_name")
    person.contact = known_contact(contact)
    person.guardian_name = one_line(guardian_name, LONGEST_NAME, "guardian_name")
    person.guardian_contact = known_contact(guardian_contact, "guardian_contact")


def put_needs(person: Participant, needs: Iterable[str], until: date | None) -> None:
    """These needs and no others; without a day they end when nobody has to know them any more."""
    wanted = {Need(need) for need in needs}
    if until and until < timezone.localdate():
        raise FieldRefusal("needs_until", _("This day is over. Choose a later one."))
    person.needs.exclude(need__in=wanted).delete()
    day = until or needs_end_on(person)
    kept = set(person.needs.values_list("need", flat=True))
    AccessNeed.objects.bulk_create(
        AccessNeed(participant=person, need=need, expires_on=day) for need in wanted - kept
    )
    if until:
        person.needs.update(expires_on=until)


def needs_end_on(person: Participant) -> date:
    """The organisation's days after the last cohort that she is in or waits for, else from now."""
    days = timedelta(days=person.organisation.keep_needs_days)
    mine = Cohort.objects.current().filter(
        enrolments__participant=person, enrolments__status__in=CURRENT
    )
    last = mine.aggregate(last=Max("ends_on"))["last"]
    return max(last or timezone.localdate(), timezone.localdate()) + days


def keep_needs_longer(person: Participant) -> None:
    """Who joins a cohort needs there what she needed when she applied."""
    day = needs_end_on(person)
    person.needs.filter(expires_on__lt=day, expires_on__gte=timezone.localdate()).update(
        expires_on=day
    )


def note(by: User | None, verb: str, person: Participant) -> None:
    record(
        by=by,
        verb=verb,
        target=person,
        organisation=person.organisation,
        detail={"code": person.code},
    )
