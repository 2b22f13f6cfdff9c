"""Roles that meet personal data: a password alone opens nothing."""

from datetime import timedelta

import pytest
import time_machine
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import (
    format_hotp_value,
    hotp_value,
    yield_hotp_counters_from_time,
)
from django.core.cache import cache
from django.db import connection
from django.utils import timezone

from cocora.accounts.roles import SEES_PERSONAL_DATA, Role
from cocora.audit.models import AuditEntry
from cocora.common.cipher import Unreadable
from tests.factories import PASSWORD, TOTP_SECRET, MembershipFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]

LATER = b'action="/second-factor/later/"'
OTHERS = sorted(set(Role) - SEES_PERSONAL_DATA)


@pytest.fixture
def bare(world):
    """Somebody in a role with personal data who has set up nothing yet."""
    user = UserFactory(email="bare@example.org")
    MembershipFactory(user=user, organisation=world.ours, role=Role.FACILITATOR)
    return user


def code(secret=TOTP_SECRET):
    now = next(iter(yield_hotp_counters_from_time()))
    return format_hotp_value(hotp_value(secret, now))


def sign_in(browser, user, password=PASSWORD, path="/accounts/login/"):
    return browser.post(path, {"login": user.email, "password": password})


@pytest.mark.parametrize("path", ["/", "/people/", "/account/", "/programmes/", "/nothing/here/"])
def test_nothing_opens_before_it_is_set_up(world, bare, path):
    response = world.client(bare).get(path)
    assert (response.status_code, response.headers["Location"]) == (302, "/second-factor/")


def test_writing_is_stopped_too(world, bare):
    response = world.client(bare).post("/account/", {"display_name": "New"})
    assert response.headers["Location"] == "/second-factor/"
    bare.refresh_from_db()
    assert bare.display_name != "New"


@pytest.mark.parametrize("role", sorted(SEES_PERSONAL_DATA))
def test_with_one_everything_opens(world, role):
    assert world.client(role).get("/account/").status_code == 200


@pytest.mark.parametrize("role", OTHERS)
def test_other_roles_are_not_asked(world, role):
    assert world.client(role).get("/account/").status_code == 200


def test_platform_staff_need_one(world):
    Authenticator.objects.filter(user=world.platform).delete()
    assert world.client(world.platform).get("/admin/").headers["Location"] == "/second-factor/"


def test_recovery_codes_alone_are_not_enough(world, bare):
    Authenticator.objects.create(
        user=bare, type=Authenticator.Type.RECOVERY_CODES, data={"seed": "", "used_mask": 0}
    )
    assert world.client(bare).get("/").headers["Location"] == "/second-factor/"


@pytest.mark.parametrize(
    "path", ["/accounts/2fa/", "/accounts/reauthenticate/", "/second-factor/", "/health/"]
)
def test_what_is_needed_to_set_it_up_stays_reachable(world, bare, path):
    response = world.client(bare).get(path)
    assert response.headers.get("Location", "") != "/second-factor/"
    assert response.status_code != 404


def test_one_can_always_sign_out(world, bare):
    browser = world.client(bare)
    browser.post("/accounts/logout/")
    assert browser.get("/second-factor/").status_code == 302


def test_in_a_demo_it_can_be_put_off_for_one_session(world, bare, settings):
    settings.DEMO = True
    browser = world.client(bare)
    assert LATER in browser.get("/second-factor/").content
    assert browser.get("/second-factor/later/").status_code == 405
    assert browser.post("/second-factor/later/").status_code == 302
    assert browser.get("/account/").status_code == 200
    assert world.client(bare).get("/account/").status_code == 302


def test_where_it_is_served_it_cannot(world, bare, settings):
    settings.DEMO = False
    browser = world.client(bare)
    assert LATER not in browser.get("/second-factor/").content
    assert browser.post("/second-factor/later/").status_code == 403
    assert browser.get("/account/").headers["Location"] == "/second-factor/"


