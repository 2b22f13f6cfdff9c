"""Long work. The row is the truth: outbox, lease, progress bar and result in one."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q, Value
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import User

# A worker renews its lease with its progress, every few seconds. When the lease runs out the
# worker is dead, and the sweep (every 10 s) sends the job again: back at work within a minute.
LEASE = timedelta(seconds=30)
UNSENT_AFTER = timedelta(seconds=15)
LONGEST_GAP = timedelta(minutes=10)
MAX_ATTEMPTS = 4


class JobState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    RUNNING = "running", _("At work")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    CANCELLED = "cancelled", _("Cancelled")


OPEN_STATES = (JobState.WAITING, JobState.RUNNING)


class JobQuerySet(models.QuerySet["Job"]):
    def visible_to(self, user: User) -> "JobQuerySet":
        """Jobs hold no personal data, yet only who ordered one follows it."""
        return self.filter(requested_by=user)

    def open(self) -> "JobQuerySet":
        return self.filter(state__in=OPEN_STATES)

    def claimable(self, now: datetime) -> "JobQuerySet":
        """Waiting jobs, and running ones whose worker has fallen silent."""
        return self.filter(
            Q(state=JobState.WAITING) | Q(state=JobState.RUNNING, lease_until__lt=now)
        )

    def stranded(self, now: datetime) -> "JobQuerySet":
        """Jobs that nobody is working at and whose message may be lost.

        A waiting one may just stand behind others, and each message more makes that line longer.
        So its gaps double; only when a worker has died is there a message at once.
        """
        due = Q(state=JobState.RUNNING) | Q(silent__gte=F("waited")) | Q(silent__gte=LONGEST_GAP)
        return (
            self.claimable(now)
            .alias(waited=F("sent_at") - F("created_at"))
            .alias(silent=Value(now, models.DateTimeField()) - F("sent_at"))
            .filter(due, sent_at__lt=now - UNSENT_AFTER)
        )


class Job(models.Model):
    """One piece of long work, asked for once per ``key`` as long as it is open."""

    kind = models.CharField(max_length=40)
    key = models.CharField(max_length=64)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    # The fencing number: a worker writes only while the job still carries the number it claimed.
    attempt = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(default=timezone.now)
    progress = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    stage = models.CharField(max_length=80, blank=True)
    # How long the rest will take, as far as the work can tell by now.
    seconds_left = models.PositiveIntegerField(null=True, blank=True)
    problem = models.TextField(blank=True)
    result: Any = models.JSONField(default=dict)
    requested_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True)
    created_at = models.DateTimeField(default=timezone.now)
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = JobQuerySet.as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "key"], condition=Q(state__in=OPEN_STATES), name="job_open_once"
            ),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(
                condition=Q(progress__lte=F("total")) | Q(total=0), name="job_progress_within"
            ),
            models.CheckConstraint(
                condition=Q(state__in=OPEN_STATES, finished_at=None)
                | (~Q(state__in=OPEN_STATES) & Q(finished_at__isnull=False)),
                name="job_finished_at",
            ),
        ]
        indexes = [models.Index(fields=["state", "sent_at"], name="job_sweep")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk} ({self.state})"

    @property
    def is_open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def percent(self) -> int:
        return round(100 * self.progress / self.total) if self.total else 0
