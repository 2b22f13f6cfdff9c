"""The calendar of everything that somebody may see: a month, a week, or a plain list."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.roles import Permission
from sessions.scheduling.forms.calendar import LATEST, CalendarForm
from sessions.scheduling.queries.calendar import (
    by_day,
    filters,
    meetings,
    month_days,
    week_of,
)

LISTED_DAYS = 60


@account_view(Permission.SEE_COHORTS)
def calendar(request: AccountRequest) -> HttpResponse:
    """What is chosen stands in the address; without script every choice is one button away."""
    form = CalendarForm(request.GET, filters=filters(request.user))
    view, today = form.told.get("view") or "month", timezone.localdate()
    day = form.told.get("day") or today
    first, last = span(view, day)
    found = meetings(request.user, first, last, form.chosen)
    context = {
        "form": form,
        "view": view,
        "day": day,
        "today": today,
        "first": first,
        "last": last,
        "earlier": step(view, day, -1),
        "later": step(view, day, 1),
        "count": len(found),
        "may_move": any(one.may_move for one in found),
        "zones": sorted({one.zone for one in found}),
        **laid_out(view, day, today, found, first, last),
    }
    return render(request, "sessions/calendar.html", context)


def span(view: str, day: date) -> tuple[date, date]:
    """The first and the last day that are shown."""
    match view:
        case "week":
            days = week_of(day)
            return days[0], days[-1]
        case "list":
            return day, min(day + timedelta(days=LISTED_DAYS), LATEST)
        case _:
            weeks = month_days(day)
            return weeks[0][0], weeks[-1][-1]


def laid_out(
    view: str, day: date, today: date, found: list, first: date, last: date
) -> dict[str, Any]:
    match view:
        case "week":
            return {"days": by_day(week_of(day), found, today)}
        case "list":
            days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
            told = by_day(days, found, today)
            return {"days": [one for one in told if one.meetings]}
        case _:
            weeks = [by_day(week, [], today, day.month) for week in month_days(day)]
            by_date = {one.day: one for week in weeks for one in week}
            for meeting in found:
                by_date[meeting.day].meetings.append(meeting)
            return {"weeks": weeks}


def step(view: str, day: date, way: int) -> date:
    """The day that the arrows lead to."""
    match view:
        case "week":
            return day + timedelta(days=7 * way)
        case "list":
            return day + timedelta(days=LISTED_DAYS * way)
        case _:
            month = day.month - 1 + way
            return date(day.year + month // 12, month % 12 + 1, 1)
