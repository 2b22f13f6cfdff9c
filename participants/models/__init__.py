"""Who takes part, who works with them, in which cohort, and who agreed to what.

``cohorts.py`` has the scope that everything else in this room and above it derives from.
"""

from participants.models.cohorts import (
    Cohort,
    CohortCommunity,
    CohortPractitioner,
    CohortQuerySet,
)
from participants.models.communities import Community, CommunityContact, Venue
from participants.models.consent import Consent, ConsentLink, ConsentTerms
from participants.models.imports import NotTheSame, PeopleImport
from participants.models.participants import AccessNeed, Enrolment, Participant
from participants.models.practitioners import (
    Availability,
    BlockOut,
    Practitioner,
    PractitionerQuerySet,
)

__all__ = [
    "AccessNeed",
    "Availability",
    "BlockOut",
    "Cohort",
    "CohortCommunity",
    "CohortPractitioner",
    "CohortQuerySet",
    "Community",
    "CommunityContact",
    "Consent",
    "ConsentLink",
    "ConsentTerms",
    "Enrolment",
    "NotTheSame",
    "Participant",
    "PeopleImport",
    "Practitioner",
    "PractitionerQuerySet",
    "Venue",
]
