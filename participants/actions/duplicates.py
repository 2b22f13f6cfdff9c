"""Two rows that are one person become one; or somebody says that they are two people."""

from collections.abc import Mapping

from django.db import transaction
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from participants.actions.enrolments import today_of
from participants.actions.participants import FACTS, refuse_merged
from participants.models import Enrolment, NotTheSame, Participant
from participants.queries.likeness import in_order
from participants.vocabulary import EnrolmentStatus

# Of two places in one cohort the one further on counts.
FURTHER = {
    EnrolmentStatus.WITHDRAWN: 0,
    EnrolmentStatus.APPLIED: 1,
    EnrolmentStatus.WAITLISTED: 2,
    EnrolmentStatus.ENROLLED: 3,
    EnrolmentStatus.COMPLETED: 4,
}
STEPS = (
    "status", "invited", "applied_on", "waitlisted_on", "joined_on", "completed_on", "left_on",
    "enrolled_by",
)  # fmt: skip


@transaction.atomic
def merge_participants(
    *, kept: Participant, merged: Participant, taken: Mapping[str, str], by: User
) -> Participant:
    """``kept`` stands for the person from now on, with the fields of ``merged`` that ``taken``
    names (``{"contact": "merged"}``; everything else stays).

    Cohorts, needs and open links follow. Answers to consent are never moved: they are asked of
    both rows. ``merged`` stays with its code, so that old records lead to the person.
    """
    kept, merged = locked(kept, merged)
    refuse_unfit(kept, merged)
    for name in FACTS:
        if taken.get(name) == "merged":
            setattr(kept, name, getattr(merged, name))
    kept.save(update_fields=FACTS)
    move_enrolments(kept, merged)
    move_needs(kept, merged)
    merged.links.filter(used_at=None, revoked_at=None).update(participant=kept)
    # Whoever was merged into the row that goes now leads to the one that stays.
    Participant.objects.filter(merged_into=merged).update(merged_into=kept)
    Participant.objects.filter(pk=merged.pk).update(merged_into=kept)
    for row, other in ((kept, merged), (merged, kept)):
        verb = "participant.merged" if row is kept else "participant.merged_away"
        detail = {"code": row.code, "other": other.code}
        record(by=by, verb=verb, target=row, organisation=row.organisation, detail=detail)
    return kept


def locked(kept: Participant, merged: Participant) -> tuple[Participant, Participant]:
    """Both rows as they are now, ours until the end; always in the same order."""
    rows = Participant.objects.select_for_update(of=("self",)).select_related("organisation")
    held = {row.pk: row for row in rows.filter(pk__in=[kept.pk, merged.pk]).order_by("pk")}
    return held[kept.pk], held[merged.pk]


def refuse_unfit(kept: Participant, merged: Participant) -> None:
    if kept.pk == merged.pk:
        raise Refusal(_("This is one row. It takes two to merge them."))
    if kept.organisation_id != merged.organisation_id:
        raise Refusal(_("People of two organisations can't be merged."))
    refuse_merged(kept)
    refuse_merged(merged)


def move_enrolments(kept: Participant, merged: Participant) -> None:
    """Into cohorts where ``kept`` has no place; where both have one, the one further on counts and
    the other ends, so that nobody takes two places."""
    own = {row.cohort_id: row for row in kept.enrolments.all()}
    for row in merged.enrolments.select_related("cohort"):
        standing = own.get(row.cohort_id)
        if standing is None:
            row.participant = kept
            row.save(update_fields=["participant"])
            continue
        if FURTHER[EnrolmentStatus(row.status)] > FURTHER[EnrolmentStatus(standing.status)]:
            for name in STEPS:
                setattr(standing, name, getattr(row, name))
            standing.save(update_fields=STEPS)
        end(row)


def end(row: Enrolment) -> None:
    today = today_of(row.cohort)
    row.status = EnrolmentStatus.WITHDRAWN
    row.left_on = row.left_on or max(today, row.joined_on or today)
    row.save(update_fields=["status", "left_on"])


def move_needs(kept: Participant, merged: Participant) -> None:
    """Each need once, until the later day."""
    own = {row.need: row for row in kept.needs.all()}
    for row in merged.needs.all():
        if row.need not in own:
            row.participant = kept
            row.save(update_fields=["participant"])
            continue
        same = own[row.need]
        same.expires_on = max(same.expires_on, row.expires_on)
        same.save(update_fields=["expires_on"])
        row.delete()


@transaction.atomic
def tell_apart(*, one: Participant, other: Participant, by: User) -> None:
    """These are two people: they are not shown as a pair any more."""
    if one.organisation_id != other.organisation_id or one.pk == other.pk:
        raise Refusal(_("Only two people of one organisation can be told apart."))
    first, second = in_order(one, other)
    _row, new = NotTheSame.objects.get_or_create(
        one_id=first, other_id=second, defaults={"said_by": by}
    )
    if new:
        detail = {"code": one.code, "other": other.code}
        record(
            by=by,
            verb="participant.told_apart",
            target=one,
            organisation=one.organisation,
            detail=detail,
        )
