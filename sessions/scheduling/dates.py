"""Days and hours, without a database: rhythms, pasted lists, holidays, clock changes.

Everything is reckoned by the local calendar and the local clock. UTC is worked out at the very end,
so that a session stands at the same hour on the wall before and after a clock change.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import islice
from zoneinfo import ZoneInfo

import holidays
from django.db import models
from django.utils.dates import MONTHS
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cocora.common.refusal import FieldRefusal

MOST = 500
# So many free days in a row, and a rhythm does not get anywhere any more.
MOST_SKIPPED = 366
EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)
# Where people write the month before the day.
MONTH_FIRST = frozenset({"US"})

Reason = Callable[[date], str]


class RhythmKind(models.TextChoices):
    WEEKLY = "weekly", gettext_lazy("Every week")
    FORTNIGHTLY = "fortnightly", gettext_lazy("Every two weeks")
    WEEKDAYS = "weekdays", gettext_lazy("Several days a week")
    INTENSIVE = "intensive", gettext_lazy("Days in a row")
    LISTED = "listed", gettext_lazy("Dates from a list")


@dataclass(frozen=True)
class Rhythm:
    """How days follow each other: until ``count`` of them are found, or up to ``last``."""

    kind: RhythmKind
    first: date | None = None
    count: int | None = None
    last: date | None = None
    weekdays: frozenset[int] = frozenset()
    listed: tuple[date, ...] = ()


@dataclass(frozen=True)
class Day:
    """A day of a series; ``closed`` says why nobody would usually meet then."""

    date: date
    closed: str = ""


@dataclass(frozen=True)
class Series:
    days: tuple[Day, ...]
    skipped: tuple[Day, ...] = ()


def no_reason(_day: date) -> str:
    return ""


def series_of(rhythm: Rhythm, *, closed: Reason = no_reason, skip: bool = True) -> Series:
    """The days of a rhythm. Closed ones are left out and made up for at the end, or only flagged.

    Refuses what can't be meant: no end, an end before the start, no weekday, too many days.
    """
    check(rhythm)
    days: list[Day] = []
    skipped: list[Day] = []
    for day in candidates(rhythm):
        reason = closed(day)
        # Somebody who lists a date by hand means that very date: it is flagged, never left out.
        if reason and skip and rhythm.kind != RhythmKind.LISTED:
            skipped.append(Day(day, reason))
            if len(skipped) > MOST_SKIPPED:
                raise FieldRefusal("first", _("Nearly all of these days are closed."))
            continue
        days.append(Day(day, reason))
        if len(days) > MOST:
            raise FieldRefusal("last", too_many())
        if rhythm.count and len(days) == rhythm.count:
            break
    if not days:
        raise FieldRefusal("last", _("No day is left: choose a later last date."))
    # What was skipped after the last day is no news.
    return Series(tuple(days), tuple(day for day in skipped if day.date <= days[-1].date))


def too_many() -> str:
    return _("A series has at most %(most)s dates. Lay out one year at a time.") % {"most": MOST}


def check(rhythm: Rhythm) -> None:
    if rhythm.kind == RhythmKind.LISTED:
        if not rhythm.listed:
            raise FieldRefusal("listed", _("Paste at least one date."))
        return
    if rhythm.first is None:
        raise FieldRefusal("first", _("Choose the first date."))
    if not EARLIEST <= rhythm.first <= LATEST:
        raise FieldRefusal("first", out_of_reach(rhythm.first))
    if rhythm.count is None and rhythm.last is None:
        raise FieldRefusal("count", _("Say how many sessions, or the last date."))
    if rhythm.count is not None and rhythm.count < 1:
        raise FieldRefusal("count", _("A series has at least one session."))
    if rhythm.count is not None and rhythm.count > MOST:
        raise FieldRefusal("count", too_many())
    if rhythm.last is not None and rhythm.last < rhythm.first:
        raise FieldRefusal("last", _("The last date comes before the first."))
    if rhythm.kind == RhythmKind.WEEKDAYS and not rhythm.weekdays:
        raise FieldRefusal("weekdays", _("Choose at least one day of the week."))


def out_of_reach(day: date) -> str:
    return _("The year %(year)s can't be meant.") % {"year": day.year}


def candidates(rhythm: Rhythm) -> Iterator[date]:
    """All days of the rhythm, closed ones among them, in order."""
    if rhythm.kind == RhythmKind.LISTED:
        yield from sorted(set(rhythm.listed))
        return
    assert rhythm.first is not None
    for day in endless(rhythm, rhythm.first):
        if day > LATEST or (rhythm.last is not None and day > rhythm.last):
            return
        yield day


def endless(rhythm: Rhythm, first: date) -> Iterator[date]:
    if rhythm.kind == RhythmKind.WEEKDAYS:
        ahead = (first + timedelta(days=days) for days in range(36525))
        yield from (day for day in ahead if day.isoweekday() in rhythm.weekdays)
        return
    steps = {RhythmKind.WEEKLY: 7, RhythmKind.FORTNIGHTLY: 14, RhythmKind.INTENSIVE: 1}
    step = steps[rhythm.kind]
    yield from (first + timedelta(days=step * number) for number in range(36525 // step))


# A pasted list

ISO = r"(?P<y1>\d{4})-(?P<m1>\d{1,2})-(?P<d1>\d{1,2})"
NUMBERS = r"(?P<a2>\d{1,2})[./-](?P<b2>\d{1,2})[./-](?P<y2>\d{4})"
DAY_MONTH = r"(?P<d3>\d{1,2})(?:\.|st|nd|rd|th)?\s+(?P<m3>[^\W\d_]{3,})\.?,?\s+(?P<y3>\d{4})"
MONTH_DAY = r"(?P<m4>[^\W\d_]{3,})\.?\s+(?P<d4>\d{1,2})(?:st|nd|rd|th)?,?\s+(?P<y4>\d{4})"
WRITTEN = re.compile(rf"(?<![\w.])(?:{ISO}|{NUMBERS}|{DAY_MONTH}|{MONTH_DAY})(?![\d-])")
ENGLISH = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
WEEKDAY_NAMES = re.compile(
    r"\b(mon|tues?|wed(nes)?|thu(rs)?|fri|sat(ur)?|sun)(day)?s?\b\.?", re.IGNORECASE
)


def read_dates(text: str, *, month_first: bool = False) -> tuple[date, ...]:
    """The dates in a pasted text, several on a line or one: 2027-03-14, 14.3.2027, 14/3/2027,
    14 March 2027, March 14, 2027. Refuses, with the line, what it can't read for sure."""
    found: list[date] = []
    for number, line in enumerate(text.splitlines(), start=1):
        rest = WRITTEN.sub(" ", line)
        rest = WEEKDAY_NAMES.sub(" ", rest)
        if re.search(r"\w", rest):
            told = {"line": number, "text": rest.strip(" ,;\t")[:40]}
            raise FieldRefusal("listed", _("Line %(line)s: “%(text)s” is not a date.") % told)
        found += [day_of(match, number, month_first) for match in WRITTEN.finditer(line)]
        if len(found) > MOST:
            raise FieldRefusal("listed", too_many())
    return tuple(found)


