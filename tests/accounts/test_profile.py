"""The own account."""

import pytest

from cocora.accounts.models import User
from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_it_shows_where_one_works_and_what_is_set_up(world):
    page = world.client(Role.COORDINATOR).get("/account/").content.decode()
    assert "Ours" in page
    assert "Coordinator" in page
    assert "Authenticator app is set up." in page
    assert "No recovery codes yet." in page
    assert "Theirs" not in page


def test_somebody_without_an_organisation_is_told_what_to_do(world):
    assert b"You belong to no organisation" in world.client(world.nobody).get("/account/").content


def test_changing_the_name(world):
    browser = world.client(Role.STAFF)
    assert browser.post("/account/", {"display_name": "Sol Berg"}).status_code == 302
    assert User.objects.get(pk=world[Role.STAFF].pk).display_name == "Sol Berg"
    assert AuditEntry.objects.get().detail == {}


@pytest.mark.parametrize("name", ["", "x" * 121])
def test_a_bad_name_is_refused(world, name):
    response = world.client(Role.STAFF).post("/account/", {"display_name": name})
    assert response.context["form"].errors
    assert User.objects.get(pk=world[Role.STAFF].pk).display_name == "Our staff"


def test_mass_assignment_changes_the_name_only(world):
    user = world[Role.STAFF]
    browser = world.client(user)
    before = User.objects.filter(pk=user.pk).values().get()
    form = {
        "display_name": "Sol Berg",
        "email": "x@example.org",
        "is_staff": "on",
        "is_superuser": "on",
        "is_active": "",
        "password": "x",
        "role": "administrator",
        "session_generation": 9,
        "id": world.stranger.pk,
    }
    browser.post("/account/", form)
    after = User.objects.filter(pk=user.pk).values().get()
    assert {name for name in before if before[name] != after[name]} == {"display_name"}
    assert user.memberships.get().role == Role.STAFF


def test_signing_out_everywhere_else(world):
    user = world[Role.STAFF]
    here, elsewhere, other = world.client(user), world.client(user), world.client(Role.PARTNER)
    assert here.post("/account/sign-out-everywhere/").status_code == 302
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    assert other.get("/account/").status_code == 200
