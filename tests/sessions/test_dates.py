"""Rhythms, pasted dates, holidays, clock changes: a session stays where it is on the wall."""

from datetime import UTC, date, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocora.common.refusal import FieldRefusal, Refusal
from sessions.scheduling.dates import (
    MOST,
    Rhythm,
    RhythmKind,
    closed_by,
    public_holidays,
    read_dates,
    series_of,
    span_of,
    subdivisions,
)

ZONES = ["Europe/Copenhagen", "Atlantic/Reykjavik", "America/New_York"]
COPENHAGEN = ZoneInfo("Europe/Copenhagen")
DENMARK = public_holidays("DK")


def days(rhythm: Rhythm, **how) -> list[date]:
    return [day.date for day in series_of(rhythm, **how).days]


def weekly(first: date, count: int | None = None, **more) -> Rhythm:
    return Rhythm(RhythmKind.WEEKLY, first, count, **more)


def test_every_week_and_every_two_weeks():
    first = date(2027, 3, 2)
    assert days(weekly(first, 3)) == [first, date(2027, 3, 9), date(2027, 3, 16)]
    two = Rhythm(RhythmKind.FORTNIGHTLY, first, last=date(2027, 3, 31))
    assert days(two) == [first, date(2027, 3, 16), date(2027, 3, 30)]


def test_several_days_a_week_begin_with_the_first_that_is_chosen():
    tuesdays_and_thursdays = Rhythm(
        RhythmKind.WEEKDAYS, date(2027, 3, 3), 3, weekdays=frozenset({2, 4})
    )
    assert days(tuesdays_and_thursdays) == [
        date(2027, 3, 4),
        date(2027, 3, 9),
        date(2027, 3, 11),
    ]


def test_days_in_a_row_cross_a_leap_day():
    assert days(Rhythm(RhythmKind.INTENSIVE, date(2028, 2, 28), 3))[1:] == [
        date(2028, 2, 29),
        date(2028, 3, 1),
    ]


def test_holidays_are_skipped_and_made_up_for_or_only_flagged():
    first = date(2026, 3, 26)  # Thursdays: 2 April is Maundy Thursday, 14 May Ascension Day
    skipping = series_of(weekly(first, 6), closed=DENMARK)
    assert len(skipping.days) == 6
    assert [day.date for day in skipping.skipped] == [date(2026, 4, 2)]
    assert skipping.skipped[0].closed == "Maundy Thursday"
    flagging = series_of(weekly(first, 6), closed=DENMARK, skip=False)
    assert [day.closed for day in flagging.days] == ["", "Maundy Thursday", "", "", "", ""]


def test_own_closed_days_come_before_holidays_and_overlap_without_harm():
    own = [
        (date(2026, 4, 1), date(2026, 4, 10), "Hall is painted"),
        (date(2026, 4, 9), date(2026, 4, 9), "Staff day"),
    ]
    reason = closed_by(own, DENMARK)
    assert reason(date(2026, 4, 2)) == "Hall is painted"
    assert reason(date(2026, 4, 9)) == "Hall is painted"
    assert reason(date(2026, 5, 14)) == "Ascension Day"
    assert len(days(weekly(date(2026, 4, 2), 3), closed=reason)) == 3


def test_parts_of_a_country_have_their_own_holidays():
    assumption = date(2026, 8, 15)
    assert not public_holidays("DE")(assumption)
    assert public_holidays("DE", "BY")(assumption) or public_holidays("DE", "SL")(assumption)
    assert ("BY", "Bayern") in subdivisions("DE")
    assert public_holidays("DE", "nowhere")(date(2026, 1, 1)) == "New Year's Day"
    assert not public_holidays("XX")(date(2026, 1, 1))
    assert subdivisions("XX") == []


@pytest.mark.parametrize(
    ("rhythm", "field", "sentence"),
    [
        (weekly(date(2027, 3, 2)), "count", "how many"),
        (weekly(date(2027, 3, 2), 0), "count", "at least one"),
        (weekly(date(2027, 3, 2), last=date(2027, 3, 1)), "last", "before the first"),
        (weekly(date(2027, 3, 2), 10_000), "count", "at most 500"),
        (weekly(date(2027, 3, 2), last=date(2090, 1, 1)), "last", "at most 500"),
        (weekly(date(1, 3, 2), 3), "first", "year 1"),
        (Rhythm(RhythmKind.WEEKLY, count=3), "first", "first date"),
        (Rhythm(RhythmKind.WEEKDAYS, date(2027, 3, 2), 3), "weekdays", "day of the week"),
        (Rhythm(RhythmKind.LISTED), "listed", "at least one date"),
    ],
)
def test_what_cannot_be_meant_is_refused_at_its_field(rhythm, field, sentence):
    with pytest.raises(FieldRefusal, match=sentence) as refused:
        series_of(rhythm)
    assert refused.value.field == field


