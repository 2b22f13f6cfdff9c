"""A schedule as plain data, and what is different between two of them.

The draft is read from the rows; a release keeps such a picture for good. People stand in it as
numbers only, so that a frozen picture holds nobody's name.
"""

import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any

from django.db.models import Prefetch

from participants.models import Cohort
from sessions.scheduling.models import (
    AgendaItem,
    Assignment,
    ProgrammeSession,
    ScheduleRelease,
    SessionStatus,
)

Entry = dict[str, Any]
Snapshot = dict[str, Any]
Change = dict[str, Any]
EMPTY: Snapshot = {"sessions": []}


def drafts(cohorts: Iterable[Cohort]) -> dict[int, Snapshot]:
    """The schedule of each cohort as it stands now, with three queries for all of them."""
    cohorts = list(cohorts)
    binding = Assignment.objects.filter(binds=True).only("programme_session_id", "practitioner_id")
    items = AgendaItem.objects.select_related("exercise").order_by("position", "pk")
    rows = ProgrammeSession.objects.filter(cohort__in=cohorts).select_related("venue")
    full = rows.prefetch_related(
        Prefetch("assignments", binding), Prefetch("agenda", items)
    ).order_by("starts_at", "pk")
    found: dict[int, list[Entry]] = {cohort.pk: [] for cohort in cohorts}
    for row in full:
        found[row.cohort_id].append(entry(row))
    return {
        cohort.pk: {"zone": cohort.time_zone, "sessions": numbered(found[cohort.pk])}
        for cohort in cohorts
    }


def entry(row: ProgrammeSession) -> Entry:
    venue = row.venue
    place = venue and {"id": venue.pk, "name": venue.name, "address": venue.address}
    return {
        "id": row.pk,
        "uid": str(row.uid),
        "number": 0,
        "sequence": row.sequence,
        "title": row.title,
        "date": row.local_date.isoformat(),
        "start": f"{row.local_start:%H:%M}",
        "end": f"{row.local_end:%H:%M}",
        "starts_at": row.starts_at.astimezone(UTC).isoformat(),
        "ends_at": row.ends_at.astimezone(UTC).isoformat(),
        "venue": place,
        "people": sorted(one.practitioner_id for one in row.assignments.all()),
        "status": row.status,
        "because": row.cancelled_because,
        "agenda": [
            [item.kind, item.exercise.code if item.exercise else "", item.title, item.minutes]
            for item in row.agenda.all()
        ],
    }


def stands(one: Entry) -> bool:
    return one["status"] != SessionStatus.CANCELLED


def numbered(entries: list[Entry]) -> list[Entry]:
    """Sessions that take place count from 1 in the order of their dates."""
    for number, one in enumerate(filter(stands, entries), start=1):
        one["number"] = number
    return entries


def latest_releases(cohorts: Iterable[Cohort]) -> dict[int, ScheduleRelease]:
    """The newest release of each cohort that has one, with one query."""
    rows = ScheduleRelease.objects.filter(cohort__in=list(cohorts)).order_by("cohort_id", "number")
    newest = {}
    for row in rows.only("cohort_id", "number", "snapshot", "released_at"):
        newest[row.cohort_id] = row
    return newest


def follow(before: Snapshot, draft: Snapshot) -> Snapshot:
    """The draft as it would be released after ``before``.

    What was told once stays in the picture as cancelled, with the number that people know; what
    was cancelled before anybody heard of it is left out.
    """
    told = {one["uid"]: one for one in before["sessions"]}
    kept = [one for one in draft["sessions"] if stands(one) or one["uid"] in told]
    for one in kept:
        if not stands(one):
            one["number"] = told[one["uid"]]["number"]
    present = {one["uid"] for one in draft["sessions"]}
    gone = [
        {**one, "status": SessionStatus.CANCELLED.value}
        for one in before["sessions"]
        if one["uid"] not in present
    ]
    return {**draft, "sessions": sorted([*kept, *gone], key=lambda one: one["starts_at"])}


def compare(before: Snapshot, after: Snapshot) -> list[Change]:
    """What is different, in the order of the dates: plain data that ``sentences.py`` reads out."""
    told = {one["uid"]: one for one in before["sessions"]}
    found: list[Change] = []
    for one in after["sessions"]:
        found.extend(changes_of(told.get(one["uid"]), one))
    return found


def changes_of(old: Entry | None, new: Entry) -> list[Change]:
    """The changes of one session."""
    if old is None:
        return [change("new", None, new)] if stands(new) else []
    if stands(old) and not stands(new):
        return [change("cancelled", old, new)]
    if not stands(new):
        return []
    if not stands(old):
        return [change("restored", old, new)]
    return [
        change(kind, old, new)
        for kind, columns in COMPARED
        if any(old.get(column) != new.get(column) for column in columns)
    ]


COMPARED = (
    ("moved", ("date", "start", "end")),
    ("venue", ("venue",)),
    ("facilitators", ("people",)),
    ("title", ("title",)),
    ("agenda", ("agenda",)),
)


def change(kind: str, old: Entry | None, new: Entry) -> Change:
    """One change with both sides, and everybody who leads or led the session."""
    known = old or new
    people = sorted({*new["people"], *(old["people"] if old else [])})
    return {
        "kind": kind,
        "uid": new["uid"],
        "id": new["id"],
        "number": known["number"] or new["number"],
        "from": side(old) if old else None,
        "to": side(new),
        "people": people,
    }


def side(one: Entry) -> dict[str, Any]:
    named = ("date", "start", "end", "starts_at", "ends_at", "title", "people", "because")
    return {**{name: one[name] for name in named}, "venue": (one["venue"] or {}).get("name", "")}


def is_past(told: Change, now: datetime) -> bool:
    """Whether both sides of a change lie behind us: nobody has to hear of it."""
    sides = [part for part in (told["from"], told["to"]) if part]
    return all(datetime.fromisoformat(part["ends_at"]) <= now for part in sides)


def mark_of(changes: list[Change]) -> str:
    """Stands for a list of changes, so that nobody releases something else than she has seen."""
    return hashlib.sha256(json.dumps(changes, sort_keys=True).encode()).hexdigest()[:24]


def unreleased_changes(cohort: Cohort) -> list[Change]:
    """What the draft of a cohort has that nobody was told yet."""
    return unreleased([cohort])[cohort.pk]


def unreleased(cohorts: Iterable[Cohort]) -> dict[int, list[Change]]:
    """The same for many cohorts, with a constant number of queries."""
    cohorts = list(cohorts)
    newest = latest_releases(cohorts)
    found = {}
    for pk, draft in drafts(cohorts).items():
        before = newest[pk].snapshot if pk in newest else EMPTY
        found[pk] = compare(before, follow(before, draft))
    return found


def numbered_lines(picture: Snapshot) -> list[dict[str, Any]]:
    """The sessions of a picture for a table: dates as dates, the place by its name."""
    return [
        {
            **one,
            "day": date.fromisoformat(one["date"]),
            "venue_name": (one["venue"] or {}).get("name", ""),
            "stands": stands(one),
        }
        for one in picture["sessions"]
    ]
