"""Addresses: all of them named once, tried with rows that exist, and no dead link in a page."""

import re
from collections import Counter
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import resolve, reverse

from cocora.home.context import PLACES
from tests.architecture.examples import examples
from tests.architecture.routes import OURS, ROUTES, WITHOUT_MARKER, library
from tests.conftest import World

TEMPLATES = Path(settings.BASE_DIR, "templates")
LINK = re.compile(r"{%\s*url\s+['\"]([\w:]+)['\"]")


def test_the_walk_finds_the_addresses_of_every_room():
    rooms = {route.name.partition(":")[0] for route in OURS}
    assert {"home", "health", "accounts", "audit", "programmes", "handbooks"} <= rooms


def test_every_name_stands_once():
    names = Counter(route.name for route in OURS)
    assert not [name for name, times in names.items() if times > 1]


def test_every_view_is_marked_or_belongs_to_a_library():
    unmarked = [route.name for route in ROUTES if not route.marker and not library(route)]
    assert not unmarked


def test_no_group_of_libraries_is_out_of_date():
    found = {library(route) for route in ROUTES if not route.marker}
    assert set(WITHOUT_MARKER) <= found


def test_no_view_goes_without_the_csrf_check():
    assert not [route.name for route in ROUTES if getattr(route.view, "csrf_exempt", False)]


@pytest.mark.django_db
def test_every_address_with_arguments_has_an_example_and_no_example_is_left_over(world: World):
    assert {route.name for route in OURS if route.arguments} == set(examples(world))


@pytest.mark.django_db
def test_every_example_leads_back_to_its_view(world: World):
    for name, example in examples(world).items():
        assert resolve(reverse(name, kwargs=example.arguments)).view_name == name


def test_pages_end_with_a_slash():
    files = {"programmes:image", "sessions:feed"}
    assert not [
        route.name
        for route in OURS
        if route.pattern and not route.pattern.endswith("/") and route.name not in files
    ]


def test_no_page_links_to_an_address_that_is_not_there():
    names = {route.name for route in ROUTES}
    pages = {path: path.read_text() for path in TEMPLATES.rglob("*.html")}
    linked = {(path.name, name) for path, text in pages.items() for name in LINK.findall(text)}
    assert len(linked) > 30
    assert not {(page, name) for page, name in linked if name not in names}


def test_every_place_of_the_navigation_is_there():
    for place in PLACES:
        assert reverse(place.name)
