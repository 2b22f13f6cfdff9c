"""A series before it is saved: every date with what is taught, minutes, and what speaks against."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from typing import Any

from django.utils import timezone

from cocora.common.refusal import FieldRefusal
from participants.models import Cohort, CohortPractitioner, Practitioner, Venue
from participants.vocabulary import CohortRole
from sessions.scheduling.dates import Day, Reason, RhythmKind, Span, span_of
from sessions.scheduling.layout import Frame, Laid, Layout, Piece, lay_out
from sessions.scheduling.models import ProgrammeSession
from sessions.scheduling.queries.conflicts import Asked, Warned, lift_common, warnings_of

Crew = tuple[tuple[Practitioner, str], ...]


@dataclass(frozen=True)
class Wish:
    """A date as somebody wants it. ``open``: without the room or the people that are taken then."""

    date: date
    starts: time
    ends: time
    dropped: bool = False
    open: bool = False


@dataclass
class Row:
    wish: Wish
    number: int = 0
    span: Span | None = None
    fault: str = ""
    laid: Laid | None = None
    warnings: list[Warned] = field(default_factory=list)
    venue: Venue | None = None
    crew: Crew = ()

    @property
    def kept(self) -> bool:
        return self.number > 0

    @property
    def refused(self) -> bool:
        """Whether it can't be saved as it stands."""
        return bool(self.fault) or any(warned.refused for warned in self.warnings)

    @property
    def can_stay_open(self) -> bool:
        return self.wish.open or any(warned.taken for warned in self.warnings)


@dataclass
class Preview:
    rows: list[Row]
    layout: Layout
    skipped: Sequence[Day] = ()
    # What speaks against every single date is said once.
    always: Sequence[str] = ()

    @property
    def kept(self) -> list[Row]:
        return [row for row in self.rows if row.kept]

    @property
    def refused(self) -> int:
        return sum(row.refused for row in self.rows)

    @property
    def warned(self) -> int:
        return sum(bool(row.warnings) for row in self.kept)


def preview_series(
    cohort: Cohort,
    wishes: Iterable[Wish],
    *,
    venue: Venue | None,
    crew: Crew,
    pieces: Iterable[Piece],
    frame: Frame,
    closed: Reason,
    skipped: Sequence[Day] = (),
) -> Preview:
    """Nothing is written. A constant number of queries, however many dates there are."""
    rows = [Row(wish) for wish in wishes]
    for row in rows:
        if not row.wish.dropped:
            look_at_clock(cohort, row)
    standing = [row for row in rows if row.span]
    standing.sort(key=lambda row: row.span.starts_at if row.span else None)  # type: ignore[arg-type, return-value]
    for number, row in enumerate(standing, start=1):
        row.number, row.venue, row.crew = number, venue, crew
    warn(cohort, standing, closed)
    always = lift_common(standing)
    layout = lay_out([row.span.minutes for row in standing if row.span], pieces, frame)
    for row, laid in zip(standing, layout.sessions, strict=True):
        row.laid = laid
    return Preview(rows, layout, skipped, always)


def look_at_clock(cohort: Cohort, row: Row) -> None:
    wish = row.wish
    try:
        row.span = span_of(wish.date, wish.starts, wish.ends, cohort.zone)
    except FieldRefusal as refusal:
        row.fault = str(refusal)


def warn(cohort: Cohort, rows: list[Row], closed: Reason) -> None:
    for row, found in zip(
        rows, warnings_of(cohort, [asked(row) for row in rows], closed), strict=True
    ):
        if row.span and row.span.remark:
            row.warnings.append(Warned(row.span.remark))
        row.warnings += left_open(row, found) if row.wish.open else found


def asked(row: Row) -> Asked:
    assert row.span is not None
    people = tuple(person for person, _role in row.crew)
    return Asked(row.span.starts_at, row.span.ends_at, row.wish.date, row.venue, people)


def left_open(row: Row, found: list[Warned]) -> list[Warned]:
    """Takes away what is taken; what is left to say is why it is open."""
    taken = {warned.taken for warned in found if warned.taken}
    if "venue" in taken:
        row.venue = None
    row.crew = tuple((person, role) for person, role in row.crew if str(person.pk) not in taken)
    return [
        Warned(warned.sentence, refused=warned.refused and not warned.taken) for warned in found
    ]


def first_wishes(cohort: Cohort) -> dict[str, Any]:
    """What most series look like, so that most fields can stay as they are."""
    last = ProgrammeSession.objects.filter(cohort=cohort).order_by("-starts_at").first()
    after = last.local_date + timedelta(days=7) if last else cohort.starts_on
    places = CohortPractitioner.objects.filter(cohort=cohort, left_on=None)
    leading = places.exclude(role=CohortRole.AUTHORITY).values_list("practitioner_id", flat=True)
    return {
        "rhythm": RhythmKind.WEEKLY,
        "first": max(after, timezone.localdate()),
        "until": "count",
        "count": 12,
        "local_start": last.local_start if last else time(17),
        "local_end": last.local_end if last else time(19, 30),
        "venue": last.venue_id if last else None,
        "crew": [str(pk) for pk in leading],
        "holidays": "skip",
        "teach": True,
        "arrival": 10,
        "pause": 15,
        "pause_over": 120,
        "reflection": 10,
    }
