"""Calendar files (RFC 5545), written line by line.

Times stand on the clock of their place with the zone's rules beside them; a moment that this clock
shows twice, or not at all, stands in UTC. Titles are neutral: a calendar lies open on a table.
"""

import calendar as months
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from participants.models import Cohort
from sessions.scheduling.queries.snapshots import Entry, Snapshot, stands

PRODUCT = "-//CoCoRa//Schedule//EN"
WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
LONGEST_LINE = 75
# What a calendar or the subject of a mail never says, in whatever a cohort is called.
TELLING = (
    "prevent", "radical", "extrem", "violen", "terror", "crime", "police", "ambassador",
    "citizenship", "collaborative", "ccp", "cpp", "cap ",
)  # fmt: skip


@dataclass(frozen=True)
class Event:
    """One meeting, as a calendar shows it."""

    uid: str
    sequence: int
    title: str
    starts_at: datetime
    ends_at: datetime
    zone: ZoneInfo
    place: str = ""
    cancelled: bool = False
    stamp: datetime | None = None


def neutral(name: str) -> bool:
    """Whether a name may stand in calendars: it tells nothing of what the meeting is about."""
    return not any(word in f"{name.lower()} " for word in TELLING)


def title_of(name: str) -> str:
    """What the meeting is called in a calendar. No number: it changes when others are cancelled."""
    return name if neutral(name) else _("Meeting")


def event_of(one: Entry, cohort: Cohort, stamp: datetime) -> Event:
    """A session of a released picture, as calendars show it."""
    venue = one["venue"] or {}
    place = ", ".join(part for part in (venue.get("name"), venue.get("address")) if part)
    return Event(
        uid=one["uid"],
        sequence=one["sequence"],
        title=title_of(cohort.name),
        starts_at=datetime.fromisoformat(one["starts_at"]),
        ends_at=datetime.fromisoformat(one["ends_at"]),
        zone=cohort.zone,
        place=place,
        cancelled=not stands(one),
        stamp=stamp,
    )


def events_of(uids: set[str], picture: Snapshot, cohort: Cohort, stamp: datetime) -> list[Event]:
    return [event_of(one, cohort, stamp) for one in picture["sessions"] if one["uid"] in uids]


def calendar_file(events: Iterable[Event], name: str = "") -> str:
    """A whole file. PUBLISH and not REQUEST: several meetings stand in one file, and nobody has to
    answer her calendar; see docs/adr/0022."""
    events = list(events)
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "METHOD:PUBLISH"]
    if name:
        lines += [f"X-WR-CALNAME:{escaped(name)}", "REFRESH-INTERVAL;VALUE=DURATION:PT1H"]
    for zone, years in sorted(spans(events).items()):
        lines += zone_lines(zone, *years)
    for event in events:
        lines += event_lines(event)
    lines.append("END:VCALENDAR")
    return "".join(f"{folded(line)}\r\n" for line in lines)


def spans(events: list[Event]) -> dict[str, tuple[int, int]]:
    """For each zone the first and the last year that its rules have to cover."""
    found: dict[str, tuple[int, int]] = {}
    for event in events:
        year = event.starts_at.year
        first, last = found.get(event.zone.key, (year, year))
        found[event.zone.key] = min(first, year), max(last, year)
    return found


def event_lines(event: Event) -> Iterator[str]:
    yield "BEGIN:VEVENT"
    yield f"UID:{event.uid}@cocora"
    yield f"SEQUENCE:{event.sequence}"
    yield f"DTSTAMP:{utc(event.stamp or event.starts_at)}"
    yield f"DTSTART{clock(event.starts_at, event.zone)}"
    yield f"DTEND{clock(event.ends_at, event.zone)}"
    yield f"SUMMARY:{escaped(event.title)}"
    if event.place:
        yield f"LOCATION:{escaped(event.place)}"
    yield "STATUS:CANCELLED" if event.cancelled else "STATUS:CONFIRMED"
    yield "CLASS:PRIVATE"
    yield "END:VEVENT"


