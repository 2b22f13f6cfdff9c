"""When a cohort meets, what is on the agenda, who leads, and what was told to whom.

The rows are the draft that coordinators work on; a release is a frozen picture of them.
"""

import uuid
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import Organisation, User
from cocora.accounts.roles import Permission
from cocora.common.sealed import SealedTextField
from participants.models import Cohort, CommunityContact, Participant, Practitioner, Venue
from participants.models.cohorts import OfCohortQuerySet
from participants.models.communities import OwnedQuerySet
from participants.vocabulary import CohortRole
from programmes.models import Exercise


class SessionStatus(models.TextChoices):
    PLANNED = "planned", _("Planned")
    HELD = "held", _("Held")
    CANCELLED = "cancelled", _("Cancelled")


class ItemKind(models.TextChoices):
    EXERCISE = "exercise", _("Exercise")
    ARRIVAL = "arrival", _("Arrival")
    BREAK = "break", _("Break")
    REFLECTION = "reflection", _("Reflection")
    OWN = "own", _("Own block")


class AssignmentState(models.TextChoices):
    ASKED = "asked", _("Asked")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")


class MessageKind(models.TextChoices):
    RELEASE = "release", _("Release of the schedule")
    ASSIGNMENT = "assignment", _("Question to a practitioner")
    REMINDER = "reminder", _("Reminder")


class MessageState(models.TextChoices):
    WAITING = "waiting", _("Waiting")
    SENT = "sent", _("Sent")
    HELD_BACK = "held-back", _("Held back")


class ClosedDate(models.Model):
    """Days without sessions, beside the public holidays: of one cohort, or of all."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="closed_dates")
    cohort = models.ForeignKey(Cohort, models.CASCADE, null=True, blank=True, related_name="closed")
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"))
    reason = models.CharField(_("why"), max_length=80)

    objects = OwnedQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed days")
        verbose_name_plural = _("closed days")
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="closed_date_order"
            )
        ]

    def __str__(self) -> str:
        return self.reason


class ProgrammeSessionQuerySet(OfCohortQuerySet):
    def standing(self) -> Any:
        """Those that are not cancelled."""
        return self.exclude(status=SessionStatus.CANCELLED)

    def coming(self, now: datetime) -> Any:
        return self.filter(status=SessionStatus.PLANNED, ends_at__gt=now)


class ProgrammeSession(models.Model):
    """One meeting of a cohort. Its local date and times are the truth; UTC is derived from them."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="sessions")
    title = models.CharField(_("title"), max_length=120, blank=True)
    local_date = models.DateField(_("date"))
    local_start = models.TimeField(_("from"))
    local_end = models.TimeField(_("to"))
    starts_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(editable=False)
    venue = models.ForeignKey(
        Venue, models.PROTECT, null=True, blank=True, verbose_name=_("venue"), related_name="+"
    )
    guidance = models.TextField(
        _("word to the facilitators"),
        max_length=1000,
        blank=True,
        help_text=_("Key, contact on site, what to bring. Nothing about a person."),
    )
    status = models.CharField(max_length=10, choices=SessionStatus, default=SessionStatus.PLANNED)
    cancelled_at = models.DateTimeField(null=True, blank=True, editable=False)
    cancelled_because = models.CharField(_("why"), max_length=160, blank=True)
    replaces = models.OneToOneField(
        "self", models.SET_NULL, null=True, blank=True, editable=False, related_name="replacement"
    )
    # Of the calendar entry: it stays the same, and counts up with every release that changes it.
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(default=0, editable=False)
    # Counts up with each change, so that two who edit at once notice each other.
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ProgrammeSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("session")
        verbose_name_plural = _("sessions")
        ordering = ["starts_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")), name="session_times_in_order"
            ),
            models.CheckConstraint(
                condition=Q(status__in=SessionStatus.values), name="session_status_known"
            ),
            models.CheckConstraint(
                condition=Q(status=SessionStatus.CANCELLED, cancelled_at__isnull=False)
                | (~Q(status=SessionStatus.CANCELLED) & Q(cancelled_at=None)),
                name="session_cancelled_at",
            ),
        ]
        indexes = [models.Index(fields=["cohort", "starts_at"], name="session_of_cohort")]

    def __str__(self) -> str:
        return f"{self.cohort} {self.local_date} {self.local_start:%H:%M}"

    def get_absolute_url(self) -> str:
        return reverse("sessions:session", args=[self.cohort_id, self.pk])


