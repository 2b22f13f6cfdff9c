"""Consent: asked, given, refused, taken back; the gate before all processing."""

import io
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase
from PIL import Image

from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from cocora.common.cipher import Unreadable
from cocora.common.refusal import FieldRefusal, Refusal
from participants import scans
from participants.actions import consents as actions
from participants.actions.terms import ChangedTerms, load_terms, write_terms
from participants.models import Consent, ConsentLink, ConsentTerms
from participants.queries import answer_of, answers, givers_for, may
from participants.queries.consent import CONSENT_AGE
from participants.queries.terms import purposes_for, terms_in_use
from participants.vocabulary import AgeBand, EnrolmentStatus, Giver, Means, Purpose
from tests.conftest import World
from tests.factories import (
    CohortFactory,
    ConsentFactory,
    ConsentLinkFactory,
    CurriculumFactory,
    EnrolmentFactory,
    OrganisationFactory,
    ParticipantFactory,
    ProgrammeFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db

YOUNG, GUARDIAN = Giver.PARTICIPANT, Giver.GUARDIAN


@pytest.fixture
def words() -> None:
    load_terms()


@pytest.fixture
def files(tmp_path, settings):
    settings.FILES_DIR = tmp_path
    return tmp_path


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **options) -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", size, "white").save(drawn, kind, **options)
    return drawn.getvalue()


# --- Who has to agree --------------------------------------------------------------------


@pytest.mark.parametrize(("country", "age"), CONSENT_AGE.items())
def test_below_the_age_of_the_country_a_guardian_agrees_to_messages_too(country: str, age: int):
    bands = {band: givers_for(band, Purpose.CONTACT, country) for band in AgeBand}
    for band, givers in bands.items():
        assert (GUARDIAN in givers) == (band.youngest < age), band


@pytest.mark.parametrize("purpose", [Purpose.TAKE_PART, Purpose.PHOTO, Purpose.PUBLICITY])
def test_up_to_eighteen_a_guardian_permits_taking_part_and_being_seen(purpose: Purpose):
    assert GUARDIAN in givers_for(AgeBand.AGE_16, purpose, "AT")
    assert givers_for(AgeBand.AGE_18, purpose, "AT") == [YOUNG]


def test_where_no_law_is_known_the_strictest_applies():
    assert GUARDIAN in givers_for(AgeBand.AGE_15, Purpose.CONTACT, "XX")


# --- The gate ----------------------------------------------------------------------------


def test_nothing_is_allowed_before_somebody_has_agreed():
    person = ParticipantFactory()
    assert not any(may(person, purpose) for purpose in Purpose)


def test_one_yes_says_nothing_about_other_purposes():
    person = ConsentFactory(purpose=Purpose.TAKE_PART).participant
    assert [purpose for purpose in Purpose if may(person, purpose)] == [Purpose.TAKE_PART]


def test_the_no_of_the_young_person_outweighs_the_yes_of_the_guardian():
    person = ParticipantFactory(age_band=AgeBand.AGE_15)
    ConsentFactory(participant=person, giver=GUARDIAN)
    ConsentFactory(participant=person, giver=YOUNG, agreed=False)
    told = answer_of(person, Purpose.TAKE_PART)
    assert (told.allowed, told.refused) == (False, (YOUNG,))


def test_the_newest_answer_counts_whichever_row_it_is_in():
    person = ConsentFactory().participant
    twin = ParticipantFactory(organisation=person.organisation, merged_into=person)
    assert may(person, Purpose.TAKE_PART)
    assert may(twin, Purpose.TAKE_PART)
    ConsentFactory(participant=twin, agreed=False)
    assert not may(person, Purpose.TAKE_PART)
    assert not may(twin, Purpose.TAKE_PART)


