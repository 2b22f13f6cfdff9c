"""Plan a cohort, change it, move it on, cancel it, and start the next one from it."""

from datetime import date

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cocora.accounts.models import Organisation, User
from cocora.audit.actions import record
from cocora.common.refusal import FieldRefusal, Refusal
from participants.models import Cohort, CohortCommunity, CohortPractitioner, Enrolment
from participants.queries.cohorts import places_taken, taught_version
from participants.vocabulary import COHORT_MOVES, CohortRole, CohortStatus, Entry
from programmes.models import Curriculum, CurriculumStatus, ProgrammeKind

LEADING = (CohortRole.LEAD, CohortRole.FACILITATOR)


@transaction.atomic
def create_cohort(
    *,
    organisation: Organisation,
    curriculum: Curriculum,
    name: str,
    place: str,
    language: str,
    time_zone: str,
    starts_on: date,
    ends_on: date,
    capacity: int,
    entry: str = Entry.OPEN,
    earlier: Cohort | None = None,
    by: User,
) -> Cohort:
    """A draft that only those who plan it see. It keeps to this version of the curriculum."""
    refuse_curriculum(curriculum, organisation)
    refuse_dates(starts_on, ends_on)
    cohort = Cohort(
        organisation=organisation,
        curriculum=curriculum,
        name=name,
        place=place,
        language=language,
        time_zone=time_zone,
        starts_on=starts_on,
        ends_on=ends_on,
        capacity=capacity,
        entry=entry,
        earlier=earlier,
    )
    save(cohort)
    note(by, "cohort.created", cohort)
    return cohort


@transaction.atomic
def change_cohort(
    *,
    cohort: Cohort,
    curriculum: Curriculum,
    name: str,
    place: str,
    language: str,
    time_zone: str,
    starts_on: date,
    ends_on: date,
    capacity: int,
    entry: str,
    by: User,
) -> Cohort:
    """What stands in the cohort's plan. Places can't be fewer than people who hold one; the version
    that is taught and the clock stay once sessions hang on them."""
    held = lock(cohort)
    if held.is_over:
        raise Refusal(_("This cohort is over, so its plan stays as it was."))
    refuse_dates(starts_on, ends_on)
    refuse_capacity(held, capacity)
    if curriculum.pk != held.curriculum_id:
        refuse_curriculum(curriculum, held.organisation)
        refuse_planned(held, "curriculum")
    if time_zone != held.time_zone:
        refuse_planned(held, "time_zone")
    held.curriculum, held.name, held.place, held.language = curriculum, name, place, language
    held.time_zone, held.starts_on, held.ends_on = time_zone, starts_on, ends_on
    held.capacity, held.entry = capacity, entry
    save(held)
    note(by, "cohort.changed", held)
    return held


@transaction.atomic
def move_cohort(*, cohort: Cohort, to: CohortStatus, by: User) -> None:
    """The next status, where the order of them allows it. To cancel there is ``cancel_cohort``."""
    held = lock(cohort)
    if to == CohortStatus.CANCELLED:
        raise Refusal(_("Say why the cohort is cancelled."))
    refuse_move(held, to)
    if to == CohortStatus.OPEN and held.ends_on < timezone.localdate():
        raise Refusal(_("Its last day is over. Change the dates first."))
    if to == CohortStatus.DRAFT:
        refuse_people(held)
    if to == CohortStatus.RUNNING:
        refuse_unled(held)
    if to == CohortStatus.COMPLETED and timezone.localdate() < held.ends_on:
        day = date_format(held.ends_on, "j F Y")
        raise Refusal(_("Its last day is %(day)s. Change it if it ended earlier.") % {"day": day})
    set_status(held, to, by)


@transaction.atomic
def cancel_cohort(*, cohort: Cohort, reason: str, by: User) -> None:
    """The cohort won't take place, or stops; everybody who sees it sees why."""
    held = lock(cohort)
    refuse_move(held, CohortStatus.CANCELLED)
    if not reason.strip():
        raise FieldRefusal("reason", _("Say why the cohort is cancelled."))
    set_status(held, CohortStatus.CANCELLED, by, cancelled_because=reason.strip())


