"""The page of members and invitations, and everything it can do."""

import pytest
from django.core import mail

from cocora.accounts.actions import memberships
from cocora.accounts.actions.mail import deliver_waiting_mail
from cocora.accounts.models import Invitation, Membership
from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from cocora.common.refusal import Refusal
from tests.factories import InvitationFactory, MembershipFactory

pytestmark = pytest.mark.django_db


def membership(world, role):
    return Membership.objects.get(user=world[role])


def act(world, who, path, **data):
    return world.client(who).post(path, data, follow=True)


def told(response):
    return " ".join(str(message) for message in response.context["messages"])


def test_one_sees_the_own_organisation_only(world):
    InvitationFactory(organisation=world.ours, email="ours@guest.example")
    InvitationFactory(organisation=world.theirs, email="theirs@guest.example")
    page = world.client(Role.COORDINATOR).get("/people/").content.decode()
    assert "ours@guest.example" in page
    assert "Our partner" in page
    assert "theirs" not in page
    assert world.stranger.email not in page


def test_platform_staff_see_all_and_which_organisation(world):
    page = world.client(world.platform).get("/people/").content.decode()
    assert world.stranger.email in page
    assert "Theirs" in page


@pytest.mark.parametrize("rows", [1, 3])
def test_the_list_costs_the_same_for_one_and_three_rows(world, rows, django_assert_num_queries):
    for _row in range(rows):
        InvitationFactory(organisation=world.ours, invited_by=world[Role.COORDINATOR])
        MembershipFactory(organisation=world.ours)
    browser = world.client(Role.COORDINATOR)
    # session, user, roles, second factor, own organisations, count, members, invitations
    with django_assert_num_queries(8):
        assert browser.get("/people/").status_code == 200


def test_inviting_by_the_form(world):
    answer = {"email": "guest@example.org", "role": "partner"}
    response = act(world, Role.COORDINATOR, "/people/invite/", **answer)
    assert "on its way" in told(response)
    invitation = Invitation.objects.get(email="guest@example.org")
    assert (invitation.organisation, invitation.invited_by) == (
        world.ours,
        world[Role.COORDINATOR],
    )
    deliver_waiting_mail()
    assert mail.outbox[0].to == ["guest@example.org"]


@pytest.mark.parametrize(
    ("data", "field"),
    [
        ({"email": "guest@example.org", "role": "administrator"}, "role"),
        ({"email": "guest@example.org", "role": "emperor"}, "role"),
        ({"email": "guest", "role": "partner"}, "email"),
        ({"email": ""}, "email"),
    ],
)
def test_a_coordinator_cannot_invite_wrongly(world, data, field):
    response = act(world, Role.COORDINATOR, "/people/invite/", **data)
    assert response.context["form"].errors[field]
    assert not Invitation.objects.exists()


def test_another_organisation_cannot_be_slipped_in(world):
    answer = {"email": "g@example.org", "role": "partner", "organisation": world.theirs.pk}
    act(world, Role.ADMINISTRATOR, "/people/invite/", **answer)
    assert Invitation.objects.get().organisation == world.ours


def test_who_looks_after_two_organisations_chooses(world):
    MembershipFactory(user=world[Role.COORDINATOR], organisation=world.theirs, role="partner")
    MembershipFactory(user=world[Role.ADMINISTRATOR], organisation=world.theirs, role="coordinator")
    answer = {"email": "g@example.org", "role": "administrator", "organisation": world.theirs.pk}
    response = act(world, Role.COORDINATOR, "/people/invite/", **{**answer, "role": "staff"})
    assert Invitation.objects.get().organisation == world.ours
    response = act(world, Role.ADMINISTRATOR, "/people/invite/", **answer)
    assert b"not above your own" in response.content
    assert Invitation.objects.count() == 1
    act(world, Role.ADMINISTRATOR, "/people/invite/", **{**answer, "role": "staff"})
    assert Invitation.objects.filter(organisation=world.theirs).count() == 1


def test_a_refused_invitation_says_why(world):
    answer = {"email": world[Role.STAFF].email, "role": "partner"}
    response = act(world, Role.COORDINATOR, "/people/invite/", **answer)
    assert b"member already" in response.content


def test_send_again_and_revoke(world):
    row = InvitationFactory(organisation=world.ours)
    assert "new link" in told(act(world, Role.COORDINATOR, f"/people/invitations/{row.pk}/resend/"))
    assert Invitation.objects.get(pk=row.pk).token_hash != row.token_hash
    revoke = f"/people/invitations/{row.pk}/revoke/"
    assert "is revoked" in told(act(world, Role.COORDINATOR, revoke))
    assert "already" in told(act(world, Role.COORDINATOR, revoke))
    assert "already" in told(act(world, Role.COORDINATOR, f"/people/invitations/{row.pk}/resend/"))


@pytest.mark.parametrize("verb", ["resend", "revoke"])
def test_a_stranger_finds_no_invitation_of_ours(world, verb):
    row = InvitationFactory(organisation=world.ours)
    response = world.client(world.stranger).post(f"/people/invitations/{row.pk}/{verb}/")
    assert response.status_code == 404
    assert Invitation.objects.get(pk=row.pk).is_open


