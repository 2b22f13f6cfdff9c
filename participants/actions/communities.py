"""Communities and their contacts: write them down, invite, end."""

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.actions.invitations import invite, revoke_invitation, send_invitation_again
from cocora.accounts.actions.memberships import deactivate_membership, reactivate_membership
from cocora.accounts.models import Invitation, Membership, Organisation, User
from cocora.accounts.queries import account_of
from cocora.accounts.roles import Role
from cocora.audit.actions import record
from cocora.common.refusal import FieldRefusal, Refusal
from participants.models import Community, CommunityContact
from participants.vocabulary import AccountState


@transaction.atomic
def create_community(
    *, organisation: Organisation, name: str, place: str = "", languages: list[str], by: User
) -> Community:
    community = Community(organisation=organisation, name=name, place=place, languages=languages)
    save_community(community)
    note(by, "community.created", community)
    return community


@transaction.atomic
def change_community(
    *, community: Community, name: str, place: str, languages: list[str], by: User
) -> None:
    community.name, community.place, community.languages = name, place, languages
    save_community(community)
    note(by, "community.changed", community)


@transaction.atomic
def add_contact(
    *, community: Community, name: str, email: str, telephone: str = "", language: str, by: User
) -> CommunityContact:
    """Somebody to write to. She has no account before she is invited."""
    contact = CommunityContact(
        community=community, name=name, email=email, telephone=telephone, language=language
    )
    save_contact(contact)
    note(by, "community.contact_added", community, contact=contact.pk)
    return contact


@transaction.atomic
def change_contact(
    *, contact: CommunityContact, name: str, email: str, telephone: str, language: str, by: User
) -> None:
    """An invitation went to one mailbox, so the address stays while one stands."""
    before = CommunityContact.objects.select_related("invitation", "community").get(pk=contact.pk)
    moved = before.email.lower() != email.lower()
    if moved and before.account_state != AccountState.NONE:
        told = _("She is invited under this address. End this contact and add a new one.")
        raise FieldRefusal("email", told)
    before.name, before.email, before.telephone = name, email, telephone
    before.language = language
    save_contact(before)
    note(by, "community.contact_changed", before.community, contact=before.pk)


@transaction.atomic
def invite_contact(*, contact: CommunityContact, by: User) -> None:
    """An account that can do what partners do, and no more.

    Who has such an account already, for another community or from an earlier time, uses that one.
    """
    held = current(contact)
    if held.account_state in {AccountState.INVITED, AccountState.JOINED}:
        raise Refusal(_("This contact is invited already."))
    if held.invitation and held.account_state != AccountState.NONE:
        send_invitation_again(invitation=held.invitation, by=by)
        return
    organisation = held.community.organisation
    invitation = partner_account(organisation, held.email, by) or invite(
        organisation=organisation, email=held.email, role=Role.PARTNER, by=by
    )
    CommunityContact.objects.filter(pk=held.pk).update(invitation=invitation)
    note(by, "community.contact_invited", held.community, contact=held.pk)


def partner_account(organisation: Organisation, email: str, by: User) -> Invitation | None:
    """The invitation that this address has accepted as a partner of the organisation."""
    membership = Membership.objects.filter(
        organisation=organisation, user=account_of(email), role=Role.PARTNER
    ).first()
    if membership is None:
        return None
    accepted = Invitation.objects.filter(
        organisation=organisation, accepted_by=membership.user_id, role=Role.PARTNER
    ).first()
    if accepted and membership.deactivated_at:
        reactivate_membership(membership=membership, by=by)
    return accepted


@transaction.atomic
def end_contact(*, contact: CommunityContact, by: User) -> None:
    """She answers for the community no longer: an open invitation is revoked, and the account
    opens nothing here any more unless she answers for another community too."""
    held = current(contact)
    standing = CommunityContact.objects.filter(pk=held.pk, ended_at=None)
    if not standing.update(ended_at=timezone.now()):
        raise Refusal(_("This contact has ended already."))
    if held.invitation and not shared(held):
        end_access(held.invitation, by)
    note(by, "community.contact_ended", held.community, contact=held.pk)


def shared(contact: CommunityContact) -> bool:
    """Whether she answers for another community with the same account."""
    return CommunityContact.objects.filter(invitation=contact.invitation, ended_at=None).exists()


def end_access(invitation: Invitation, by: User) -> None:
    if invitation.revoked_at:
        return
    if not invitation.accepted_at:
        revoke_invitation(invitation=invitation, by=by)
        return
    membership = Membership.objects.active().filter(
        organisation=invitation.organisation_id, user=invitation.accepted_by_id, role=Role.PARTNER
    )
    for row in membership:
        deactivate_membership(membership=row, by=by)


def current(contact: CommunityContact) -> CommunityContact:
    rows = CommunityContact.objects.select_related(
        "invitation__organisation", "community__organisation"
    )
    return rows.get(pk=contact.pk)


def save_community(community: Community) -> None:
    try:
        with transaction.atomic():
            community.save()
    except IntegrityError as fault:
        raise FieldRefusal("name", _("There is a community of this name already.")) from fault


def save_contact(contact: CommunityContact) -> None:
    try:
        with transaction.atomic():
            contact.save()
    except IntegrityError as fault:
        told = _("This community has a contact with this address already.")
        raise FieldRefusal("email", told) from fault


def note(by: User, verb: str, community: Community, **detail: int) -> None:
    record(by=by, verb=verb, target=community, organisation=community.organisation, detail=detail)
