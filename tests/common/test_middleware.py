"""Pages of somebody who has signed in stay in no browser, and parts of pages in no cache."""

import pytest
from django.http import HttpResponse

from cocora.accounts.roles import Role
from cocora.common.middleware import keep_private

pytestmark = pytest.mark.django_db

KEPT_BY_NOBODY = "private, no-store"


def varies(response):
    return {name.strip() for name in response["Vary"].split(",")}


@pytest.mark.parametrize("path", ["/", "/account/", "/programmes/", "/handbooks/", "/people/"])
def test_pages_leave_nothing_behind(world, path):
    response = world.client(Role.COORDINATOR).get(path)
    assert response.status_code == 200
    assert response["Cache-Control"] == KEPT_BY_NOBODY
    assert {"HX-Request", "HX-History-Restore-Request", "Cookie"} <= varies(response)


@pytest.mark.parametrize(("path", "status"), [("/audit/", 403), ("/nothing/", 404)])
def test_pages_that_say_no_name_the_person_too(world, path, status):
    response = world.client(Role.PARTNER).get(path)
    assert response.status_code == status
    assert response["Cache-Control"] == KEPT_BY_NOBODY


def test_a_visitors_page_may_be_kept(client):
    response = client.get("/nothing/")
    assert response.status_code == 404
    assert "Cache-Control" not in response
    assert "HX-Request" in varies(response)


def test_what_says_itself_how_long_it_is_kept_is_left_alone(world, rf):
    request = rf.get("/")
    request.user = world[Role.STAFF]
    own = HttpResponse(headers={"Cache-Control": "private, no-cache"})
    assert keep_private(lambda _request: own)(request)["Cache-Control"] == "private, no-cache"


def test_what_is_no_page_is_left_alone(world):
    response = world.client(Role.STAFF).get("/health/")
    assert "Cache-Control" not in response
    assert not response.has_header("Vary") or "HX-Request" not in varies(response)
