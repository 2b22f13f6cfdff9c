from django.apps import AppConfig

from cocora.common.triggers import NoOverlap, Refuse

FROZEN = "A released schedule is frozen"


class ProgrammeSessionsConfig(AppConfig):
    """The room of time. Django's own login sessions own the label ``sessions``, for ever."""

    name = "sessions"
    label = "cocora_sessions"
    triggers = [
        NoOverlap(
            "venue_free",
            "cocora_sessions_programmesession",
            key="venue_id",
            condition="venue_id IS NOT NULL AND status <> 'cancelled'",
        ),
        NoOverlap(
            "practitioner_free",
            "cocora_sessions_assignment",
            key="practitioner_id",
            condition="binds",
        ),
        Refuse(
            "frozen_release_update", "cocora_sessions_schedulerelease", "UPDATE", "TRUE", FROZEN
        ),
    ]
