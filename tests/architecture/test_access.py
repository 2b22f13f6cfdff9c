"""Every address, as everybody, by every method, on rows that exist, against one table."""

import re
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection, transaction
from django.http import HttpResponseBase
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cocora.accounts.models import InvitationQuerySet, User
from cocora.accounts.queries import SecondFactor
from cocora.accounts.roles import PERMISSIONS, Role
from tests.architecture.examples import Example, SeenBy, examples
from tests.architecture.routes import OURS, ROUTES, Route, library
from tests.conftest import World
from tests.factories import PASSWORD, add_passkey

pytestmark = [pytest.mark.django_db, pytest.mark.once]

METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"]
FORM = "application/x-www-form-urlencoded"
SAFE = {"GET", "HEAD", "OPTIONS"}
VISITOR, STRANGER, NOBODY, PLATFORM = "visitor", "stranger", "nobody", "platform"
RUNNERS = {Role.ADMINISTRATOR, Role.COORDINATOR, PLATFORM}
ACTORS = [VISITOR, *Role, STRANGER, NOBODY, PLATFORM]
LOGIN = "/accounts/login/"
# What a page may answer to somebody who may be there: an empty form is told its faults.
DONE = {200, 302, 400, 422}
# Health says 503 while nothing is loaded and no worker runs; a file that is not there is 404.
ALSO = {
    "health": {503},
    "handbooks:download": {404},
    "handbooks:picture": {404},
    "participants:consent_scan": {404},
}
# Written while reading, on purpose: who read what, who is signed in, how often somebody tried,
# when a calendar program last asked.
WRITTEN_WHILE_READING = (
    "audit_audit", "django_session", "cocora_cache", "cocora_sessions_calendarfeed",
)  # fmt: skip
WRITES = re.compile(r'^\s*(?:INSERT INTO|UPDATE|DELETE FROM|REPLACE INTO)\s+"?(\w+)', re.IGNORECASE)


def person(world: World, actor: str) -> User | None:
    if actor == VISITOR:
        return None
    if actor in world.people:
        return world[Role(actor)]
    return getattr(world, actor)


def permissions(actor: str) -> frozenset:
    if actor in {STRANGER, PLATFORM}:
        return PERMISSIONS[Role.ADMINISTRATOR]
    return PERMISSIONS.get(actor, frozenset())


def meets(actor: str, seen_by: SeenBy) -> bool:
    match seen_by:
        case SeenBy.EVERYBODY:
            return True
        case SeenBy.ORGANISATION:
            return actor in set(Role) | {PLATFORM}
        case SeenBy.OWNER:
            return actor == Role.COORDINATOR
        case SeenBy.COHORT:
            return actor in RUNNERS | {Role.FACILITATOR, Role.PARTNER}
        case SeenBy.COHORT_NAMES | SeenBy.PRACTITIONER:
            return actor in RUNNERS | {Role.FACILITATOR}
        case SeenBy.COHORT_RUNNERS:
            return actor in RUNNERS


def verdict(route: Route, actor: str, method: str, example: Example) -> set[int]:
    """The one table: which answers this actor may get."""
    if actor == VISITOR and not route.marker.public:
        return {302}
    if method not in route.marker.methods:
        return {405}
    if route.marker.permission and route.marker.permission not in permissions(actor):
        return {404} if route.marker.hidden else {403}
    if not meets(actor, example.seen_by):
        return {404}
    return DONE | ALSO.get(route.name, set())


def client_of(world: World, actor: str) -> Client:
    browser = world.client(person(world, actor))
    browser.raise_request_exception = False
    return browser


def ask(browser: Client, method: str, address: str) -> tuple[HttpResponseBase, set[str]]:
    """The answer, and the tables that were written; nothing of it stays."""
    signed_in = browser.cookies.get(settings.SESSION_COOKIE_NAME)
    undo = transaction.savepoint()
    try:
        with CaptureQueriesContext(connection) as queries:
            response = browser.generic(method, address, "probe=1", FORM)
        written = {match[1] for query in queries if (match := WRITES.match(query["sql"]))}
    finally:
        transaction.savepoint_rollback(undo)
        browser.cookies.clear()
        if signed_in:
            browser.cookies[settings.SESSION_COOKIE_NAME] = signed_in.value
    return response, written


def faults(world: World, actor: str) -> Iterator[str]:
    """Every answer that is not in the table, as one line each."""
    browser, rows = client_of(world, actor), examples(world)
    for route in OURS:
        example = rows.get(route.name, Example({}))
        address = reverse(route.name, kwargs=example.arguments)
        for method in METHODS:
            response, written = ask(browser, method, address)
            expected = verdict(route, actor, method, example)
            where = f"{method} {route.name}: {response.status_code}"
            if response.status_code not in expected:
                yield f"{where}, expected {sorted(expected)}"
            if is_sent_to_sign_in(response) != (expected == {302}):
                yield f"{where}, leads to {response.headers.get('Location')}"
            told = {table for table in written if not table.startswith(WRITTEN_WHILE_READING)}
            if told and (method in SAFE or not expected >= DONE):
                yield f"{where}, wrote {sorted(told)}"


