"""Who or what would be in two places at once, or can't come: told with the reason.

A constant number of queries, however many sessions are looked at.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from participants.models import (
    Availability,
    BlockOut,
    Cohort,
    Enrolment,
    Practitioner,
    Venue,
)
from participants.vocabulary import EnrolmentStatus
from sessions.scheduling.dates import Reason, closed_by, public_holidays
from sessions.scheduling.models import Assignment, ClosedDate, ProgrammeSession


@dataclass(frozen=True)
class Asked:
    """A session as somebody would like it. ``pk`` is its own, if it has one already."""

    starts_at: datetime
    ends_at: datetime
    date: date
    venue: Venue | None = None
    practitioners: tuple[Practitioner, ...] = ()
    pk: int | None = None


@dataclass(frozen=True)
class Warned:
    """A sentence about one session. What is ``refused`` can't be saved: the database keeps it."""

    sentence: str
    refused: bool = False
    # Which of them is taken: ``venue`` or the number of a practitioner.
    taken: str = ""
    # It may be so on every day, as with a room that is too small.
    lasting: bool = False


@dataclass
class Around:
    """What else there is at those times, read once for all of them."""

    cohort: Cohort
    closed: Reason
    sessions: list[ProgrammeSession] = field(default_factory=list)
    taken: list[Assignment] = field(default_factory=list)
    shared: dict[int, int] = field(default_factory=dict)
    weekly: dict[int, list[Availability]] = field(default_factory=dict)
    blocked: dict[int, list[BlockOut]] = field(default_factory=dict)
    enrolled: int = 0


def closed_days(cohort: Cohort, subdivision: str = "") -> Reason:
    """Public holidays of the country, days closed by the organisation, and by the cohort."""
    rows = ClosedDate.objects.filter(
        Q(cohort=cohort) | Q(cohort=None), organisation=cohort.organisation_id
    )
    spans = [(row.starts_on, row.ends_on, row.reason) for row in rows]
    return closed_by(spans, public_holidays(cohort.organisation.country, subdivision))


def warnings_of(
    cohort: Cohort, asked: Sequence[Asked], closed: Reason | None = None
) -> list[list[Warned]]:
    """What speaks against each of these sessions, in the same order."""
    if not asked:
        return []
    around = look_around(cohort, asked, closed or closed_days(cohort))
    return [
        [
            *not_then(around, one),
            *venue_warnings(around, one),
            *practitioner_warnings(around, one),
            *own_warnings(around, one),
            *each_other(one, asked),
        ]
        for one in asked
    ]


def look_around(cohort: Cohort, asked: Sequence[Asked], closed: Reason) -> Around:
    begin, end = min(one.starts_at for one in asked), max(one.ends_at for one in asked)
    own = {one.pk for one in asked if one.pk}
    people = {person.pk for one in asked for person in one.practitioners}
    venues = {one.venue.pk for one in asked if one.venue}
    around = Around(cohort, closed)
    enrolled = Enrolment.objects.filter(cohort=cohort, status=EnrolmentStatus.ENROLLED)
    members = list(enrolled.values_list("participant_id", flat=True))
    around.enrolled = len(members)
    others = Enrolment.objects.filter(
        participant__in=enrolled.values("participant_id"), status=EnrolmentStatus.ENROLLED
    ).exclude(cohort=cohort)
    shared: dict[int, int] = defaultdict(int)
    for other in others.values_list("cohort_id", flat=True):
        shared[other] += 1
    around.shared = dict(shared)
    standing = ProgrammeSession.objects.standing().filter(starts_at__lt=end, ends_at__gt=begin)
    near = standing.filter(
        Q(cohort=cohort) | Q(venue__in=venues) | Q(cohort__in=list(shared))
    ).exclude(pk__in=own)
    around.sessions = list(near.select_related("cohort"))
    bound = Assignment.objects.filter(
        binds=True, practitioner__in=people, starts_at__lt=end, ends_at__gt=begin
    ).exclude(programme_session__in=own)
    around.taken = list(bound.select_related("programme_session__cohort"))
    around.weekly = by_person(Availability.objects.filter(practitioner__in=people))
    around.blocked = by_person(BlockOut.objects.filter(practitioner__in=people))
    return around


def by_person(rows: Iterable) -> dict[int, list]:
    found: dict[int, list] = defaultdict(list)
    for row in rows:
        found[row.practitioner_id].append(row)
    return found


def overlaps(one: Asked, other: Asked | ProgrammeSession | Assignment) -> bool:
    return one.starts_at < other.ends_at and one.ends_at > other.starts_at


def not_then(around: Around, one: Asked) -> list[Warned]:
    """The day itself: closed, or outside of the cohort's dates."""
    found = []
    if reason := around.closed(one.date):
        found.append(Warned(reason))
    if one.date < around.cohort.starts_on:
        found.append(Warned(_("Before the cohort's first day.")))
    if one.date > around.cohort.ends_on:
        found.append(Warned(_("After the cohort's last day.")))
    return found


