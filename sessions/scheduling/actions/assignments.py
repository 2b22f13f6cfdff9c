"""Asking practitioners for sessions, and taking their answers."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.audit.actions import record
from cocora.common.refusal import Refusal
from participants.models import Cohort, CohortPractitioner, Practitioner
from participants.vocabulary import CohortRole
from sessions.scheduling import emails
from sessions.scheduling.models import (
    Assignment,
    AssignmentState,
    MessageKind,
    MessageState,
    OutboxMessage,
    ProgrammeSession,
    SessionStatus,
)
from sessions.scheduling.queries.questions import unasked


@transaction.atomic
def assign_practitioner(
    *, programme_session: ProgrammeSession, practitioner: Practitioner, role: CohortRole, by: User
) -> Assignment:
    """Ask somebody of the cohort for a session: from now on the time is hers, until she declines.

    The question waits in the outbox, in one mail with all others to her in this cohort.
    """
    refuse_over(programme_session)
    place = CohortPractitioner.objects.filter(
        cohort_id=programme_session.cohort_id, practitioner=practitioner, left_on=None
    )
    if not place.exists() or practitioner.retired_at:
        raise Refusal(_("Only practitioners of this cohort can be asked."))
    if programme_session.assignments.filter(practitioner=practitioner).exists():
        raise Refusal(_("%(name)s is asked for this session already.") % {"name": practitioner})
    assignment = Assignment(
        programme_session=programme_session,
        practitioner=practitioner,
        role=role,
        starts_at=programme_session.starts_at,
        ends_at=programme_session.ends_at,
    )
    save_bound(assignment)
    write_question(cohort=programme_session.cohort, practitioner=practitioner)
    note(by, "assignment.made", assignment)
    return assignment


@transaction.atomic
def remove_assignment(*, assignment: Assignment, by: User) -> None:
    """Somebody is no longer asked for a session. The next release tells her, if she knew of it."""
    held = assignment.programme_session
    if held.status == SessionStatus.HELD:
        raise Refusal(_("This session was held: who led it stays written down."))
    note(by, "assignment.removed", assignment)
    assignment.delete()
    write_question(cohort=held.cohort, practitioner=assignment.practitioner)


@transaction.atomic
def ask_again(*, assignment: Assignment, by: User) -> None:
    """Put the question once more, after a no or when no answer came."""
    refuse_over(assignment.programme_session)
    assignment.state, assignment.answered_at = AssignmentState.ASKED, None
    assignment.asked_at, assignment.token_hash, assignment.binds = timezone.now(), "", True
    save_bound(assignment)
    write_question(cohort=assignment.programme_session.cohort, practitioner=assignment.practitioner)
    note(by, "assignment.asked_again", assignment)


@transaction.atomic
def answer_question(*, assignment: Assignment, accepts: bool, by: User | None) -> None:
    """Her answer; ``by`` is empty when it came by the personal link. A no opens the slot."""
    refuse_over(assignment.programme_session)
    state = AssignmentState.ACCEPTED if accepts else AssignmentState.DECLINED
    if assignment.state == state:
        return
    assignment.state, assignment.answered_at = state, timezone.now()
    assignment.binds = accepts
    save_bound(assignment)
    if not assignment.token_hash:
        write_question(
            cohort=assignment.programme_session.cohort, practitioner=assignment.practitioner
        )
    note(by, "assignment.accepted" if accepts else "assignment.declined", assignment)


@transaction.atomic
def write_question(*, cohort: Cohort, practitioner: Practitioner) -> None:
    """One waiting mail with all that she was not asked yet; none when there is nothing to ask."""
    asked = list(unasked(cohort).filter(practitioner=practitioner))
    waiting = OutboxMessage.objects.filter(
        cohort=cohort,
        practitioner=practitioner,
        kind=MessageKind.ASSIGNMENT,
        state=MessageState.WAITING,
    )
    if not asked:
        waiting.delete()
        return
    with_release = OutboxMessage.objects.filter(
        cohort=cohort,
        practitioner=practitioner,
        kind=MessageKind.RELEASE,
        state=MessageState.WAITING,
    )
    if any(emails.ANSWER_LINK in message.body for message in with_release):
        waiting.delete()
        return
    message = waiting.first() or OutboxMessage(
        cohort=cohort, practitioner=practitioner, kind=MessageKind.ASSIGNMENT
    )
    message.subject = emails.subject_of_question()
    message.body = emails.question_text(cohort, practitioner, asked)
    message.save()


@transaction.atomic
def write_questions(*, cohort: Cohort) -> None:
    """The same for everybody who has to be asked in this cohort."""
    people = {one.practitioner_id: one.practitioner for one in unasked(cohort)}
    for practitioner in people.values():
        write_question(cohort=cohort, practitioner=practitioner)


def save_bound(assignment: Assignment) -> None:
    """Save; the database refuses somebody who is taken at that time."""
    # One after the other: two inserts that conflict may else wait for each other on PostgreSQL.
    person = Practitioner.objects.filter(pk=assignment.practitioner_id)
    list(person.select_for_update(no_key=True).values_list("pk", flat=True))
    try:
        with transaction.atomic():
            assignment.save()
    except IntegrityError as fault:
        raise Refusal(
            _("%(name)s has another session at that time.") % {"name": assignment.practitioner}
        ) from fault


def refuse_over(programme_session: ProgrammeSession) -> None:
    if programme_session.status == SessionStatus.CANCELLED:
        raise Refusal(_("This session is cancelled."))
    if programme_session.status == SessionStatus.HELD or (
        programme_session.ends_at <= timezone.now()
    ):
        raise Refusal(_("This session is over."))


def note(by: User | None, verb: str, assignment: Assignment) -> None:
    record(
        by=by,
        verb=verb,
        target=assignment,
        organisation=assignment.programme_session.cohort.organisation,
        detail={
            "session": assignment.programme_session_id,
            "practitioner": assignment.practitioner_id,
        },
    )