def test_the_gate_knows_what_was_allowed_then():
    past = timezone.now() - timedelta(days=2)
    person = ConsentFactory(given_at=past).participant
    Consent.objects.filter(participant=person).update(withdrawn_at=timezone.now())
    assert not may(person, Purpose.TAKE_PART)
    assert may(person, Purpose.TAKE_PART, past + timedelta(days=1))
    assert not may(person, Purpose.TAKE_PART, past - timedelta(days=1))


@pytest.mark.parametrize("number", [1, 3])
def test_many_people_cost_two_queries(number: int):
    place = OrganisationFactory()
    people = ParticipantFactory.create_batch(number, organisation=place)
    with CaptureQueriesContext(connection) as queries:
        answers(people, Purpose.TAKE_PART)
    assert len(queries) == 2


class AfterWithdrawal(TestCase):
    """Whatever was answered by whom in which order: after taking back, nothing may be done."""

    @settings(max_examples=25, deadline=None)
    @given(
        band=st.sampled_from(AgeBand),
        purpose=st.sampled_from(Purpose),
        said=st.lists(
            st.tuples(st.sampled_from(Giver), st.booleans(), st.booleans(), st.integers(0, 50)),
            max_size=6,
        ),
    )
    def test_nothing_may(self, band, purpose, said):
        person = ParticipantFactory(age_band=band)
        twin = ParticipantFactory(organisation=person.organisation, merged_into=person)
        for giver, agreed, elsewhere, hours in said:
            ConsentFactory(
                participant=twin if elsewhere else person,
                purpose=purpose,
                giver=giver,
                agreed=agreed,
                given_at=timezone.now() - timedelta(hours=hours),
            )
        try:
            actions.withdraw_consent(participant=person, purpose=purpose, by=UserFactory())
        except Refusal:
            assert not any(agreed for _giver, agreed, _elsewhere, _hours in said)
        for row in (person, twin):
            assert not may(row, purpose)
            assert not may(row, purpose, timezone.now() + timedelta(days=400))


# --- Writing answers down ----------------------------------------------------------------


@pytest.mark.usefixtures("words")
def test_each_purpose_is_answered_by_itself(world: World):
    person = ParticipantFactory(organisation=world.ours)
    actions.record_answers(
        participant=person,
        giver=YOUNG,
        answers={Purpose.TAKE_PART: True, Purpose.PHOTO: False},
        means=Means.SCREEN,
        by=world[Role.COORDINATOR],
    )
    assert may(person, Purpose.TAKE_PART)
    assert answer_of(person, Purpose.PHOTO).refused == (YOUNG,)
    assert answer_of(person, Purpose.CONTACT).missing == (YOUNG,)
    rows = AuditEntry.objects.filter(target_id=str(person.pk)).order_by("pk")
    assert [row.verb for row in rows] == ["consent.given", "consent.refused"]
    assert person.display_name not in str([row.detail for row in rows])


@pytest.mark.usefixtures("words")
def test_a_no_ends_what_rested_on_the_yes(world: World):
    person = ConsentFactory(participant__organisation=world.ours).participant
    place = EnrolmentFactory(cohort=world.cohorts.ours, participant=person)
    actions.record_answers(
        participant=person,
        giver=YOUNG,
        answers={Purpose.TAKE_PART: False},
        means=Means.SCREEN,
        by=world[Role.COORDINATOR],
    )
    place.refresh_from_db()
    assert place.status == EnrolmentStatus.WITHDRAWN


@pytest.mark.usefixtures("words")
def test_a_guardian_who_has_no_say_is_not_asked(world: World):
    person = ParticipantFactory(organisation=world.ours, age_band=AgeBand.AGE_21)
    assert purposes_for(person, GUARDIAN) == []
    with pytest.raises(Refusal, match="not asked about that"):
        actions.record_answers(
            participant=person,
            giver=GUARDIAN,
            answers={Purpose.TAKE_PART: True},
            means=Means.SCREEN,
            by=world[Role.COORDINATOR],
        )