@transaction.atomic
def start_next_cohort(
    *, earlier: Cohort, name: str, starts_on: date, ends_on: date, by: User
) -> Cohort:
    """A new draft like an earlier cohort: same place, language, clock, places, partners and
    practitioners, with the version of the curriculum that is taught now. Nobody is enrolled."""
    organisation = earlier.organisation
    curriculum = taught_version(earlier.curriculum.programme, organisation)
    if curriculum is None:
        raise Refusal(_("No version of this programme is published any more."))
    cohort = create_cohort(
        organisation=organisation,
        curriculum=curriculum,
        name=name,
        place=earlier.place,
        language=earlier.language,
        time_zone=earlier.time_zone,
        starts_on=starts_on,
        ends_on=ends_on,
        capacity=earlier.capacity,
        entry=earlier.entry,
        earlier=earlier,
        by=by,
    )
    partners = earlier.partnerships.filter(ended_on=None, community__retired_at=None)
    CohortCommunity.objects.bulk_create(
        CohortCommunity(cohort=cohort, community=row.community)
        for row in partners.select_related("community")
    )
    places = earlier.places.filter(left_on=None, practitioner__retired_at=None)
    CohortPractitioner.objects.bulk_create(
        CohortPractitioner(cohort=cohort, practitioner=row.practitioner, role=row.role)
        for row in places.select_related("practitioner")
    )
    return cohort


def lock(cohort: Cohort) -> Cohort:
    """The row as it is now, held until the transaction ends."""
    rows = Cohort.objects.select_for_update(of=("self",)).select_related("organisation")
    return rows.get(pk=cohort.pk)


def save(cohort: Cohort) -> None:
    try:
        with transaction.atomic():
            cohort.save()
    except IntegrityError as fault:
        same = Cohort.objects.filter(organisation=cohort.organisation_id, name=cohort.name)
        if not same.exclude(pk=cohort.pk).exists():
            raise
        raise FieldRefusal("name", _("There is a cohort of this name already.")) from fault


def refuse_dates(starts_on: date, ends_on: date) -> None:
    if ends_on < starts_on:
        raise FieldRefusal("ends_on", _("The last day can't be before the first day."))


def refuse_curriculum(curriculum: Curriculum, organisation: Organisation) -> None:
    usable = (
        curriculum.status == CurriculumStatus.PUBLISHED
        and curriculum.programme.kind == ProgrammeKind.PROGRAMME
        and curriculum.organisation_id in {None, organisation.pk}
    )
    if not usable:
        raise FieldRefusal("curriculum", _("This version isn't taught in this organisation."))


def refuse_capacity(cohort: Cohort, capacity: int) -> None:
    taken = places_taken(cohort)
    if capacity < taken:
        told = _("%(count)s people have a place, so there can't be fewer places.")
        raise FieldRefusal("capacity", told % {"count": taken})


def refuse_planned(cohort: Cohort, field: str) -> None:
    """Sessions remember their local time and the exercises of one version: neither may shift
    under them."""
    if cohort.sessions.exists():
        told = _("Sessions are planned already, so this stays as it is.")
        raise FieldRefusal(field, told)


def refuse_people(cohort: Cohort) -> None:
    count = Enrolment.objects.active().filter(cohort=cohort).count()
    if count:
        told = _("%(count)s people have applied or have a place, so it can't be a draft again.")
        raise Refusal(told % {"count": count})


def refuse_unled(cohort: Cohort) -> None:
    if not cohort.places.filter(left_on=None, role__in=LEADING).exists():
        raise Refusal(_("Nobody leads or facilitates this cohort yet. Add a practitioner first."))


def refuse_move(cohort: Cohort, to: CohortStatus) -> None:
    if to not in COHORT_MOVES[CohortStatus(cohort.status)]:
        told = _("A cohort that is “%(old)s” can't become “%(new)s”.")
        raise Refusal(told % {"old": cohort.get_status_display(), "new": to.label})


def set_status(cohort: Cohort, to: CohortStatus, by: User, **facts: str) -> None:
    moved = Cohort.objects.filter(pk=cohort.pk, status=cohort.status).update(status=to, **facts)
    if not moved:
        raise Refusal(_("Somebody else has just changed this cohort. Look at it again."))
    note(by, f"cohort.{to}", cohort, before=cohort.status)


def note(by: User, verb: str, cohort: Cohort, **detail: str | int) -> None:
    record(by=by, verb=verb, target=cohort, organisation=cohort.organisation, detail=detail)
