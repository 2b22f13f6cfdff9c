"""Invite, send again, revoke, accept. There is no other way in."""

import secrets

from allauth.account.models import EmailAddress
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts import emails
from cocora.accounts.actions.mail import queue_message
from cocora.accounts.models import (
    INVITATION_LASTS,
    Invitation,
    Membership,
    Organisation,
    User,
    WaitingMail,
)
from cocora.accounts.queries import account_of, digest, givable_roles, owns_address
from cocora.accounts.roles import Role
from cocora.audit.actions import record
from cocora.common.refusal import Refusal


@transaction.atomic
def invite(*, organisation: Organisation, email: str, role: Role, by: User) -> Invitation:
    """Invite somebody by mail. The link goes to that mailbox and is seen nowhere else."""
    if role not in givable_roles(by, organisation):
        raise Refusal(_("You can only give roles that are not above your own."))
    invitation, token = write_invitation(organisation, email, role, by)
    queue_message(message=emails.invitation(invitation, token), invitation=invitation)
    return invitation


@transaction.atomic
def invite_owner(*, organisation: Organisation, email: str) -> tuple[Invitation, str]:
    """The operator's way to the first administrator: the invitation and its token, no mail.

    Asked again, it gives a new link in place of the one that got lost.
    """
    waiting = Invitation.objects.unanswered().filter(organisation=organisation, email__iexact=email)
    lost = waiting.first()
    if lost is None:
        return write_invitation(organisation, email, Role.ADMINISTRATOR, None)
    token = renew(lost, by=None, role=Role.ADMINISTRATOR)
    return lost, token


def write_invitation(
    organisation: Organisation, email: str, role: Role, by: User | None
) -> tuple[Invitation, str]:
    refuse_member(organisation, account_of(email))
    token = secrets.token_urlsafe(32)
    try:
        with transaction.atomic():
            invitation = Invitation.objects.create(
                organisation=organisation,
                email=email.strip().lower(),
                role=role,
                invited_by=by,
                token_hash=digest(token),
            )
    except IntegrityError as fault:
        raise Refusal(
            _("This address is invited already. Send that invitation again, or revoke it first.")
        ) from fault
    note(by, "invitation.sent", invitation)
    return invitation, token


def refuse_member(organisation: Organisation, user: User | None) -> None:
    held = user and Membership.objects.filter(organisation=organisation, user=user).first()
    if held and held.deactivated_at:
        raise Refusal(_("This person was a member before. Reactivate the membership instead."))
    if held:
        raise Refusal(_("This person is a member already."))


@transaction.atomic
def send_invitation_again(*, invitation: Invitation, by: User) -> Invitation:
    """A new link by mail; the old one stops working, and whoever sends it answers for it."""
    refuse_higher(invitation, by)
    token = renew(invitation, by=by, role=Role(invitation.role))
    queue_message(message=emails.invitation(invitation, token), invitation=invitation)
    return invitation


def renew(invitation: Invitation, *, by: User | None, role: Role) -> str:
    """A fresh token for an unanswered invitation."""
    token, now = secrets.token_urlsafe(32), timezone.now()
    renewed = (
        Invitation.objects.unanswered()
        .filter(pk=invitation.pk)
        .update(
            token_hash=digest(token),
            invited_by=by,
            role=role,
            expires_at=now + INVITATION_LASTS,
            mail_failed_at=None,
        )
    )
    if not renewed:
        raise Refusal(_("This invitation has been answered or revoked already."))
    forget_mail(invitation)
    invitation.refresh_from_db()
    note(by, "invitation.sent_again", invitation)
    return token


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, by: User) -> None:
    refuse_higher(invitation, by)
    open_still = Invitation.objects.unanswered().filter(pk=invitation.pk)
    if not open_still.update(revoked_at=timezone.now(), revoked_by=by):
        raise Refusal(_("This invitation has been answered or revoked already."))
    forget_mail(invitation)
    note(by, "invitation.revoked", invitation)


def forget_mail(invitation: Invitation) -> None:
    """A mail that still waits carries a link that no longer works."""
    WaitingMail.objects.filter(invitation=invitation).delete()


def refuse_higher(invitation: Invitation, by: User) -> None:
    if Role(invitation.role) not in givable_roles(by, invitation.organisation):
        raise Refusal(_("Only an administrator can change an invitation of an administrator."))


@transaction.atomic
def join(*, invitation: Invitation, display_name: str, password: str) -> User:
    """Make the account of somebody new: address proven by the link, role as invited."""
    try:
        with transaction.atomic():
            user = User.objects.create_user(invitation.email, password, display_name=display_name)
            EmailAddress.objects.create(user=user, email=user.email, verified=True, primary=True)
    except IntegrityError as fault:
        raise Refusal(_("There is an account with this address. Please sign in first.")) from fault
    accept(invitation, user)
    return user


@transaction.atomic
def accept_invitation(*, invitation: Invitation, by: User) -> Membership:
    """One more membership for somebody who has an account already."""
    if not owns_address(by, invitation.email):
        raise Refusal(_("This invitation was sent to another address than yours."))
    if Membership.objects.filter(organisation=invitation.organisation, user=by).exists():
        raise Refusal(_("You have been a member of this organisation before this invitation."))
    return accept(invitation, by)


def accept(invitation: Invitation, user: User) -> Membership:
    """The one place where an invitation is used up; of two clicks one wins.

    It is worth what the person who sent it may give now, not what she could give then.
    """
    sender = invitation.invited_by
    if sender and Role(invitation.role) not in givable_roles(sender, invitation.organisation):
        raise Refusal(_("This invitation can't be used any more."))
    usable = Invitation.objects.open().filter(pk=invitation.pk, token_hash=invitation.token_hash)
    if not usable.update(accepted_at=timezone.now(), accepted_by=user):
        raise Refusal(_("This invitation can't be used any more."))
    membership = Membership.objects.create(
        user=user, organisation=invitation.organisation, role=invitation.role
    )
    note(user, "invitation.accepted", invitation)
    return membership


def note(by: User | None, verb: str, invitation: Invitation) -> None:
    record(
        by=by,
        verb=verb,
        target=invitation,
        organisation=invitation.organisation,
        detail={"role": invitation.role},
    )
