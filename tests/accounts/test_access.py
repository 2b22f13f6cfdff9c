"""The marker above every view."""

import pytest
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.test import RequestFactory

from cocora.accounts.access import account_view, public_view
from cocora.accounts.roles import Permission, Role

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "SPY"]


def answer(request):
    return HttpResponse("here")


def ask(view, method, user=None):
    request = RequestFactory().generic(method, "/")
    request.user = user
    return view(request)


@pytest.mark.parametrize("method", METHODS)
def test_only_listed_methods_are_answered(method):
    view = public_view("a test", methods=("POST",))(answer)
    response = ask(view, method)
    assert response.status_code == (200 if method == "POST" else 405)
    if method != "POST":
        assert response["Allow"] == "POST"


def test_head_comes_with_get():
    view = public_view("a test")(answer)
    assert [ask(view, method).status_code for method in ("GET", "HEAD", "POST")] == [200, 200, 405]


@pytest.mark.django_db
def test_without_the_permission_a_sentence_says_why(world):
    view = account_view(Permission.READ_AUDIT)(answer)
    assert ask(view, "GET", world[Role.ADMINISTRATOR]).status_code == 200
    with pytest.raises(PermissionDenied, match="Your role does not include"):
        ask(view, "GET", world[Role.STAFF])


@pytest.mark.django_db
def test_an_unlisted_method_is_refused_before_the_permission_is_asked(world):
    view = account_view(Permission.READ_AUDIT)(answer)
    assert ask(view, "DELETE", world[Role.STAFF]).status_code == 405


@pytest.mark.django_db
def test_the_page_of_a_refusal_says_why(world):
    response = world.client(Role.PARTNER).get("/people/")
    assert response.status_code == 403
    assert b"Your role does not include this page" in response.content


def test_markers_stand_on_the_view():
    marked = account_view(Permission.INVITE_PEOPLE, methods=("GET", "POST"))(answer)
    assert marked.access_marker.permission == Permission.INVITE_PEOPLE
    assert marked.access_marker.methods == {"GET", "HEAD", "POST"}
    assert getattr(marked, "login_required", True)
    assert public_view("a test")(answer).login_required is False


def test_a_view_for_everybody_says_why():
    with pytest.raises(ValueError, match="says why"):
        account_view()
