"""What the database itself refuses."""

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from cocora.accounts.models import Invitation, Membership, Organisation, User
from cocora.accounts.roles import Role
from tests.factories import InvitationFactory, MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


def refused(write):
    with pytest.raises(IntegrityError), transaction.atomic():
        write()


def test_addresses_are_unique_whatever_the_case():
    user = UserFactory(email="Mia@Example.org")
    assert user.email == "mia@example.org"
    refused(lambda: User.objects.bulk_create([User(email="MIA@example.org")]))
    assert User.objects.get_by_natural_key("MIA@EXAMPLE.ORG") == user


def test_a_user_needs_an_address():
    with pytest.raises(ValueError, match="e-mail"):
        User.objects.create_user("")


def test_a_superuser_is_platform_staff():
    user = User.objects.create_superuser("root@example.org", "x", display_name="Root")
    assert (user.is_staff, user.is_superuser, str(user)) == (True, True, "Root")


@pytest.mark.parametrize("country", ["dk", "D", "D1", ""])
def test_a_country_is_two_capital_letters(country):
    refused(lambda: OrganisationFactory(country=country))
    with pytest.raises(ValidationError):
        Organisation(name="N", slug="n", country=country).full_clean()


def test_one_membership_for_each_organisation(world):
    refused(lambda: MembershipFactory(user=world[Role.STAFF], organisation=world.ours))


@pytest.mark.parametrize("model", [Membership, Invitation])
def test_unknown_roles_are_refused(world, model):
    InvitationFactory(organisation=world.ours)
    refused(lambda: model.objects.update(role="emperor"))


def test_who_and_when_go_together(world):
    now = timezone.now()
    row = InvitationFactory(organisation=world.ours)
    mine = Invitation.objects.filter(pk=row.pk)
    refused(lambda: Membership.objects.update(deactivated_at=now))
    refused(lambda: Membership.objects.update(deactivated_by=world.platform))
    refused(lambda: mine.update(accepted_at=now))
    refused(lambda: mine.update(accepted_by=world.platform))
    refused(lambda: mine.update(revoked_at=now))
    refused(lambda: mine.update(revoked_by=world.platform))
    both = {"accepted_at": now, "accepted_by": world.platform}
    mine.update(**both)
    refused(lambda: mine.update(revoked_at=now, revoked_by=world.platform))


def test_an_invitation_ends_after_it_began(world):
    row = InvitationFactory(organisation=world.ours)
    refused(lambda: Invitation.objects.filter(pk=row.pk).update(expires_at=row.invited_at))


def test_one_unanswered_invitation_for_each_address(world):
    InvitationFactory(organisation=world.ours, email="guest@example.org")
    InvitationFactory(organisation=world.theirs, email="guest@example.org")
    refused(lambda: InvitationFactory(organisation=world.ours, email="GUEST@example.org"))


def test_members_and_inviters_cannot_be_deleted_from_under_their_rows(world):
    with pytest.raises(IntegrityError):
        world[Role.STAFF].delete()
