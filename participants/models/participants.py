"""People who take part. In lists they are a code; names and contacts are sealed at rest."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import Organisation, User
from cocora.accounts.roles import Permission
from cocora.common.sealed import SealedTextField
from participants.models.cohorts import Cohort
from participants.vocabulary import AgeBand, EnrolmentStatus, Need, ParticipantKind

# Before and after these, somebody is no business of those who run the sessions.
IN_THE_ROOM = (EnrolmentStatus.ENROLLED, EnrolmentStatus.COMPLETED)


class ParticipantQuerySet(models.QuerySet["Participant"]):
    def visible_to(self, user: User) -> "ParticipantQuerySet":
        """Everybody of an organisation whose cohorts she runs, and those enrolled in cohorts that
        she has a place in. Partners and authorities see nobody, ever."""
        whole = Organisation.objects.allowing(user, Permission.RUN_COHORTS)
        enrolled = Enrolment.objects.filter(
            cohort__in=Cohort.objects.allowing(user, Permission.SEE_NAMES), status__in=IN_THE_ROOM
        )
        return self.filter(Q(organisation__in=whole) | Q(pk__in=enrolled.values("participant_id")))

    def present(self) -> "ParticipantQuerySet":
        """Without those who were merged into another row."""
        return self.filter(merged_into=None)


class Participant(models.Model):
    """A young person, or a resource person in a CCP.

    The code stands for the person wherever a name is not needed: pronounceable, made by chance,
    derived from nothing.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="participants")
    code = models.CharField(_("code"), max_length=8)
    kind = models.CharField(
        _("takes part as"), max_length=10, choices=ParticipantKind, default=ParticipantKind.YOUNG
    )
    display_name = SealedTextField(_("name"), blank=True)
    contact = SealedTextField(_("contact"), blank=True)
    guardian_name = SealedTextField(_("guardian"), blank=True)
    guardian_contact = SealedTextField(_("guardian's contact"), blank=True)
    age_band = models.CharField(_("age"), max_length=10, choices=AgeBand)
    language = models.CharField(_("language"), max_length=12, default="en")
    # Merged rows stay, so that old records still lead to the person.
    merged_into = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="merged"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    objects = ParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("participant")
        verbose_name_plural = _("participants")
        ordering = ["code"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "code"], name="participant_code_once"),
            models.CheckConstraint(
                condition=Q(age_band__in=AgeBand.values), name="participant_age_band_known"
            ),
            models.CheckConstraint(
                condition=Q(kind__in=ParticipantKind.values), name="participant_kind_known"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def get_absolute_url(self) -> str:
        return reverse("participants:participant", args=[self.pk])


class OfParticipantQuerySet(models.QuerySet[Any]):
    """Rows of a participant: whoever sees the person sees them."""

    def visible_to(self, user: User) -> Any:
        return self.filter(participant__in=Participant.objects.visible_to(user))


class AccessNeed(models.Model):
    """What somebody needs to take part, from a list, and until when anybody has to know it."""

    participant = models.ForeignKey(Participant, models.CASCADE, related_name="needs")
    need = models.CharField(_("need"), max_length=20, choices=Need)
    expires_on = models.DateField(_("until"))

    objects = OfParticipantQuerySet.as_manager()

    class Meta:
        verbose_name = _("access need")
        verbose_name_plural = _("access needs")
        ordering = ["need"]
        constraints = [
            models.UniqueConstraint(fields=["participant", "need"], name="access_need_once"),
            models.CheckConstraint(condition=Q(need__in=Need.values), name="access_need_known"),
        ]

    def __str__(self) -> str:
        return self.get_need_display()


class EnrolmentQuerySet(OfParticipantQuerySet):
    def visible_to(self, user: User) -> Any:
        """All of cohorts that she runs; those in the room where she has a place."""
        runs = Cohort.objects.allowing(user, Permission.RUN_COHORTS)
        places = Cohort.objects.allowing(user, Permission.SEE_NAMES)
        return self.filter(Q(cohort__in=runs) | Q(cohort__in=places, status__in=IN_THE_ROOM))

    def active(self) -> Any:
        return self.exclude(status=EnrolmentStatus.WITHDRAWN)

    def on(self, day: Any) -> Any:
        """Who belonged to the cohort on that day: nobody is absent before she joined."""
        return self.filter(
            Q(left_on=None) | Q(left_on__gte=day), joined_on__lte=day, status__in=IN_THE_ROOM
        ) | self.filter(status=EnrolmentStatus.WITHDRAWN, joined_on__lte=day, left_on__gte=day)


class Enrolment(models.Model):
    """A participant in a cohort, with the day of each step."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="enrolments")
    participant = models.ForeignKey(Participant, models.PROTECT, related_name="enrolments")
    status = models.CharField(
        _("status"), max_length=12, choices=EnrolmentStatus, default=EnrolmentStatus.APPLIED
    )
    # Invited by name, whatever the cohort asks of others.
    invited = models.BooleanField(_("invited"), default=False)
    applied_on = models.DateField(_("applied"), default=timezone.localdate)
    waitlisted_on = models.DateField(_("on the waiting list since"), null=True, blank=True)
    joined_on = models.DateField(_("joined"), null=True, blank=True)
    completed_on = models.DateField(_("completed"), null=True, blank=True)
    left_on = models.DateField(_("left"), null=True, blank=True)
    enrolled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, editable=False, related_name="+"
    )

    objects = EnrolmentQuerySet.as_manager()

    class Meta:
        verbose_name = _("enrolment")
        verbose_name_plural = _("enrolments")
        ordering = ["applied_on", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["cohort", "participant"], name="enrolment_once"),
            models.CheckConstraint(
                condition=Q(status__in=EnrolmentStatus.values), name="enrolment_status_known"
            ),
            models.CheckConstraint(
                condition=~Q(status__in=IN_THE_ROOM) | Q(joined_on__isnull=False),
                name="enrolment_joined_on",
            ),
            models.CheckConstraint(
                condition=~Q(status=EnrolmentStatus.COMPLETED) | Q(completed_on__isnull=False),
                name="enrolment_completed_on",
            ),
            models.CheckConstraint(
                condition=~Q(status=EnrolmentStatus.WITHDRAWN) | Q(left_on__isnull=False),
                name="enrolment_left_on",
            ),
            models.CheckConstraint(
                condition=Q(left_on=None)
                | Q(joined_on=None)
                | Q(left_on__gte=models.F("joined_on")),
                name="enrolment_dates_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.participant} · {self.get_status_display()}"
