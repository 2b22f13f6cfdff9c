"""The table of permissions, and who holds what."""

import pytest
from django.contrib.auth.models import AnonymousUser

from cocora.accounts.models import Membership, Organisation, User
from cocora.accounts.roles import MAY_GIVE, PERMISSIONS, Permission, Role, roles_with
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_every_role_stands_in_both_tables():
    assert set(PERMISSIONS) == set(MAY_GIVE) == set(Role)


def test_nobody_gives_a_role_that_may_more_than_the_own():
    for giver, given in MAY_GIVE.items():
        for role in given:
            assert PERMISSIONS[role] <= PERMISSIONS[giver]


def test_partners_and_authorities_read_and_order_and_nothing_else():
    expected = {Permission.READ_CURRICULA, Permission.ORDER_HANDBOOKS}
    assert PERMISSIONS[Role.AUTHORITY] == expected
    # Which cohorts those are, their communities decide.
    assert PERMISSIONS[Role.PARTNER] == expected | {Permission.SEE_COHORTS}


@pytest.mark.parametrize("role", Role)
def test_may_follows_the_table(world, role):
    held = {permission for permission in Permission if world[role].may(permission)}
    assert held == PERMISSIONS[role]


def test_several_memberships_add_up(world):
    user = UserFactory()
    MembershipFactory(user=user, organisation=world.ours, role=Role.PARTNER)
    MembershipFactory(user=user, organisation=world.theirs, role=Role.COORDINATOR)
    assert user.may(Permission.INVITE_PEOPLE)
    allowed = Organisation.objects.allowing(user, Permission.INVITE_PEOPLE)
    assert list(allowed) == [world.theirs]
    assert set(Organisation.objects.visible_to(user)) == {world.ours, world.theirs}


def test_asking_twice_costs_one_query(world, django_assert_num_queries):
    user = User.objects.get(pk=world[Role.STAFF].pk)
    with django_assert_num_queries(1):
        for permission in Permission:
            user.may(permission)


def test_platform_staff_may_what_an_administrator_may(world):
    assert all(world.platform.may(permission) for permission in Permission)
    assert set(Organisation.objects.visible_to(world.platform)) == {world.ours, world.theirs}


@pytest.mark.parametrize("who", ["platform", "stranger"])
def test_an_inactive_person_may_nothing_and_sees_nothing(world, who):
    user = getattr(world, who)
    user.is_active = False
    user.save()
    user = User.objects.get(pk=user.pk)
    assert not any(user.may(permission) for permission in Permission)
    assert not Organisation.objects.visible_to(user).exists()


def test_an_ended_membership_gives_nothing(world):
    user = world[Role.ADMINISTRATOR]
    row = Membership.objects.get(user=user)
    row.deactivated_at, row.deactivated_by = row.joined_at, world.platform
    row.save()
    user = User.objects.get(pk=user.pk)
    assert not user.may(Permission.READ_CURRICULA)
    assert not user.needs_second_factor


def test_members_see_the_own_row_and_keepers_all_of_their_organisation(world):
    assert Membership.objects.visible_to(world[Role.PARTNER]).count() == 1
    assert Membership.objects.visible_to(world[Role.COORDINATOR]).count() == len(Role)
    seen = Membership.objects.visible_to(world[Role.ADMINISTRATOR])
    assert not seen.filter(organisation=world.theirs).exists()


def test_roles_with():
    assert roles_with(Permission.READ_AUDIT) == {Role.ADMINISTRATOR}
    assert roles_with(Permission.READ_CURRICULA) == set(Role)


def test_a_visitor_has_no_may():
    assert not hasattr(AnonymousUser(), "may")
