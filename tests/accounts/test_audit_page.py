"""The page of the audit log: one's own organisation, and reading it is written down."""

import pytest

from cocora.accounts.models import Organisation
from cocora.accounts.roles import Role
from cocora.audit.actions import record, record_read
from cocora.audit.models import AuditEntry
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


def write(world, verb, organisation, by=None, times=1):
    for _time in range(times):
        record(by=by or world.platform, verb=verb, organisation=organisation)


def verbs(response):
    return [entry.verb for entry, _name, _about in response.context["rows"]]


def read(world, who=Role.ADMINISTRATOR, query=""):
    response = world.client(who).get(f"/audit/{query}")
    assert response.status_code == 200
    return response


def test_an_administrator_reads_the_own_organisation(world):
    write(world, "ours.done", world.ours)
    write(world, "theirs.done", world.theirs)
    write(world, "nobodys.done", None)
    assert verbs(read(world)) == ["audit.read", "ours.done"]


def test_platform_staff_read_everything(world):
    write(world, "ours.done", world.ours)
    write(world, "theirs.done", world.theirs)
    write(world, "nobodys.done", None)
    shown = verbs(read(world, world.platform))
    assert shown == ["audit.read", "nobodys.done", "theirs.done", "ours.done"]


def test_opening_it_is_a_read_in_every_organisation_that_was_shown(world):
    admin = world[Role.ADMINISTRATOR]
    MembershipFactory(user=admin, organisation=world.theirs, role=Role.ADMINISTRATOR)
    read(world, admin)
    reads = AuditEntry.objects.filter(verb="audit.read", kind="read", actor_id=admin.pk)
    assert {entry.organisation_id for entry in reads} == {world.ours.pk, world.theirs.pk}


def test_people_are_named_and_the_platform_where_nobody_was(world):
    write(world, "ours.done", world.ours, by=world[Role.STAFF])
    record(by=None, verb="ours.made", organisation=world.ours)
    page = read(world).content.decode()
    assert "Our staff" in page
    assert "The platform" in page
    assert "Ours done" in page


def test_filters(world):
    write(world, "ours.done", world.ours, by=world[Role.STAFF])
    record_read(by=world[Role.PARTNER], verb="ours.seen", organisation=world.ours)
    assert verbs(read(world, query="?kind=change")) == ["ours.done"]
    partner = world[Role.PARTNER].pk
    assert verbs(read(world, query=f"?person={partner}")) == ["ours.seen"]
    assert verbs(read(world, query=f"?person={partner}&kind=change")) == []


@pytest.mark.parametrize("query", ["?kind=x", "?person=x", "?person=0", "?page=x", "?page=-9"])
def test_a_filter_that_makes_no_sense_breaks_nothing(world, query):
    write(world, "ours.done", world.ours)
    assert "ours.done" in verbs(read(world, query=query))


def test_the_people_to_choose_from_are_those_of_the_own_organisation(world):
    choices = dict(read(world).context["form"].fields["person"].choices)
    assert world[Role.STAFF].pk in choices
    assert world.stranger.pk not in choices
    assert world.stranger.pk in dict(
        read(world, world.platform).context["form"].fields["person"].choices
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_it_costs_the_same_for_one_and_three_rows(world, rows, django_assert_num_queries):
    write(world, "ours.done", world.ours, by=world[Role.STAFF], times=rows)
    browser = world.client(Role.ADMINISTRATOR)
    browser.get("/audit/")
    with django_assert_num_queries(14):
        browser.get("/audit/")


def test_fifty_to_a_page(world):
    write(world, "ours.done", world.ours, times=55)
    assert len(verbs(read(world))) == 50
    assert len(verbs(read(world, query="?page=2"))) == 7


def test_the_log_outlives_what_it_is_about(world, monkeypatch):
    monkeypatch.setattr(Organisation._meta, "model_name", "club")  # as it was called once
    record(by=None, verb="club.founded", target=world.ours, organisation=world.ours)
    monkeypatch.undo()
    page = read(world).content.decode()
    assert f"accounts.club {world.ours.pk}" in page