def is_sent_to_sign_in(response: HttpResponseBase) -> bool:
    return response.headers.get("Location", "").startswith(LOGIN)


@pytest.mark.parametrize("actor", ACTORS)
def test_everybody_gets_what_the_table_says(world: World, actor: str):
    assert list(faults(world, actor)) == []


def no_permissions(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(User, "may", lambda self, permission: True)


def no_scope(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(InvitationQuerySet, "visible_to", lambda self, user: self.all())


def no_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    middleware = "django.contrib.auth.middleware.LoginRequiredMiddleware.process_view"
    monkeypatch.setattr(middleware, lambda *ignored, **also_ignored: None)


def writing_while_reading(monkeypatch: pytest.MonkeyPatch) -> None:
    def kept(user: User) -> SecondFactor:
        User.objects.filter(pk=user.pk).update(display_name="Read")
        return SecondFactor(app=False, passkeys=0, recovery_codes=False)

    monkeypatch.setattr("cocora.accounts.views.profile.second_factor_of", kept)


@pytest.mark.parametrize(
    ("hole", "actor", "found"),
    [
        (no_permissions, Role.PARTNER, "GET audit:list: 200, expected [403]"),
        (no_scope, STRANGER, "POST accounts:invitation_revoke: 302, expected [404]"),
        (no_sign_in, VISITOR, "GET accounts:second_factor: 500, expected [302]"),
        (writing_while_reading, Role.STAFF, "GET accounts:profile: 200, wrote ['accounts_user']"),
    ],
)
def test_the_walk_finds_a_hole(world: World, hole, actor, found, monkeypatch: pytest.MonkeyPatch):
    """A guard that can't fail guards nothing."""
    hole(monkeypatch)
    assert found in list(faults(world, actor))


def test_writing_without_the_token_is_refused(world: World):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world[Role.ADMINISTRATOR])
    rows = examples(world)
    writing = [route for route in OURS if "POST" in route.marker.methods]
    assert writing
    for route in writing:
        address = reverse(route.name, kwargs=rows.get(route.name, Example({})).arguments)
        assert ask(browser, "POST", address)[0].status_code == 403, route.name


LIBRARY_ARGUMENTS = {
    "key": "key",
    "uidb36": "1",
    "object_id": "1",
    "app_label": "accounts",
    "content_type_id": "1",
    "url": "nothing",
}
# Where allauth lets somebody in who has not signed in.
OPEN = {
    "account_login",
    "account_signup",
    "account_inactive",
    "account_logout",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "account_confirm_email",
    "account_email_verification_sent",
    "mfa_login_webauthn",
}


def library_addresses(world: World) -> Iterator[tuple[Route, str]]:
    passkey = add_passkey(world[Role.COORDINATOR])
    for route in ROUTES:
        if not route.marker:
            known = {**LIBRARY_ARGUMENTS, "pk": passkey.pk}
            arguments = {name: known[name] for name in route.arguments}
            if route.name != "admin:" + route.pattern:  # the admin's catch-all has no name
                yield route, reverse(route.name, kwargs=arguments)


@pytest.mark.parametrize("actor", ACTORS)
def test_pages_of_libraries_break_for_nobody(world: World, actor: str):
    browser, told = client_of(world, actor), []
    for route, address in library_addresses(world):
        for method in METHODS:
            status = ask(browser, method, address)[0].status_code
            if status >= 500:
                told.append(f"{method} {route.name}: {status}")
    assert told == []


def test_a_visitor_sees_no_page_of_a_library_but_the_open_ones(world: World):
    browser = client_of(world, VISITOR)
    seen = {
        route.name
        for route, address in library_addresses(world)
        if ask(browser, "GET", address)[0].status_code == 200
    }
    assert seen <= OPEN


@pytest.mark.parametrize("actor", [*Role, STRANGER, NOBODY])
def test_the_admin_opens_for_platform_staff_only(world: World, actor: str):
    browser = client_of(world, actor)
    admin = [pair for pair in library_addresses(world) if library(pair[0]) == "admin:"]
    assert admin
    for route, address in admin:
        for method in ("GET", "POST"):
            response = ask(browser, method, address)[0]
            assert response.status_code in {302, 403, 404, 405}, route.name
            leads_to = response.headers.get("Location", LOGIN)
            sent_away = leads_to.startswith(("/admin/login/", "/accounts/"))
            assert sent_away or leads_to == "/admin/", route.name  # its front page sends away too


def test_somebody_elses_passkey_is_not_found(world: World):
    browser = world.client(Role.PARTNER)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    for route, address in library_addresses(world):
        if "pk" in route.arguments:
            assert ask(browser, "GET", address)[0].status_code == 404, route.name
            assert ask(browser, "POST", address)[0].status_code == 404, route.name