def day_of(match: re.Match[str], line: int, month_first: bool) -> date:
    part = match.groupdict()
    if part["y1"]:
        year, month, day = (int(part[name]) for name in ("y1", "m1", "d1"))
    elif part["y2"]:
        numbers = int(part["a2"]), int(part["b2"])
        day, month = reversed(numbers) if month_first else numbers
        year = int(part["y2"])
    else:
        which = "3" if part["y3"] else "4"
        year, day = int(part[f"y{which}"]), int(part[f"d{which}"])
        month = month_of(part[f"m{which}"])
    try:
        made = date(year, month, day)
    except ValueError:
        told = {"line": line, "text": match[0].strip()}
        sentence = _("Line %(line)s: there is no day “%(text)s” in the calendar.") % told
        raise FieldRefusal("listed", sentence) from None
    if not EARLIEST <= made <= LATEST:
        raise FieldRefusal("listed", out_of_reach(made))
    return made


def month_of(word: str) -> int:
    """By its English name or the one of the page's language, whole or cut short; 0 if unknown."""
    wanted = word.casefold()
    for names in (ENGLISH, [str(MONTHS[number]) for number in range(1, 13)]):
        for number, name in enumerate(names, start=1):
            if name.casefold().startswith(wanted):
                return number
    return 0


# Closed days