def instant(day: date, clock: time, zone: ZoneInfo) -> datetime:
    """The moment at which a clock in this zone shows it; see ``scheduling/dates.py`` for hours
    that a clock change leaves out or shows twice."""
    return datetime.combine(day, clock, tzinfo=zone)


class OfSessionQuerySet(models.QuerySet[Any]):
    """Rows of a session: whoever sees the cohort sees them."""

    def visible_to(self, user: User) -> Any:
        return self.filter(programme_session__cohort__in=Cohort.objects.visible_to(user))

    def allowing(self, user: User, permission: Permission) -> Any:
        cohorts = Cohort.objects.allowing(user, permission)
        return self.filter(programme_session__cohort__in=cohorts)


class AgendaItem(models.Model):
    """A block of a session: an exercise, a break, or something of one's own."""

    programme_session = models.ForeignKey(ProgrammeSession, models.CASCADE, related_name="agenda")
    position = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=10, choices=ItemKind)
    exercise = models.ForeignKey(Exercise, models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(_("title"), max_length=120, blank=True)
    minutes = models.PositiveSmallIntegerField(_("minutes"))

    objects = OfSessionQuerySet.as_manager()

    class Meta:
        verbose_name = _("agenda item")
        verbose_name_plural = _("agenda items")
        ordering = ["position", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(minutes__gte=1), name="agenda_item_minutes"),
            models.CheckConstraint(
                condition=Q(kind=ItemKind.EXERCISE, exercise__isnull=False)
                | (~Q(kind=ItemKind.EXERCISE) & Q(exercise=None)),
                name="agenda_item_exercise",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.minutes} min"


class AssignmentQuerySet(OfSessionQuerySet):
    def visible_to(self, user: User) -> Any:
        own = Practitioner.objects.of(user)
        cohorts = Cohort.objects.visible_to(user)
        return self.filter(Q(programme_session__cohort__in=cohorts) | Q(practitioner__in=own))


class Assignment(models.Model):
    """A practitioner is asked for a session, and says yes or no."""

    programme_session = models.ForeignKey(
        ProgrammeSession, models.CASCADE, related_name="assignments"
    )
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="assignments")
    role = models.CharField(_("role"), max_length=12, choices=CohortRole)
    state = models.CharField(max_length=10, choices=AssignmentState, default=AssignmentState.ASKED)
    asked_at = models.DateTimeField(default=timezone.now, editable=False)
    answered_at = models.DateTimeField(null=True, blank=True, editable=False)
    token_hash = models.CharField(max_length=64, blank=True, editable=False)
    # When she is taken: the times of the session, and whether it still asks for her. The database
    # refuses two of them at once.
    starts_at = models.DateTimeField(editable=False)
    ends_at = models.DateTimeField(editable=False)
    binds = models.BooleanField(default=True, editable=False)

    objects = AssignmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("assignment")
        verbose_name_plural = _("assignments")
        ordering = ["role", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["programme_session", "practitioner"], name="assignment_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=AssignmentState.values), name="assignment_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=AssignmentState.ASKED, answered_at=None)
                | (~Q(state=AssignmentState.ASKED) & Q(answered_at__isnull=False)),
                name="assignment_answered_at",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.practitioner} · {self.get_state_display()}"