def test_nobody_is_asked_about_speaking_in_public_before_becoming_an_ambassador(world: World):
    person = ParticipantFactory(organisation=world.ours)
    assert Purpose.PUBLICITY not in purposes_for(person, YOUNG)
    cap = CurriculumFactory(programme=ProgrammeFactory(code="cap"))
    cohort = CohortFactory(organisation=world.ours, curriculum=cap)
    EnrolmentFactory(cohort=cohort, participant=person, status="applied")
    assert Purpose.PUBLICITY in purposes_for(person, YOUNG)


def test_answers_are_never_changed_and_taken_back_once():
    row = ConsentFactory()
    for change in ({"agreed": False}, {"purpose": Purpose.PHOTO}, {"giver": GUARDIAN}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Consent.objects.filter(pk=row.pk).update(**change)
    Consent.objects.filter(pk=row.pk).update(withdrawn_at=timezone.now())
    with pytest.raises(IntegrityError), transaction.atomic():
        Consent.objects.filter(pk=row.pk).update(withdrawn_at=None)


def test_taking_back_ends_places_and_shows_it_before(world: World):
    person = ConsentFactory(participant__organisation=world.ours).participant
    place = EnrolmentFactory(cohort=world.cohorts.ours, participant=person)
    browser = world.client(Role.COORDINATOR)
    page = reverse("participants:consent_withdraw", args=[person.pk, Purpose.TAKE_PART])
    shown = browser.get(page).content.decode()
    assert place.cohort.name in shown
    assert "Tell the team" in shown
    assert may(person, Purpose.TAKE_PART)
    browser.post(page)
    place.refresh_from_db()
    assert place.status == EnrolmentStatus.WITHDRAWN
    assert not may(person, Purpose.TAKE_PART)


def test_there_has_to_be_something_to_take_back(world: World):
    person = ParticipantFactory(organisation=world.ours)
    with pytest.raises(Refusal, match="no consent to take back"):
        actions.withdraw_consent(
            participant=person, purpose=Purpose.PHOTO, by=world[Role.COORDINATOR]
        )


# --- Words -------------------------------------------------------------------------------


def test_the_platform_has_words_for_every_purpose_and_loads_them_once():
    assert load_terms() == len(Purpose)
    assert load_terms() == 0
    assert set(terms_in_use(OrganisationFactory(), "en")) == set(Purpose)


def test_shipped_words_do_not_change_under_one_version(tmp_path):
    told = "language: en\nterms:\n- {purpose: photo, version: 1, title: A, text: %s}\n"
    (tmp_path / "en.yaml").write_text(told % "one")
    assert load_terms(tmp_path) == 1
    (tmp_path / "en.yaml").write_text(told % "other")
    with pytest.raises(ChangedTerms):
        load_terms(tmp_path)


@pytest.mark.usefixtures("words")
def test_own_words_come_first_and_follow_each_other(world: World):
    facts = {"purpose": Purpose.PHOTO, "language": "en", "country": "", "title": "Pictures"}
    by = world[Role.COORDINATOR]
    write_terms(organisation=world.ours, text="First", by=by, **facts)
    second = write_terms(organisation=world.ours, text="Second", by=by, **facts)
    assert second.version == 2
    assert terms_in_use(world.ours, "en")[Purpose.PHOTO] == second
    assert terms_in_use(world.theirs, "en")[Purpose.PHOTO].organisation is None
    with pytest.raises(Refusal, match="in use already"):
        write_terms(organisation=world.ours, text="Second", by=by, **facts)


@pytest.mark.usefixtures("words")
def test_words_that_somebody_can_read_come_before_own_words(world: World):
    core = ConsentTerms.objects.create(
        purpose=Purpose.PHOTO, language="da", title="Billeder", text="Må vi?"
    )
    write_terms(
        organisation=world.ours,
        purpose=Purpose.PHOTO,
        language="en",
        country="DK",
        title="Pictures",
        text="May we?",
        by=world[Role.COORDINATOR],
    )
    assert terms_in_use(world.ours, "da")[Purpose.PHOTO] == core
    assert terms_in_use(world.ours, "en")[Purpose.PHOTO].country == "DK"


def test_words_are_frozen():
    load_terms()
    with pytest.raises(IntegrityError), transaction.atomic():
        ConsentTerms.objects.update(text="Other words")


# --- On paper ----------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_a_scan_is_drawn_anew_and_says_nothing_of_where_it_was_taken(kind: str):
    exif = Image.Exif()
    exif[0x010F] = "Canary camera"
    kept, name = scans.checked(picture(kind, exif=exif))
    assert name == scans.JPEG
    assert b"Canary" not in kept
    assert Image.open(io.BytesIO(kept)).size == (60, 40)


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b"", "can be read"),
        (b"hello", "can be read"),
        (b"%PDF-1.7 nothing more", "can be read"),
        (b"\x89PNG\r\n\x1a\n broken", "can be read"),
        (picture()[:60], "can be read"),
        (b"GIF89a" + b"0" * 40, "can be read"),
        (b"%PDF-" + b"0" * 5_000_000, "larger than 5 MB"),
    ],
)
def test_what_is_no_scan_is_refused(body: bytes, told: str):
    with pytest.raises(FieldRefusal, match=told):
        scans.checked(body)


