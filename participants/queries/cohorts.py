"""Which versions are taught where, how full a cohort is, and what may become of it next."""

from django.db.models import Count, Q, QuerySet

from cocora.accounts.models import Organisation
from participants.models import Cohort, CohortQuerySet
from participants.queries.enrolment import SEATED
from participants.vocabulary import COHORT_MOVES, CohortStatus
from programmes.models import Curriculum, CurriculumStatus, Programme, ProgrammeKind


def places_taken(cohort: Cohort) -> int:
    """How many people hold a place."""
    return cohort.enrolments.filter(status__in=SEATED).count()


def with_places_taken(cohorts: CohortQuerySet) -> CohortQuerySet:
    seated = Count("enrolments", filter=Q(enrolments__status__in=SEATED), distinct=True)
    # Counting forgets the usual order.
    return cohorts.annotate(taken=seated).order_by("-starts_on", "name", "pk")


def taught_version(programme: Programme, organisation: Organisation) -> Curriculum | None:
    """The published version that an organisation teaches from: its own before the core one."""
    published = Curriculum.objects.filter(
        programme=programme, status=CurriculumStatus.PUBLISHED
    ).select_related("programme")
    own = published.filter(organisation=organisation).first()
    return own or published.filter(organisation=None).first()


def taught_in(organisations: list[Organisation]) -> QuerySet[Curriculum]:
    """What can be chosen for a cohort: published versions of programmes. Where it is clear for
    which organisation, its own version stands in place of the core one."""
    published = Curriculum.objects.filter(
        status=CurriculumStatus.PUBLISHED, programme__kind=ProgrammeKind.PROGRAMME
    )
    own = published.filter(organisation__in=organisations)
    core = published.filter(organisation=None)
    if len(organisations) == 1:
        core = core.exclude(programme__in=own.values("programme"))
    return published.filter(Q(pk__in=own.values("pk")) | Q(pk__in=core.values("pk")))


def next_statuses(cohort: Cohort) -> list[CohortStatus]:
    """Where the order of statuses lets a cohort go, but for being cancelled."""
    allowed = COHORT_MOVES[CohortStatus(cohort.status)]
    return [status for status in CohortStatus if status in allowed - {CohortStatus.CANCELLED}]
