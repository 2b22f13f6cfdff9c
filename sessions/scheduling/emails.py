"""Mails about a schedule: plain, short, with the dates as a calendar file beside them.

The subjects are these few. They name no cohort, no programme and nobody: a subject lies open on
the screen of a locked phone.
"""

from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from cocora.accounts.emails import absolute
from participants.models import Cohort, Practitioner
from sessions.scheduling.feeds import Event, calendar_file, neutral
from sessions.scheduling.models import Assignment
from sessions.scheduling.queries.audience import Person
from sessions.scheduling.queries.sentences import Names, sentence
from sessions.scheduling.queries.snapshots import Entry
from sessions.scheduling.queries.telling import Letter

# Stands in a waiting text where the personal link goes; the link is made when the mail leaves.
ANSWER_LINK = "[personal link, made when this mail leaves]"


def subject_of_dates() -> str:
    return _("Your dates")


def subject_of_changes() -> str:
    return _("Your dates have changed")


def subject_of_question() -> str:
    return _("Can you come?")


def subject_of_reminder() -> str:
    return _("See you soon")


def subjects() -> list[str]:
    """Every subject that a mail about a schedule can have."""
    return [subject_of_dates(), subject_of_changes(), subject_of_question(), subject_of_reminder()]


def answer_link(token: str) -> str:
    return absolute(reverse("sessions:answers", args=[token]))


def own_sessions_link() -> str:
    return absolute(reverse("sessions:my_sessions"))


def called(cohort: Cohort) -> str:
    """What a mail calls the cohort: its name, unless that tells too much."""
    return cohort.name if neutral(cohort.name) else _("your group")


def line_of(one: Entry) -> str:
    """'Tuesday 3 March 2027, 16:00–18:00, Harbour house'"""
    day = date_format(datetime.fromisoformat(one["date"]), "l j F Y")
    place = (one["venue"] or {}).get("name", "")
    return ", ".join(part for part in (day, f"{one['start']}–{one['end']}", place) if part)


def release_text(*, cohort: Cohort, letter: Letter, comment: str, names: Names, asked: bool) -> str:
    """What a release tells one person: only what changed for her, or all dates the first time."""
    person = letter.person
    told: dict[str, Any] = {
        "name": "" if person.kind == "participant" else person.shown,
        "cohort": called(cohort),
        "first": letter.first,
        "changes": [sentence(change, names) for change in letter.changes],
        "coming": [line_of(one) for one in letter.coming],
        "comment": comment,
        "zone": cohort.time_zone.replace("_", " "),
        "asked": asked,
        "answer_link": ANSWER_LINK,
        "leads": person.kind == "practitioner",
        "own": own_sessions_link(),
    }
    return render_to_string("sessions/mail/release.txt", told).strip()


def question_text(cohort: Cohort, practitioner: Practitioner, asked: list[Assignment]) -> str:
    told = {
        "name": practitioner.name,
        "cohort": called(cohort),
        "lines": [f"{when(one)} ({one.get_role_display()})" for one in asked],
        "answer_link": ANSWER_LINK,
    }
    return render_to_string("sessions/mail/question.txt", told).strip()


def when(assignment: Assignment) -> str:
    held = assignment.programme_session
    day = date_format(held.local_date, "l j F Y")
    place = held.venue.name if held.venue else ""
    clock = f"{held.local_start:%H:%M}–{held.local_end:%H:%M}"
    return ", ".join(part for part in (day, clock, place) if part)


def reminder_text(cohort: Cohort, person: Person, one: Entry) -> str:
    told = {
        "name": "" if person.kind == "participant" else person.shown,
        "cohort": called(cohort),
        "line": line_of(one),
        "address": (one["venue"] or {}).get("address", ""),
    }
    return render_to_string("sessions/mail/reminder.txt", told).strip()


def file_of(events: list[Event]) -> str:
    return calendar_file(events) if events else ""
