"""Opening and closing addresses for calendar programs."""

import secrets
from datetime import timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.accounts.queries import digest
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from participants.models import Cohort
from sessions.scheduling.models import CalendarFeed

MOST_FEEDS = 12
# How exactly we know when a feed was last read: often enough to see that it is in use.
READ_EVERY = timedelta(hours=1)


@transaction.atomic
def open_feed(*, cohort: Cohort | None, by: User) -> tuple[CalendarFeed, str]:
    """A new address, and its token, which is told once and kept nowhere."""
    if CalendarFeed.objects.filter(user=by, revoked_at=None).count() >= MOST_FEEDS:
        raise Refusal(_("You have many feeds already. Close one that you do not use."))
    token = secrets.token_urlsafe(24)
    feed = CalendarFeed.objects.create(user=by, cohort=cohort, token_hash=digest(token))
    note(by, "feed.opened", feed)
    return feed, token


@transaction.atomic
def close_feed(*, feed: CalendarFeed, by: User) -> None:
    """The address answers nobody from now on."""
    still = CalendarFeed.objects.filter(pk=feed.pk, revoked_at=None)
    if not still.update(revoked_at=timezone.now()):
        raise Refusal(_("This feed is closed already."))
    note(by, "feed.closed", feed)


def note_reading(*, feed: CalendarFeed) -> None:
    """So that its owner sees whether anything reads it; written once an hour at most."""
    now = timezone.now()
    old = Q(last_read_at=None) | Q(last_read_at__lt=now - READ_EVERY)
    if feed.last_read_at is None or feed.last_read_at < now - READ_EVERY:
        CalendarFeed.objects.filter(old, pk=feed.pk).update(last_read_at=now)


def note(by: User, verb: str, feed: CalendarFeed) -> None:
    organisation = feed.cohort.organisation if feed.cohort else None
    record(by=by, verb=verb, target=feed, organisation=organisation)
