"""A release is one frozen picture, and one right message for each person it concerns."""

import pytest
from django.core import mail
from django.db import IntegrityError, transaction
from django.utils import timezone
from icalendar import Calendar

from cocora.accounts.actions.mail import deliver_waiting_mail
from cocora.accounts.roles import Role
from cocora.common.refusal import Refusal
from participants.models import Consent
from sessions.scheduling import emails
from sessions.scheduling.actions.cohorts import call_off_cohort
from sessions.scheduling.actions.outbox import hold_back, send_all, send_message
from sessions.scheduling.actions.releases import release_schedule
from sessions.scheduling.feeds import TELLING
from sessions.scheduling.models import (
    Assignment,
    MessageKind,
    MessageState,
    OutboxMessage,
    ProgrammeSession,
    ScheduleRelease,
    SessionStatus,
)
from sessions.scheduling.queries.sentences import names_in, sentence
from sessions.scheduling.queries.snapshots import mark_of, unreleased_changes
from tests.sessions.rows import agree, assigned, enrolled, in_days, move, plan, session_on

pytestmark = pytest.mark.django_db
__all__ = ["plan"]


def release(plan, world, **told):
    return release_schedule(cohort=plan.cohort, by=world[Role.COORDINATOR], **told)


def sent_to(plan, world):
    """Everything leaves; who got what, by address."""
    send_all(cohort=plan.cohort, by=world[Role.COORDINATOR])
    before = len(mail.outbox)
    deliver_waiting_mail()
    return {message.to[0]: message for message in mail.outbox[before:]}


def cancel(row, because="The hall is closed."):
    row.status, row.cancelled_at = SessionStatus.CANCELLED, timezone.now()
    row.cancelled_because = because
    row.save()


def told(plan):
    changes = unreleased_changes(plan.cohort)
    return [sentence(one, names_in(changes)) for one in changes]


def day(days):
    when = in_days(days)
    shown = f"{when.day} {when:%B}"
    return shown if when.year == timezone.localdate().year else f"{shown} {when.year}"


def test_the_first_release_tells_everybody_once_with_all_dates(plan, world):
    made = release(plan, world, comment="Welcome to all.")
    assert made.number == 1
    got = sent_to(plan, world)
    assert set(got) == {
        "lena@example.org", "helga@example.org", "partner@example.org", "mia@example.org",
    }  # fmt: skip
    assert got["mia@example.org"].subject == "Your dates"
    assert got["mia@example.org"].body.count("16:00–18:00") == 3
    assert got["helga@example.org"].body.count("16:00–18:00") == 1
    assert "Welcome to all." in got["mia@example.org"].body
    assert not unreleased_changes(plan.cohort)


def test_its_calendar_file_is_read_by_others(plan, world):
    release(plan, world)
    got = sent_to(plan, world)["mia@example.org"]
    (attached,) = got.attachments
    assert attached.mimetype == "text/calendar; method=PUBLISH"
    calendar = Calendar.from_ical(attached.content)
    events = list(calendar.walk("VEVENT"))
    assert [event["SUMMARY"] for event in events] == ["Tuesday group"] * 3
    assert events[0]["DTSTART"].dt == plan.sessions[0].starts_at
    assert events[0]["LOCATION"].startswith("Harbour house")
    assert calendar["METHOD"] == "PUBLISH"


def test_a_moved_session_is_said_as_people_say_it(plan, world):
    release(plan, world)
    sent_to(plan, world)
    move(plan.sessions[1], in_days(15))
    assert told(plan) == [f"Session 2 moves from {day(14)} to {day(15)}."]
    release(plan, world)
    got = sent_to(plan, world)
    assert set(got) == {"lena@example.org", "partner@example.org", "mia@example.org"}
    assert got["mia@example.org"].subject == "Your dates have changed"
    assert f"Session 2 moves from {day(14)} to {day(15)}." in got["mia@example.org"].body
    calendar = Calendar.from_ical(got["mia@example.org"].attachments[0].content)
    (event,) = calendar.walk("VEVENT")
    assert (event["SEQUENCE"], event["UID"]) == (1, f"{plan.sessions[1].uid}@cocora")


def test_who_leads_another_session_only_hears_nothing(plan, world):
    release(plan, world)
    sent_to(plan, world)
    move(plan.sessions[2], in_days(22))
    release(plan, world)
    assert not OutboxMessage.objects.filter(release__number=2, practitioner=plan.helper).exists()


def test_a_cancelled_session_keeps_its_number_and_its_reason(plan, world):
    release(plan, world)
    sent_to(plan, world)
    cancel(plan.sessions[0])
    assert told(plan) == [f"Session 1 on {day(7)} is cancelled: The hall is closed."]
    release(plan, world)
    got = sent_to(plan, world)["helga@example.org"]
    (event,) = Calendar.from_ical(got.attachments[0].content).walk("VEVENT")
    assert (event["STATUS"], event["SEQUENCE"]) == ("CANCELLED", 1)


