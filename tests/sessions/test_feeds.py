"""Calendar feeds: right times in every zone, neutral titles, and closed when they must be."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar

from cocora.accounts.models import Membership
from cocora.accounts.queries import digest
from cocora.accounts.roles import Role
from cocora.common.logs import hide
from sessions.scheduling.actions.feeds import MOST_FEEDS, close_feed, open_feed
from sessions.scheduling.actions.releases import release_schedule
from sessions.scheduling.feeds import Event, calendar_file, escaped, folded, title_of, zone_lines
from sessions.scheduling.models import CalendarFeed
from tests.sessions.rows import in_days, move, plan, session_on

__all__ = ["plan"]
ZONES = ["Europe/Copenhagen", "Atlantic/Reykjavik", "America/New_York"]
UID = "5f7f1b52-4a0e-4d7b-9d4c-111111111111"


def event(starts_at, zone, **told):
    ends = told.pop("ends_at", starts_at + timedelta(hours=2))
    told = {"title": "Tuesday group", "sequence": 0, **told}
    return Event(uid=UID, starts_at=starts_at, ends_at=ends, zone=ZoneInfo(zone), **told)


def parsed(*events):
    return list(Calendar.from_ical(calendar_file(events)).walk("VEVENT"))


# --- Times --------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", ZONES)
@given(
    moment=st.datetimes(
        min_value=datetime(2026, 1, 1), max_value=datetime(2032, 12, 31), timezones=st.just(UTC)
    ),
    minutes=st.integers(min_value=15, max_value=600),
)
@settings(max_examples=150, deadline=None)
def test_every_moment_comes_back_as_it_was(zone, moment, minutes):
    moment = moment.replace(microsecond=0)
    (read,) = parsed(event(moment, zone, ends_at=moment + timedelta(minutes=minutes)))
    assert read["DTSTART"].dt == moment
    # Two clocks of one zone would be subtracted as they show, and not as time went by.
    assert read["DTEND"].dt.astimezone(UTC) == moment + timedelta(minutes=minutes)


AROUND_CHANGES = [
    date(2027, 3, 28), date(2027, 10, 31), date(2027, 3, 14), date(2027, 11, 7),
    date(2028, 2, 29), date(2028, 3, 26), date(2026, 10, 25),
]  # fmt: skip


@pytest.mark.parametrize("zone", ZONES)
@given(
    day=st.sampled_from(AROUND_CHANGES),
    shift=st.integers(min_value=-1, max_value=1),
    clock=st.times(),
    fold=st.sampled_from([0, 1]),
)
@settings(max_examples=150, deadline=None)
def test_around_a_clock_change_and_on_a_leap_day(zone, day, shift, clock, fold):
    clock = clock.replace(second=0, microsecond=0)
    local = datetime.combine(day + timedelta(days=shift), clock, ZoneInfo(zone))
    moment = local.replace(fold=fold).astimezone(UTC)
    (read,) = parsed(event(moment, zone))
    assert read["DTSTART"].dt == moment


@pytest.mark.parametrize("zone", ZONES)
def test_the_same_hour_by_the_clock_on_both_sides_of_a_change(zone):
    for before, after in [
        (date(2027, 3, 10), date(2027, 4, 7)),
        (date(2027, 10, 20), date(2027, 11, 17)),
    ]:
        shown = []
        for day in (before, after):
            local = datetime.combine(day, time(17), ZoneInfo(zone))
            (read,) = parsed(event(local.astimezone(UTC), zone))
            shown.append(read["DTSTART"].dt.astimezone(ZoneInfo(zone)).time())
        assert shown == [time(17), time(17)]


def offset_by_rules(zone: str, moment: datetime) -> timedelta:
    """What a program that knows only our VTIMEZONE would say; its yearly rules read by hand."""
    text = "".join(f"{line}\r\n" for line in zone_lines(zone, moment.year, moment.year))
    best, found = None, timedelta()
    for part in Calendar.from_ical(f"BEGIN:VCALENDAR\r\n{text}END:VCALENDAR\r\n").walk():
        if part.name not in {"STANDARD", "DAYLIGHT"}:
            continue
        for onset in onsets(part):
            at = onset - part["TZOFFSETFROM"].td
            if at <= moment.replace(tzinfo=None) and (best is None or at > best):
                best, found = at, part["TZOFFSETTO"].td
    return found


def onsets(part):
    first = part["DTSTART"].dt
    if "RRULE" not in part:
        more = part.get("RDATE")
        return [first] + ([one.dt for one in more.dts] if more else [])
    (rule,) = part["RRULE"]["BYDAY"]
    (month,) = part["RRULE"]["BYMONTH"]
    found = []
    for year in range(first.year, first.year + 4):
        sundays = [
            day
            for n in range(31)
            if (day := date(year, month, 1) + timedelta(days=n)).weekday() == 6
            and day.month == month
        ]
        chosen = sundays[-1] if str(rule).startswith("-1") else sundays[int(str(rule)[0]) - 1]
        found.append(datetime.combine(chosen, first.time()))
    return found


@pytest.mark.parametrize("zone", ZONES)
@given(
    moment=st.datetimes(
        min_value=datetime(2026, 1, 1), max_value=datetime(2031, 12, 31), timezones=st.just(UTC)
    )
)
@settings(max_examples=200, deadline=None)
def test_the_rules_of_the_zone_are_right_at_every_moment(zone, moment):
    true = moment.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset_by_rules(zone, moment) == true


def test_summer_time_begins_on_the_clock_that_was_valid_until_then():
    lines = zone_lines("Europe/Copenhagen", 2027, 2027)
    start = lines.index("BEGIN:DAYLIGHT")
    assert lines[start + 1] == "DTSTART:20260329T020000"
    assert "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=-1SU" in lines
    assert "RRULE:FREQ=YEARLY;BYMONTH=3;BYDAY=2SU" in zone_lines("America/New_York", 2027, 2027)
    assert "BEGIN:DAYLIGHT" not in zone_lines("Atlantic/Reykjavik", 2027, 2027)


# --- Text ---------------------------------------------------------------------------------


@given(st.text(max_size=200))
@settings(max_examples=300, deadline=None)
def test_no_name_can_begin_a_line_of_its_own(name):
    moment = datetime(2027, 3, 3, 16, tzinfo=UTC)
    text = calendar_file([event(moment, ZONES[0], title=name, place=name)], name=name)
    properties = {"SUMMARY", "LOCATION", "X-WR-CALNAME"}
    lines = text.replace("\r\n ", "").split("\r\n")
    assert sum(line.partition(":")[0] in properties for line in lines) == 2 + bool(name) * 1 - (
        not name
    )
    assert text.count("BEGIN:VEVENT\r\n") == 1
    assert len(list(Calendar.from_ical(text).walk("VEVENT"))) == 1


def test_an_injected_property_stays_text():
    evil = "Group\r\nATTENDEE:mailto:x@example.org\r\nBEGIN:VALARM"
    (read,) = parsed(event(datetime(2027, 3, 3, 16, tzinfo=UTC), ZONES[0], title=evil))
    assert "ATTENDEE" not in read
    assert not read.subcomponents
    assert escaped("a;b,c\\d") == "a\\;b\\,c\\\\d"


@given(st.text(alphabet=st.characters(exclude_categories=["Cs", "Cc"]), max_size=400))
def test_lines_are_short_and_whole(text):
    parts = folded(f"SUMMARY:{text}").split("\r\n")
    assert all(len(part.encode()) <= 75 for part in parts)
    assert parts[0] + "".join(part[1:] for part in parts[1:]) == f"SUMMARY:{text}"


@pytest.mark.parametrize("name", ["CPP spring", "Prevention", "Ambassadors 2027", "CAP"])
def test_a_telling_name_becomes_a_neutral_title(name):
    assert title_of(name) == "Meeting"
    assert title_of("Captain's table") == "Captain's table"


# --- Who reads what -----------------------------------------------------------------------


def read_feed(world, token):
    answer = world.client().get(f"/feeds/{token}.ics")
    if answer.status_code != 200:
        return answer.status_code
    assert answer.headers["Content-Type"].startswith("text/calendar")
    assert "no-store" in answer.headers["Cache-Control"]
    events = list(Calendar.from_ical(answer.content).walk("VEVENT"))
    assert {str(one["SUMMARY"]) for one in events} <= {"Tuesday group"}
    return {str(one["UID"]).partition("@")[0]: one for one in events}


def released(plan, world):
    return release_schedule(cohort=plan.cohort, by=world[Role.COORDINATOR])


@pytest.mark.django_db
def test_only_released_dates_stand_in_a_feed(plan, world):
    _feed, token = open_feed(cohort=plan.cohort, by=world[Role.COORDINATOR])
    assert read_feed(world, token) == {}
    released(plan, world)
    session_on(plan.cohort, in_days(40))
    move(plan.sessions[0], in_days(6))
    found = read_feed(world, token)
    assert list(found) == [str(row.uid) for row in plan.sessions]
    first = found[str(plan.sessions[0].uid)]["DTSTART"].dt
    assert first.astimezone(plan.cohort.zone).date() == in_days(7)


@pytest.mark.django_db
def test_a_change_has_the_same_uid_and_a_higher_sequence(plan, world):
    _feed, token = open_feed(cohort=plan.cohort, by=world[Role.COORDINATOR])
    released(plan, world)
    uid = str(plan.sessions[1].uid)
    before = read_feed(world, token)[uid]
    move(plan.sessions[1], in_days(15))
    released(plan, world)
    after = read_feed(world, token)[uid]
    assert before["UID"] == after["UID"]
    assert (before["SEQUENCE"], after["SEQUENCE"]) == (0, 1)


@pytest.mark.django_db
def test_a_cancelled_session_stays_and_says_so(plan, world):
    _feed, token = open_feed(cohort=plan.cohort, by=world[Role.COORDINATOR])
    released(plan, world)
    row = plan.sessions[1]
    row.status, row.cancelled_at = "cancelled", timezone.now()
    row.save()
    released(plan, world)
    statuses = [str(one["STATUS"]) for one in read_feed(world, token).values()]
    assert sorted(statuses) == ["CANCELLED", "CONFIRMED", "CONFIRMED"]


@pytest.mark.django_db
def test_a_practitioner_has_the_sessions_that_she_leads(plan, world):
    released(plan, world)
    _feed, token = open_feed(cohort=None, by=world[Role.FACILITATOR])
    assert list(read_feed(world, token)) == [str(plan.sessions[0].uid)]
    _feed, token = open_feed(cohort=plan.cohort, by=world[Role.FACILITATOR])
    assert len(read_feed(world, token)) == 3


@pytest.mark.django_db
def test_a_closed_feed_answers_nobody(plan, world):
    feed, token = open_feed(cohort=None, by=world[Role.COORDINATOR])
    assert read_feed(world, token) == {}
    close_feed(feed=feed, by=world[Role.COORDINATOR])
    assert read_feed(world, token) == 404


@pytest.mark.django_db
@pytest.mark.parametrize("how", ["account", "membership"])
def test_a_feed_ends_with_the_account_or_the_role(plan, world, how):
    _feed, token = open_feed(cohort=plan.cohort, by=world[Role.COORDINATOR])
    assert read_feed(world, token) == {}
    user = world[Role.COORDINATOR]
    if how == "account":
        user.is_active = False
        user.save()
    else:
        Membership.objects.filter(user=user).update(
            deactivated_at=timezone.now(), deactivated_by=world[Role.ADMINISTRATOR]
        )
    assert read_feed(world, token) == 404


@pytest.mark.django_db
def test_somebody_else_can_neither_open_nor_close_it(plan, world):
    feed, _token = open_feed(cohort=plan.cohort, by=world[Role.COORDINATOR])
    for who in (world.stranger, Role.FACILITATOR, Role.ADMINISTRATOR):
        assert world.client(who).post(f"/feeds/{feed.pk}/close/").status_code == 404
    page = world.client(world.stranger).post("/feeds/", {"cohort": plan.cohort.pk})
    assert "/feeds/" not in page.context["address"]
    assert not CalendarFeed.objects.filter(user=world.stranger).exists()


@pytest.mark.django_db
def test_the_address_is_shown_once_and_kept_as_a_digest(plan, world):
    browser = world.client(Role.COORDINATOR)
    page = browser.post("/feeds/", {"cohort": plan.cohort.pk})
    token = page.context["address"].rpartition("/")[2].removesuffix(".ics")
    assert token in page.content.decode()
    feed = CalendarFeed.objects.get()
    assert feed.token_hash == digest(token)
    assert token not in browser.get("/feeds/").content.decode()
    assert "not read yet" in browser.get("/feeds/").content.decode()
    read_feed(world, token)
    assert "last read" in browser.get("/feeds/").content.decode()
    assert hide(f"GET /feeds/{token}.ics 200") == "GET /feeds/… 200"
    assert token not in hide("/answers/" + token)


@pytest.mark.django_db
def test_nobody_collects_feeds(plan, world):
    for _number in range(MOST_FEEDS):
        open_feed(cohort=None, by=world[Role.COORDINATOR])
    page = world.client(Role.COORDINATOR).post("/feeds/", {})
    assert "many feeds" in page.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("sessions", [1, 50])
def test_a_feed_costs_the_same_always(plan, world, sessions, django_assert_num_queries):
    for number in range(sessions):
        session_on(plan.cohort, in_days(30 + number))
    released(plan, world)
    _feed, token = open_feed(cohort=None, by=world[Role.COORDINATOR])
    browser = world.client()
    browser.get(f"/feeds/{token}.ics")
    with django_assert_num_queries(5):
        browser.get(f"/feeds/{token}.ics")


@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "x" * 500, "%00", "../x"])
def test_a_wrong_token_is_not_found(world, token):
    assert world.client().get(f"/feeds/{token}.ics").status_code in {301, 302, 404}
