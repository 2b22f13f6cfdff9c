"""The admin: platform staff only, organisations only."""

import pytest
from django.apps import apps

from cocora.accounts.admin import platform_admin
from cocora.accounts.models import Organisation
from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry

pytestmark = pytest.mark.django_db


def test_it_registers_organisations_and_nothing_else():
    registered = {model for model in apps.get_models() if platform_admin.is_registered(model)}
    assert registered == {Organisation}


@pytest.mark.parametrize("path", ["/admin/", "/admin/accounts/organisation/", "/admin/login/"])
def test_visitors_are_sent_to_the_one_sign_in(world, path):
    response = world.client().get(path, follow=True)
    assert response.redirect_chain[-1][0].startswith("/accounts/login/?next=/admin/")


def test_its_own_sign_in_takes_no_password(world):
    form = {"username": world.platform.email, "password": "seven grey herons wait"}
    browser = world.client()
    assert browser.post("/admin/login/", form).status_code == 302
    assert browser.get("/account/").status_code == 302


@pytest.mark.parametrize("role", Role)
def test_no_role_opens_it(world, role):
    response = world.client(role).get("/admin/", follow=True)
    assert response.status_code == 403


def test_passwords_are_changed_in_one_place(world):
    response = world.client(world.platform).get("/admin/password_change/")
    assert response.headers["Location"] == "/accounts/password/change/"


def test_platform_staff_add_an_organisation(world):
    browser = world.client(world.platform)
    assert browser.get("/admin/accounts/organisation/").status_code == 200
    form = {
        "name": "Nørre",
        "slug": "norre",
        "country": "DK",
        "default_language": "en",
        "time_zone": "Europe/Copenhagen",
        "keep_names_months": 6,
        "keep_needs_days": 14,
    }
    assert browser.post("/admin/accounts/organisation/add/", form).status_code == 302
    made = Organisation.objects.get(slug="norre")
    entry = AuditEntry.objects.get(verb="organisation.saved")
    assert (entry.actor_id, entry.organisation_id) == (world.platform.pk, made.pk)


def test_nobody_deletes_an_organisation(world):
    path = f"/admin/accounts/organisation/{world.ours.pk}/delete/"
    assert world.client(world.platform).post(path, {"post": "yes"}).status_code == 403
    assert Organisation.objects.filter(pk=world.ours.pk).exists()
