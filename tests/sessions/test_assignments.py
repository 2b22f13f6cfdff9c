"""A practitioner is asked, and says yes or no: signed in, or by the link of her mail."""

import re

import pytest
from django.core import mail

from cocora.accounts.actions.mail import deliver_waiting_mail
from cocora.accounts.roles import Role
from cocora.common.refusal import Refusal
from participants.vocabulary import CohortRole
from sessions.scheduling.actions.assignments import (
    answer_question,
    ask_again,
    assign_practitioner,
    remove_assignment,
)
from sessions.scheduling.actions.outbox import send_all, send_message
from sessions.scheduling.models import Assignment, MessageKind, OutboxMessage
from tests.factories import CohortPractitionerFactory, PractitionerFactory
from tests.sessions.rows import assigned, in_days, plan, session_on

pytestmark = pytest.mark.django_db
__all__ = ["plan"]


@pytest.fixture
def nadia(plan):
    """She has a place in the cohort and leads nothing yet."""
    row = PractitionerFactory(
        organisation=plan.cohort.organisation, name="Nadia", email="nadia@example.org"
    )
    CohortPractitionerFactory(cohort=plan.cohort, practitioner=row, role=CohortRole.SUPPORT)
    return row


def ask(plan, world, practitioner, which=0):
    return assign_practitioner(
        programme_session=plan.sessions[which],
        practitioner=practitioner,
        role=CohortRole.FACILITATOR,
        by=world[Role.COORDINATOR],
    )


def questions():
    return OutboxMessage.objects.filter(kind=MessageKind.ASSIGNMENT)


def link_of(plan, world):
    """The path of the link that reaches her by mail."""
    send_all(cohort=plan.cohort, by=world[Role.COORDINATOR])
    deliver_waiting_mail()
    body = next(sent.body for sent in mail.outbox if sent.to == ["nadia@example.org"])
    return re.search(r"(/answers/\S+)", body)[1]


def test_several_questions_come_in_one_mail(plan, world, nadia):
    ask(plan, world, nadia, 0)
    ask(plan, world, nadia, 2)
    message = questions().get()
    assert message.subject == "Can you come?"
    assert message.body.count("16:00–18:00") == 2
    assert "/answers/" not in message.body


def test_yes_by_the_link_without_an_account(plan, world, nadia):
    made = ask(plan, world, nadia)
    browser, path = world.client(), link_of(plan, world)
    text = browser.get(path).content.decode()
    assert "16:00–18:00" in text
    assert "Harbour house" in text
    for hidden in ("Nadia", "Tuesday group", "Lena"):
        assert hidden not in text
    browser.post(path, {"which": made.pk, "answer": "yes"})
    made.refresh_from_db()
    assert (made.state, made.binds) == ("accepted", True)
    assert "You said yes" in browser.get(path).content.decode()


def test_no_opens_the_slot_and_she_may_change_her_mind(plan, world, nadia):
    made = ask(plan, world, nadia)
    browser, path = world.client(), link_of(plan, world)
    browser.post(path, {"which": made.pk, "answer": "no"})
    made.refresh_from_db()
    assert (made.state, made.binds) == ("declined", False)
    browser.post(path, {"which": made.pk, "answer": "yes"})
    made.refresh_from_db()
    assert (made.state, made.binds) == ("accepted", True)


def test_looking_at_the_link_answers_nothing(plan, world, nadia):
    made = ask(plan, world, nadia)
    world.client().get(link_of(plan, world))
    made.refresh_from_db()
    assert made.state == "asked"


@pytest.mark.parametrize("sent", [{}, {"answer": "maybe"}, {"which": "x", "answer": "yes"}])
def test_a_faulty_answer_changes_nothing(plan, world, nadia, sent):
    made = ask(plan, world, nadia)
    answer = world.client().post(link_of(plan, world), {"which": made.pk, **sent})
    assert answer.status_code == 302
    made.refresh_from_db()
    assert made.state == "asked"


def test_the_link_answers_only_what_it_asks(plan, world, nadia):
    ask(plan, world, nadia)
    other = plan.sessions[0].assignments.get(practitioner=plan.lead)
    world.client().post(link_of(plan, world), {"which": other.pk, "answer": "no"})
    other.refresh_from_db()
    assert other.state == "asked"


