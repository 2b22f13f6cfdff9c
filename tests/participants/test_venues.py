"""Venues, and the settings of an organisation."""

import pytest

from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from participants.models import Venue
from tests.factories import VenueFactory

pytestmark = pytest.mark.django_db

HALL = {
    "name": "Hall",
    "address": "Harbour 1",
    "capacity": "30",
    "getting_in": "Ring twice.\nLift.",
}


def test_a_venue_is_written_down_changed_hidden_and_used_again(world):
    browser = world.client(Role.COORDINATOR)
    browser.post("/venues/new/", HALL)
    venue = Venue.objects.get()
    assert (venue.organisation, venue.capacity) == (world.ours, 30)
    browser.post(f"/venues/{venue.pk}/edit/", {**HALL, "capacity": ""})
    browser.post(f"/venues/{venue.pk}/retire/")
    venue.refresh_from_db()
    assert (venue.capacity, bool(venue.retired_at)) == (None, True)
    assert "Hall" not in browser.get("/venues/").content.decode()
    assert "Hall" in browser.get("/venues/?hidden").content.decode()
    browser.post(f"/venues/{venue.pk}/restore/")
    assert "Harbour 1" in browser.get("/venues/?q=harbour").content.decode()
    assert "Ring twice.<br>" in browser.get(venue.get_absolute_url()).content.decode()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "OLD hall"}, "name"),
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "-3"}, "capacity"),
        ({"getting_in": "x" * 601}, "getting_in"),
    ],
)
def test_bad_input_is_told_at_its_field(world, changed, field):
    VenueFactory(organisation=world.ours, name="Old hall")
    response = world.client(Role.COORDINATOR).post("/venues/new/", {**HALL, **changed})
    assert list(response.context["form"].errors) == [field]
    assert Venue.objects.count() == 1


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_costs_the_same_for_one_and_fifty(world, count, django_assert_num_queries):
    VenueFactory.create_batch(count, organisation=world.ours)
    browser = world.client(Role.COORDINATOR)
    # session, user, second factor, roles, organisations, count, venues
    with django_assert_num_queries(7):
        assert browser.get("/venues/").status_code == 200


SETTINGS = {
    "country": "IS",
    "default_language": "is",
    "time_zone": "Atlantic/Reykjavik",
    "data_protection_contact": "Ida, data@example.org",
    "keep_names_months": "3",
    "keep_needs_days": "7",
}


def test_the_settings_of_an_organisation_are_changed_and_remembered(world):
    browser = world.client(Role.COORDINATOR)
    assert browser.get("/organisations/").url == f"/organisations/{world.ours.pk}/"
    browser.post(f"/organisations/{world.ours.pk}/", SETTINGS)
    world.ours.refresh_from_db()
    told = {name: str(getattr(world.ours, name)) for name in SETTINGS}
    assert told == SETTINGS
    assert AuditEntry.objects.filter(verb="organisation.changed").exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"country": "ZZ"}, "country"),
        ({"country": "dk"}, "country"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"keep_names_months": "0"}, "keep_names_months"),
        ({"keep_names_months": "900"}, "keep_names_months"),
        ({"keep_needs_days": "ever"}, "keep_needs_days"),
    ],
)
def test_bad_settings_are_told_at_their_field(world, changed, field):
    path = f"/organisations/{world.ours.pk}/"
    response = world.client(Role.COORDINATOR).post(path, {**SETTINGS, **changed})
    assert list(response.context["form"].errors) == [field]
    world.ours.refresh_from_db()
    assert world.ours.country == "DK"


def test_platform_staff_choose_the_organisation(world):
    page = world.client(world.platform).get("/organisations/").content.decode()
    assert "Ours" in page
    assert "Theirs" in page