@pytest.mark.parametrize("verb", ["deactivate", "reactivate", "role"])
def test_a_stranger_finds_no_member_of_ours(world, verb):
    row = membership(world, Role.PARTNER)
    path = f"/people/members/{row.pk}/{verb}/"
    assert world.client(world.stranger).post(path, {"role": "staff"}).status_code == 404
    row.refresh_from_db()
    assert (row.role, row.deactivated_at) == (Role.PARTNER, None)


def test_one_cannot_reach_the_own_membership_elsewhere(world):
    elsewhere = MembershipFactory(
        user=world[Role.COORDINATOR], organisation=world.theirs, role="partner"
    )
    path = f"/people/members/{elsewhere.pk}/role/"
    assert world.client(Role.COORDINATOR).post(path, {"role": "staff"}).status_code == 404


def test_an_ended_membership_counts_from_the_next_request_on(world):
    browser = world.client(Role.PARTNER)
    assert browser.get("/programmes/").status_code == 200
    row = membership(world, Role.PARTNER)
    assert "has ended" in told(
        act(world, Role.COORDINATOR, f"/people/members/{row.pk}/deactivate/")
    )
    assert browser.get("/programmes/").status_code == 403
    act(world, Role.COORDINATOR, f"/people/members/{row.pk}/reactivate/")
    assert browser.get("/programmes/").status_code == 200


def test_a_person_switched_off_is_out_at_once(world):
    browser = world.client(Role.PARTNER)
    assert browser.get("/account/").status_code == 200
    world[Role.PARTNER].is_active = False
    world[Role.PARTNER].save()
    assert browser.get("/account/").status_code == 302


def test_a_changed_role_counts_from_the_next_request_on(world):
    browser = world.client(Role.COORDINATOR)
    assert browser.get("/people/").status_code == 200
    row = membership(world, Role.COORDINATOR)
    path = f"/people/members/{row.pk}/role/"
    assert "counts from now on" in told(act(world, Role.ADMINISTRATOR, path, role="partner"))
    assert browser.get("/people/").status_code == 403
    assert AuditEntry.objects.filter(verb="membership.role_changed").count() == 1


def test_a_role_raised_to_personal_data_needs_the_second_factor_at_once(world):
    browser = world.client(Role.PARTNER)
    assert browser.get("/").status_code == 200
    memberships.change_role(
        membership=membership(world, Role.PARTNER),
        role=Role.FACILITATOR,
        by=world[Role.ADMINISTRATOR],
    )
    assert browser.get("/").headers["Location"] == "/second-factor/"


@pytest.mark.parametrize("role", ["administrator", "emperor", ""])
def test_a_coordinator_cannot_raise_anybody_above_herself(world, role):
    row = membership(world, Role.PARTNER)
    act(world, Role.COORDINATOR, f"/people/members/{row.pk}/role/", role=role)
    row.refresh_from_db()
    assert row.role == Role.PARTNER


def test_a_coordinator_cannot_touch_an_administrator(world):
    row = membership(world, Role.ADMINISTRATOR)
    for verb in ("deactivate", "role"):
        path = f"/people/members/{row.pk}/{verb}/"
        assert "Only an administrator" in told(act(world, Role.COORDINATOR, path, role="staff"))
    row.refresh_from_db()
    assert (row.role, row.deactivated_at) == (Role.ADMINISTRATOR, None)


def test_nobody_changes_the_own_membership(world):
    row = membership(world, Role.ADMINISTRATOR)
    path = f"/people/members/{row.pk}/deactivate/"
    assert "your own membership" in told(act(world, Role.ADMINISTRATOR, path))


@pytest.mark.parametrize("verb", ["deactivate", "role"])
def test_the_last_administrator_stays(world, verb):
    row = membership(world, Role.ADMINISTRATOR)
    path = f"/people/members/{row.pk}/{verb}/"
    assert "only administrator" in told(act(world, world.platform, path, role="staff"))
    second = MembershipFactory(organisation=world.ours, role=Role.ADMINISTRATOR)
    act(world, world.platform, path, role="staff")
    row.refresh_from_db()
    assert row.deactivated_at or row.role == Role.STAFF
    second.refresh_from_db()
    assert second.deactivated_at is None


def test_ending_twice_and_reactivating_twice_are_refused(world):
    row, by = membership(world, Role.PARTNER), world[Role.ADMINISTRATOR]
    with pytest.raises(Refusal, match="active already"):
        memberships.reactivate_membership(membership=row, by=by)
    memberships.deactivate_membership(membership=row, by=by)
    with pytest.raises(Refusal, match="ended already"):
        memberships.deactivate_membership(membership=row, by=by)


def test_everything_is_audited_without_names(world):
    row, by = membership(world, Role.PARTNER), world[Role.ADMINISTRATOR]
    memberships.deactivate_membership(membership=row, by=by)
    entry = AuditEntry.objects.get(verb="membership.deactivated")
    assert entry.detail == {"role": "partner", "person": world[Role.PARTNER].pk}
    assert (entry.actor_id, entry.organisation_id) == (by.pk, world.ours.pk)