def test_a_link_is_dead_when_she_was_taken_off_or_asked_anew(plan, world, nadia):
    made = ask(plan, world, nadia)
    path = link_of(plan, world)
    ask_again(assignment=made, by=world[Role.COORDINATOR])
    assert world.client().get(path).status_code == 404
    remove_assignment(assignment=made, by=world[Role.COORDINATOR])
    assert not questions().filter(state="waiting").exists()


def test_she_is_not_asked_for_two_places_at_once(plan, world, nadia):
    ask(plan, world, nadia)
    twin = session_on(plan.cohort, in_days(7), "17:00", "19:00")
    with pytest.raises(Refusal, match="another session at that time"):
        assign_practitioner(
            programme_session=twin, practitioner=nadia, role=CohortRole.LEAD,
            by=world[Role.COORDINATOR],
        )  # fmt: skip
    assert not twin.assignments.exists()


def test_after_a_no_she_may_be_taken_elsewhere_and_then_not_here(plan, world, nadia):
    made = ask(plan, world, nadia)
    answer_question(assignment=made, accepts=False, by=None)
    plan.sessions[1].delete()
    twin = session_on(plan.cohort, in_days(7), "17:00", "19:00")
    assign_practitioner(
        programme_session=twin, practitioner=nadia, role=CohortRole.LEAD, by=world[Role.COORDINATOR]
    )
    with pytest.raises(Refusal, match="another session at that time"):
        answer_question(assignment=made, accepts=True, by=None)


def test_only_people_of_the_cohort_are_asked(plan, world):
    outsider = PractitionerFactory(organisation=world.ours)
    with pytest.raises(Refusal, match="of this cohort"):
        ask(plan, world, outsider)


def test_a_question_without_anything_to_ask_does_not_leave(plan, world, nadia):
    made = ask(plan, world, nadia)
    message = questions().get()
    Assignment.objects.filter(pk=made.pk).update(token_hash="x")
    with pytest.raises(Refusal, match="nothing to ask"):
        send_message(message=message, by=world[Role.COORDINATOR])


def test_her_own_page(plan, world):
    mine = plan.helper.assignments.get()
    browser = world.client(Role.FACILITATOR)
    assert "Can you come?" in browser.get("/my-sessions/").content.decode()
    browser.post(f"/my-sessions/{mine.pk}/answer/", {"answer": "yes"})
    mine.refresh_from_db()
    assert mine.state == "accepted"
    assert "Your coming sessions" in browser.get("/my-sessions/").content.decode()


@pytest.mark.parametrize("who", [Role.COORDINATOR, Role.ADMINISTRATOR, Role.PARTNER, "stranger"])
def test_nobody_answers_in_her_name(plan, world, who):
    mine = plan.helper.assignments.get()
    person = world.stranger if who == "stranger" else who
    answer = world.client(person).post(f"/my-sessions/{mine.pk}/answer/", {"answer": "yes"})
    assert answer.status_code == 404
    mine.refresh_from_db()
    assert mine.state == "asked"


def test_a_coordinator_asks_on_the_page_of_the_session(plan, world, nadia):
    browser = world.client(Role.COORDINATOR)
    path = f"/cohorts/{plan.cohort.pk}/sessions/{plan.sessions[0].pk}/"
    assert "Nadia" in browser.get(f"{path}assign/").content.decode()
    browser.post(f"{path}assign/", {"practitioner": nadia.pk, "role": "facilitator"})
    made = nadia.assignments.get()
    text = browser.get(path).content.decode()
    assert "Nadia" in text
    browser.post(f"{path}assignments/{made.pk}/ask/")
    browser.post(f"{path}assignments/{made.pk}/remove/")
    assert not nadia.assignments.exists()


def test_bad_choices_are_said_at_their_field(plan, world, nadia):
    path = f"/cohorts/{plan.cohort.pk}/sessions/{plan.sessions[0].pk}/assign/"
    page = world.client(Role.COORDINATOR).post(path, {"practitioner": plan.lead.pk, "role": "x"})
    assert set(page.context["form"].errors) == {"practitioner", "role"}
    assert plan.sessions[0].assignments.count() == 2


@pytest.mark.parametrize("sessions", [1, 50])
def test_own_page_costs_the_same_always(plan, world, sessions, django_assert_num_queries):
    for number in range(sessions):
        assigned(session_on(plan.cohort, in_days(40 + number)), plan.helper)
    browser = world.client(Role.FACILITATOR)
    browser.get("/my-sessions/")
    with django_assert_num_queries(5):
        browser.get("/my-sessions/")
