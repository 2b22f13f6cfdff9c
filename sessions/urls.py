"""Addresses of the room: nouns; what changes something answers POST only."""

from django.urls import path

from sessions.scheduling.views import (
    agenda,
    assignments,
    calendar,
    closed,
    cohorts,
    feeds,
    meetings,
    my_sessions,
    outbox,
    releases,
    schedule,
    series,
)

app_name = "sessions"
urlpatterns = [
    path("cohorts/<int:cohort_pk>/cancel/", cohorts.cohort_cancel, name="cohort_cancel"),
    # The draft of a schedule
    path("cohorts/<int:cohort_pk>/schedule/", schedule.schedule, name="schedule"),
    path("cohorts/<int:cohort_pk>/schedule/series/", series.series, name="series"),
    path("cohorts/<int:cohort_pk>/schedule/undo/", meetings.undo, name="undo"),
    path("cohorts/<int:cohort_pk>/schedule/closed/", closed.closed, name="closed"),
    path(
        "cohorts/<int:cohort_pk>/schedule/closed/<int:pk>/remove/",
        closed.closed_remove,
        name="closed_remove",
    ),
    path("cohorts/<int:cohort_pk>/sessions/new/", meetings.session_new, name="session_new"),
    path("cohorts/<int:cohort_pk>/sessions/<int:pk>/", agenda.session, name="session"),
    path("cohorts/<int:cohort_pk>/sessions/<int:pk>/agenda/", agenda.agenda, name="agenda"),
    path(
        "cohorts/<int:cohort_pk>/sessions/<int:pk>/change/",
        meetings.session_change,
        name="session_change",
    ),
    path(
        "cohorts/<int:cohort_pk>/sessions/<int:pk>/cancel/",
        meetings.session_cancel,
        name="session_cancel",
    ),
    # Release, outbox
    path("cohorts/<int:cohort_pk>/releases/", releases.releases, name="releases"),
    path("cohorts/<int:cohort_pk>/releases/new/", releases.release, name="release"),
    path(
        "cohorts/<int:cohort_pk>/releases/<int:number>/",
        releases.release_detail,
        name="release_detail",
    ),
    path("cohorts/<int:cohort_pk>/outbox/", outbox.outbox, name="outbox"),
    path("cohorts/<int:cohort_pk>/outbox/send/", outbox.outbox_send_all, name="outbox_send_all"),
    path("cohorts/<int:cohort_pk>/outbox/<uuid:pk>/send/", outbox.outbox_send, name="outbox_send"),
    path("cohorts/<int:cohort_pk>/outbox/<uuid:pk>/hold/", outbox.outbox_hold, name="outbox_hold"),
    path("cohorts/<int:cohort_pk>/outbox/<uuid:pk>/wait/", outbox.outbox_wait, name="outbox_wait"),
    # Who leads
    path("cohorts/<int:cohort_pk>/sessions/<int:pk>/assign/", assignments.assign, name="assign"),
    path(
        "cohorts/<int:cohort_pk>/sessions/<int:pk>/assignments/<int:assignment_pk>/remove/",
        assignments.assignment_remove,
        name="assignment_remove",
    ),
    path(
        "cohorts/<int:cohort_pk>/sessions/<int:pk>/assignments/<int:assignment_pk>/ask/",
        assignments.assignment_ask,
        name="assignment_ask",
    ),
    path("my-sessions/", my_sessions.my_sessions, name="my_sessions"),
    path("my-sessions/<int:pk>/answer/", my_sessions.my_answer, name="my_answer"),
    path("answers/<str:token>/", my_sessions.answers, name="answers"),
    path("calendar/", calendar.calendar, name="calendar"),
    # Calendar programs
    path("feeds/", feeds.feeds, name="feeds"),
    path("feeds/<int:pk>/close/", feeds.feed_close, name="feed_close"),
    path("feeds/<str:token>.ics", feeds.feed, name="feed"),
]