def test_a_session_that_is_gone_is_told_as_cancelled(plan, world):
    release(plan, world)
    sent_to(plan, world)
    plan.sessions[2].delete()
    assert told(plan) == [f"Session 3 on {day(21)} is cancelled."]
    made = release(plan, world)
    assert [one["status"] for one in made.snapshot["sessions"]][-1] == "cancelled"
    assert not unreleased_changes(plan.cohort)


def test_all_kinds_of_changes_have_a_sentence(plan, world):
    release(plan, world)
    first, second, third = plan.sessions
    move(first, first.local_date, "17:00", "19:00")
    second.venue = None
    second.title = "Outdoors"
    second.save()
    third.assignments.all().delete()
    third.agenda.create(position=1, kind="own", title="Walk", minutes=30)
    session_on(plan.cohort, in_days(28))
    assert told(plan) == [
        f"Session 1 on {day(7)} is from 17:00 to 19:00, not from 16:00 to 18:00.",
        f"Session 2 on {day(14)} has no place at the moment.",
        f"Session 2 on {day(14)} is called “Outdoors”.",
        f"Session 3 on {day(21)}: Lena Lead no longer leads it.",
        f"Session 3 on {day(21)} has a new agenda.",
        f"Session 4 is new: {day(28)}, 16:00–18:00.",
    ]


def test_only_those_who_lead_hear_of_an_agenda(plan, world):
    release(plan, world)
    sent_to(plan, world)
    plan.sessions[1].agenda.create(position=1, kind="own", title="Walk", minutes=30)
    release(plan, world)
    assert set(sent_to(plan, world)) == {"lena@example.org"}


def test_a_message_that_still_waits_is_replaced_by_one_that_says_both(plan, world):
    release(plan, world)
    move(plan.sessions[1], in_days(15))
    release(plan, world)
    messages = OutboxMessage.objects.filter(participant=plan.mia)
    assert messages.count() == 1
    assert messages.get().release.number == 2
    body = sent_to(plan, world)["mia@example.org"].body
    assert body.count("16:00–18:00") == 3
    assert "moves" not in body


def test_a_waiting_message_that_stays_right_is_left_alone(plan, world):
    release(plan, world)
    plan.sessions[1].agenda.create(position=1, kind="own", title="Walk", minutes=30)
    release(plan, world)
    assert OutboxMessage.objects.get(participant=plan.mia).release.number == 1


def test_two_changes_that_were_not_told_yet_come_as_one(plan, world):
    release(plan, world)
    sent_to(plan, world)
    move(plan.sessions[1], in_days(15))
    release(plan, world)
    move(plan.sessions[1], in_days(16))
    release(plan, world)
    body = sent_to(plan, world)["mia@example.org"].body
    assert f"Session 2 moves from {day(14)} to {day(16)}." in body
    assert OutboxMessage.objects.filter(participant=plan.mia).count() == 2


def test_who_joins_later_gets_all_dates_with_the_next_release(plan, world):
    release(plan, world)
    sent_to(plan, world)
    enrolled(plan.cohort, "vibe", "vibe@example.org")
    plan.sessions[1].agenda.create(position=1, kind="own", title="Walk", minutes=30)
    release(plan, world)
    got = sent_to(plan, world)
    assert set(got) == {"lena@example.org", "vibe@example.org"}
    assert got["vibe@example.org"].subject == "Your dates"


def test_without_consent_there_is_no_message(plan, world):
    release(plan, world)
    assert not OutboxMessage.objects.filter(participant=plan.silent).exists()


def test_a_telephone_number_gets_no_mail(plan, world):
    enrolled(plan.cohort, "nori", "+45 12 34 56 78")
    release(plan, world)
    assert not OutboxMessage.objects.filter(participant__code="nori").exists()


def test_consent_that_was_withdrawn_keeps_a_written_message_from_leaving(plan, world):
    release(plan, world)
    Consent.objects.filter(participant=plan.mia).update(
        withdrawn_at=timezone.now(), withdrawn_by=world[Role.COORDINATOR]
    )
    message = OutboxMessage.objects.get(participant=plan.mia)
    with pytest.raises(Refusal, match="no consent"):
        send_message(message=message, by=world[Role.COORDINATOR])
    done = send_all(cohort=plan.cohort, by=world[Role.COORDINATOR])
    assert (done.sent, done.refused) == (3, 1)
    message.refresh_from_db()
    assert message.state == MessageState.WAITING


def test_a_later_no_counts(plan, world):
    agree(plan.mia, yes=False)
    release(plan, world)
    assert not OutboxMessage.objects.filter(participant=plan.mia).exists()


def test_nobody_gets_a_message_without_a_change(plan, world):
    release(plan, world)
    with pytest.raises(Refusal, match="Nothing has changed"):
        release(plan, world)
    assert ScheduleRelease.objects.count() == 1


