"""The verbs of a job: submit, work, sweep, try again."""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.audit.actions import record
from cocora.common.broker import call_worker
from cocora.common.refusal import Refusal
from cocora.jobs.models import LEASE, MAX_ATTEMPTS, Job, JobState

log = logging.getLogger(__name__)

# Left in the cache by every sweep, gone when none has come for a minute. /health/ looks for it.
SIGN_OF_LIFE = "jobs.sign-of-life"


class JobRefused(Refusal):
    """The work can't be done, for a reason that people can act on. Trying again won't help."""


class JobLost(Exception):
    """Another worker has taken the job over; whatever this one did must not count."""


@dataclass
class Work:
    """A claimed job in the hands of a worker."""

    job: Job

    def report(
        self, progress: int, total: int, stage: str, seconds_left: int | None = None
    ) -> None:
        """Show progress and renew the lease. Raises JobLost when the job is no longer ours, which
        is also how a cancelled one ends."""
        self.held(
            progress=min(progress, total),
            total=total,
            stage=stage[:80],
            seconds_left=seconds_left,
        )

    def held(self, **changes: Any) -> None:
        mine = Job.objects.filter(
            pk=self.job.pk, state=JobState.RUNNING, attempt=self.job.attempt
        ).update(lease_until=timezone.now() + LEASE, **changes)
        if not mine:
            raise JobLost(self.job.pk)


# A handler does the work and returns a function that writes its effect. That function runs in the
# transaction that marks the job done, so that the effect happens once or not at all.
Effect = Callable[[], dict[str, Any]]
Handler = Callable[[Work], Effect]
handlers: dict[str, Handler] = {}


def job_kind(kind: str) -> Callable[[Handler], Handler]:
    """Register the handler of one kind of job."""

    def register(handler: Handler) -> Handler:
        handlers[kind] = handler
        return handler

    return register


@transaction.atomic
def submit(
    *, kind: str, key: str, by: User | None, arguments: dict[str, Any], total: int = 0
) -> Job:
    """The open job for ``key``: a new one, or the one that somebody has asked for already.

    ``total`` is the number of steps if it is known before a worker has looked.
    """
    job, new = Job.objects.open().get_or_create(
        kind=kind,
        key=key,
        defaults={"requested_by": by, "arguments": arguments, "total": total},
    )
    if new:
        record(by=by, verb="job.submitted", target=job, detail={"kind": kind})
        transaction.on_commit(lambda: send(job.pk))
    return job


@transaction.atomic
def cancel(*, job: Job, by: User) -> bool:
    """End a job that is open; its worker notices at its next report. False when it had ended."""
    ended = (
        Job.objects.filter(pk=job.pk)
        .open()
        .update(state=JobState.CANCELLED, finished_at=timezone.now(), stage="", seconds_left=None)
    )
    if ended:
        record(by=by, verb="job.cancelled", target=job, detail={"kind": job.kind})
    return bool(ended)


def send(job_id: int) -> None:
    call_worker("cocora.jobs.tasks.work", job_id)


def claim(job_id: int, now: datetime) -> Work | None:
    """Take the job if it is free: one conditional UPDATE, so that two workers can't both win."""
    taken = (
        Job.objects.filter(pk=job_id)
        .claimable(now)
        .update(state=JobState.RUNNING, attempt=F("attempt") + 1, lease_until=now + LEASE)
    )
    return Work(Job.objects.get(pk=job_id)) if taken else None


def work(job_id: int) -> None:
    """Do one job from claim to end. Safe to call twice, in two places, at any time."""
    claimed = claim(job_id, timezone.now())
    if claimed is None:
        return
    job = claimed.job
    try:
        if job.attempt > MAX_ATTEMPTS:
            raise JobRefused(_("The work was interrupted too often. Please try again later."))
        effect = handlers[job.kind](claimed)
        finish(claimed, effect)
    except JobLost:
        log.warning("job %s: attempt %s lost its lease", job.pk, job.attempt)
    except JobRefused as refusal:
        fail(claimed, str(refusal))
    except Exception:
        log.exception("job %s failed", job.pk)
        fail(claimed, _("Something went wrong on our side. Nothing is lost; please try again."))


@transaction.atomic
def finish(claimed: Work, effect: Effect) -> None:
    """Effect and 'done' in one transaction, only while the job is still ours."""
    claimed.held()
    result = effect()
    claimed.held(
        state=JobState.DONE,
        finished_at=timezone.now(),
        result=result,
        progress=F("total"),
        stage="",
        seconds_left=None,
    )


def fail(claimed: Work, problem: str) -> None:
    try:
        claimed.held(state=JobState.FAILED, finished_at=timezone.now(), problem=problem)
    except JobLost:
        log.warning("job %s: failed after it was lost", claimed.job.pk)


def sweep() -> int:
    """Send again what nobody is working at; the number of jobs sent."""
    cache.set(SIGN_OF_LIFE, True, timeout=60)
    now = timezone.now()
    stranded = Job.objects.all().stranded(now).order_by("sent_at", "pk")
    ids = list(stranded.values_list("pk", flat=True)[:100])
    for job_id in ids:
        Job.objects.filter(pk=job_id).update(sent_at=now)
        send(job_id)
    return len(ids)
