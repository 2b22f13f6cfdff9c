"""Communities, their contacts, and what the account of a contact opens."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cocora.accounts.actions.invitations import join
from cocora.accounts.actions.memberships import change_role
from cocora.accounts.models import Invitation, Membership
from cocora.accounts.roles import Role
from cocora.common.refusal import Refusal
from participants.actions import communities as actions
from participants.models import Cohort, Community, CommunityContact
from participants.vocabulary import AccountState
from tests.factories import (
    CohortCommunityFactory,
    CommunityContactFactory,
    CommunityFactory,
    EnrolmentFactory,
    MembershipFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

PIA = {"name": "Pia", "email": "pia@kiosk.example", "telephone": "", "language": "da"}


def told(response):
    return " ".join(str(message) for message in response.context["messages"])


def joined(contact):
    """The contact answers her invitation."""
    contact.refresh_from_db()
    return join(invitation=contact.invitation, display_name=contact.name, password="a b c d e f g")


def test_a_community_is_written_down_and_changed(world):
    browser = world.client(Role.COORDINATOR)
    given = {"name": "Kiosk", "place": "Gellerup", "languages_0": "ar", "languages_1": "da"}
    browser.post("/communities/new/", given)
    community = Community.objects.get()
    assert (community.organisation, community.languages) == (world.ours, ["ar", "da"])
    browser.post(f"/communities/{community.pk}/edit/", {**given, "place": "Trige"})
    community.refresh_from_db()
    assert community.place == "Trige"
    page = browser.get(community.get_absolute_url()).content.decode()
    assert "Arabic, Danish" in page


@pytest.mark.parametrize(
    ("changed", "field"),
    [({"name": ""}, "name"), ({"name": "KIOSK"}, "name"), ({"languages_0": "xx"}, "languages")],
)
def test_bad_input_about_a_community_is_told_at_its_field(world, changed, field):
    CommunityFactory(organisation=world.ours, name="Kiosk")
    given = {"name": "New", "place": "Here", **changed}
    response = world.client(Role.COORDINATOR).post("/communities/new/", given)
    assert list(response.context["form"].errors) == [field]
    assert 'value="Here"' in response.content.decode()
    assert Community.objects.count() == 1


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_costs_the_same_for_one_and_fifty(world, count, django_assert_num_queries):
    for community in CommunityFactory.create_batch(count, organisation=world.ours):
        CommunityContactFactory(community=community)
    browser = world.client(Role.COORDINATOR)
    # session, user, second factor, roles, organisations, count, communities
    with django_assert_num_queries(7):
        assert browser.get("/communities/").status_code == 200


def test_the_list_is_found_by_words_and_shows_hidden_ones_when_asked(world):
    CommunityFactory(organisation=world.ours, name="Kiosk", place="Gellerup")
    CommunityFactory(organisation=world.ours, name="Boxing", retired_at=timezone.now())
    CommunityFactory(organisation=world.theirs, name="Theirs as well")
    browser = world.client(Role.COORDINATOR)
    page = browser.get("/communities/").content.decode()
    assert "Kiosk" in page
    assert "Boxing" not in page
    assert "Theirs as well" not in page
    assert "Boxing" in browser.get("/communities/?hidden").content.decode()
    assert "Kiosk" in browser.get("/communities/?q=gelle").content.decode()
    assert "Nothing found" in browser.get("/communities/?q=volcano").content.decode()


def test_hiding_waits_for_the_end_of_a_partnership(world):
    community, browser = world.cohorts.community, world.client(Role.COORDINATOR)
    path = f"/communities/{community.pk}/retire/"
    assert "Harbour in spring" in told(browser.post(path, follow=True))
    world.cohorts.ours.partnerships.update(ended_on=timezone.localdate())
    browser.post(path)
    community.refresh_from_db()
    assert community.retired_at
    browser.post(f"/communities/{community.pk}/restore/")
    community.refresh_from_db()
    assert community.retired_at is None


# Contacts


def test_a_community_has_several_contacts_but_each_address_once(world):
    community, browser = CommunityFactory(organisation=world.ours), world.client(Role.COORDINATOR)
    path = f"/communities/{community.pk}/contacts/new/"
    browser.post(path, PIA)
    browser.post(path, {**PIA, "name": "Ali", "email": "ali@kiosk.example"})
    response = browser.post(path, {**PIA, "email": "PIA@kiosk.example"})
    assert "already" in response.context["form"].errors["email"][0]
    response = browser.post(path, {**PIA, "email": "nobody"})
    assert response.context["form"].errors["email"]
    assert sorted(row.name for row in community.contacts.all()) == ["Ali", "Pia"]


def test_the_way_of_a_contact_to_an_account(world):
    contact = CommunityContactFactory(community=world.cohorts.community)
    browser = world.client(Role.COORDINATOR)
    page = contact.community.get_absolute_url()
    path = f"{page}contacts/{contact.pk}/invite/"

    def state():
        shown = browser.get(page).context["contacts"].get(pk=contact.pk)
        return shown.account_state

    assert state() == AccountState.NONE
    browser.post(path)
    assert state() == AccountState.INVITED
    invitation = CommunityContact.objects.get(pk=contact.pk).invitation
    assert (invitation.role, invitation.email) == (Role.PARTNER, contact.email)
    assert "invited already" in told(browser.post(path, follow=True))
    Invitation.objects.filter(pk=invitation.pk).update(mail_failed_at=timezone.now())
    assert state() == AccountState.FAILED
    browser.post(path)
    assert state() == AccountState.INVITED
    expired = timezone.now()
    Invitation.objects.filter(pk=invitation.pk).update(
        invited_at=expired - timedelta(days=8), expires_at=expired
    )
    assert state() == AccountState.EXPIRED
    browser.post(path)
    joined(contact)
    assert state() == AccountState.JOINED


def test_an_invited_address_stays_while_the_invitation_stands(world):
    contact = CommunityContactFactory(community=world.cohorts.community, **PIA)
    actions.invite_contact(contact=contact, by=world[Role.COORDINATOR])
    path = f"{contact.community.get_absolute_url()}contacts/{contact.pk}/edit/"
    browser = world.client(Role.COORDINATOR)
    response = browser.post(path, {**PIA, "email": "other@kiosk.example"})
    assert response.context["form"].errors["email"]
    browser.post(path, {**PIA, "telephone": "20 20 20 20"})
    contact.refresh_from_db()
    assert (contact.email, contact.telephone) == (PIA["email"], "20 20 20 20")


def test_who_works_here_already_is_not_made_a_partner(world):
    contact = CommunityContactFactory(
        community=world.cohorts.community, email=world[Role.FACILITATOR].email
    )
    with pytest.raises(Refusal, match="member already"):
        actions.invite_contact(contact=contact, by=world[Role.COORDINATOR])
    contact.refresh_from_db()
    assert contact.invitation is None


def test_an_invited_contact_sees_the_cohorts_of_her_community_and_nothing_else(world):
    rows = world.cohorts
    contact = CommunityContactFactory(community=rows.community, **PIA)
    actions.invite_contact(contact=contact, by=world[Role.COORDINATOR])
    user = joined(contact)
    browser = world.client(user)
    assert browser.get(rows.ours.get_absolute_url()).status_code == 200
    for cohort in (rows.other, rows.theirs):
        assert browser.get(cohort.get_absolute_url()).status_code == 404
    enrolment = EnrolmentFactory(cohort=rows.ours)
    closed = [
        f"/cohorts/{rows.ours.pk}/people/",
        f"/cohorts/{rows.ours.pk}/edit/",
        f"/participants/{enrolment.participant_id}/",
        "/communities/",
        rows.community.get_absolute_url(),
        rows.practitioner.get_absolute_url(),
        "/practitioners/",
        rows.venue.get_absolute_url(),
        f"/organisations/{world.ours.pk}/",
    ]
    for path in closed:
        assert browser.get(path).status_code in {403, 404}, path
    assert browser.get(f"/practitioners/{rows.practitioner.pk}/times/").status_code == 404


def test_a_partner_of_one_cohort_does_not_see_another_one(world):
    rows = world.cohorts
    elsewhere = CommunityFactory(organisation=world.ours)
    CohortCommunityFactory(cohort=rows.other, community=elsewhere)
    user = UserFactory()
    MembershipFactory(user=user, organisation=world.ours, role=Role.PARTNER)
    CommunityContactFactory(community=elsewhere, user=user)
    browser = world.client(user)
    assert browser.get(rows.other.get_absolute_url()).status_code == 200
    assert browser.get(rows.ours.get_absolute_url()).status_code == 404


def test_an_ended_contact_opens_nothing_any_more(world):
    rows = world.cohorts
    contact = CommunityContactFactory(community=rows.community, **PIA)
    actions.invite_contact(contact=contact, by=world[Role.COORDINATOR])
    browser = world.client(joined(contact))
    assert browser.get(rows.ours.get_absolute_url()).status_code == 200
    path = f"{rows.community.get_absolute_url()}contacts/{contact.pk}/end/"
    world.client(Role.COORDINATOR).post(path)
    assert browser.get(rows.ours.get_absolute_url()).status_code == 404
    assert "ended already" in told(world.client(Role.COORDINATOR).post(path, follow=True))


def test_ending_revokes_an_open_invitation(world):
    contact = CommunityContactFactory(community=world.cohorts.community, **PIA)
    actions.invite_contact(contact=contact, by=world[Role.COORDINATOR])
    contact.refresh_from_db()
    actions.end_contact(contact=contact, by=world[Role.COORDINATOR])
    contact.invitation.refresh_from_db()
    assert contact.invitation.revoked_at


def test_who_answers_for_two_communities_keeps_one_account(world):
    by, rows = world[Role.COORDINATOR], world.cohorts
    second = CommunityFactory(organisation=world.ours)
    CohortCommunityFactory(cohort=rows.other, community=second)
    contacts = [CommunityContactFactory(community=row, **PIA) for row in (rows.community, second)]
    actions.invite_contact(contact=contacts[0], by=by)
    browser = world.client(joined(contacts[0]))
    assert browser.get(rows.other.get_absolute_url()).status_code == 404
    actions.invite_contact(contact=contacts[1], by=by)
    assert browser.get(rows.other.get_absolute_url()).status_code == 200
    actions.end_contact(contact=contacts[0], by=by)
    assert browser.get(rows.ours.get_absolute_url()).status_code == 404
    assert browser.get(rows.other.get_absolute_url()).status_code == 200
    actions.end_contact(contact=contacts[1], by=by)
    assert browser.get(rows.other.get_absolute_url()).status_code == 404


def test_a_contact_who_comes_back_has_her_account_again(world):
    by, rows = world[Role.COORDINATOR], world.cohorts
    contact = CommunityContactFactory(community=rows.community, **PIA)
    actions.invite_contact(contact=contact, by=by)
    browser = world.client(joined(contact))
    actions.end_contact(contact=contact, by=by)
    again = CommunityContactFactory(community=rows.community, **PIA)
    actions.invite_contact(contact=again, by=by)
    again.refresh_from_db()
    assert again.account_state == AccountState.JOINED
    assert browser.get(rows.ours.get_absolute_url()).status_code == 200


def test_a_contact_who_becomes_a_facilitator_meets_no_names_by_her_community(world):
    rows = world.cohorts
    member = Membership.objects.get(user=world[Role.PARTNER])
    change_role(membership=member, role=Role.FACILITATOR, by=world[Role.ADMINISTRATOR])
    user = type(world[Role.PARTNER]).objects.get(pk=world[Role.PARTNER].pk)
    assert rows.ours not in Cohort.objects.allowing(user, "see_names")
    assert rows.ours not in Cohort.objects.visible_to(user)
