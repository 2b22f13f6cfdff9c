"""Ask, write down what was answered, take it back. Nothing here is ever changed afterwards."""

import secrets
from collections.abc import Mapping

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.accounts.queries import digest
from cocora.audit.actions import record
from cocora.common.refusal import FieldRefusal, Refusal
from participants import scans
from participants.actions.enrolments import end_enrolments
from participants.actions.participants import refuse_merged
from participants.models import Consent, ConsentLink, ConsentTerms, Participant
from participants.queries.merged import family_of, present_row, roots_of
from participants.queries.terms import purposes_for, terms_in_use
from participants.vocabulary import Giver, Means, Purpose

Answers = Mapping[Purpose, bool]


@transaction.atomic
def record_answers(
    *,
    participant: Participant,
    giver: Giver,
    answers: Answers,
    means: Means,
    by: User | None,
    scan: bytes | None = None,
) -> list[Consent]:
    """Write down what somebody answered to the words that are in use for her.

    A no counts from this moment: it ends what rested on an earlier yes. An answer on paper needs
    its scan.
    """
    refuse_merged(participant)
    refuse_unasked(participant, giver, answers)
    words = terms_in_use(participant.organisation, participant.language)
    name = kept_scan(participant, means, scan)
    lock(participant)
    rows = [
        Consent.objects.create(
            participant=participant,
            terms=words_of(words, purpose),
            purpose=purpose,
            giver=giver,
            agreed=agreed,
            means=means,
            recorded_by=by,
            scan=name,
        )
        for purpose, agreed in answers.items()
    ]
    for row in rows:
        note(by, "consent.given" if row.agreed else "consent.refused", row)
        if not row.agreed:
            stop(participant, Purpose(row.purpose), by)
    return rows


def refuse_unasked(participant: Participant, giver: Giver, answers: Answers) -> None:
    if not answers:
        raise Refusal(_("No answer was chosen."))
    if not set(answers) <= set(purposes_for(participant, giver)):
        raise Refusal(_("This person is not asked about that."))


def words_of(words: dict[Purpose, ConsentTerms], purpose: Purpose) -> ConsentTerms:
    if purpose not in words:
        raise Refusal(
            _("There are no words yet for: %(purpose)s. Write them first.")
            % {"purpose": purpose.label}
        )
    return words[purpose]


def kept_scan(participant: Participant, means: Means, scan: bytes | None) -> str:
    if means != Means.PAPER:
        return ""
    if not scan:
        raise FieldRefusal("scan", _("Add the scan of the signed sheet."))
    return scans.keep(participant, *scans.checked(scan))


def lock(participant: Participant) -> None:
    """Answers and enrolments of one person come one after the other."""
    Participant.objects.select_for_update().get(pk=participant.pk)


def stop(participant: Participant, purpose: Purpose, by: User | None) -> None:
    """What ends by itself when somebody no longer agrees; the rest asks the gate each time."""
    if purpose == Purpose.TAKE_PART:
        end_enrolments(participant=participant, by=by)


@transaction.atomic
def withdraw_consent(*, participant: Participant, purpose: Purpose, by: User | None) -> int:
    """Take back every yes for a purpose, whoever gave it; what rests on it ends now.

    The number of answers taken back. To begin again, everybody is asked anew.
    """
    lock(participant)
    rows = Consent.objects.filter(
        participant__in=family_of([participant], roots_of([participant])),
        purpose=purpose,
        agreed=True,
        withdrawn_at=None,
    )
    taken_back = rows.update(withdrawn_at=timezone.now(), withdrawn_by=by)
    if not taken_back:
        raise Refusal(_("There is no consent to take back."))
    record(
        by=by,
        verb="consent.withdrawn",
        target=participant,
        organisation=participant.organisation,
        detail={"code": participant.code, "purpose": purpose, "answers": taken_back},
    )
    stop(participant, purpose, by)
    return taken_back


@transaction.atomic
def make_link(*, participant: Participant, giver: Giver, by: User) -> tuple[ConsentLink, str]:
    """A link for one person or one guardian, and its token, which is shown this once.

    An earlier link for the same giver stops working.
    """
    refuse_merged(participant)
    if not purposes_for(participant, giver):
        raise Refusal(_("Nobody has to ask a guardian here."))
    lock(participant)
    unused = ConsentLink.objects.filter(
        participant=participant, giver=giver, used_at=None, revoked_at=None
    )
    unused.update(revoked_at=timezone.now())
    token = secrets.token_urlsafe(32)
    link = ConsentLink.objects.create(
        participant=participant, giver=giver, token_hash=digest(token), created_by=by
    )
    note_link(by, "consent_link.made", link)
    return link, token


@transaction.atomic
def revoke_link(*, link: ConsentLink, by: User) -> None:
    unused = ConsentLink.objects.filter(pk=link.pk, used_at=None, revoked_at=None)
    if not unused.update(revoked_at=timezone.now()):
        raise Refusal(_("This link was used or taken back already."))
    note_link(by, "consent_link.revoked", link)


@transaction.atomic
def answer_link(*, link: ConsentLink, answers: Answers) -> list[Consent]:
    """Use a link up. Of two answers at once one wins."""
    now = timezone.now()
    usable = ConsentLink.objects.filter(
        pk=link.pk, used_at=None, revoked_at=None, expires_at__gt=now
    )
    if not usable.update(used_at=now):
        raise Refusal(_("This link can't be used any more."))
    return record_answers(
        participant=present_row(link.participant),
        giver=Giver(link.giver),
        answers=answers,
        means=Means.LINK,
        by=None,
    )


def note(by: User | None, verb: str, row: Consent) -> None:
    person = row.participant
    record(
        by=by,
        verb=verb,
        target=person,
        organisation=person.organisation,
        detail={
            "code": person.code,
            "purpose": row.purpose,
            "giver": row.giver,
            "means": row.means,
            "terms": row.terms_id,
        },
    )


def note_link(by: User, verb: str, link: ConsentLink) -> None:
    record(
        by=by,
        verb=verb,
        target=link,
        organisation=link.participant.organisation,
        detail={"code": link.participant.code, "giver": link.giver},
    )
