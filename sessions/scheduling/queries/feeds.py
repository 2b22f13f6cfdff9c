"""What stands behind the address of a calendar feed: released dates, as long as it is open."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from cocora.accounts.models import User
from cocora.accounts.queries import digest
from cocora.accounts.roles import Permission
from participants.models import Cohort, Practitioner
from participants.vocabulary import CohortStatus
from sessions.scheduling.models import Assignment, CalendarFeed, ScheduleRelease
from sessions.scheduling.queries.snapshots import Snapshot, latest_releases


@dataclass(frozen=True)
class FeedPart:
    """The released schedule of one cohort, as far as it belongs into a feed."""

    cohort: Cohort
    release: ScheduleRelease
    uids: set[str]


def open_feed(token: str) -> CalendarFeed | None:
    """The feed with this token, unless it was revoked or its owner may see no cohort any more."""
    rows = CalendarFeed.objects.select_related("user", "cohort")
    feed = rows.filter(token_hash=digest(token), revoked_at=None).first()
    if feed is None or not feed.user.may(Permission.SEE_COHORTS):
        return None
    if feed.cohort_id and not cohorts_of(feed).exists():
        return None
    return feed


def cohorts_of(feed: CalendarFeed) -> Any:
    seen = Cohort.objects.visible_to(feed.user)
    if feed.cohort_id:
        return seen.filter(pk=feed.cohort_id)
    leads = Assignment.objects.filter(practitioner__in=Practitioner.objects.of(feed.user))
    led = Q(pk__in=leads.values("programme_session__cohort_id")) & ~Q(status=CohortStatus.DRAFT)
    return Cohort.objects.filter(Q(pk__in=seen.values("pk")) | led)


def parts_of(feed: CalendarFeed) -> list[FeedPart]:
    """Of a practitioner the sessions that she leads; of everybody else all that she may see."""
    own = set(Practitioner.objects.of(feed.user).values_list("pk", flat=True))
    cohorts = {cohort.pk: cohort for cohort in cohorts_of(feed)}
    return [
        FeedPart(cohorts[pk], release, uids_for(feed, own, release.snapshot))
        for pk, release in latest_releases(cohorts.values()).items()
    ]


def uids_for(feed: CalendarFeed, own: set[int], picture: Snapshot) -> set[str]:
    return {
        one["uid"]
        for one in picture["sessions"]
        if feed.cohort_id or not own or own.intersection(one["people"])
    }


def feed_choices(user: User) -> Any:
    """The cohorts that somebody may make a feed of."""
    return Cohort.objects.visible_to(user).current()
