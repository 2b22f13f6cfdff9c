"""The only way in: one link, once, for one mailbox."""

import re
from datetime import timedelta
from unittest.mock import patch

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection
from django.utils import timezone

from cocora.accounts.actions import invitations
from cocora.accounts.actions.mail import MOST_ATTEMPTS, deliver_waiting_mail
from cocora.accounts.actions.memberships import deactivate_membership
from cocora.accounts.models import Invitation, Membership, User, WaitingMail
from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from cocora.common.refusal import Refusal
from tests.factories import PASSWORD, InvitationFactory, MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db

ANSWER = {"display_name": "Mia Miles", "password": "a quiet lighthouse keeper"}
CLOSED = b"This invitation can't be used"


def invite(world, role=Role.PARTNER, email="guest@example.org", by=Role.ADMINISTRATOR):
    invitation = invitations.invite(organisation=world.ours, email=email, role=role, by=world[by])
    return invitation, mailed_link()


def mailed_link():
    deliver_waiting_mail()
    return re.findall(r"/invitations/[\w-]+/", mail.outbox[-1].body)[0]


def test_the_mail_is_plain_and_its_subject_neutral(world):
    invite(world)
    sent = mail.outbox[0]
    assert (sent.to, sent.subject) == (["guest@example.org"], "You are invited")
    assert sent.content_subtype == "plain"
    assert not getattr(sent, "alternatives", [])
    assert "Our administrator invites you. Your part: Community partner." in sent.body


def test_somebody_new_gets_an_account_and_is_signed_in(world):
    _invitation, link = invite(world)
    browser = world.client()
    page = browser.get(link)
    assert b"Ours" in page.content
    assert b"Our administrator" in page.content
    assert page["Cache-Control"].startswith("max-age=0, no-cache, no-store")
    assert browser.post(link, ANSWER).status_code == 302
    user = User.objects.get(email="guest@example.org")
    assert browser.get("/account/").context["user"] == user
    assert user.check_password(ANSWER["password"])
    assert EmailAddress.objects.get(user=user).verified
    assert Membership.objects.get(user=user).role == Role.PARTNER
    verbs = AuditEntry.objects.filter(actor_id=user.pk).values_list("verb", flat=True)
    assert set(verbs) == {"invitation.accepted", "account.signed_in"}


def test_a_role_with_personal_data_is_led_to_the_second_factor(world):
    _invitation, link = invite(world, role=Role.FACILITATOR)
    browser = world.client()
    landed = browser.post(link, ANSWER, follow=True)
    assert landed.redirect_chain[-1] == ("/second-factor/", 302)


@pytest.mark.parametrize(
    ("field", "value"),
    [("password", "short"), ("password", "guest@example.org"), ("display_name", "")],
)
def test_a_bad_answer_uses_nothing_up(world, field, value):
    invitation, link = invite(world)
    response = world.client().post(link, {**ANSWER, field: value})
    assert response.status_code == 200
    assert response.context["form"].errors
    invitation.refresh_from_db()
    assert invitation.is_open


def test_mass_assignment_changes_nothing(world):
    _invitation, link = invite(world)
    more = {
        "email": "other@example.org",
        "role": "administrator",
        "organisation": world.theirs.pk,
        "is_staff": "on",
        "is_superuser": "on",
        "is_active": "",
        "user": world.stranger.pk,
    }
    world.client().post(link, {**ANSWER, **more})
    user = User.objects.get(email="guest@example.org")
    assert (user.is_staff, user.is_superuser, user.is_active) == (False, False, True)
    held = Membership.objects.get(user=user)
    assert (held.role, held.organisation) == (Role.PARTNER, world.ours)


def used(world, invitation, _link):
    world.client().post(_link, ANSWER)


def expired(world, invitation, _link):
    earlier = timezone.now() - timedelta(days=8)
    Invitation.objects.filter(pk=invitation.pk).update(
        invited_at=earlier, expires_at=earlier + timedelta(days=7)
    )


def revoked(world, invitation, _link):
    invitations.revoke_invitation(invitation=invitation, by=world[Role.ADMINISTRATOR])


def replaced(world, invitation, _link):
    invitations.send_invitation_again(invitation=invitation, by=world[Role.ADMINISTRATOR])


def mistyped(world, invitation, _link):
    Invitation.objects.filter(pk=invitation.pk).update(token_hash="0" * 64)


@pytest.mark.parametrize("fate", [used, expired, revoked, replaced, mistyped])
@pytest.mark.parametrize("who", ["visitor", "member"])
def test_a_spent_link_gets_one_calm_page_and_does_nothing(world, fate, who):
    invitation, link = invite(world)
    assert world.client().get(link).status_code == 200
    fate(world, invitation, link)
    people, memberships = User.objects.count(), Membership.objects.count()
    browser = world.client(Role.PARTNER if who == "member" else None)
    for response in (browser.get(link), browser.post(link, ANSWER)):
        assert response.status_code == 404
        assert CLOSED in response.content
    assert (User.objects.count(), Membership.objects.count()) == (people, memberships)