def test_what_was_not_seen_is_not_released(plan, world):
    mark = mark_of(unreleased_changes(plan.cohort))
    move(plan.sessions[0], in_days(8))
    with pytest.raises(Refusal, match="in the meantime"):
        release(plan, world, mark=mark)
    assert not OutboxMessage.objects.exists()


def test_a_cohort_that_is_over_is_not_released(plan, world):
    plan.cohort.status = "completed"
    plan.cohort.save()
    with pytest.raises(Refusal, match="over"):
        release(plan, world)


def test_a_release_is_frozen(plan, world):
    made = release(plan, world)
    with pytest.raises(IntegrityError), transaction.atomic():
        ScheduleRelease.objects.filter(pk=made.pk).update(comment="Other")


def test_a_message_leaves_once(plan, world):
    release(plan, world)
    message = OutboxMessage.objects.get(participant=plan.mia)
    send_message(message=message, by=world[Role.COORDINATOR])
    with pytest.raises(Refusal, match="left already"):
        send_message(message=message, by=world[Role.COORDINATOR])
    deliver_waiting_mail()
    deliver_waiting_mail()
    assert len(mail.outbox) == 1


def test_what_is_held_back_does_not_leave_with_the_others(plan, world):
    release(plan, world)
    hold_back(message=OutboxMessage.objects.get(participant=plan.mia), by=world[Role.COORDINATOR])
    assert "mia@example.org" not in sent_to(plan, world)


def test_who_is_asked_gets_the_question_in_the_same_mail(plan, world):
    release(plan, world)
    assert not OutboxMessage.objects.filter(kind=MessageKind.ASSIGNMENT).exists()
    body = sent_to(plan, world)["helga@example.org"].body
    assert "/answers/" in body
    assert emails.ANSWER_LINK not in body


def test_the_text_is_sealed_while_it_waits(plan, world):
    release(plan, world)
    stored = str(list(OutboxMessage.objects.values_list("body", "calendar")))
    assert "Harbour" not in stored


def test_subjects_tell_nothing(plan):
    for subject in emails.subjects():
        assert not any(word in f"{subject.lower()} " for word in TELLING)
        assert not any(part in subject for part in ("Tuesday", "Mia", "Harbour", "CoCoRa"))


@pytest.mark.parametrize("name", ["CPP Spring", "Prevention 2027", "Ambassadors"])
def test_a_telling_name_of_a_cohort_stands_in_no_mail(plan, world, name):
    plan.cohort.name = name
    plan.cohort.save()
    release(plan, world)
    got = sent_to(plan, world)["mia@example.org"]
    assert name not in got.subject + got.body + got.attachments[0].content
    assert "SUMMARY:Meeting" in got.attachments[0].content


def test_sequence_counts_up_only_for_what_changed(plan, world):
    release(plan, world)
    move(plan.sessions[1], in_days(15))
    release(plan, world)
    numbers = ProgrammeSession.objects.order_by("pk").values_list("sequence", flat=True)
    assert list(numbers) == [0, 1, 0]


def test_another_practitioner_joins(plan, world):
    release(plan, world)
    sent_to(plan, world)
    assigned(plan.sessions[1], plan.helper)
    assert told(plan) == [f"Session 2 on {day(14)}: Helga Helper joins."]
    release(plan, world)
    assert set(sent_to(plan, world)) == {"lena@example.org", "helga@example.org"}


def test_a_cohort_that_is_cancelled_frees_rooms_and_people_and_tells_who_knew(plan, world):
    release(plan, world)
    sent_to(plan, world)
    browser = world.client(Role.COORDINATOR)
    address = f"/cohorts/{plan.cohort.pk}/cancel/"
    assert "3 coming sessions are cancelled with it" in browser.get(address).content.decode()
    browser.post(address, {"reason": "Too few could come."})
    plan.cohort.refresh_from_db()
    assert plan.cohort.status == "cancelled"
    rows = ProgrammeSession.objects.filter(cohort=plan.cohort)
    assert {(row.status, row.cancelled_because) for row in rows} == {
        ("cancelled", "Too few could come.")
    }
    assert not Assignment.objects.filter(programme_session__cohort=plan.cohort, binds=True).exists()
    got = sent_to(plan, world)
    assert "mia@example.org" in got
    assert "Too few could come." in got["mia@example.org"].body


def test_what_was_held_stays_held_when_a_cohort_is_cancelled(plan, world):
    held = session_on(plan.cohort, in_days(-7), status=SessionStatus.HELD)
    call_off_cohort(cohort=plan.cohort, reason="It rains.", by=world[Role.COORDINATOR])
    held.refresh_from_db()
    assert held.status == SessionStatus.HELD
    assert not ScheduleRelease.objects.exists(), "nobody knew of a date, so nobody is told"