def venue_warnings(around: Around, one: Asked) -> list[Warned]:
    if one.venue is None:
        return []
    found = [
        Warned(is_taken(one.venue, other), refused=True, taken="venue")
        for other in around.sessions
        if other.venue_id == one.venue.pk and overlaps(one, other)
    ]
    people = around.enrolled or around.cohort.capacity
    if one.venue.capacity is not None and one.venue.capacity < people:
        told = {"venue": one.venue.name, "seats": one.venue.capacity, "people": people}
        if around.enrolled:
            sentence = _("%(venue)s has %(seats)s seats for %(people)s people.")
        else:
            sentence = _("%(venue)s has %(seats)s seats, the cohort %(people)s places.")
        found.append(Warned(sentence % told, lasting=True))
    if one.venue.retired_at:
        found.append(
            Warned(_("%(venue)s is no longer in use.") % {"venue": one.venue.name}, lasting=True)
        )
    return found


def is_taken(venue: Venue, other: ProgrammeSession) -> str:
    told = {"venue": venue.name, "cohort": other.cohort.name, "when": clock_of(other)}
    return _("%(venue)s is taken by %(cohort)s, %(when)s.") % told


def is_busy(person: Practitioner, other: Assignment) -> str:
    meeting = other.programme_session
    told = {"name": person.name, "cohort": meeting.cohort.name, "when": clock_of(meeting)}
    return _("%(name)s is with %(cohort)s, %(when)s.") % told


def clock_of(meeting: ProgrammeSession) -> str:
    return f"{meeting.local_start:%H:%M}–{meeting.local_end:%H:%M}"


def practitioner_warnings(around: Around, one: Asked) -> list[Warned]:
    found = []
    zone = ZoneInfo(around.cohort.organisation.time_zone)
    for person in one.practitioners:
        for other in around.taken:
            if other.practitioner_id == person.pk and overlaps(one, other):
                found.append(Warned(is_busy(person, other), refused=True, taken=str(person.pk)))
        if any(row.starts_on <= one.date <= row.ends_on for row in around.blocked[person.pk]):
            found.append(Warned(_("%(name)s can't come on this day.") % {"name": person.name}))
        elif not comes(around.weekly[person.pk], one, zone):
            sentence = _("Outside of the weekly times of %(name)s.")
            found.append(Warned(sentence % {"name": person.name}, lasting=True))
    return found


def comes(weekly: list[Availability], one: Asked, zone: ZoneInfo) -> bool:
    """Whether one of her weekly times covers the whole session. No weekly time means any time."""
    begin, end = one.starts_at.astimezone(zone), one.ends_at.astimezone(zone)
    return not weekly or any(
        row.weekday == begin.isoweekday()
        and row.starts <= begin.time()
        and row.ends >= (end.time() if end.date() == begin.date() else time.max)
        for row in weekly
    )


def own_warnings(around: Around, one: Asked) -> list[Warned]:
    """The cohort itself, or some of its participants, are elsewhere."""
    found = []
    for other in around.sessions:
        if not overlaps(one, other):
            continue
        if other.cohort_id == around.cohort.pk:
            sentence = _("The cohort meets already, %(when)s.")
            found.append(Warned(sentence % {"when": clock_of(other)}))
        elif other.cohort_id in around.shared:
            count = around.shared[other.cohort_id]
            told = {"count": count, "cohort": other.cohort.name}
            sentence = ngettext(
                "%(count)s participant is with %(cohort)s then.",
                "%(count)s participants are with %(cohort)s then.",
                count,
            )
            found.append(Warned(sentence % told))
    return found


def each_other(one: Asked, asked: Sequence[Asked]) -> list[Warned]:
    """Two sessions of the same plan at one time."""
    clash = [other for other in asked if other is not one and overlaps(one, other)]
    if not clash:
        return []
    told = {"day": date_format(one.date, "j F")}
    sentence = _("Two of these sessions overlap on %(day)s.") % told
    return [Warned(sentence, refused=any(share(one, other) for other in clash))]


def share(one: Asked, other: Asked) -> bool:
    """Whether two sessions want the same room or the same person."""
    same_room = one.venue is not None and one.venue == other.venue
    return same_room or not set(one.practitioners).isdisjoint(other.practitioners)


def booked_twice(cohort: Cohort, asked: Sequence[Asked]) -> str:
    """The first thing that the database would refuse, with its day; '' if there is none."""
    for one, found in zip(asked, warnings_of(cohort, asked, lambda _day: ""), strict=True):
        for warned in found:
            if warned.refused:
                return f"{date_format(one.date, 'D j M Y')}: {warned.sentence}"
    return ""


class HasWarnings(Protocol):
    warnings: list[Warned]


def lift_common(rows: Sequence[HasWarnings]) -> list[str]:
    """Take the sentences that stand at every date off the rows, to say them once; nothing that is
    refused."""
    said = [[w.sentence for w in row.warnings if not w.refused] for row in rows]
    common = [one for one in said[0] if all(one in other for other in said)] if said[1:] else []
    for row in rows:
        row.warnings = [w for w in row.warnings if w.refused or w.sentence not in common]
    return common