def test_a_link_works_for_seven_days(world):
    invitation, link = invite(world)
    with time_machine.travel(invitation.expires_at - timedelta(minutes=1), tick=False):
        assert world.client().get(link).status_code == 200
    with time_machine.travel(invitation.expires_at, tick=False):
        assert world.client().get(link).status_code == 404


def test_the_new_link_of_an_invitation_sent_again_works(world):
    invitation, old = invite(world)
    expired(world, invitation, old)
    invitations.send_invitation_again(invitation=invitation, by=world[Role.COORDINATOR])
    new = mailed_link()
    assert new != old
    assert world.client().get(new).status_code == 200


def test_an_account_is_never_taken_over_by_an_invitation(world):
    known = UserFactory(email="known@example.org")
    _invitation, link = invite(world, email="known@example.org")
    browser = world.client()
    assert b"Sign in" in browser.get(link).content
    browser.post(link, ANSWER)
    known.refresh_from_db()
    assert known.check_password(PASSWORD)
    assert not known.memberships.exists()
    assert browser.get("/account/").status_code == 302


def test_somebody_with_an_account_accepts_with_one_click(world):
    known = UserFactory(email="known@example.org")
    MembershipFactory(user=known, organisation=world.theirs, role=Role.STAFF)
    _invitation, link = invite(world, email="Known@Example.org")
    browser = world.client(known)
    assert b"Accept the invitation" in browser.get(link).content
    assert not known.memberships.filter(organisation=world.ours).exists()
    assert browser.post(link).status_code == 302
    assert known.memberships.get(organisation=world.ours).role == Role.PARTNER
    assert known.memberships.get(organisation=world.theirs).role == Role.STAFF


def test_somebody_else_cannot_take_the_link(world):
    invitation, link = invite(world)
    browser = world.client(world.nobody)
    assert b"for somebody else" in browser.get(link).content
    browser.post(link)
    invitation.refresh_from_db()
    assert invitation.is_open
    assert not world.nobody.memberships.exists()


def test_an_address_that_is_not_proven_does_not_count(world):
    invitation, _link = invite(world)
    EmailAddress.objects.create(user=world.nobody, email="guest@example.org", verified=False)
    with pytest.raises(Refusal, match="another address"):
        invitations.accept_invitation(invitation=invitation, by=world.nobody)


def test_an_invitation_is_worth_what_its_sender_may_give_now(world):
    invitation, link = invite(world, by=Role.COORDINATOR)
    held = Membership.objects.get(user=world[Role.COORDINATOR])
    deactivate_membership(membership=held, by=world[Role.ADMINISTRATOR])
    assert CLOSED in world.client().post(link, ANSWER).content
    assert not User.objects.filter(email=invitation.email).exists()


def test_two_answers_at_once_make_one_account(world):
    invitation, _link = invite(world)
    answer = {"invitation": invitation, "display_name": "Mia", "password": "x"}
    invitations.join(**answer)
    with pytest.raises(Refusal):
        invitations.join(**answer)
    Membership.objects.filter(user__email=invitation.email).delete()
    with pytest.raises(Refusal, match="any more"):
        invitations.accept_invitation(
            invitation=invitation, by=User.objects.get(email=invitation.email)
        )


@pytest.mark.parametrize(
    ("giver", "role", "allowed"),
    [
        (giver, role, giver == Role.ADMINISTRATOR or role != Role.ADMINISTRATOR)
        for giver in (Role.ADMINISTRATOR, Role.COORDINATOR)
        for role in Role
    ]
    + [
        (giver, role, False)
        for giver in (Role.FACILITATOR, Role.STAFF, Role.PARTNER, Role.AUTHORITY)
        for role in Role
    ],
)
def test_nobody_gives_a_role_above_the_own(world, giver, role, allowed):
    def do():
        return invitations.invite(
            organisation=world.ours, email="guest@example.org", role=role, by=world[giver]
        )

    if allowed:
        assert do().role == role
    else:
        with pytest.raises(Refusal, match="not above your own"):
            do()


def test_nobody_invites_into_another_organisation(world):
    with pytest.raises(Refusal):
        invitations.invite(
            organisation=world.theirs,
            email="guest@example.org",
            role=Role.PARTNER,
            by=world[Role.ADMINISTRATOR],
        )