class ScheduleRelease(models.Model):
    """The schedule as it was told to everybody. Frozen: a change is the next release."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="releases")
    number = models.PositiveSmallIntegerField()
    comment = models.CharField(_("comment"), max_length=400, blank=True)
    released_at = models.DateTimeField(default=timezone.now)
    released_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    # The sessions as plain data, and what is different from the release before, as sentences' data.
    snapshot: Any = models.JSONField()
    changes: Any = models.JSONField(default=list)

    objects = OfCohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("release of a schedule")
        verbose_name_plural = _("releases of schedules")
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "number"], name="release_number_once")
        ]

    def __str__(self) -> str:
        return f"{self.cohort} · {self.number}"


class ScheduleChange(models.Model):
    """What the last changes of a draft were, so that they can be undone."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="schedule_changes")
    summary = models.CharField(max_length=200)
    before: Any = models.JSONField()
    after: Any = models.JSONField()
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)

    objects = OfCohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("change of a schedule")
        verbose_name_plural = _("changes of schedules")
        ordering = ["-changed_at", "-pk"]

    def __str__(self) -> str:
        return self.summary


class OutboxMessage(models.Model):
    """A mail about a schedule, that somebody can read before it leaves. Text is sealed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="outbox")
    kind = models.CharField(max_length=12, choices=MessageKind)
    release = models.ForeignKey(
        ScheduleRelease, models.CASCADE, null=True, blank=True, related_name="messages"
    )
    programme_session = models.ForeignKey(
        ProgrammeSession, models.CASCADE, null=True, blank=True, related_name="messages"
    )
    # Exactly one of these is who gets it.
    practitioner = models.ForeignKey(
        Practitioner, models.CASCADE, null=True, blank=True, related_name="+"
    )
    contact = models.ForeignKey(
        CommunityContact, models.CASCADE, null=True, blank=True, related_name="+"
    )
    participant = models.ForeignKey(
        Participant, models.CASCADE, null=True, blank=True, related_name="+"
    )
    subject = models.CharField(max_length=160)
    body = SealedTextField()
    calendar = SealedTextField(blank=True)
    state = models.CharField(max_length=10, choices=MessageState, default=MessageState.WAITING)
    written_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = OfCohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("message in the outbox")
        verbose_name_plural = _("messages in the outbox")
        ordering = ["-written_at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(practitioner__isnull=False, contact=None, participant=None)
                | Q(practitioner=None, contact__isnull=False, participant=None)
                | Q(practitioner=None, contact=None, participant__isnull=False),
                name="outbox_one_recipient",
            ),
            models.CheckConstraint(
                condition=Q(state__in=MessageState.values), name="outbox_state_known"
            ),
            models.CheckConstraint(
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(sent_at=None)),
                name="outbox_sent_at",
            ),
            *(
                models.UniqueConstraint(
                    fields=["release", who],
                    condition=Q(kind=MessageKind.RELEASE),
                    name=f"outbox_release_{who}_once",
                )
                for who in ("practitioner", "contact", "participant")
            ),
            *(
                models.UniqueConstraint(
                    fields=["programme_session", who],
                    condition=Q(kind=MessageKind.REMINDER),
                    name=f"outbox_reminder_{who}_once",
                )
                for who in ("practitioner", "contact", "participant")
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class CalendarFeedQuerySet(models.QuerySet["CalendarFeed"]):
    def visible_to(self, user: User) -> "CalendarFeedQuerySet":
        return self.filter(user=user)


class CalendarFeed(models.Model):
    """An address for a calendar program. The token is shown once and stored as a digest."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+")
    # Of one cohort; empty: everything that this person has to come to.
    cohort = models.ForeignKey(Cohort, models.CASCADE, null=True, blank=True, related_name="+")
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    last_read_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = CalendarFeedQuerySet.as_manager()

    class Meta:
        verbose_name = _("calendar feed")
        verbose_name_plural = _("calendar feeds")
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"{self.pk}"
