"""What the operator does at the shell."""

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from cocora.accounts.actions.demo import PASSWORD
from cocora.accounts.models import Invitation, Membership, Organisation, User
from cocora.accounts.roles import Role

pytestmark = pytest.mark.django_db


def run(*words):
    out = StringIO()
    call_command(*words, stdout=out)
    return out.getvalue()


def test_demo_accounts_one_for_each_role():
    printed = run("demo_accounts")
    assert PASSWORD in printed
    assert set(Membership.objects.values_list("role", flat=True)) == set(Role)
    for user in User.objects.all():
        assert user.email in printed
        assert user.check_password(PASSWORD)
        assert not user.is_staff


def test_demo_accounts_twice_change_nothing():
    run("demo_accounts")
    User.objects.update(display_name="Changed")
    before = list(User.objects.order_by("pk").values())
    run("demo_accounts")
    assert list(User.objects.order_by("pk").values()) == before
    assert Organisation.objects.count() == 2


def test_no_demo_accounts_where_it_is_served(settings):
    settings.SERVED = True
    with pytest.raises(CommandError, match="known password"):
        run("demo_accounts")
    assert not User.objects.exists()


def owner(email="mia@example.org", name="Nordhavn Net", **options):
    out = StringIO()
    call_command("create_owner", email, organisation=name, stdout=out, **options)
    return re.search(r"https?://[^/]+(/invitations/\S+)", out.getvalue()).group(1)


def test_the_first_administrator_comes_by_a_printed_link(client):
    link = owner()
    client.post(link, {"display_name": "Mia", "password": "a quiet lighthouse keeper"})
    held = Membership.objects.get()
    assert (held.user.email, held.role) == ("mia@example.org", Role.ADMINISTRATOR)
    assert held.organisation.slug == "nordhavn-net"
    assert Client().get(link).status_code == 404
    with pytest.raises(CommandError, match="member already"):
        owner()


def test_a_lost_link_is_replaced(client):
    first, second = owner(), owner()
    assert client.get(first).status_code == 404
    assert client.get(second).status_code == 200
    assert Invitation.objects.count() == 1


@pytest.mark.parametrize(
    ("email", "options"), [("nobody", {}), ("mia@example.org", {"country": "Denmark"})]
)
def test_faults_are_told_and_leave_nothing(email, options):
    with pytest.raises(CommandError):
        owner(email, **options)
    assert not Organisation.objects.exists()
    assert not Invitation.objects.exists()


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Δήμος Αθηναίων", "organisation"),
        ("x" * 160, "x" * 50),
        ("Nordhavn  net!", "nordhavn-net-2"),
    ],
)
def test_every_name_of_an_organisation_will_do(name, slug):
    owner(name="Nordhavn Net")
    owner(name=name)
    assert Organisation.objects.get(name=name).slug == slug


def test_names_alike_are_numbered():
    for name in ("Ωμέγα", "Άλφα", "Βήτα"):
        owner(name=name)
    slugs = set(Organisation.objects.values_list("slug", flat=True))
    assert slugs == {"organisation", "organisation-2", "organisation-3"}
