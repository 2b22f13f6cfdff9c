"""What a demo shows before it is filled, and where there is none."""

import random
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.utils import timezone

from cocora.accounts.actions.demo import ORGANISATIONS, PASSWORD
from cocora.home.demo.filling import fill
from cocora.home.demo.names import people
from cocora.home.demo.running import NothingToTeach

pytestmark = pytest.mark.django_db


def test_chance_is_the_same_each_time():
    first, second = (people(random.Random(7), 46, 14, "+45") for _time in range(2))
    assert first == second
    assert len({person.display_name for person in first}) == 60


def test_nothing_is_made_without_curricula_or_where_it_is_served(settings):
    with pytest.raises(NothingToTeach):
        fill(timezone.localdate() + timedelta(days=1))
    with pytest.raises(CommandError, match="prepare"):
        call_command("demo")
    settings.SERVED = True
    with pytest.raises(CommandError, match="known password"):
        call_command("demo")


def test_the_sign_in_page_shows_the_accounts_in_a_demo_only(settings):
    call_command("demo_accounts", verbosity=0)
    page = Client().get("/accounts/login/").content.decode()
    assert PASSWORD in page
    assert all(email in page for told in ORGANISATIONS for email, _n in told.people.values())
    settings.DEMO = False
    page = Client().get("/accounts/login/").content.decode()
    assert PASSWORD not in page
    assert "coordinator@example.org" not in page


def test_one_click_signs_in():
    call_command("demo_accounts", verbosity=0)
    visitor = Client()
    answer = visitor.post("/accounts/login/", {"login": "staff@example.net", "password": PASSWORD})
    assert answer.status_code == 302
    assert "Silvan Staff" in visitor.get("/").content.decode()
