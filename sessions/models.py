"""All models of the room, for Django to find; each capability keeps its own."""

from sessions.scheduling.models import (
    AgendaItem,
    Assignment,
    CalendarFeed,
    ClosedDate,
    OutboxMessage,
    ProgrammeSession,
    ScheduleChange,
    ScheduleRelease,
)

__all__ = [
    "AgendaItem",
    "Assignment",
    "CalendarFeed",
    "ClosedDate",
    "OutboxMessage",
    "ProgrammeSession",
    "ScheduleChange",
    "ScheduleRelease",
]
