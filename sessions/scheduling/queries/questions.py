"""Questions to practitioners: who was asked for which session, and what is still open."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from cocora.accounts.models import User
from cocora.accounts.queries import digest
from participants.models import Cohort, Practitioner
from participants.vocabulary import CohortStatus
from sessions.scheduling.models import (
    Assignment,
    AssignmentState,
    ProgrammeSession,
    SessionStatus,
)


def coming_assignments(now: datetime | None = None) -> Any:
    """Assignments of sessions that are still to come, in the order of their dates."""
    rows = Assignment.objects.filter(
        programme_session__status=SessionStatus.PLANNED,
        programme_session__ends_at__gt=now or timezone.now(),
    )
    related = rows.select_related("practitioner", "programme_session__venue")
    return related.order_by("programme_session__starts_at", "pk")


def unasked(cohort: Cohort) -> Any:
    """Those for whom no question has left yet."""
    return coming_assignments().filter(
        programme_session__cohort=cohort,
        state=AssignmentState.ASKED,
        binds=True,
        token_hash="",
        practitioner__retired_at=None,
    )


def behind_link(token: str) -> list[Assignment]:
    """What a personal link asks for; nothing once all of it is over."""
    rows = coming_assignments().filter(token_hash=digest(token)).exclude(token_hash="")
    return list(rows.select_related("programme_session__cohort"))


def own_assignments(user: User) -> list[Assignment]:
    """What is asked of her, and what she has agreed to lead."""
    own = Practitioner.objects.of(user)
    rows = coming_assignments().filter(practitioner__in=own)
    shown = rows.exclude(programme_session__cohort__status=CohortStatus.CANCELLED)
    return list(shown.select_related("programme_session__cohort__curriculum__programme"))


def is_led(programme_session: ProgrammeSession) -> bool:
    """Whether somebody is taken for this session."""
    return programme_session.assignments.filter(binds=True).exists()
