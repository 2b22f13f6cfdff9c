"""Addresses for calendar programs: the page that makes them, and what they answer."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view, public_view
from cocora.accounts.emails import absolute
from cocora.accounts.roles import Permission
from cocora.common.refusal import Refusal
from sessions.scheduling.actions.feeds import close_feed, note_reading, open_feed
from sessions.scheduling.feeds import calendar_file, events_of
from sessions.scheduling.forms.feeds import FeedForm
from sessions.scheduling.models import CalendarFeed
from sessions.scheduling.queries import feeds as queries


@public_view("Calendar programs can't sign in: the token is the key, and only dates are shown.")
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """Released dates as a calendar file; 404 once it is closed or its owner may see nothing."""
    found = queries.open_feed(token)
    if found is None:
        raise Http404
    events = [
        event
        for part in queries.parts_of(found)
        for event in events_of(
            part.uids, part.release.snapshot, part.cohort, part.release.released_at
        )
    ]
    note_reading(feed=found)
    text = calendar_file(events, name=_("Dates"))
    response = HttpResponse(text, content_type="text/calendar; charset=utf-8")
    response["Cache-Control"] = "private, no-store"
    response["Content-Disposition"] = 'inline; filename="dates.ics"'
    return response


@account_view(Permission.SEE_COHORTS, methods=("GET", "POST"))
def feeds(request: AccountRequest) -> HttpResponse:
    """Her feeds; a new address is shown on the page that made it, and never again."""
    told = request.POST if request.method == "POST" else None
    form, address = FeedForm(told, by=request.user), ""
    if form.is_valid():
        try:
            _made, token = open_feed(cohort=form.cleaned_data["cohort"], by=request.user)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            address = absolute(reverse("sessions:feed", args=[token]))
    rows = CalendarFeed.objects.visible_to(request.user).filter(revoked_at=None)
    context = {"form": form, "address": address, "feeds": rows.select_related("cohort")}
    return render(request, "sessions/feed_list.html", context)


@account_view(Permission.SEE_COHORTS, methods=("POST",))
def feed_close(request: AccountRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(CalendarFeed.objects.visible_to(request.user), pk=pk)
    try:
        close_feed(feed=found, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The address answers nobody any more."))
    return redirect("sessions:feeds")
