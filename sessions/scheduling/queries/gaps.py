"""What a schedule still lacks: somebody who leads, a place, consent, or a release."""

from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from participants.models import Cohort
from participants.vocabulary import CohortStatus
from sessions.scheduling.models import ProgrammeSession
from sessions.scheduling.queries.audience import Audience
from sessions.scheduling.queries.conflicts import Asked, warnings_of
from sessions.scheduling.queries.snapshots import Entry, Snapshot, stands


@dataclass(frozen=True)
class Gap:
    """One thing that is missing, and where it can be put right."""

    kind: str
    sentence: str
    session_pk: int | None = None


def coming(picture: Snapshot, now: datetime | None = None) -> list[Entry]:
    """The sessions of a picture that take place and are not over."""
    now = now or timezone.now()
    return [
        one
        for one in picture["sessions"]
        if stands(one) and datetime.fromisoformat(one["ends_at"]) > now
    ]


def gaps_in(picture: Snapshot) -> list[Gap]:
    """Coming sessions that nobody leads, or that have no place."""
    found = []
    for one in coming(picture):
        facts = {"number": one["number"], "day": date_of(one)}
        if not one["people"]:
            found.append(
                Gap("leader", _("Nobody leads session %(number)s on %(day)s.") % facts, one["id"])
            )
        if not one["venue"]:
            found.append(
                Gap("venue", _("Session %(number)s on %(day)s has no place.") % facts, one["id"])
            )
    return found


def date_of(one: Entry) -> str:
    return date_format(datetime.fromisoformat(one["date"]), "j F")


def conflicts_in(cohort: Cohort, picture: Snapshot) -> list[Gap]:
    """What speaks against the coming sessions: other meetings, closed days, availability."""
    by_pk = {one["id"]: one for one in coming(picture)}
    rows = ProgrammeSession.objects.filter(pk__in=by_pk).select_related("venue")
    sessions = list(rows.prefetch_related("assignments__practitioner"))
    asked = [
        Asked(
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            date=row.local_date,
            venue=row.venue,
            practitioners=tuple(one.practitioner for one in row.assignments.all() if one.binds),
            pk=row.pk,
        )
        for row in sessions
    ]
    found = []
    for row, warned in zip(sessions, warnings_of(cohort, asked), strict=True):
        number = by_pk[row.pk]["number"]
        for warning in warned:
            said = _("Session %(number)s: %(warning)s") % {
                "number": number,
                "warning": warning.sentence,
            }
            found.append(Gap("conflict", said, row.pk))
    return found


def audience_gaps(found: Audience) -> list[Gap]:
    """Who will not hear of it."""
    gaps = []
    if found.without_consent:
        codes = ", ".join(person.code for person in found.without_consent)
        gaps.append(Gap("consent", _("No consent to messages yet: %(codes)s.") % {"codes": codes}))
    if found.without_address:
        codes = ", ".join(person.code for person in found.without_address)
        gaps.append(
            Gap(
                "address",
                _("No mail address, so tell them yourself: %(codes)s.") % {"codes": codes},
            )
        )
    return gaps


def state_gaps(cohort: Cohort) -> list[Gap]:
    if cohort.status == CohortStatus.DRAFT:
        sentence = _(
            "The cohort is a draft: until it is open, partners and practitioners can't see it."
        )
        return [Gap("draft", sentence)]
    return []
