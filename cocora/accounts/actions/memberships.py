"""Change a role, end a membership, take it up again. All of it counts from the next request on."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.models import Membership, Organisation, User
from cocora.accounts.queries import givable_roles
from cocora.accounts.roles import Role
from cocora.audit.actions import record
from cocora.common.refusal import Refusal


@transaction.atomic
def change_role(*, membership: Membership, role: Role, by: User) -> None:
    held = lock(membership)
    refuse_unfit(held, by)
    if role not in givable_roles(by, held.organisation):
        raise Refusal(_("You can only give roles that are not above your own."))
    if role != Role.ADMINISTRATOR:
        refuse_last_administrator(held)
    Membership.objects.filter(pk=held.pk).update(role=role)
    note(by, "membership.role_changed", held, role)


@transaction.atomic
def deactivate_membership(*, membership: Membership, by: User) -> None:
    """End a membership; the person keeps the account, the record keeps the membership."""
    held = lock(membership)
    refuse_unfit(held, by)
    refuse_last_administrator(held)
    active = Membership.objects.active().filter(pk=held.pk)
    if not active.update(deactivated_at=timezone.now(), deactivated_by=by):
        raise Refusal(_("This membership has ended already."))
    note(by, "membership.deactivated", held, held.role)


@transaction.atomic
def reactivate_membership(*, membership: Membership, by: User) -> None:
    held = lock(membership)
    refuse_unfit(held, by)
    ended = Membership.objects.filter(pk=held.pk, deactivated_at__isnull=False)
    if not ended.update(deactivated_at=None, deactivated_by=None):
        raise Refusal(_("This membership is active already."))
    note(by, "membership.reactivated", held, held.role)


def lock(membership: Membership) -> Membership:
    """The row as it is now. Its organisation is locked, so two of them can't both be the last."""
    Organisation.objects.select_for_update().get(pk=membership.organisation_id)
    return Membership.objects.select_related("organisation", "user").get(pk=membership.pk)


def refuse_unfit(membership: Membership, by: User) -> None:
    if membership.user_id == by.pk:
        raise Refusal(_("You can't change your own membership. Ask another administrator."))
    if Role(membership.role) not in givable_roles(by, membership.organisation):
        raise Refusal(_("Only an administrator can change the membership of an administrator."))


def refuse_last_administrator(membership: Membership) -> None:
    """An organisation without anybody who can look after it would be locked out for ever."""
    if membership.role != Role.ADMINISTRATOR or membership.deactivated_at:
        return
    others = Membership.objects.active().filter(
        organisation=membership.organisation, role=Role.ADMINISTRATOR, user__is_active=True
    )
    if not others.exclude(pk=membership.pk).exists():
        raise Refusal(_("This is the only administrator. Make somebody else one first."))


def note(by: User, verb: str, membership: Membership, role: str) -> None:
    record(
        by=by,
        verb=verb,
        target=membership,
        organisation=membership.organisation,
        detail={"role": role, "person": membership.user_id},
    )
