"""Sign-in, reset, change of address: allauth's pages in our ways."""

import re

import pytest
from allauth.account.models import EmailAddress
from django.conf import settings
from django.core import mail

from cocora.accounts.actions.mail import deliver_waiting_mail
from cocora.accounts.models import User, WaitingMail
from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from tests.factories import PASSWORD, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("clean_cache")]

NEW = "an entirely new evening song"


def sign_in(browser, email, password=PASSWORD, path="/accounts/login/"):
    return browser.post(path, {"login": email, "password": password})


def reset_link(world, user, **headers):
    world.client().post("/accounts/password/reset/", {"email": user.email}, headers=headers)
    deliver_waiting_mail()
    return re.search(r"https?://\S+", mail.outbox[-1].body).group()


def proven(world, who):
    """A browser whose user has just typed the password."""
    browser = world.client(who)
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser


def reset(world, user):
    browser = world.client()
    page = browser.get(reset_link(world, user).removeprefix(settings.SITE_URL), follow=True)
    form = {"password1": NEW, "password2": NEW}
    return browser, browser.post(page.redirect_chain[-1][0], form)


def test_signing_in_and_out(world):
    browser = world.client()
    assert sign_in(browser, "STAFF@ours.example").headers["Location"] == "/"
    assert browser.get("/account/").status_code == 200
    assert AuditEntry.objects.filter(verb="account.signed_in").count() == 1
    assert browser.get("/accounts/logout/").status_code == 200
    assert browser.get("/account/").status_code == 200
    browser.post("/accounts/logout/")
    assert browser.get("/account/").status_code == 302


def test_a_known_and_an_unknown_address_fail_alike(world):
    errors = [
        sign_in(world.client(), email, "wrong password").context["form"].errors.as_json()
        for email in (world[Role.STAFF].email, "unknown@example.org")
    ]
    assert errors[0] == errors[1]


def test_many_wrong_passwords_close_the_door_for_a_while(world):
    email = world[Role.STAFF].email
    for _attempt in range(11):
        response = sign_in(world.client(), email, "wrong password")
    response = sign_in(world.client(), email)
    assert response.status_code in {200, 429}
    assert b"Too many" in response.content


def test_a_forged_forwarding_header_does_not_open_it_again(world):
    email = world[Role.STAFF].email
    for attempt in range(11):
        world.client(headers={"X-Forwarded-For": f"10.0.0.{attempt}"}).post(
            "/accounts/login/", {"login": email, "password": "wrong password"}
        )
    browser = world.client(headers={"X-Forwarded-For": "10.9.9.9"})
    sign_in(browser, email)
    assert browser.get("/account/").status_code == 302


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "///evil.example",
        "http:evil.example",
        r"\\evil.example",
        r"/\evil.example",
        "javascript:alert(1)",
        "https:///evil.example",
        "http://localhost@evil.example/",
        "\thttps://evil.example",
        "/%09/evil.example",
    ],
)
def test_sign_in_leads_to_no_other_site(world, target):
    browser = world.client()
    form = {"login": world[Role.STAFF].email, "password": PASSWORD, "next": target}
    response = browser.post("/accounts/login/", form)
    assert response.status_code == 302
    assert re.match(r"^/([^/\\]|$)", response.headers["Location"])
    assert "evil" not in response.headers["Location"] or "%" in response.headers["Location"]


def test_sign_in_leads_to_the_page_that_was_asked_for(world):
    asked = world.client().get("/account/")
    assert asked.headers["Location"] == "/accounts/login/?next=/account/"
    browser = world.client()
    form = {"login": world[Role.STAFF].email, "password": PASSWORD, "next": "/account/"}
    assert browser.post("/accounts/login/", form).headers["Location"] == "/account/"


@pytest.mark.parametrize("method", ["get", "post"])
def test_sign_up_is_closed_and_tells_nothing(world, method):
    answers = []
    for email in (world[Role.STAFF].email, "unknown@example.org"):
        browser = world.client()
        form = {"email": email, "password1": NEW}
        response = getattr(browser, method)("/accounts/signup/", form)
        answers.append((response.status_code, response.content))
    assert answers[0] == answers[1]
    assert b"by invitation" in answers[0][1]
    assert not User.objects.filter(email="unknown@example.org").exists()
    assert not WaitingMail.objects.exists()


def test_no_page_offers_a_sign_up(world):
    assert b"signup" not in world.client().get("/accounts/login/").content


def test_a_new_password_by_mail(world):
    user = world[Role.STAFF]
    elsewhere = world.client(user)
    browser, response = reset(world, user)
    assert response.status_code == 302
    user.refresh_from_db()
    assert user.check_password(NEW)
    assert browser.get("/account/").status_code == 302, "a reset signs nobody in"
    assert elsewhere.get("/account/").status_code == 302, "a reset ends all sessions"
    assert AuditEntry.objects.filter(actor_id=user.pk, verb="account.password_reset").exists()


