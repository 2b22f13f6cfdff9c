"""Who stands beside a cohort: its partner communities, and the places of its practitioners."""

from django.db import IntegrityError, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.audit.actions import record
from cocora.common.refusal import FieldRefusal, Refusal
from participants.models import (
    Cohort,
    CohortCommunity,
    CohortPractitioner,
    Community,
    Practitioner,
)


@transaction.atomic
def add_partner(*, cohort: Cohort, community: Community, by: User) -> CohortCommunity:
    """The community's contacts with an account see the cohort from now on, without names."""
    refuse_over(cohort)
    refuse_foreign(cohort, community, "community")
    try:
        with transaction.atomic():
            row = CohortCommunity.objects.create(cohort=cohort, community=community)
    except IntegrityError as fault:
        raise FieldRefusal("community", _("This community is a partner already.")) from fault
    note(by, "cohort.partner_added", cohort, community)
    return row


@transaction.atomic
def end_partnership(*, partnership: CohortCommunity, by: User) -> None:
    """What was stays on record; the contacts see the cohort no longer."""
    standing = CohortCommunity.objects.filter(pk=partnership.pk, ended_on=None)
    if not standing.update(ended_on=timezone.localdate()):
        raise Refusal(_("This partnership has ended already."))
    note(by, "cohort.partner_ended", partnership.cohort, partnership.community)


@transaction.atomic
def give_place(
    *, cohort: Cohort, practitioner: Practitioner, role: str, by: User
) -> CohortPractitioner:
    """With an account she sees the cohort from now on; what of it, her role says."""
    refuse_over(cohort)
    refuse_foreign(cohort, practitioner, "practitioner")
    try:
        with transaction.atomic():
            place = CohortPractitioner.objects.create(
                cohort=cohort, practitioner=practitioner, role=role
            )
    except IntegrityError as fault:
        told = _("She or he has a place in this cohort already.")
        raise FieldRefusal("practitioner", told) from fault
    note(by, "cohort.place_given", cohort, practitioner, role=role)
    return place


@transaction.atomic
def change_place(*, place: CohortPractitioner, role: str, by: User) -> None:
    if not CohortPractitioner.objects.filter(pk=place.pk, left_on=None).update(role=role):
        raise Refusal(_("This place has ended already."))
    note(by, "cohort.place_changed", place.cohort, place.practitioner, role=role)


@transaction.atomic
def end_place(*, place: CohortPractitioner, by: User) -> None:
    """What was stays on record; she sees the cohort no longer."""
    standing = CohortPractitioner.objects.filter(pk=place.pk, left_on=None)
    if not standing.update(left_on=timezone.localdate()):
        raise Refusal(_("This place has ended already."))
    note(by, "cohort.place_ended", place.cohort, place.practitioner)


def refuse_over(cohort: Cohort) -> None:
    if cohort.is_over:
        raise Refusal(_("This cohort is over, so nobody joins it any more."))


def refuse_foreign(cohort: Cohort, who: Community | Practitioner, field: str) -> None:
    if who.organisation_id != cohort.organisation_id or who.retired_at:
        raise FieldRefusal(field, _("This is none that your organisation works with now."))


def note(by: User, verb: str, cohort: Cohort, who: models.Model, **detail: str) -> None:
    record(
        by=by,
        verb=verb,
        target=cohort,
        organisation=cohort.organisation,
        detail={str(who._meta.model_name): who.pk, **detail},
    )
