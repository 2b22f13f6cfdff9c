"""What somebody should know when she arrives: what needs her, her week, what is missing."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta

from django.db.models import Count
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import ngettext

from cocora.accounts.models import User
from cocora.accounts.roles import Permission
from participants.models import Cohort, Enrolment, Practitioner
from participants.queries import answers
from participants.vocabulary import EnrolmentStatus, Purpose
from sessions.scheduling.models import Assignment, AssignmentState, MessageState, OutboxMessage
from sessions.scheduling.queries.calendar import Day, Meeting, by_day, meetings
from sessions.scheduling.queries.gaps import gaps_in
from sessions.scheduling.queries.questions import own_assignments
from sessions.scheduling.queries.snapshots import EMPTY, compare, drafts, follow, latest_releases

WEEK = 7
AHEAD = 42
MOST_NEEDS = 12


@dataclass(frozen=True)
class Need:
    """One thing that waits for somebody, and where to do it."""

    icon: str
    sentence: str
    cohort: Cohort
    url: str


@dataclass
class Today:
    """Each part is empty for somebody whom it does not concern."""

    runs: bool
    needs: list[Need] = field(default_factory=list)
    more_needs: int = 0
    week: list[Day] = field(default_factory=list)
    next_meetings: list[Meeting] = field(default_factory=list)
    asked: list[Assignment] = field(default_factory=list)
    leads: list[Assignment] = field(default_factory=list)
    is_practitioner: bool = False
    cohorts: list[Cohort] = field(default_factory=list)


def today_of(user: User) -> Today:
    """The front page of everybody who sees cohorts; always with the same number of queries."""
    runs = user.may(Permission.RUN_COHORTS)
    begin = timezone.localdate()
    found = meetings(user, begin, begin + timedelta(days=AHEAD))
    standing = [one for one in found if one.stands]
    days = [begin + timedelta(days=n) for n in range(WEEK)]
    told = Today(runs=runs, week=by_day(days, standing, begin), next_meetings=standing[:6])
    told.is_practitioner = Practitioner.objects.of(user).exists()
    own = own_assignments(user)
    told.asked = [one for one in own if one.state == AssignmentState.ASKED]
    told.leads = [one for one in own if one.state == AssignmentState.ACCEPTED]
    if runs:
        needs = needs_of(user)
        told.needs, told.more_needs = needs[:MOST_NEEDS], max(0, len(needs) - MOST_NEEDS)
    else:
        seen = Cohort.objects.visible_to(user).current()
        told.cohorts = list(seen.select_related("curriculum__programme")[:12])
    return told


def needs_of(user: User) -> list[Need]:
    """What is missing in the cohorts that she runs, cohort by cohort."""
    seen = Cohort.objects.allowing(user, Permission.RUN_COHORTS).current()
    cohorts = list(seen.select_related("organisation").order_by("starts_on", "pk"))
    newest, now = latest_releases(cohorts), drafts(cohorts)
    mail, consent = waiting_mail(cohorts), without_consent(cohorts)
    found: list[Need] = []
    for cohort in cohorts:
        before = newest[cohort.pk].snapshot if cohort.pk in newest else EMPTY
        after = follow(before, now[cohort.pk])
        kinds = Counter(gap.kind for gap in gaps_in(after))
        found += schedule_needs(cohort, len(compare(before, after)), kinds)
        found += people_needs(cohort, mail[cohort.pk], consent[cohort.pk])
    return found


def schedule_needs(cohort: Cohort, changes: int, kinds: Counter[str]) -> list[Need]:
    schedule = reverse("sessions:schedule", args=[cohort.pk])
    found = []
    if leaders := kinds["leader"]:
        said = ngettext("Nobody leads %(n)s session", "Nobody leads %(n)s sessions", leaders)
        found.append(Need("user-x", said % {"n": leaders}, cohort, schedule))
    if venues := kinds["venue"]:
        said = ngettext("%(n)s session has no place", "%(n)s sessions have no place", venues)
        found.append(Need("map-pin-off", said % {"n": venues}, cohort, schedule))
    if changes:
        said = ngettext("%(n)s change is not released", "%(n)s changes are not released", changes)
        url = reverse("sessions:release", args=[cohort.pk])
        found.append(Need("send", said % {"n": changes}, cohort, url))
    return found


def people_needs(cohort: Cohort, mail: int, consent: int) -> list[Need]:
    found = []
    if mail:
        said = ngettext(
            "%(n)s message waits in the outbox", "%(n)s messages wait in the outbox", mail
        )
        url = reverse("sessions:outbox", args=[cohort.pk])
        found.append(Need("mail", said % {"n": mail}, cohort, url))
    if consent:
        said = ngettext(
            "The consent of %(n)s person is missing",
            "The consent of %(n)s people is missing",
            consent,
        )
        url = reverse("participants:cohort_people", args=[cohort.pk])
        found.append(Need("file-question-mark", said % {"n": consent}, cohort, url))
    return found


def waiting_mail(cohorts: Iterable[Cohort]) -> Counter[int]:
    rows = OutboxMessage.objects.filter(cohort__in=cohorts, state=MessageState.WAITING)
    counted = rows.order_by().values_list("cohort_id").annotate(Count("pk"))
    return Counter(dict(counted))


def without_consent(cohorts: Iterable[Cohort]) -> Counter[int]:
    """How many of those who applied, wait or are enrolled have no consent to take part."""
    rows = Enrolment.objects.filter(
        cohort__in=cohorts,
        status__in=[
            EnrolmentStatus.APPLIED,
            EnrolmentStatus.WAITLISTED,
            EnrolmentStatus.ENROLLED,
        ],
    )
    pairs = [
        (row.cohort_id, row.participant) for row in rows.select_related("participant__organisation")
    ]
    agreed = answers({person.pk: person for _pk, person in pairs}.values(), Purpose.TAKE_PART)
    return Counter(pk for pk, person in pairs if not agreed[person.pk].allowed)
