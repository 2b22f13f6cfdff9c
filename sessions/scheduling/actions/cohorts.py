"""The end of a cohort before its time, with all that it has planned."""

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cocora.accounts.models import User
from participants.actions.cohorts import cancel_cohort
from participants.models import Cohort
from sessions.scheduling.actions.releases import release_schedule
from sessions.scheduling.models import Assignment, ProgrammeSession, SessionStatus
from sessions.scheduling.queries.snapshots import latest_releases, unreleased_changes


@transaction.atomic
def call_off_cohort(*, cohort: Cohort, reason: str, by: User) -> None:
    """Cancel a cohort and its coming sessions. Rooms and people are free again, and everybody who
    knew of a date gets a message that it is off, which waits in the outbox.

    Raises Refusal when the cohort can't be cancelled any more.
    """
    now = timezone.now()
    coming = ProgrammeSession.objects.filter(cohort=cohort).coming(now)
    ids = list(coming.values_list("pk", flat=True))
    ProgrammeSession.objects.filter(pk__in=ids).update(
        status=SessionStatus.CANCELLED,
        cancelled_at=now,
        cancelled_because=reason,
        version=F("version") + 1,
    )
    Assignment.objects.filter(programme_session__in=ids).update(binds=False)
    if latest_releases([cohort]) and unreleased_changes(cohort):
        release_schedule(cohort=cohort, by=by, comment=reason)
    cancel_cohort(cohort=cohort, reason=reason, by=by)