def test_a_reset_link_works_once(world):
    user = world[Role.STAFF]
    link = reset_link(world, user).removeprefix(settings.SITE_URL)
    user.set_password(NEW)
    user.save()
    page = world.client().get(link, follow=True)
    assert b'name="password1"' not in page.content


def test_a_reset_does_not_go_round_the_second_factor(world):
    user = world[Role.COORDINATOR]
    browser, _response = reset(world, user)
    assert browser.get("/account/").status_code == 302
    signed = sign_in(browser, user.email, NEW)
    assert signed.headers["Location"] == "/accounts/2fa/authenticate/"
    assert browser.get("/account/").status_code == 302


@pytest.mark.parametrize(
    "headers",
    [
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example"},
        {"X-Forwarded-Server": "evil.example"},
        {"Host": "127.0.0.1"},
    ],
)
def test_links_in_mail_name_this_installation_whatever_was_asked(world, headers):
    link = reset_link(world, world[Role.STAFF], **headers)
    assert link.startswith(f"{settings.SITE_URL}/accounts/password/reset/key/")


def test_an_unknown_host_is_refused(world):
    response = world.client(headers={"Host": "evil.example"}).post(
        "/accounts/password/reset/", {"email": world[Role.STAFF].email}
    )
    assert response.status_code == 400
    assert not WaitingMail.objects.exists()


@pytest.mark.parametrize("role", [Role.STAFF, Role.COORDINATOR])
def test_a_new_address_counts_once_it_is_confirmed(world, role):
    """With a second factor set up too: else these people could never change theirs."""
    user, browser = world[role], proven(world, role)
    browser.post("/accounts/email/", {"email": "new@example.org", "action_add": ""})
    user.refresh_from_db()
    assert user.email != "new@example.org"
    deliver_waiting_mail()
    to_new = next(sent for sent in mail.outbox if sent.to == ["new@example.org"])
    link = re.search(r"https?://\S+", to_new.body).group()
    assert link.startswith(settings.SITE_URL)
    browser.post(link.removeprefix(settings.SITE_URL))
    user.refresh_from_db()
    assert user.email == "new@example.org"
    assert list(EmailAddress.objects.filter(user=user).values_list("email", flat=True)) == [
        "new@example.org"
    ]


def test_the_address_of_somebody_else_cannot_be_taken(world):
    browser = proven(world, Role.STAFF)
    taken = world[Role.PARTNER].email
    form = {"email": taken, "action_add": ""}
    assert browser.post("/accounts/email/", form).status_code in {200, 302}
    deliver_waiting_mail()
    for sent in mail.outbox:
        for link in re.findall(r"https?://\S+", sent.body):
            browser.post(link.removeprefix(settings.SITE_URL))
    world[Role.STAFF].refresh_from_db()
    assert world[Role.STAFF].email != taken


def test_changing_the_address_needs_the_password(world):
    form = {"email": "new@example.org", "action_add": ""}
    response = world.client(Role.STAFF).post("/accounts/email/", form)
    assert response.headers["Location"].startswith("/accounts/reauthenticate/")
    assert not EmailAddress.objects.filter(email="new@example.org").exists()


def test_changing_the_password_ends_other_sessions_and_tells_the_owner(world):
    user = world[Role.STAFF]
    here, elsewhere = world.client(user), world.client(user)
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    assert here.post("/accounts/password/change/", form).status_code == 302
    assert here.get("/account/").status_code == 200
    assert elsewhere.get("/account/").status_code == 302
    deliver_waiting_mail()
    assert mail.outbox[0].subject == "About your account"
    assert "password" in mail.outbox[0].body
    assert AuditEntry.objects.filter(verb="account.password_changed").count() == 1


@pytest.mark.parametrize("password", ["short", "password123456", "123456789012"])
def test_weak_passwords_are_refused(world, password):
    form = {"oldpassword": PASSWORD, "password1": password, "password2": password}
    world.client(Role.STAFF).post("/accounts/password/change/", form)
    world[Role.STAFF].refresh_from_db()
    assert world[Role.STAFF].check_password(PASSWORD)


def test_an_inactive_person_does_not_come_in(world):
    user = UserFactory(is_active=False)
    browser = world.client()
    sign_in(browser, user.email)
    assert browser.get("/account/").status_code == 302


@pytest.mark.parametrize(
    "path",
    [
        "/accounts/login/",
        "/accounts/password/reset/",
        "/accounts/signup/",
        "/accounts/email/",
        "/accounts/password/change/",
        "/accounts/2fa/",
        "/accounts/reauthenticate/",
        "/accounts/logout/",
    ],
)
def test_pages_carry_no_inline_code(world, path):
    who = None if "login" in path or "reset" in path or "signup" in path else Role.STAFF
    response = world.client(who).get(path)
    assert response.status_code == 200
    page = response.content.decode()
    assert not re.search(r"<[^>]+\s(style|on[a-z]+)=", page)
    for script in re.findall(r"<script\b([^>]*)>", page):
        assert "src=" in script or "application/json" in script
    assert "<style" not in page
    assert "default-src 'none'" in response.headers["Content-Security-Policy"]
