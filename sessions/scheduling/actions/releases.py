"""Releasing a schedule: the picture, and what each person is told of it."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from participants.models import Cohort
from sessions.scheduling import emails
from sessions.scheduling.actions.assignments import write_questions
from sessions.scheduling.feeds import events_of
from sessions.scheduling.models import (
    MessageKind,
    OutboxMessage,
    ProgrammeSession,
    ScheduleRelease,
)
from sessions.scheduling.queries.questions import unasked
from sessions.scheduling.queries.sentences import Names, names_in
from sessions.scheduling.queries.snapshots import (
    EMPTY,
    Change,
    Snapshot,
    compare,
    drafts,
    follow,
    latest_releases,
    mark_of,
)
from sessions.scheduling.queries.telling import Letter, plan


@transaction.atomic
def release_schedule(
    *, cohort: Cohort, by: User, comment: str = "", mark: str = ""
) -> ScheduleRelease:
    """Freeze the draft under the next number, and write to everybody for whom something changed.

    ``mark`` stands for the changes that the coordinator has seen: others are not released.
    """
    # Of two who release at once the second finds nothing left to release.
    Cohort.objects.select_for_update().get(pk=cohort.pk)
    last = latest_releases([cohort]).get(cohort.pk)
    before = last.snapshot if last else EMPTY
    after = follow(before, drafts([cohort])[cohort.pk])
    changes = compare(before, after)
    refuse_unfit(cohort, changes, mark)
    count_up(after, {told["uid"] for told in changes if told["kind"] != "new"})
    release = ScheduleRelease.objects.create(
        cohort=cohort,
        number=last.number + 1 if last else 1,
        comment=comment,
        released_by=by,
        snapshot=after,
        changes=changes,
    )
    written = write_release_messages(release, cohort, before)
    write_questions(cohort=cohort)
    record(
        by=by,
        verb="schedule.released",
        target=release,
        organisation=cohort.organisation,
        detail={"number": release.number, "changes": len(changes), "messages": written},
    )
    return release


def refuse_unfit(cohort: Cohort, changes: list[Change], mark: str) -> None:
    if cohort.is_over:
        raise Refusal(_("This cohort is over: its schedule stays as it was."))
    if not changes:
        raise Refusal(_("Nothing has changed since the last release."))
    if mark and mark != mark_of(changes):
        raise Refusal(
            _("Somebody changed the schedule in the meantime. Look at the list once more.")
        )


def count_up(after: Snapshot, changed: set[str]) -> None:
    """Calendars take a change only with a higher number than the one that they know."""
    ProgrammeSession.objects.filter(uid__in=changed).update(sequence=F("sequence") + 1)
    for one in after["sessions"]:
        if one["uid"] in changed:
            one["sequence"] += 1


def write_release_messages(release: ScheduleRelease, cohort: Cohort, before: Snapshot) -> int:
    """One message for each person concerned; the number of messages."""
    now, names = timezone.now(), names_in(release.changes)
    asked = set(unasked(cohort).values_list("practitioner_id", flat=True))
    letters = plan(cohort, before, release.snapshot, now).letters
    replaced = [letter.replaces.pk for letter in letters if letter.replaces]
    OutboxMessage.objects.filter(pk__in=replaced).delete()
    written = [
        message_of(letter, release, cohort, names, asked=letter.person.pk in asked, now=now)
        for letter in letters
        if letter.uids
    ]
    OutboxMessage.objects.bulk_create(written)
    return len(written)


def message_of(
    letter: Letter,
    release: ScheduleRelease,
    cohort: Cohort,
    names: Names,
    *,
    asked: bool,
    now: datetime,
) -> OutboxMessage:
    person = letter.person
    body = emails.release_text(
        cohort=cohort,
        letter=letter,
        comment=release.comment,
        names=names,
        asked=asked and person.kind == "practitioner",
    )
    events = events_of(letter.uids, release.snapshot, cohort, now)
    who: dict[str, Any] = {f"{person.kind}_id": person.pk}
    return OutboxMessage(
        cohort=cohort,
        kind=MessageKind.RELEASE,
        release=release,
        subject=emails.subject_of_dates() if letter.first else emails.subject_of_changes(),
        body=body,
        calendar=emails.file_of(events),
        **who,
    )