def test_what_was_put_off_in_the_demo_counts_no_longer_where_it_ends(world, bare, settings):
    settings.DEMO = True
    browser = world.client(bare)
    browser.post("/second-factor/later/")
    assert browser.get("/account/").status_code == 200
    settings.DEMO = False
    assert browser.get("/account/").headers["Location"] == "/second-factor/"


def test_setting_up_an_app_opens_the_platform(world, bare, django_capture_on_commit_callbacks):
    """Right after signing in nobody is asked for the password once more."""
    browser = world.client()
    sign_in(browser, bare)
    page = browser.get("/accounts/2fa/totp/activate/")
    assert page.status_code == 200
    secret = page.context["form"].secret
    with django_capture_on_commit_callbacks(execute=True):
        done = browser.post("/accounts/2fa/totp/activate/", {"code": code(secret)})
    assert done.headers["Location"] == "/accounts/2fa/recovery-codes/"
    assert browser.get("/account/").status_code == 200
    verbs = AuditEntry.objects.filter(actor_id=bare.pk).values_list("verb", flat=True)
    assert "account.totp_activated" in verbs
    assert secret not in everything()
    seed = get_adapter().decrypt(
        Authenticator.objects.get(user=bare, type="recovery_codes").data["seed"]
    )
    assert seed not in everything()


def everything() -> str:
    """Every cell of the database as text."""
    with connection.cursor() as cursor:
        tables = connection.introspection.table_names(cursor)
        rows = []
        for table in tables:
            cursor.execute(f'SELECT * FROM "{table}"')
            rows += [str(row) for row in cursor.fetchall()]
    return "\n".join(rows)


def test_the_secret_is_unreadable_in_the_database(world):
    assert TOTP_SECRET not in everything()
    kept = Authenticator.objects.get(user=world[Role.ADMINISTRATOR]).data["secret"]
    assert get_adapter().decrypt(kept) == TOTP_SECRET


def test_a_wrong_key_opens_nothing(world, settings):
    kept = Authenticator.objects.get(user=world[Role.ADMINISTRATOR]).data["secret"]
    settings.FIELD_KEYS = ["another key"]
    with pytest.raises(Unreadable):
        get_adapter().decrypt(kept)


def test_sign_in_asks_for_the_code(world):
    user = world[Role.COORDINATOR]
    browser = world.client()
    assert sign_in(browser, user).headers["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/account/").headers["Location"].startswith("/accounts/login/")
    wrong = browser.post("/accounts/2fa/authenticate/", {"code": "000000"})
    assert wrong.status_code == 200
    assert browser.get("/account/").status_code == 302
    browser.post("/accounts/2fa/authenticate/", {"code": code()})
    assert browser.get("/account/").status_code == 200


def test_a_code_works_once(world):
    user = world[Role.COORDINATOR]
    used = code()
    for browser, status in ((world.client(), 200), (world.client(), 302)):
        sign_in(browser, user)
        browser.post("/accounts/2fa/authenticate/", {"code": used})
        assert browser.get("/account/").status_code == status


def test_used_codes_are_remembered_across_processes():
    cache.set("used-code", True)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM cocora_cache WHERE cache_key LIKE %s", ["%used-code"])
        assert cursor.fetchone() == (1,)


def test_an_old_session_must_prove_itself_before_it_touches_the_second_factor(world):
    browser = world.client()
    sign_in(browser, world[Role.COORDINATOR])
    browser.post("/accounts/2fa/authenticate/", {"code": code()})
    with time_machine.travel(timezone.now() + timedelta(minutes=6), tick=False):
        for path in ("/accounts/2fa/totp/deactivate/", "/accounts/2fa/webauthn/add/"):
            assert "/reauthenticate/" in browser.get(path).headers["Location"]
        browser.post("/accounts/2fa/totp/deactivate/")
    assert Authenticator.objects.filter(user=world[Role.COORDINATOR]).exists()


def test_a_session_without_any_proof_must_prove_itself(world):
    response = world.client(Role.COORDINATOR).get("/accounts/2fa/totp/deactivate/")
    assert "/reauthenticate/" in response.headers["Location"]