@pytest.mark.usefixtures("words")
def test_a_scan_is_never_in_clear_and_opens_for_its_person_only(world: World, files):
    person = ParticipantFactory(organisation=world.ours)
    rows = actions.record_answers(
        participant=person,
        giver=YOUNG,
        answers={Purpose.TAKE_PART: True, Purpose.PHOTO: True},
        means=Means.PAPER,
        by=world[Role.COORDINATOR],
        scan=picture(),
    )
    assert len({row.scan for row in rows}) == 1
    (stored,) = (files / "consents").iterdir()
    assert b"JFIF" not in stored.read_bytes()
    assert scans.read(person, rows[0].scan).startswith(b"\xff\xd8")
    with pytest.raises(Unreadable):
        scans.read(ParticipantFactory(), rows[0].scan)


@pytest.mark.usefixtures("words")
def test_paper_without_its_scan_is_refused(world: World):
    with pytest.raises(FieldRefusal, match="Add the scan"):
        actions.record_answers(
            participant=ParticipantFactory(organisation=world.ours),
            giver=YOUNG,
            answers={Purpose.TAKE_PART: True},
            means=Means.PAPER,
            by=world[Role.COORDINATOR],
        )


@pytest.mark.usefixtures("words", "files")
def test_a_signed_sheet_comes_in_on_the_page_and_goes_out_noted(world: World):
    person = ParticipantFactory(organisation=world.ours)
    browser = world.client(Role.COORDINATOR)
    page = reverse("participants:consent_ask", args=[person.pk]) + "?means=paper"
    scan = SimpleUploadedFile("sheet.png", picture(), content_type="image/png")
    browser.post(page, {"take-part": "yes", "scan": scan})
    row = person.consents.get()
    answer = browser.get(reverse("participants:consent_scan", args=[row.pk]))
    assert answer["Content-Disposition"] == f'attachment; filename="{person.code}.jpg"'
    assert answer["Cache-Control"] == "private, no-store"
    assert AuditEntry.objects.first().verb == "consent.scan_opened"
    assert world.client(Role.FACILITATOR).get(answer.request["PATH_INFO"]).status_code == 403


@pytest.mark.usefixtures("words", "files")
def test_a_bad_scan_is_told_at_its_field_and_keeps_the_answers(world: World):
    person = ParticipantFactory(organisation=world.ours)
    page = reverse("participants:consent_ask", args=[person.pk]) + "?means=paper"
    scan = SimpleUploadedFile("sheet.png", b"hello", content_type="image/png")
    answer = world.client(Role.COORDINATOR).post(page, {"take-part": "yes", "scan": scan})
    assert "can be read" in answer.context["form"].errors["scan"][0]
    assert 'value="yes" required' not in answer.content.decode()
    assert "checked" in answer.content.decode()
    assert not person.consents.exists()


