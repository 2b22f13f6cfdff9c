"""What a release will tell whom. The page before a release and the release itself read this."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone

from participants.models import Cohort
from sessions.scheduling.models import (
    MessageKind,
    MessageState,
    OutboxMessage,
    ScheduleRelease,
)
from sessions.scheduling.queries.audience import Audience, Person, audience
from sessions.scheduling.queries.gaps import coming
from sessions.scheduling.queries.snapshots import (
    EMPTY,
    Change,
    Entry,
    Snapshot,
    compare,
    is_past,
)

Key = tuple[str, Any]


@dataclass(frozen=True)
class Letter:
    """What one person is told: her changes, or the first time all dates that concern her."""

    person: Person
    changes: list[Change]
    coming: list[Entry]
    first: bool
    # A message of an earlier release that still waits: this one says both at once.
    replaces: OutboxMessage | None = None

    @property
    def uids(self) -> set[str]:
        return {one["uid"] for one in (self.coming if self.first else self.changes)}


@dataclass
class Plan:
    letters: list[Letter]
    audience: Audience


def plan(cohort: Cohort, before: Snapshot, after: Snapshot, now: datetime | None = None) -> Plan:
    """One letter for each person for whom something changes, and none for anybody else."""
    now = now or timezone.now()
    sent, waiting = told_before(cohort)
    known = pictures_before([row.release for row in waiting.values() if row.release])
    fresh = [told for told in compare(before, after) if not is_past(told, now)]
    found = audience(cohort, before, after)
    letters = []
    for person in found.people:
        key = (person.kind, person.pk)
        own, waits = own_of(person, fresh), waiting.get(key)
        if not own and (key in sent or waits):
            continue
        if waits and waits.release:
            both = compare(known[waits.release.pk], after)
            own = own_of(person, [told for told in both if not is_past(told, now)])
        first = key not in sent
        letter = Letter(person, own, coming_for(person, after, now) if first else [], first, waits)
        if letter.uids or waits:
            letters.append(letter)
    return Plan(letters, found)


def own_of(person: Person, changes: list[Change]) -> list[Change]:
    return [told for told in changes if person.is_told(told)]


def coming_for(person: Person, picture: Snapshot, now: datetime) -> list[Entry]:
    """The dates ahead that concern somebody."""
    ahead = coming(picture, now)
    return [one for one in ahead if person.pk in one["people"]] if person.only_own else ahead


def told_before(cohort: Cohort) -> tuple[set[Key], dict[Key, OutboxMessage]]:
    """Who was told something of this cohort, and what still waits for whom."""
    rows = OutboxMessage.objects.filter(cohort=cohort, kind=MessageKind.RELEASE)
    sent, waiting = set(), {}
    for row in rows.select_related("release").defer("body", "calendar").order_by("release__number"):
        if row.state == MessageState.SENT:
            sent.add(key_of(row))
        elif row.state == MessageState.WAITING:
            waiting[key_of(row)] = row
    return sent, waiting


def key_of(message: OutboxMessage) -> Key:
    for kind in ("practitioner", "contact"):
        if pk := getattr(message, f"{kind}_id"):
            return kind, pk
    return "participant", message.participant_id


def pictures_before(releases: list[ScheduleRelease]) -> dict[int, Snapshot]:
    """For each of these releases the picture that was valid until it."""
    if not releases:
        return {}
    numbers = {release.number - 1 for release in releases}
    rows = ScheduleRelease.objects.filter(cohort_id=releases[0].cohort_id, number__in=numbers)
    by_number = {row.number: row.snapshot for row in rows}
    return {release.pk: by_number.get(release.number - 1, EMPTY) for release in releases}
