"""Take the last change of a schedule back."""

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from participants.models import Cohort, Practitioner, Venue
from sessions.scheduling.actions.changes import (
    ASSIGNMENT_COLUMNS,
    ITEM_COLUMNS,
    SESSION_COLUMNS,
    Picture,
    Stale,
    free_hours,
    locked,
    no_double_booking,
)
from sessions.scheduling.models import (
    AgendaItem,
    Assignment,
    ProgrammeSession,
    ScheduleChange,
    SessionStatus,
)
from sessions.scheduling.queries.board import last_change
from sessions.scheduling.queries.conflicts import Asked

# An answer that was given meanwhile stays, if it was given for the same hours.
ANSWER = ("state", "asked_at", "answered_at", "token_hash", "binds")


@transaction.atomic
def undo_change(*, cohort: Cohort, change_pk: int, by: User) -> str:
    """Put sessions, agendas and assignments back as they were; says what was undone.

    Refuses when somebody changed them since, when the schedule was released since, or when one of
    the sessions was held.
    """
    change = last_change(cohort)
    if change is None or change.pk != change_pk:
        raise Stale(_("There is a newer change, or the schedule was released: nothing was undone."))
    now = {row.pk: row for row in locked(cohort, ids(change.before) | ids(change.after))}
    refuse_if_different(change, now)
    taken_back = [now[pk] for pk in ids(change.after) - ids(change.before)]
    with no_double_booking(cohort, asked_again(change.before)):
        free_hours(now.values())
        ProgrammeSession.objects.filter(pk__in=[row.pk for row in taken_back]).delete()
        restore(cohort, change.before, now)
    ScheduleChange.objects.filter(pk=change.pk).update(undone_at=timezone.now())
    record(
        by=by,
        verb="schedule.undone",
        target=cohort,
        organisation=cohort.organisation,
        detail={"sessions": len(change.before) + len(taken_back)},
    )
    return change.summary


def ids(picture: Picture) -> set[int]:
    return {one["id"] for one in picture}


def refuse_if_different(change: ScheduleChange, now: dict[int, ProgrammeSession]) -> None:
    for one in change.after:
        row = now.get(one["id"])
        if row is None or row.version != one["version"]:
            raise Stale(_("Somebody changed these sessions since: nothing was undone."))
        if row.status == SessionStatus.HELD:
            raise Refusal(_("One of these sessions was held: it stays as it was."))


def asked_again(before: Picture) -> list[Asked]:
    """What the sessions will need again, for the sentence that says what is taken."""
    people = Practitioner.objects.in_bulk(
        {each["practitioner_id"] for one in before for each in one["assignments"]}
    )
    venues = Venue.objects.in_bulk({one["venue_id"] for one in before if one["venue_id"]})
    return [
        Asked(
            datetime.fromisoformat(one["starts_at"]),
            datetime.fromisoformat(one["ends_at"]),
            date.fromisoformat(one["local_date"]),
            venues.get(one["venue_id"]),
            tuple(people[each["practitioner_id"]] for each in one["assignments"] if each["binds"]),
            one["id"],
        )
        for one in before
    ]


def columns(plain: dict[str, Any], names: tuple[str, ...]) -> dict[str, Any]:
    """Plain data as the values of a model's fields."""
    model = {
        SESSION_COLUMNS: ProgrammeSession,
        ITEM_COLUMNS: AgendaItem,
        ASSIGNMENT_COLUMNS: Assignment,
    }[names]
    fields: dict[str, Any] = {field.attname: field for field in model._meta.concrete_fields}
    return {name: fields[name].to_python(plain[name]) for name in names}


def restore(cohort: Cohort, before: Picture, now: dict[int, ProgrammeSession]) -> None:
    answers = {
        (one.programme_session_id, one.practitioner_id, one.starts_at, one.ends_at): one
        for one in Assignment.objects.filter(programme_session__in=ids(before))
    }
    rows, items, people = [], [], []
    for one in before:
        row = ProgrammeSession(id=one["id"], cohort=cohort, **columns(one, SESSION_COLUMNS))
        row.version = now[row.pk].version + 1 if row.pk in now else row.version + 1
        row.sequence = now[row.pk].sequence if row.pk in now else row.sequence
        rows.append(row)
        items += [
            AgendaItem(programme_session=row, **columns(item, ITEM_COLUMNS))
            for item in one["agenda"]
        ]
        people += [person_of(row, plain, answers) for plain in one["assignments"]]
    AgendaItem.objects.filter(programme_session__in=ids(before)).delete()
    Assignment.objects.filter(programme_session__in=ids(before)).delete()
    names = [name.removesuffix("_id") for name in SESSION_COLUMNS]
    ProgrammeSession.objects.bulk_update(rows, names)
    AgendaItem.objects.bulk_create(items)
    Assignment.objects.bulk_create(people)


def person_of(
    row: ProgrammeSession, plain: dict[str, Any], answers: dict[Any, Assignment]
) -> Assignment:
    one = Assignment(programme_session=row, **columns(plain, ASSIGNMENT_COLUMNS))
    given = answers.get((row.pk, one.practitioner_id, one.starts_at, one.ends_at))
    if given and given.answered_at:
        for name in ANSWER:
            setattr(one, name, getattr(given, name))
        one.binds = given.state != "declined" and row.status != SessionStatus.CANCELLED
    return one