def test_members_present_and_past_are_not_invited_again(world):
    with pytest.raises(Refusal, match="member already"):
        invite(world, email=world[Role.STAFF].email)
    held = Membership.objects.get(user=world[Role.STAFF])
    deactivate_membership(membership=held, by=world[Role.ADMINISTRATOR])
    with pytest.raises(Refusal, match="Reactivate"):
        invite(world, email=world[Role.STAFF].email)


def test_an_old_invitation_is_no_way_back_for_a_past_member(world):
    invitation = InvitationFactory(organisation=world.ours, email=world[Role.STAFF].email)
    held = Membership.objects.get(user=world[Role.STAFF])
    deactivate_membership(membership=held, by=world[Role.ADMINISTRATOR])
    with pytest.raises(Refusal):
        invitations.accept_invitation(invitation=invitation, by=world[Role.STAFF])
    held.refresh_from_db()
    assert held.deactivated_at


def test_the_same_address_is_invited_once_at_a_time(world):
    invitation, _link = invite(world)
    with pytest.raises(Refusal, match="invited already"):
        invite(world)
    invitations.revoke_invitation(invitation=invitation, by=world[Role.ADMINISTRATOR])
    assert invite(world)[0].pk != invitation.pk


def test_a_coordinator_cannot_touch_the_invitation_of_an_administrator(world):
    invitation, _link = invite(world, role=Role.ADMINISTRATOR)
    for verb in (invitations.revoke_invitation, invitations.send_invitation_again):
        with pytest.raises(Refusal, match="Only an administrator"):
            verb(invitation=invitation, by=world[Role.COORDINATOR])
    invitation.refresh_from_db()
    assert invitation.is_open


def test_the_token_stands_nowhere_in_the_database(world):
    invitations.invite(
        organisation=world.ours,
        email="guest@example.org",
        role=Role.PARTNER,
        by=world[Role.ADMINISTRATOR],
    )
    waiting = [mail.sealed for mail in WaitingMail.objects.all()]
    link = mailed_link()
    token = link.split("/")[2]
    assert len(token) >= 43
    assert len(waiting) == 1
    assert token not in waiting[0]
    assert "guest" not in waiting[0]
    assert not WaitingMail.objects.exists()
    with connection.cursor() as cursor:
        cursor.execute("SELECT * FROM accounts_invitation")
        assert token not in str(cursor.fetchall())


@pytest.fixture
def unsent(world):
    """An invitation whose mail was given up."""
    invitation = invitations.invite(
        organisation=world.ours,
        email="guest@example.org",
        role=Role.PARTNER,
        by=world[Role.COORDINATOR],
    )
    WaitingMail.objects.update(attempts=MOST_ATTEMPTS - 1)
    with patch("django.core.mail.EmailMessage.send", side_effect=TimeoutError):
        deliver_waiting_mail()
    return invitation


FAILED = b"The mail could not be sent"


def test_administrators_see_that_the_mail_could_not_be_sent(world, unsent):
    assert FAILED in world.client(Role.COORDINATOR).get("/people/").content
    assert b"Mail given up" in world.client(Role.ADMINISTRATOR).get("/audit/").content
    assert FAILED not in world.client(world.stranger).get("/people/").content
    assert b"Mail given up" not in world.client(world.stranger).get("/audit/").content


def test_sent_again_it_is_a_mail_like_any_other(world, unsent):
    invitations.send_invitation_again(invitation=unsent, by=world[Role.COORDINATOR])
    assert FAILED not in world.client(Role.COORDINATOR).get("/people/").content
    assert mailed_link()


@pytest.mark.parametrize(
    ("verb", "mails"),
    [(invitations.send_invitation_again, 1), (invitations.revoke_invitation, 0)],
)
def test_a_link_that_no_longer_works_is_not_sent(world, verb, mails):
    invitation = invitations.invite(
        organisation=world.ours,
        email="guest@example.org",
        role=Role.PARTNER,
        by=world[Role.COORDINATOR],
    )
    verb(invitation=invitation, by=world[Role.COORDINATOR])
    deliver_waiting_mail()
    assert len(mail.outbox) == mails


def test_an_address_that_somebody_proved_meanwhile_is_refused(world):
    """Between opening the link and sending the form she made it her own address elsewhere."""
    invitation = InvitationFactory(organisation=world.ours, email="guest@example.org")
    EmailAddress.objects.create(user=world.nobody, email="guest@example.org", verified=True)
    with pytest.raises(Refusal, match="sign in first"):
        invitations.join(invitation=invitation, display_name="Guest", password=PASSWORD)
    assert not User.objects.filter(email="guest@example.org").exists()


def test_a_name_is_one_line_since_mails_quote_it(world):
    world.client(Role.STAFF).post("/account/", {"display_name": "Mia\r\n\r\nOpen\u2028 this"})
    world[Role.STAFF].refresh_from_db()
    assert world[Role.STAFF].display_name == "Mia Open this"
