"""Days without sessions, of one cohort or of the whole organisation."""

from datetime import date

from django.db import transaction

from cocora.accounts.models import User
from cocora.audit.actions import record
from participants.models import Cohort
from sessions.scheduling.models import ClosedDate


@transaction.atomic
def close_days(
    *, cohort: Cohort, starts_on: date, ends_on: date, reason: str, everywhere: bool, by: User
) -> ClosedDate:
    """From the first to the last day; ``everywhere`` for all cohorts of the organisation.

    Sessions that are planned then stay, with a warning.
    """
    made = ClosedDate.objects.create(
        organisation=cohort.organisation,
        cohort=None if everywhere else cohort,
        starts_on=starts_on,
        ends_on=ends_on,
        reason=reason,
    )
    record(by=by, verb="days.closed", target=made, organisation=cohort.organisation)
    return made


@transaction.atomic
def open_days(*, closed: ClosedDate, by: User) -> None:
    """Sessions may be planned then again."""
    record(by=by, verb="days.opened", target=closed, organisation=closed.organisation)
    closed.delete()
