"""Everybody who signs in arrives somewhere, also without a place to work."""

import pytest
from django.utils import timezone

from cocora.accounts.models import Membership
from cocora.accounts.roles import Role

pytestmark = pytest.mark.django_db

SENTENCE = b"You belong to no organisation at the moment"


@pytest.fixture
def gone(world):
    """Somebody whose membership has ended."""
    Membership.objects.filter(user=world[Role.FACILITATOR]).update(
        deactivated_at=timezone.now(), deactivated_by=world[Role.ADMINISTRATOR]
    )
    return world[Role.FACILITATOR]


def test_home_says_why_and_what_to_do(world, gone):
    for who in (gone, world.nobody):
        page = world.client(who).get("/")
        assert page.status_code == 200
        assert SENTENCE in page.content
        assert b'action="/accounts/logout/"' in page.content
        assert b'href="/account/"' in page.content


def test_who_has_a_place_reads_nothing_of_it(world):
    assert SENTENCE not in world.client(Role.PARTNER).get("/").content


def test_the_own_account_stays(world, gone):
    browser = world.client(gone)
    browser.post("/account/", {"display_name": "New name"})
    gone.refresh_from_db()
    assert gone.display_name == "New name"
    assert browser.post("/accounts/logout/").headers["Location"] == "/"
    assert browser.get("/account/").status_code == 302


@pytest.mark.parametrize("path", ["/programmes/", "/handbooks/", "/people/", "/audit/", "/style/"])
def test_nothing_else_opens(world, gone, path):
    assert world.client(gone).get(path).status_code == 403


def test_it_costs_the_same_always(world, gone, django_assert_num_queries):
    browser = world.client(gone)
    with django_assert_num_queries(3):
        browser.get("/")
