"""Hide what is no longer used, and bring it back. Nothing of it is deleted."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from participants.models import Cohort, Community, Practitioner, Venue

Kept = Community | Practitioner | Venue


@transaction.atomic
def retire(*, row: Kept, by: User) -> None:
    """It is offered nowhere any more. Who has a place in a cohort that goes on can't be hidden."""
    busy = cohorts_of(row)
    if busy:
        told = _("It still has a place in “%(cohort)s”. End that first.")
        raise Refusal(told % {"cohort": busy})
    if not type(row).objects.filter(pk=row.pk, retired_at=None).update(retired_at=timezone.now()):
        raise Refusal(_("It is hidden already."))
    note(by, "retired", row)


@transaction.atomic
def restore(*, row: Kept, by: User) -> None:
    hidden = type(row).objects.filter(pk=row.pk, retired_at__isnull=False)
    if not hidden.update(retired_at=None):
        raise Refusal(_("It is in use already."))
    note(by, "restored", row)


def cohorts_of(row: Kept) -> Cohort | None:
    """A cohort that goes on and that this community or practitioner has a place in."""
    going_on = Cohort.objects.current()
    if isinstance(row, Community):
        return going_on.filter(partnerships__community=row, partnerships__ended_on=None).first()
    if isinstance(row, Practitioner):
        return going_on.filter(places__practitioner=row, places__left_on=None).first()
    return None


def note(by: User, what: str, row: Kept) -> None:
    verb = f"{row._meta.model_name}.{what}"
    record(by=by, verb=verb, target=row, organisation=row.organisation)
