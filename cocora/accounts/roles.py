"""One table: which role may do what. Nothing else in the product decides about permissions."""

from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    COORDINATOR = "coordinator", _("Coordinator")
    FACILITATOR = "facilitator", _("Facilitator")
    STAFF = "staff", _("Staff or trainer")
    PARTNER = "partner", _("Community partner")
    AUTHORITY = "authority", _("Authority")


class Permission(StrEnum):
    READ_CURRICULA = "read_curricula"
    EDIT_CURRICULA = "edit_curricula"
    ORDER_HANDBOOKS = "order_handbooks"
    INVITE_PEOPLE = "invite_people"
    READ_AUDIT = "read_audit"
    SEE_STYLE = "see_style"
    # Of cohorts: which of them, Cohort.objects.allowing() says.
    SEE_COHORTS = "see_cohorts"
    RUN_COHORTS = "run_cohorts"
    SEE_NAMES = "see_names"


READER = frozenset({Permission.READ_CURRICULA, Permission.ORDER_HANDBOOKS})

PERMISSIONS: dict[Role, frozenset[Permission]] = {
    Role.ADMINISTRATOR: frozenset(Permission),
    Role.COORDINATOR: READER
    | {Permission.EDIT_CURRICULA, Permission.INVITE_PEOPLE, Permission.SEE_STYLE}
    | {Permission.SEE_COHORTS, Permission.RUN_COHORTS, Permission.SEE_NAMES},
    Role.FACILITATOR: READER | {Permission.SEE_COHORTS, Permission.SEE_NAMES},
    Role.STAFF: READER | {Permission.EDIT_CURRICULA, Permission.SEE_STYLE},
    Role.PARTNER: READER | {Permission.SEE_COHORTS},
    Role.AUTHORITY: READER,
}

# These roles meet names of participants, so a password alone is not enough for them.
SEES_PERSONAL_DATA = frozenset({Role.ADMINISTRATOR, Role.COORDINATOR, Role.FACILITATOR})

# What each role may hand to others: never more than it has itself.
MAY_GIVE: dict[Role, frozenset[Role]] = {
    Role.ADMINISTRATOR: frozenset(Role),
    Role.COORDINATOR: frozenset(Role) - {Role.ADMINISTRATOR},
    Role.FACILITATOR: frozenset(),
    Role.STAFF: frozenset(),
    Role.PARTNER: frozenset(),
    Role.AUTHORITY: frozenset(),
}


def roles_with(permission: Permission) -> frozenset[Role]:
    """The roles that carry a permission, for asking the database who holds it."""
    return frozenset(role for role, held in PERMISSIONS.items() if permission in held)
