"""The whole job of a coordinator: from a new cohort to one right message for everybody."""

from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.utils import timezone
from playwright.sync_api import Page, expect

from cocora.accounts.actions.mail import deliver_waiting_mail
from cocora.accounts.models import Invitation
from cocora.accounts.roles import Role
from participants.actions.terms import load_terms
from participants.models import Cohort, Consent, ConsentTerms, Participant
from participants.queries import givers_for
from participants.tables.writing import write_xlsx
from participants.vocabulary import Means, Purpose
from programmes.models import Curriculum, CurriculumStatus
from sessions.scheduling.models import ProgrammeSession
from tests.browser.journey import axe, overflow, pictures, signed_in, told
from tests.conftest import World
from tests.factories import (
    CommunityContactFactory,
    CommunityFactory,
    PractitionerFactory,
    VenueFactory,
)
from tests.sessions.curricula import taught_curriculum

PEOPLE = [f"person{number}@example.org" for number in range(20)]


@pytest.fixture
def desk(page: Page, live_server: Any, world: World, transactional_db: None) -> Page:
    """A coordinator with a curriculum, a partner, a practitioner and a room; no cohort yet."""
    load_terms()
    curriculum = taught_curriculum(*[60] * 14)
    Curriculum.objects.filter(pk=curriculum.pk).update(
        status=CurriculumStatus.PUBLISHED, published_at=timezone.now()
    )
    community = CommunityFactory(organisation=world.ours, name="Kiosk Association")
    CommunityContactFactory(community=community, name="Pia", email="pia@example.org")
    PractitionerFactory(organisation=world.ours, name="Noor Haddad", email="noor@example.org")
    VenueFactory(organisation=world.ours, name="Assembly hall")
    return signed_in(page, world[Role.COORDINATOR], live_server.url)


def sound(page: Page, name: str) -> None:
    page.emulate_media(reduced_motion="reduce")
    pictures(page, name)
    assert axe(page) == []
    for width in (390, 1440):
        page.set_viewport_size({"width": width, "height": 900})
        assert overflow(page) <= 0, name


def create_cohort(page: Page, server: str) -> Cohort:
    page.goto(f"{server}/cohorts/")
    page.get_by_role("link", name="New cohort").first.click()
    page.get_by_label("Curriculum").select_option(str(Curriculum.objects.get().pk))
    page.get_by_label("Name", exact=True).fill("Harbour Street")
    page.get_by_label("Place", exact=True).fill("Aarhus")
    page.get_by_label("Time zone").select_option("Europe/Copenhagen")
    page.get_by_label("First day").fill("2027-02-25")
    page.get_by_label("Last day").fill("2027-12-01")
    page.get_by_label("Places", exact=True).fill("24")
    page.get_by_role("button", name="Create the cohort").click()
    told(page, "The cohort is a draft")
    page.get_by_label("Community", exact=True).select_option(label="Kiosk Association")
    page.get_by_role("button", name="Add as a partner").click()
    told(page, "partner now")
    page.get_by_label("Practitioner", exact=True).select_option(label="Noor Haddad")
    page.get_by_role("button", name="Give a place").click()
    told(page, "The place is given")
    page.get_by_role("button", name="Open it").click()
    told(page, "now: Open")
    return Cohort.objects.get()


def invite(page: Page, server: str, cohort: Cohort) -> None:
    page.goto(server + cohort.places.get().practitioner.get_absolute_url())
    page.get_by_role("button", name="Invite by mail").click()
    told(page, "The invitation to noor@example.org is on its way")
    page.goto(server + cohort.communities.get().get_absolute_url())
    page.get_by_role("button", name="Invite Pia").click()
    told(page, "Pia can come in")


def import_people(page: Page, server: str, cohort: Cohort, folder: Path) -> None:
    rows = [["Person " + who.partition("@")[0], who, "19", "English"] for who in PEOPLE]
    sheet = folder / "people.xlsx"
    sheet.write_bytes(write_xlsx(["Name", "E-mail or phone", "Age", "Language"], rows))
    page.goto(f"{server}/cohorts/{cohort.pk}/people/import/")
    page.get_by_label("File").set_input_files(sheet)
    page.get_by_role("button", name="Look at the list").click()
    page.get_by_role("button", name="Create 20 people").click()
    told(page, "20 applied to the cohort")


def consent_of_all() -> None:
    """As the page that asks does it, which has a journey of its own."""
    terms = {row.purpose: row for row in ConsentTerms.objects.all()}
    Consent.objects.bulk_create(
        Consent(participant=one, terms=terms[purpose], purpose=purpose, giver=giver, agreed=True,
                means=Means.PAPER)
        for one in Participant.objects.select_related("organisation")
        for purpose in (Purpose.TAKE_PART, Purpose.CONTACT)
        for giver in givers_for(one.age_band, purpose, one.organisation.country)
    )  # fmt: skip


def release(page: Page, server: str, cohort: Cohort) -> Counter[str]:
    """Release, read the outbox, send all: how many mails each address got."""
    page.goto(f"{server}/cohorts/{cohort.pk}/releases/new/")
    page.get_by_role("button", name="Release").click()
    told(page, "The messages wait here until you send them")
    page.goto(f"{server}/cohorts/{cohort.pk}/outbox/")
    sound(page, "journey-outbox")
    page.get_by_role("button", name="Send all").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes").click()
    expect(page.get_by_role("heading", name="Nothing waits")).to_be_visible()
    before = len(mail.outbox)
    deliver_waiting_mail()
    return Counter(message.to[0] for message in mail.outbox[before:])


def test_a_cohort_from_nothing_to_one_message_for_everybody(
    desk: Page, live_server: Any, tmp_path: Path
) -> None:
    page, server = desk, live_server.url
    cohort = create_cohort(page, server)
    invite(page, server, cohort)
    assert Invitation.objects.count() == 2
    deliver_waiting_mail()

    import_people(page, server, cohort, tmp_path)
    consent_of_all()
    page.goto(f"{server}/cohorts/{cohort.pk}/people/")
    page.get_by_role("button", name="Enrol all who may").click()
    told(page, "20")
    sound(page, "journey-people")

    page.goto(f"{server}/cohorts/{cohort.pk}/schedule/series/")
    page.get_by_label("Venue").select_option(index=1)
    page.get_by_label("Noor Haddad").check()
    page.get_by_role("button", name="Show the dates").click()
    expect(page.get_by_text("Thu 25 Mar 2027: Maundy Thursday")).to_be_visible()
    page.get_by_role("button", name="Save 12 sessions").click()
    told(page, "12 sessions are laid out.")
    sound(page, "journey-schedule")
    everybody = {*PEOPLE, "noor@example.org", "pia@example.org"}
    assert release(page, server, cohort) == dict.fromkeys(everybody, 1)

    rows = list(ProgrammeSession.objects.filter(cohort=cohort))
    page.goto(f"{server}{rows[3].get_absolute_url()}change/")
    page.get_by_label("Date").fill("2027-03-19")
    page.get_by_role("button", name="Show what changes").click()
    page.get_by_role("button", name="Change 1 session").click()
    told(page, "1 session is changed")
    page.goto(f"{server}{rows[7].get_absolute_url()}cancel/")
    page.get_by_label("Why").fill("The hall is being painted")
    page.get_by_role("button", name="Cancel this session").click()
    told(page, "The session is cancelled")
    assert release(page, server, cohort) == dict.fromkeys(everybody, 1)
    body = next(message.body for message in reversed(mail.outbox) if message.to == [PEOPLE[0]])
    assert "19 March" in body
    assert "The hall is being painted" in body
    assert len({row.local_date for row in rows}) == 12