# --- By a link ---------------------------------------------------------------------------


@pytest.mark.usefixtures("words")
def test_a_link_is_answered_once_and_names_nobody(world: World):
    person = ParticipantFactory(organisation=world.ours, display_name="Canary Name")
    _link, token = actions.make_link(participant=person, giver=YOUNG, by=world[Role.COORDINATOR])
    visitor, page = Client(), reverse("participants:consent_answer", args=[token])
    shown = visitor.get(page)
    assert shown["Cache-Control"] == "max-age=0, no-cache, no-store, must-revalidate, private"
    assert shown["Referrer-Policy"] == "same-origin"
    assert shown["X-Robots-Tag"] == "noindex, nofollow"
    assert "Canary" not in shown.content.decode()
    assert person.code not in shown.content.decode()
    told = dict.fromkeys(["take-part", "contact", "photo", "evaluation"], "yes")
    thanks = visitor.post(page, {**told, "photo": "no"})
    assert "Thank you" in thanks.content.decode()
    assert may(person, Purpose.TAKE_PART)
    assert not may(person, Purpose.PHOTO)
    assert visitor.get(page).status_code == 404
    assert visitor.post(page, told).status_code == 404
    assert person.consents.count() == 4
    assert set(person.consents.values_list("means", "recorded_by")) == {(Means.LINK, None)}


@pytest.mark.usefixtures("words")
def test_both_answers_look_alike_and_none_is_chosen_before(world: World):
    person = ParticipantFactory(organisation=world.ours)
    ConsentLinkFactory(participant=person, token="t")
    shown = Client().get(reverse("participants:consent_answer", args=["t"])).content.decode()
    shown = shown.partition("<main")[2].partition("</main>")[0]
    assert shown.count('value="yes"') == shown.count('value="no"') == 4
    assert "checked" not in shown
    empty = Client().post(reverse("participants:consent_answer", args=["t"]), {"photo": "no"})
    assert empty.content.decode().count("Both are fine.") >= 3
    assert ConsentLink.objects.get().used_at is None


@pytest.mark.parametrize(
    "ended",
    [
        {"used_at": timezone.now()},
        {"revoked_at": timezone.now()},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
    ],
)
@pytest.mark.usefixtures("words")
def test_a_link_that_has_ended_says_so_to_nobody_in_particular(ended: dict):
    working = ConsentLinkFactory(token="t")
    assert Client().get(reverse("participants:consent_answer", args=["t"])).status_code == 200
    ConsentLink.objects.filter(pk=working.pk).update(**ended)
    gone = Client().get(reverse("participants:consent_answer", args=["t"]))
    unknown = Client().get(reverse("participants:consent_answer", args=["other"]))
    assert gone.status_code == unknown.status_code == 404
    assert b"can't be used" in gone.content


def test_a_new_link_takes_the_place_of_the_earlier_one(world: World):
    person = ParticipantFactory(organisation=world.ours)
    first, _token = actions.make_link(participant=person, giver=YOUNG, by=world[Role.COORDINATOR])
    second, token = actions.make_link(participant=person, giver=YOUNG, by=world[Role.COORDINATOR])
    first.refresh_from_db()
    assert not first.is_open
    assert second.is_open
    assert token not in str(ConsentLink.objects.values())


@pytest.mark.usefixtures("words")
def test_an_answer_by_an_old_link_reaches_the_row_that_stands_for_the_person(world: World):
    kept = ParticipantFactory(organisation=world.ours)
    merged = ParticipantFactory(organisation=world.ours, merged_into=kept)
    link = ConsentLinkFactory(participant=merged)
    actions.answer_link(link=link, answers={Purpose.TAKE_PART: True})
    assert kept.consents.exists()


def test_the_address_of_a_link_stays_out_of_the_log():
    from cocora.common.logs import hide

    assert hide("Not Found: /consent/secret-token/") == "Not Found: /consent/…/"
