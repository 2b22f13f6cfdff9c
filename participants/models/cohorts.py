"""Cohorts, and the one scope that every row about a cohort derives from."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import Membership, Organisation, User
from cocora.accounts.roles import Permission, Role, roles_with
from participants.models.communities import Community, CommunityContact
from participants.models.practitioners import Practitioner
from participants.vocabulary import CohortRole, CohortStatus, Entry
from programmes.models import Curriculum

# Who works in a cohort meets its names this long before it begins and after it ends.
NAMES_BEFORE = timedelta(days=14)
NAMES_AFTER = timedelta(days=30)
# Roles that count in every cohort of their organisation; all others need a place in the cohort.
WHOLE_ORGANISATION = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR})


def known_time_zone(name: str) -> None:
    if name not in available_timezones():
        raise ValidationError(_("This is not the name of a time zone, like Europe/Copenhagen."))


class CohortQuerySet(models.QuerySet["Cohort"]):
    def allowing(self, user: User, permission: Permission) -> "CohortQuerySet":
        """The cohorts in which somebody holds the permission: by a role in the organisation, or by
        a place in the cohort itself (as a practitioner, or as a contact of a partner)."""
        if not user.is_active:
            return self.none()
        carrying = roles_with(permission)
        if user.is_staff:
            return self if Role.ADMINISTRATOR in carrying else self.none()
        held = Membership.objects.active().filter(user_id=user.pk)
        whole = held.filter(role__in=carrying & WHOLE_ORGANISATION)
        works = held.filter(role__in=carrying - WHOLE_ORGANISATION - {Role.PARTNER})
        partner = held.filter(role__in=carrying & {Role.PARTNER})
        inside = Q(organisation__in=works.values("organisation_id")) & works_in(user, permission)
        beside = Q(organisation__in=partner.values("organisation_id")) & partner_of(user)
        # A draft belongs to those who plan it; so a place counts from *open* on.
        shared = (inside | beside) & ~Q(status=CohortStatus.DRAFT)
        return self.filter(Q(organisation__in=whole.values("organisation_id")) | shared)

    def visible_to(self, user: User) -> "CohortQuerySet":
        return self.allowing(user, Permission.SEE_COHORTS)

    def with_rights(self, user: User) -> "CohortQuerySet":
        """Each cohort knows what this person may do in it, without another query."""
        mine = Q(pk=OuterRef("pk"))
        return self.annotate(
            may_run=Exists(Cohort.objects.allowing(user, Permission.RUN_COHORTS).filter(mine)),
            may_see_names=Exists(Cohort.objects.allowing(user, Permission.SEE_NAMES).filter(mine)),
        )

    def current(self) -> "CohortQuerySet":
        """Those that are not over."""
        return self.exclude(status__in=[CohortStatus.COMPLETED, CohortStatus.CANCELLED])


def works_in(user: User, permission: Permission) -> Q:
    """The cohorts in which she has a place as a practitioner. Who takes part for an authority
    meets no names, whatever her role in the organisation."""
    places = CohortPractitioner.objects.filter(
        practitioner__in=Practitioner.objects.of(user), left_on=None
    )
    if permission == Permission.SEE_NAMES:
        cared_for = places.exclude(role=CohortRole.AUTHORITY)
        return Q(pk__in=cared_for.values("cohort")) & in_care()
    return Q(pk__in=places.values("cohort"))


def partner_of(user: User) -> Q:
    """The cohorts in which a community that she answers for is a partner."""
    communities = CommunityContact.objects.of(user).values("community_id")
    partners = CohortCommunity.objects.filter(community__in=communities, ended_on=None)
    return Q(pk__in=partners.values("cohort"))


def in_care() -> Q:
    today = timezone.localdate()
    near = Q(starts_on__lte=today + NAMES_BEFORE, ends_on__gte=today - NAMES_AFTER)
    return near & ~Q(status=CohortStatus.CANCELLED)


class Cohort(models.Model):
    """One local run of a curriculum."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="cohorts")
    curriculum = models.ForeignKey(Curriculum, models.PROTECT, related_name="+")
    name = models.CharField(
        _("name"),
        max_length=120,
        help_text=_("It stands in calendars and mails, so choose one that says nothing private."),
    )
    place = models.CharField(_("place"), max_length=120)
    language = models.CharField(_("language"), max_length=12, default="en")
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[known_time_zone])
    starts_on = models.DateField(_("first day"))
    ends_on = models.DateField(_("last day"))
    capacity = models.PositiveSmallIntegerField(_("places"))
    entry = models.CharField(_("who may apply"), max_length=12, choices=Entry, default=Entry.OPEN)
    status = models.CharField(
        _("status"), max_length=12, choices=CohortStatus, default=CohortStatus.DRAFT
    )
    cancelled_because = models.CharField(_("why"), max_length=160, blank=True, editable=False)
    earlier = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, editable=False, related_name="+"
    )
    communities: Any = models.ManyToManyField(
        Community, through="CohortCommunity", related_name="cohorts"
    )
    practitioners: Any = models.ManyToManyField(
        Practitioner, through="CohortPractitioner", related_name="cohorts"
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    # Told by ``with_rights``; a page about one cohort always has them.
    may_run: bool
    may_see_names: bool

    objects = CohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("cohort")
        verbose_name_plural = _("cohorts")
        ordering = ["-starts_on", "name", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "name"], name="cohort_name_once"),
            models.CheckConstraint(
                condition=Q(ends_on__gte=F("starts_on")), name="cohort_dates_in_order"
            ),
            models.CheckConstraint(condition=Q(capacity__gte=1), name="cohort_has_places"),
            models.CheckConstraint(
                condition=Q(status__in=CohortStatus.values), name="cohort_status_known"
            ),
            models.CheckConstraint(condition=Q(entry__in=Entry.values), name="cohort_entry_known"),
            models.CheckConstraint(
                condition=Q(status=CohortStatus.CANCELLED) ^ Q(cancelled_because=""),
                name="cohort_cancelled_because",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def get_absolute_url(self) -> str:
        return reverse("participants:cohort", args=[self.pk])

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def is_over(self) -> bool:
        return self.status in {CohortStatus.COMPLETED, CohortStatus.CANCELLED}


class OfCohortQuerySet(models.QuerySet[Any]):
    """Rows of a cohort: whoever sees the cohort sees them."""

    def visible_to(self, user: User) -> Any:
        return self.filter(cohort__in=Cohort.objects.visible_to(user))

    def allowing(self, user: User, permission: Permission) -> Any:
        return self.filter(cohort__in=Cohort.objects.allowing(user, permission))


class CohortCommunity(models.Model):
    """A community that is a partner in a cohort."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="partnerships")
    community = models.ForeignKey(Community, models.PROTECT, related_name="partnerships")
    joined_on = models.DateField(_("since"), default=timezone.localdate)
    ended_on = models.DateField(_("until"), null=True, blank=True)

    objects = OfCohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("partner in a cohort")
        verbose_name_plural = _("partners in cohorts")
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "community"],
                condition=Q(ended_on=None),
                name="cohort_community_once",
            )
        ]

    def __str__(self) -> str:
        return f"{self.community}"


class CohortPractitioner(models.Model):
    """A practitioner's place in a cohort."""

    cohort = models.ForeignKey(Cohort, models.CASCADE, related_name="places")
    practitioner = models.ForeignKey(Practitioner, models.PROTECT, related_name="places")
    role = models.CharField(_("role"), max_length=12, choices=CohortRole)
    joined_on = models.DateField(_("since"), default=timezone.localdate)
    left_on = models.DateField(_("until"), null=True, blank=True)

    objects = OfCohortQuerySet.as_manager()

    class Meta:
        verbose_name = _("place in a cohort")
        verbose_name_plural = _("places in cohorts")
        constraints = [
            models.UniqueConstraint(
                fields=["cohort", "practitioner"],
                condition=Q(left_on=None),
                name="cohort_practitioner_once",
            ),
            models.CheckConstraint(
                condition=Q(role__in=CohortRole.values), name="cohort_role_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.practitioner} · {self.get_role_display()}"