def utc(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def clock(moment: datetime, zone: ZoneInfo) -> str:
    """The value of DTSTART: local where the local clock is clear, else UTC."""
    local = moment.astimezone(zone)
    naive = local.replace(tzinfo=None)
    offsets = {naive.replace(tzinfo=zone, fold=fold).utcoffset() for fold in (0, 1)}
    if len(offsets) > 1:
        return f":{utc(moment)}"
    return f";TZID={zone.key}:{naive:%Y%m%dT%H%M%S}"


def escaped(text: str) -> str:
    """One line, whatever was typed: no line break of a name may begin a property."""
    plain = text.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")
    plain = plain.replace("\r\n", "\\n").replace("\r", "\\n").replace("\n", "\\n")
    return "".join(sign for sign in plain if sign >= " " and sign not in "\x7f\x85\u2028\u2029")


def folded(line: str) -> str:
    """Lines of at most 75 octets; a character is never cut in two."""
    if len(line.encode()) <= LONGEST_LINE:
        return line
    parts, part, size = [], "", 0
    for sign in line:
        width = len(sign.encode())
        if size + width > LONGEST_LINE:
            parts.append(part)
            part, size = " ", 1
        part, size = part + sign, size + width
    return "\r\n".join([*parts, part])


@dataclass(frozen=True)
class Turn:
    """A clock change: the moment, what the clock showed, and what it says from then on."""

    shown: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool


@lru_cache(maxsize=64)
def zone_lines(key: str, first: int, last: int) -> tuple[str, ...]:
    """The rules of a time zone from the year before ``first`` to the year after ``last``.

    Own work: the begin of summer time stands on the clock that was valid until then, as RFC 5545
    asks; the library that we read back with is an hour late there.
    """
    zone = ZoneInfo(key)
    groups: dict[tuple, list[Turn]] = defaultdict(list)
    for turn in turns(zone, first - 1, last + 1):
        kind = (
            turn.summer,
            turn.before,
            turn.after,
            turn.name,
            turn.shown.month,
            turn.shown.time(),
        )
        groups[kind].append(turn)
    lines = ["BEGIN:VTIMEZONE", f"TZID:{key}"]
    begin = datetime(first - 2, 1, 1, tzinfo=zone)
    lines += observance(
        bool(begin.dst()), begin.replace(tzinfo=None), offset_of(begin), offset_of(begin), begin
    )
    for same in groups.values():
        lines += rule_lines(same, zone)
    return (*lines, "END:VTIMEZONE")


def observance(
    summer: bool, shown: datetime, before: timedelta, after: timedelta, named: datetime
) -> list[str]:
    kind = "DAYLIGHT" if summer else "STANDARD"
    return [
        f"BEGIN:{kind}",
        f"DTSTART:{shown:%Y%m%dT%H%M%S}",
        f"TZOFFSETFROM:{offset(before)}",
        f"TZOFFSETTO:{offset(after)}",
        f"TZNAME:{named.tzname()}",
        f"END:{kind}",
    ]


def rule_lines(same: list[Turn], zone: ZoneInfo) -> list[str]:
    """Changes that come back every year as one rule where they follow one, else as dates."""
    first = same[0]
    named = (first.shown + timedelta(days=2)).replace(tzinfo=zone)
    lines = observance(first.summer, first.shown, first.before, first.after, named)
    yearly = [turn.shown.year for turn in same]
    rule = common_rule(same)
    if rule and yearly == list(range(yearly[0], yearly[-1] + 1)):
        lines.insert(2, f"RRULE:FREQ=YEARLY;BYMONTH={first.shown.month};BYDAY={rule}")
    else:
        lines[2:2] = [f"RDATE:{turn.shown:%Y%m%dT%H%M%S}" for turn in same[1:]]
    return lines


def common_rule(same: list[Turn]) -> str:
    """'-1SU' for the last Sunday, '2SU' for the second; empty when there is no such rule."""
    days = {turn.shown.weekday() for turn in same}
    if len(days) > 1 or len(same) < 2:
        return ""
    ends = {
        months.monthrange(turn.shown.year, turn.shown.month)[1] - turn.shown.day for turn in same
    }
    weeks = {(turn.shown.day - 1) // 7 + 1 for turn in same}
    weekday = WEEKDAYS[days.pop()]
    if all(left < 7 for left in ends):
        return f"-1{weekday}"
    return f"{weeks.pop()}{weekday}" if len(weeks) == 1 else ""


def turns(zone: ZoneInfo, first: int, last: int) -> Iterator[Turn]:
    """Every change of the clock in these years, found to the second."""
    moment, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    step = timedelta(days=7)
    while moment < end:
        if state(moment, zone) != state(moment + step, zone):
            yield turn_between(moment, moment + step, zone)
        moment += step


def state(moment: datetime, zone: ZoneInfo) -> tuple[timedelta, str | None]:
    local = moment.astimezone(zone)
    return offset_of(local), local.tzname()


def turn_between(low: datetime, high: datetime, zone: ZoneInfo) -> Turn:
    was = state(low, zone)
    while high - low > timedelta(seconds=1):
        middle = (low + (high - low) / 2).replace(microsecond=0)
        low, high = (middle, high) if state(middle, zone) == was else (low, middle)
    after = high.astimezone(zone)
    shown = high.replace(tzinfo=None) + was[0]
    return Turn(shown, was[0], offset_of(after), after.tzname() or "", bool(after.dst()))


def offset_of(moment: datetime) -> timedelta:
    return moment.utcoffset() or timedelta()


def offset(told: timedelta) -> str:
    minutes = int(told.total_seconds()) // 60
    sign = "-" if minutes < 0 else "+"
    return f"{sign}{abs(minutes) // 60:02}{abs(minutes) % 60:02}"
