"""What nobody has to know any more is deleted, every night. The audit log keeps counts only."""

import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from functools import partial
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from cocora.accounts.models import Organisation
from cocora.audit.actions import record
from participants import scans
from participants.actions.imports import forget_expired_imports
from participants.models import (
    AccessNeed,
    Consent,
    ConsentLink,
    Enrolment,
    Participant,
    PeopleImport,
)

# An ended link says nothing to anybody; it stays a while, so that one can see that it was used.
LINKS_STAY = timedelta(days=30)
# A sealed file that no row names is what a broken upload has left behind.
STRAY_AFTER = 24 * 3600
IDENTITY = ("display_name", "contact", "guardian_name", "guardian_contact")


@dataclass(frozen=True)
class Forgotten:
    """How many rows of each kind were deleted, or would be."""

    identities: int = 0
    needs: int = 0
    scans: int = 0
    links: int = 0
    lists: int = 0

    def __add__(self, other: "Forgotten") -> "Forgotten":
        return Forgotten(**{name: n + getattr(other, name) for name, n in asdict(self).items()})

    def __bool__(self) -> bool:
        return any(asdict(self).values())


def forget_what_is_due(*, dry_run: bool = False) -> Forgotten:
    """Delete names, contacts, needs, scans, links and lists whose time is over; how many of each.

    ``dry_run`` only counts. Safe to repeat.
    """
    told = Forgotten()
    for organisation in Organisation.objects.order_by("pk"):
        told += forget_of(organisation, dry_run)
    waiting = PeopleImport.objects.expired()
    told += Forgotten(lists=waiting.count() if dry_run else forget_expired_imports())
    if not dry_run:
        sweep_stray_scans()
    return told


@transaction.atomic
def forget_of(organisation: Organisation, dry_run: bool) -> Forgotten:
    today, now = timezone.localdate(), timezone.now()
    people = due_people(organisation, today)
    known = [person for person in people if any(getattr(person, name) for name in IDENTITY)]
    papers = kept_scans(people)
    mine = {"participant__organisation": organisation}
    needs = AccessNeed.objects.filter(expires_on__lt=today, **mine)
    needs |= AccessNeed.objects.filter(participant__in=people, **mine)
    links = ConsentLink.objects.filter(expires_at__lt=now - LINKS_STAY, **mine)
    told = Forgotten(len(known), needs.count(), len(papers), links.count())
    if told and not dry_run:
        blank(known)
        for rows in (needs, links):
            rows.delete()
        for name in papers:
            transaction.on_commit(partial(scans.forget, name))
        record(by=None, verb="retention.done", organisation=organisation, detail=asdict(told))
    return told


def due_people(organisation: Organisation, today: date) -> list[Participant]:
    """Those whose last cohort ended longer ago than the organisation keeps names; for somebody who
    was never in one the day of being written down counts. Merged rows go with the person."""
    limit = months_before(today, organisation.keep_names_months)
    people = list(Participant.objects.filter(organisation=organisation))
    ends = dict(
        Enrolment.objects.filter(participant__organisation=organisation)
        .order_by()
        .values_list("participant")
        .annotate(last=Max("cohort__ends_on"))
    )
    last: dict[UUID, date] = {}
    for person in people:
        root = person.merged_into_id or person.pk
        day = ends.get(person.pk) or timezone.localdate(person.created_at)
        last[root] = max(last.get(root, day), day)
    return [person for person in people if last[person.merged_into_id or person.pk] < limit]


def months_before(day: date, months: int) -> date:
    """The same day so many months ago; the last of that month where it has no such day."""
    count = day.year * 12 + day.month - 1 - months
    first = date(count // 12, count % 12 + 1, 1)
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    return first.replace(day=min(day.day, (after - timedelta(days=1)).day))


def kept_scans(people: Iterable[Participant]) -> set[str]:
    named = Consent.objects.filter(participant__in=list(people)).exclude(scan="")
    names = set(named.values_list("scan", flat=True))
    return {name for name in names if (scans.folder() / name).exists()}


def blank(people: Iterable[Participant]) -> None:
    """The code and its rows stay: they name nobody any more."""
    for person in people:
        for name in IDENTITY:
            setattr(person, name, "")
        person.save(update_fields=IDENTITY)


def sweep_stray_scans() -> None:
    if not scans.folder().is_dir():
        return
    named = set(Consent.objects.exclude(scan="").values_list("scan", flat=True))
    for path in scans.folder().iterdir():
        if path.name not in named and path.stat().st_mtime < time.time() - STRAY_AFTER:
            path.unlink(missing_ok=True)