def public_holidays(country: str, subdivision: str = "") -> Reason:
    """What day is celebrated, by country and part of the country; '' for all others.

    A country that the library does not know has none, see ``knows_holidays``.
    """
    if not knows_holidays(country):
        return no_reason
    return lambda day: holidays_of(country, subdivision, day.year).get(day, "")


@cache
def holidays_of(country: str, subdivision: str, year: int) -> dict[date, str]:
    """Of one year as a whole: the library's own calendar grows while it is asked, and is no thing
    to share between threads."""
    kind = type(holidays.country_holidays(country))
    language = "en_US" if "en_US" in kind.supported_languages else None
    known = subdivision if subdivision in kind.subdivisions else None
    calendar = holidays.country_holidays(country, subdiv=known, years=year, language=language)
    return {day: str(why).replace("; ", ", ") for day, why in calendar.items()}


@cache
def knows_holidays(country: str) -> bool:
    return country in holidays.list_supported_countries(include_aliases=False)


def subdivisions(country: str) -> list[tuple[str, str]]:
    """Codes and names of the parts of a country that have holidays of their own."""
    if not knows_holidays(country):
        return []
    kind = type(holidays.country_holidays(country))
    names = {code: name for name, code in getattr(kind, "subdivisions_aliases", {}).items()}
    return sorted(
        ((code, names.get(code, code)) for code in kind.subdivisions), key=lambda pair: pair[1]
    )


def closed_by(spans: Iterable[tuple[date, date, str]], also: Reason = no_reason) -> Reason:
    """Own closed days first, since their reason is the nearer one, then ``also``."""
    kept = list(spans)

    def reason(day: date) -> str:
        own = next((why for first, last, why in kept if first <= day <= last), "")
        return own or also(day)

    return reason


# Hours


@dataclass(frozen=True)
class Span:
    """When a session is, in UTC; ``remark`` is what somebody should know about its hours."""

    starts_at: datetime
    ends_at: datetime
    remark: str = ""

    @property
    def minutes(self) -> int:
        """How long it really takes, also when the clock changes meanwhile."""
        return int((self.ends_at - self.starts_at).total_seconds()) // 60


def span_of(day: date, starts: time, ends: time, zone: ZoneInfo) -> Span:
    """The moments of a local date and its times.

    Refuses an end that is not after the start, and an hour that a clock change leaves out. Of an
    hour that comes twice the first is meant, and the remark says so.
    """
    if ends <= starts:
        told = {"starts": starts.strftime("%H:%M"), "ends": ends.strftime("%H:%M")}
        sentence = _("The end, %(ends)s, must come after the start, %(starts)s.") % told
        raise FieldRefusal("local_end", sentence)
    begins, again = moment(day, starts, zone, "local_start")
    finishes, also = moment(day, ends, zone, "local_end")
    if finishes <= begins:
        raise FieldRefusal("local_end", _("The clocks change then: choose a later end."))
    return Span(begins, finishes, again or also)


def moment(day: date, clock: time, zone: ZoneInfo, field: str) -> tuple[datetime, str]:
    """In UTC, with a remark if the clock shows this time twice."""
    local = datetime.combine(day, clock, tzinfo=zone)
    at = local.astimezone(UTC)
    if at.astimezone(zone).replace(tzinfo=None) != local.replace(tzinfo=None):
        sentence = _(
            "%(clock)s does not exist on %(day)s: the clocks go forward then. "
            "Choose an earlier or a later time."
        )
        raise FieldRefusal(field, sentence % told(day, clock))
    if local.replace(fold=1).utcoffset() == local.utcoffset():
        return at, ""
    twice = _("%(clock)s comes twice on %(day)s, when the clocks go back: the first is meant.")
    return at, twice % told(day, clock)


def told(day: date, clock: time) -> dict[str, str]:
    return {"clock": clock.strftime("%H:%M"), "day": date_format(day, "j F Y")}


def next_days(after: date, count: int) -> list[date]:
    return list(islice((after + timedelta(days=step) for step in range(1, count + 1)), count))


def holidays_between(country: str, first: date, last: date) -> list[Day]:
    """The public holidays of a country from one day to another."""
    reason = public_holidays(country)
    length = min((last - first).days, 800)
    days = (first + timedelta(days=number) for number in range(length + 1))
    return [Day(day, why) for day in days if (why := reason(day))]
