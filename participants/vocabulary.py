"""Closed lists of words about people. A list instead of free text is how nothing slips in."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class AgeBand(models.TextChoices):
    """Bands, never a birthday. Their limits are the ages that laws on consent ask about."""

    UNDER_14 = "under-14", _("under 14")
    AGE_14 = "14", _("14")
    AGE_15 = "15", _("15")
    AGE_16 = "16-17", _("16–17")
    AGE_18 = "18-20", _("18–20")
    AGE_21 = "21-25", _("21–25")
    ADULT = "over-25", _("over 25")

    @property
    def youngest(self) -> int:
        """The lowest age in the band, in years."""
        return YOUNGEST[self]


YOUNGEST = {
    AgeBand.UNDER_14: 0,
    AgeBand.AGE_14: 14,
    AgeBand.AGE_15: 15,
    AgeBand.AGE_16: 16,
    AgeBand.AGE_18: 18,
    AgeBand.AGE_21: 21,
    AgeBand.ADULT: 26,
}
OF_AGE = 18


class ParticipantKind(models.TextChoices):
    YOUNG = "young", _("Young person")
    RESOURCE = "resource", _("Resource person")


class Need(models.TextChoices):
    """What somebody needs to take part. It is about the room and the day, never about a cause."""

    STEP_FREE = "step-free", _("A way in without steps")
    NEAR_SEAT = "near-seat", _("A seat near the front or the door")
    LARGE_PRINT = "large-print", _("Large print")
    READ_ALOUD = "read-aloud", _("Texts read aloud")
    INTERPRETER = "interpreter", _("An interpreter")
    SIGN_LANGUAGE = "sign-language", _("A sign language interpreter")
    PLAIN_LANGUAGE = "plain-language", _("Plain language")
    QUIET_PLACE = "quiet-place", _("A quiet place to go to")
    COMPANION = "companion", _("Somebody comes along")
    CHILD_CARE = "child-care", _("Child care")
    TRAVEL = "travel", _("Help with the way there")
    VEGETARIAN = "vegetarian", _("Vegetarian food")
    VEGAN = "vegan", _("Vegan food")
    NO_NUTS = "no-nuts", _("Food without nuts")
    NO_GLUTEN = "no-gluten", _("Food without gluten")
    NO_LACTOSE = "no-lactose", _("Food without lactose")


class Purpose(models.TextChoices):
    """What somebody may agree to, each by itself. A refusal of one never bars from the others."""

    TAKE_PART = "take-part", _("Taking part")
    CONTACT = "contact", _("Messages about sessions")
    PHOTO = "photo", _("Photos and film")
    PUBLICITY = "publicity", _("Speaking in public as an ambassador")
    EVALUATION = "evaluation", _("Evaluation")


class Giver(models.TextChoices):
    PARTICIPANT = "participant", _("The person")
    GUARDIAN = "guardian", _("A guardian")


class Means(models.TextChoices):
    SCREEN = "screen", _("On screen")
    PAPER = "paper", _("On paper")
    LINK = "link", _("By a personal link")


class CohortStatus(models.TextChoices):
    DRAFT = "draft", _("Draft")
    OPEN = "open", _("Open")
    RUNNING = "running", _("Running")
    COMPLETED = "completed", _("Completed")
    CANCELLED = "cancelled", _("Cancelled")


COHORT_MOVES: dict[CohortStatus, frozenset[CohortStatus]] = {
    CohortStatus.DRAFT: frozenset({CohortStatus.OPEN, CohortStatus.CANCELLED}),
    CohortStatus.OPEN: frozenset(
        {CohortStatus.DRAFT, CohortStatus.RUNNING, CohortStatus.CANCELLED}
    ),
    CohortStatus.RUNNING: frozenset({CohortStatus.COMPLETED, CohortStatus.CANCELLED}),
    CohortStatus.COMPLETED: frozenset({CohortStatus.RUNNING}),
    CohortStatus.CANCELLED: frozenset(),
}


class Entry(models.TextChoices):
    """Who may apply to a cohort."""

    OPEN = "open", _("Everybody")
    GRADUATES = "graduates", _("Graduates of the programme before, or by invitation")
    INVITED = "invited", _("By invitation only")


class EnrolmentStatus(models.TextChoices):
    APPLIED = "applied", _("Applied")
    WAITLISTED = "waitlisted", _("On the waiting list")
    ENROLLED = "enrolled", _("Enrolled")
    COMPLETED = "completed", _("Completed")
    WITHDRAWN = "withdrawn", _("Withdrawn")


ENROLMENT_MOVES: dict[EnrolmentStatus, frozenset[EnrolmentStatus]] = {
    EnrolmentStatus.APPLIED: frozenset(
        {EnrolmentStatus.WAITLISTED, EnrolmentStatus.ENROLLED, EnrolmentStatus.WITHDRAWN}
    ),
    EnrolmentStatus.WAITLISTED: frozenset({EnrolmentStatus.ENROLLED, EnrolmentStatus.WITHDRAWN}),
    EnrolmentStatus.ENROLLED: frozenset({EnrolmentStatus.COMPLETED, EnrolmentStatus.WITHDRAWN}),
    EnrolmentStatus.COMPLETED: frozenset({EnrolmentStatus.ENROLLED}),
    EnrolmentStatus.WITHDRAWN: frozenset({EnrolmentStatus.APPLIED}),
}


class CohortRole(models.TextChoices):
    """What a practitioner does in a cohort."""

    LEAD = "lead", _("Leads the sessions")
    FACILITATOR = "facilitator", _("Facilitates")
    SUPPORT = "support", _("Supports")
    AUTHORITY = "authority", _("Takes part for an authority")


class Weekday(models.IntegerChoices):
    """ISO numbers: Monday is 1."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class AccountState(models.TextChoices):
    """How far somebody outside has come on the way to an account."""

    NONE = "none", _("Not invited")
    INVITED = "invited", _("Invited")
    EXPIRED = "expired", _("The link has expired")
    FAILED = "failed", _("The mail could not be sent")
    JOINED = "joined", _("Has an account")
