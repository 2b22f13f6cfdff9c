"""Nothing leaves unseen; and nobody else's outbox, releases and mails are found."""

from pathlib import Path

import pytest
from django.core.mail import EmailMessage

from cocora.accounts.emails import Message
from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from cocora.home.mailbox import EmailBackend
from sessions.scheduling.actions.releases import release_schedule
from sessions.scheduling.models import MessageState, OutboxMessage
from tests.sessions.rows import enrolled, in_days, move, plan

pytestmark = pytest.mark.django_db
__all__ = ["plan"]


@pytest.fixture
def released(plan, world):
    release_schedule(cohort=plan.cohort, by=world[Role.COORDINATOR])
    return plan


def path(plan, rest=""):
    return f"/cohorts/{plan.cohort.pk}/outbox/{rest}"


def test_each_message_is_read_before_it_leaves_participants_by_their_code(released, world):
    text = world.client(Role.COORDINATOR).get(path(released)).content.decode()
    for shown in ("lumo", "Lena Lead", "Helga Helper", "Your dates", "16:00–18:00", "dates.ics"):
        assert shown in text
    for hidden in ("Name of lumo", "mia@example.org"):
        assert hidden not in text


def test_send_one_hold_one_back_send_all(released, world):
    browser = world.client(Role.COORDINATOR)
    one, other = OutboxMessage.objects.order_by("pk")[:2]
    browser.post(path(released, f"{one.pk}/send/"))
    browser.post(path(released, f"{other.pk}/hold/"))
    page = browser.post(path(released, "send/"), follow=True)
    assert "2 messages are on their way." in page.content.decode()
    states = OutboxMessage.objects.values_list("state", flat=True)
    assert sorted(states) == ["held-back", "sent", "sent", "sent"]
    browser.post(path(released, f"{other.pk}/wait/"))
    other.refresh_from_db()
    assert other.state == MessageState.WAITING
    again = browser.post(path(released, f"{one.pk}/send/"), follow=True)
    assert "left already" in again.content.decode()


@pytest.mark.parametrize("who", ["stranger", "nobody", *Role])
def test_only_those_who_run_the_cohort_have_its_outbox(released, world, who):
    message = OutboxMessage.objects.first()
    browser = world.client(getattr(world, who, None) or who)
    runs = who in {Role.COORDINATOR, Role.ADMINISTRATOR}
    for rest in ("", "send/", f"{message.pk}/send/", f"{message.pk}/hold/"):
        answer = browser.get(path(released)) if not rest else browser.post(path(released, rest))
        assert answer.status_code in ({200, 302} if runs else {403, 404})
    if not runs:
        assert not OutboxMessage.objects.filter(state=MessageState.SENT).exists()


@pytest.mark.parametrize("messages", [1, 30])
def test_the_outbox_costs_the_same_always(plan, world, messages, django_assert_num_queries):
    for number in range(messages):
        enrolled(plan.cohort, f"p{number}", f"p{number}@example.org")
    release_schedule(cohort=plan.cohort, by=world[Role.COORDINATOR])
    browser = world.client(Role.COORDINATOR)
    browser.get(path(plan))
    with django_assert_num_queries(8):
        browser.get(path(plan))


def test_the_release_page_says_what_who_and_what_speaks_against_it(plan, world):
    plan.sessions[1].venue = None
    plan.sessions[1].save()
    plan.sessions[2].assignments.all().delete()
    page = world.client(Role.COORDINATOR).get(f"/cohorts/{plan.cohort.pk}/releases/new/")
    text = page.content.decode()
    assert "4 people are told" in text
    assert "Nobody leads session 3" in text
    assert "has no place." in text
    assert "No consent to messages yet: rade." in text


def test_what_was_seen_is_released_with_one_click(plan, world):
    browser = world.client(Role.COORDINATOR)
    address = f"/cohorts/{plan.cohort.pk}/releases/new/"
    mark = browser.get(address).context["form"].initial["mark"]
    move(plan.sessions[0], in_days(8))
    page = browser.post(address, {"mark": mark, "comment": "Hello"})
    assert "in the meantime" in page.content.decode()
    assert "Hello" in page.content.decode()
    mark = page.context["form"].initial["mark"]
    assert browser.post(address, {"mark": mark, "comment": "Hello"}).status_code == 302
    assert plan.cohort.releases.get().comment == "Hello"


def test_old_releases_stay_readable_and_are_compared(released, world):
    move(released.sessions[1], in_days(15))
    release_schedule(cohort=released.cohort, by=world[Role.COORDINATOR])
    move(released.sessions[1], in_days(16))
    release_schedule(cohort=released.cohort, by=world[Role.COORDINATOR])
    browser = world.client(Role.FACILITATOR)
    address = f"/cohorts/{released.cohort.pk}/releases/"
    assert browser.get(address).content.decode().count('class="release"') == 3
    page = browser.get(f"{address}1/?with=3").content.decode()
    day, new = in_days(14), in_days(16)
    assert f"from {day.day} {day:%B}" in page
    assert f"to {new.day} {new:%B}" in page
    assert browser.get(f"{address}9/").status_code == 404
    assert world.client(world.stranger).get(f"{address}1/").status_code == 404


# --- The mails of an installation without a mail server -------------------------------------


@pytest.fixture
def folder(settings, tmp_path):
    settings.EMAIL_FILE_PATH = str(tmp_path)
    return tmp_path


def write(to, subject="About your account", body="Hello", calendar=""):
    mail: EmailMessage = Message(to, subject, body, calendar).as_email()
    EmailBackend().send_messages([mail])


def test_an_administrator_reads_the_mails_of_her_people(world, folder):
    write(world[Role.PARTNER].email, body="Open /answers/abc/", calendar="BEGIN:VCALENDAR")
    write("boss@theirs.example", subject="For others")
    browser = world.client(Role.ADMINISTRATOR)
    text = browser.get("/mail/").content.decode()
    assert "About your account" in text
    assert "dates.ics" in text
    assert "For others" not in text
    names = sorted(file.name for file in Path(folder).iterdir())
    answers = [browser.get(f"/mail/{name}/").status_code for name in names]
    assert sorted(answers) == [200, 404]
    assert AuditEntry.objects.filter(verb="mail.read").count() == 1


def test_links_that_open_an_account_are_for_nobody_else(world, folder):
    write(world[Role.PARTNER].email, body="http://x/accounts/password/reset/key/1-abc-def/")
    (name,) = [file.name for file in Path(folder).iterdir()]
    ours = world.client(Role.ADMINISTRATOR).get(f"/mail/{name}/").content.decode()
    assert "1-abc-def" not in ours
    assert "1-abc-def" in world.client(world.platform).get(f"/mail/{name}/").content.decode()


@pytest.mark.parametrize("name", ["..%2F..%2Fsecret-key", "x", "20260101-000000-1.log", "%00"])
def test_no_other_file_is_read(world, folder, name):
    assert world.client(world.platform).get(f"/mail/{name}/").status_code == 404


def test_with_a_mail_server_there_is_nothing_to_read(world, folder, settings):
    settings.SERVED = True
    settings.SECURE_SSL_REDIRECT = False
    assert world.client(world.platform).get("/mail/").status_code == 404


def test_a_coordinator_reads_no_mails(world, folder):
    assert world.client(Role.COORDINATOR).get("/mail/").status_code == 403