def test_a_rhythm_of_closed_days_only_is_refused():
    with pytest.raises(Refusal, match="closed"):
        series_of(weekly(date(2027, 3, 2), 3), closed=lambda day: "Closed")
    with pytest.raises(Refusal, match="No day is left"):
        series_of(weekly(date(2027, 3, 2), last=date(2027, 3, 8)), closed=lambda day: "Closed")


PASTED = """\
2027-03-14, 2027-03-21
Sunday 28.3.2027
04/04/2027; 11/04/2027
Sun 18 April 2027
April 25, 2027
2nd May 2027

9. Mai 2027
"""


def test_a_pasted_list_in_many_spellings():
    with pytest.raises(FieldRefusal, match="Line 8: there is no day"):
        read_dates(PASTED)
    pasted = PASTED.replace("Mai", "May")
    assert read_dates(pasted) == tuple(
        date(2027, 3, 14) + timedelta(weeks=weeks) for weeks in range(9)
    )
    listed = Rhythm(RhythmKind.LISTED, listed=read_dates("1.5.2027\n2.4.2027 1.5.2027"))
    assert days(listed) == [date(2027, 4, 2), date(2027, 5, 1)]


def test_where_the_month_comes_first():
    assert read_dates("04/05/2027") == (date(2027, 5, 4),)
    assert read_dates("04/05/2027", month_first=True) == (date(2027, 4, 5),)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("2027-03-02\n31.2.2027", "Line 2: there is no day “31.2.2027”"),
        ("2027-02-29", "no day “2027-02-29”"),
        ("next Tuesday", "Line 1: “next” is not a date"),
        ("14.3.", "is not a date"),
        ("2027-03-02 and 17:00", "is not a date"),
        ("12027-03-02", "is not a date"),
        ("14.3.0027", "year 27"),
    ],
)
def test_a_date_that_is_none_is_told_with_its_line(text, sentence):
    with pytest.raises(FieldRefusal, match=sentence):
        read_dates(text)


def test_a_list_of_ten_thousand_dates_is_refused():
    with pytest.raises(FieldRefusal, match=f"at most {MOST}"):
        read_dates("2027-03-02\n" * 10_000)


def test_an_hour_that_the_clock_leaves_out_is_refused():
    with pytest.raises(FieldRefusal, match="02:30 does not exist on 28 March 2027") as refused:
        span_of(date(2027, 3, 28), time(2, 30), time(4), COPENHAGEN)
    assert refused.value.field == "local_start"


def test_an_hour_that_comes_twice_means_the_first_and_says_so():
    span = span_of(date(2027, 10, 31), time(2, 30), time(4), COPENHAGEN)
    assert span.starts_at.astimezone(UTC).hour == 0
    assert "02:30 comes twice on 31 October 2027" in span.remark
    assert span.minutes == 150
    assert span_of(date(2027, 10, 30), time(2, 30), time(4), COPENHAGEN).remark == ""


def test_an_end_before_the_start_is_refused():
    for ends in (time(17), time(9)):
        with pytest.raises(FieldRefusal, match="must come after") as refused:
            span_of(date(2027, 3, 2), time(17), ends, COPENHAGEN)
        assert refused.value.field == "local_end"


@given(
    zone=st.sampled_from(ZONES),
    # Both clock changes of three years and the leap day of 2028 lie in here.
    first=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    kind=st.sampled_from([RhythmKind.WEEKLY, RhythmKind.FORTNIGHTLY, RhythmKind.INTENSIVE]),
    starts=st.times(time(5), time(20)).map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_the_time_on_the_wall_never_shifts(zone, first, kind, starts):
    ends = time(min(starts.hour + 2, 23), starts.minute)
    for day in days(Rhythm(kind, first, 30)):
        span = span_of(day, starts, ends, ZoneInfo(zone))
        local = span.starts_at.astimezone(ZoneInfo(zone))
        assert (local.date(), local.time()) == (day, starts)
        assert span.ends_at.astimezone(ZoneInfo(zone)).time() == ends
        assert span.starts_at.tzinfo is UTC


@given(
    zone=st.sampled_from(ZONES),
    day=st.dates(date(2026, 1, 1), date(2028, 12, 31)),
    starts=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_any_time_is_kept_or_refused_but_never_moved(zone, day, starts):
    zone = ZoneInfo(zone)
    try:
        span = span_of(day, starts, time(23, 59), zone)
    except FieldRefusal:
        return
    assert span.starts_at.astimezone(zone).replace(tzinfo=None).time() == starts


@given(
    first=st.dates(date(2026, 1, 1), date(2030, 1, 1)),
    weekdays=st.frozensets(st.integers(1, 7), min_size=1),
    count=st.integers(1, 60),
)
def test_series_are_in_order_without_doubles_on_the_days_that_were_chosen(first, weekdays, count):
    found = days(Rhythm(RhythmKind.WEEKDAYS, first, count, weekdays=weekdays), closed=DENMARK)
    assert len(found) == count
    assert found == sorted(set(found))
    assert {day.isoweekday() for day in found} <= weekdays
    assert not any(DENMARK(day) for day in found)
