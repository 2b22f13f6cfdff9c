"""Cohorts: the list and pages as a coordinator, a practitioner and a partner meet them."""

from datetime import date

import pytest
from django.utils import timezone

from cocora.accounts.models import Membership, Organisation
from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from cocora.common.refusal import Refusal
from participants.actions import cohorts as actions
from participants.models import Cohort
from participants.vocabulary import COHORT_MOVES, CohortRole, CohortStatus, EnrolmentStatus
from programmes.models import Curriculum, CurriculumStatus
from tests.factories import (
    CohortCommunityFactory,
    CohortFactory,
    CohortPractitionerFactory,
    CurriculumFactory,
    EnrolmentFactory,
    MembershipFactory,
    PractitionerFactory,
)

pytestmark = pytest.mark.django_db

SPRING = {"starts_on": date(2027, 3, 1), "ends_on": date(2027, 6, 1)}


def told(response):
    return " ".join(str(message) for message in response.context["messages"])


def answer(curriculum, **changed):
    return {
        "curriculum": curriculum.pk,
        "name": "Harbour Street",
        "place": "Aarhus",
        "language": "da",
        "time_zone": "Europe/Copenhagen",
        "starts_on": "2027-03-01",
        "ends_on": "2027-06-01",
        "capacity": 20,
        "entry": "open",
        **changed,
    }


def plan(cohort, **changed):
    kept = {name: getattr(cohort, name) for name in
            ("curriculum", "name", "place", "language", "time_zone", "starts_on", "ends_on",
             "capacity", "entry")}  # fmt: skip
    return {**kept, **changed}


# The list


def test_the_list_shows_what_is_not_over_until_one_asks(world):
    rows = world.cohorts
    over = CohortFactory(organisation=world.ours, name="Long ago", status=CohortStatus.COMPLETED)
    browser = world.client(Role.COORDINATOR)
    page = browser.get("/cohorts/").content.decode()
    assert rows.ours.name in page
    assert rows.other.name in page
    assert over.name not in page
    assert rows.theirs.name not in page
    page = browser.get("/cohorts/?status=completed").content.decode()
    assert over.name in page
    assert rows.ours.name not in page


def test_a_status_that_is_none_shows_the_usual_list(world):
    rows = world.cohorts
    page = world.client(Role.COORDINATOR).get("/cohorts/?status=burning").content.decode()
    assert rows.ours.name in page


@pytest.mark.parametrize("who", [Role.FACILITATOR, Role.PARTNER])
def test_one_with_a_place_sees_her_cohorts_only(world, who):
    rows = world.cohorts
    draft = CohortFactory(organisation=world.ours, name="Still a draft", status="draft")
    CohortPractitionerFactory(cohort=draft, practitioner=rows.practitioner)
    CohortCommunityFactory(cohort=draft, community=rows.community)
    page = world.client(who).get("/cohorts/").content.decode()
    assert rows.ours.name in page
    assert rows.other.name not in page
    assert draft.name not in page
    assert "Places taken" not in page
    assert "/cohorts/new/" not in page


@pytest.mark.parametrize("count", [1, 50])
def test_the_list_costs_the_same_for_one_and_fifty(world, count, django_assert_num_queries):
    curriculum = CurriculumFactory()
    CohortFactory.create_batch(count, organisation=world.ours, curriculum=curriculum)
    browser = world.client(Role.COORDINATOR)
    # session, user, second factor, roles, statuses, count, cohorts
    with django_assert_num_queries(7):
        assert browser.get("/cohorts/").status_code == 200


# Create and change


def test_a_cohort_is_created_as_a_draft_of_a_frozen_version(world):
    curriculum = CurriculumFactory()
    response = world.client(Role.COORDINATOR).post("/cohorts/new/", answer(curriculum), follow=True)
    made = Cohort.objects.get(name="Harbour Street")
    assert response.redirect_chain[0][0] == made.get_absolute_url()
    assert (made.organisation, made.curriculum, made.status) == (world.ours, curriculum, "draft")
    assert AuditEntry.objects.filter(verb="cohort.created", target_id=str(made.pk)).exists()


def test_the_form_begins_with_the_clock_and_language_of_the_organisation(world):
    world.ours.time_zone, world.ours.default_language = "Atlantic/Reykjavik", "is"
    world.ours.save()
    form = world.client(Role.COORDINATOR).get("/cohorts/new/").context["form"]
    assert (form.initial["time_zone"], form.initial["language"]) == ("Atlantic/Reykjavik", "is")
    first = form.fields["time_zone"].choices[0]
    assert [name for name, _label in first[1]] == ["Atlantic/Reykjavik", "Europe/Copenhagen"]


def test_only_versions_that_are_taught_are_offered(world):
    own = CurriculumFactory(organisation=world.ours)
    core = CurriculumFactory(programme=own.programme)
    CurriculumFactory(organisation=world.theirs)
    foundations = CurriculumFactory(programme__kind="foundations")
    CurriculumFactory(status=CurriculumStatus.DRAFT, published_at=None)
    form = world.client(Role.COORDINATOR).get("/cohorts/new/").context["form"]
    assert list(form.fields["curriculum"].queryset) == [own]
    response = world.client(Role.COORDINATOR).post("/cohorts/new/", answer(core))
    assert response.context["form"].errors["curriculum"]
    response = world.client(Role.COORDINATOR).post("/cohorts/new/", answer(foundations))
    assert response.context["form"].errors["curriculum"]
    assert not Cohort.objects.exists()


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": "x" * 121}, "name"),
        ({"starts_on": "2027-02-31"}, "starts_on"),
        ({"ends_on": "2027-02-28"}, "ends_on"),
        ({"ends_on": "some day"}, "ends_on"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"language": "klingon"}, "language"),
        ({"capacity": "0"}, "capacity"),
        ({"capacity": "70000"}, "capacity"),
        ({"capacity": "many"}, "capacity"),
        ({"entry": "paid"}, "entry"),
    ],
)
def test_bad_input_is_told_at_its_field_and_nothing_is_saved(world, changed, field):
    given = answer(CurriculumFactory(), **changed)
    response = world.client(Role.COORDINATOR).post("/cohorts/new/", given)
    assert list(response.context["form"].errors) == [field]
    assert response.context["form"].data["place"] == "Aarhus"
    assert not Cohort.objects.exists()


def test_two_cohorts_of_one_name_are_refused_at_the_name(world):
    name = world.cohorts.ours.name
    given = answer(world.cohorts.ours.curriculum, name=name)
    response = world.client(Role.COORDINATOR).post("/cohorts/new/", given)
    assert "already" in response.context["form"].errors["name"][0]
    assert Cohort.objects.filter(name=name).count() == 1


def test_fewer_places_than_people_is_refused_at_the_field(world):
    cohort = world.cohorts.ours
    for _n in range(3):
        EnrolmentFactory(cohort=cohort, status=EnrolmentStatus.ENROLLED)
    given = answer(cohort.curriculum, name=cohort.name, capacity=2)
    response = world.client(Role.COORDINATOR).post(f"/cohorts/{cohort.pk}/edit/", given)
    assert "3 people have a place" in response.context["form"].errors["capacity"][0]
    cohort.refresh_from_db()
    assert cohort.capacity == 20
    response = world.client(Role.COORDINATOR).post(
        f"/cohorts/{cohort.pk}/edit/", {**given, "capacity": 3}
    )
    cohort.refresh_from_db()
    assert (response.status_code, cohort.capacity) == (302, 3)


def test_an_older_version_is_kept_when_a_newer_one_is_published(world):
    cohort = world.cohorts.ours
    older = cohort.curriculum
    Curriculum.objects.filter(pk=older.pk).update(status=CurriculumStatus.RETIRED)
    CurriculumFactory(programme=older.programme, version="2.0.0")
    page = world.client(Role.COORDINATOR).get(cohort.get_absolute_url()).content.decode()
    assert "Version 2.0.0 of this curriculum is published" in page
    given = answer(older, name="Renamed")
    world.client(Role.COORDINATOR).post(f"/cohorts/{cohort.pk}/edit/", given)
    cohort.refresh_from_db()
    assert (cohort.name, cohort.curriculum) == ("Renamed", older)


def test_a_cohort_that_is_over_is_changed_no_more(world):
    cohort = CohortFactory(organisation=world.ours, status=CohortStatus.COMPLETED)
    with pytest.raises(Refusal, match="over"):
        actions.change_cohort(cohort=cohort, by=world[Role.COORDINATOR], **plan(cohort, name="New"))


def test_another_organisations_own_version_is_refused(world):
    theirs = CurriculumFactory(organisation=world.theirs)
    MembershipFactory(user=world[Role.COORDINATOR], organisation=world.theirs, role="coordinator")
    given = {**answer(theirs), "organisation": world.ours.pk}
    response = world.client(Role.COORDINATOR).post("/cohorts/new/", given)
    assert "curriculum" in response.context["form"].errors


def test_who_runs_cohorts_of_two_organisations_chooses_among_the_versions_of_both(world):
    user = world[Role.COORDINATOR]
    MembershipFactory(user=user, organisation=world.theirs, role="coordinator")
    ours = CurriculumFactory(organisation=world.ours)
    core = CurriculumFactory(programme=ours.programme)
    form = world.client(user).get("/cohorts/new/").context["form"]
    assert set(form.fields["curriculum"].queryset) == {ours, core}
    for_theirs = answer(core, organisation=world.theirs.pk)
    world.client(user).post("/cohorts/new/", for_theirs)
    made = Cohort.objects.get()
    assert (made.organisation, made.curriculum) == (world.theirs, core)
    form = world.client(user).get(f"/cohorts/{made.pk}/edit/").context["form"]
    assert list(form.fields["curriculum"].queryset) == [core]


def test_platform_staff_without_any_organisation_meet_an_empty_form(world):
    Membership.objects.all().delete()
    Organisation.objects.all().delete()
    browser = world.client(world.platform)
    for page in ("cohorts", "communities", "practitioners", "venues"):
        assert browser.get(f"/{page}/new/").status_code == 200
        assert browser.post(f"/{page}/new/", {}).status_code == 200


# Moves


@pytest.mark.parametrize("status", CohortStatus)
def test_only_allowed_moves_are_done(world, status):
    """Of all moves from one status exactly those of the table happen."""
    done = set()
    for to in CohortStatus:
        cohort = CohortFactory(organisation=world.ours, status=status, ends_on=timezone.localdate())
        CohortPractitionerFactory(cohort=cohort)
        by = world[Role.COORDINATOR]
        try:
            if to == CohortStatus.CANCELLED:
                actions.cancel_cohort(cohort=cohort, reason="Rain", by=by)
            else:
                actions.move_cohort(cohort=cohort, to=to, by=by)
        except Refusal:
            continue
        cohort.refresh_from_db()
        assert cohort.status == to
        done.add(to)
    assert done == COHORT_MOVES[status]


def test_a_refused_move_says_why(world):
    rows = world.cohorts
    browser = world.client(Role.COORDINATOR)
    response = browser.post(f"/cohorts/{rows.ours.pk}/move/", {"status": "completed"}, follow=True)
    assert "Its last day is" in told(response)
    response = browser.post(f"/cohorts/{rows.ours.pk}/move/", {"status": "draft"}, follow=True)
    assert "can't become" in told(response)
    response = browser.post(f"/cohorts/{rows.ours.pk}/move/", {"status": "lost"}, follow=True)
    assert "Choose one" in told(response)
    rows.ours.refresh_from_db()
    assert rows.ours.status == "running"


def test_nobody_starts_a_cohort_that_nobody_leads(world):
    cohort = CohortFactory(organisation=world.ours, status=CohortStatus.OPEN)
    CohortPractitionerFactory(cohort=cohort, role=CohortRole.AUTHORITY)
    browser = world.client(Role.COORDINATOR)
    response = browser.post(f"/cohorts/{cohort.pk}/move/", {"status": "running"}, follow=True)
    assert "Nobody leads" in told(response)
    CohortPractitionerFactory(cohort=cohort, role=CohortRole.FACILITATOR)
    browser.post(f"/cohorts/{cohort.pk}/move/", {"status": "running"})
    cohort.refresh_from_db()
    assert cohort.status == "running"


def test_a_cohort_with_people_is_no_draft_again(world):
    cohort = CohortFactory(organisation=world.ours, status=CohortStatus.OPEN)
    EnrolmentFactory(cohort=cohort)
    with pytest.raises(Refusal, match="1 people have applied"):
        actions.move_cohort(cohort=cohort, to=CohortStatus.DRAFT, by=world[Role.COORDINATOR])


def test_cancelling_asks_why_and_everybody_who_sees_it_reads_it(world):
    cohort = world.cohorts.ours
    browser = world.client(Role.COORDINATOR)
    response = browser.post(f"/cohorts/{cohort.pk}/cancel/", {"reason": "  "})
    assert response.context["form"].errors["reason"]
    browser.post(f"/cohorts/{cohort.pk}/cancel/", {"reason": "Too few could come."})
    cohort.refresh_from_db()
    assert (cohort.status, cohort.cancelled_because) == ("cancelled", "Too few could come.")
    page = world.client(Role.PARTNER).get(cohort.get_absolute_url()).content.decode()
    assert "Too few could come." in page


# The next one


def test_the_next_cohort_takes_along_what_goes_on(world):
    rows = world.cohorts
    EnrolmentFactory(cohort=rows.ours)
    ended = CohortCommunityFactory(cohort=rows.ours, ended_on=timezone.localdate())
    gone = CohortPractitionerFactory(
        cohort=rows.ours,
        practitioner=PractitionerFactory(organisation=world.ours, retired_at=timezone.now()),
    )
    Curriculum.objects.filter(pk=rows.ours.curriculum_id).update(status=CurriculumStatus.RETIRED)
    newer = CurriculumFactory(programme=rows.ours.curriculum.programme, version="2.0.0")
    world.client(Role.COORDINATOR).post(
        f"/cohorts/{rows.ours.pk}/next/",
        {"name": "Harbour in autumn", "starts_on": "2027-09-01", "ends_on": "2027-12-01"},
    )
    made = Cohort.objects.get(name="Harbour in autumn")
    same = ("organisation", "place", "language", "time_zone", "capacity", "entry")
    assert [getattr(made, name) for name in same] == [getattr(rows.ours, name) for name in same]
    assert (made.earlier, made.curriculum, made.status) == (rows.ours, newer, "draft")
    assert [row.community for row in made.partnerships.all()] == [rows.community]
    assert [row.practitioner for row in made.places.all()] == [rows.practitioner]
    assert ended.community not in made.communities.all()
    assert gone.practitioner not in made.practitioners.all()
    assert not made.enrolments.exists()


def test_the_next_cohort_needs_another_name_and_days_in_order(world):
    cohort = world.cohorts.ours
    path, browser = f"/cohorts/{cohort.pk}/next/", world.client(Role.COORDINATOR)
    given = {"name": cohort.name, "starts_on": "2027-09-01", "ends_on": "2027-12-01"}
    response = browser.post(path, given)
    assert response.context["form"].errors["name"]
    response = browser.post(path, {**given, "name": "New", "ends_on": "2027-08-01"})
    assert response.context["form"].errors["ends_on"]
    Curriculum.objects.filter(pk=cohort.curriculum_id).update(status=CurriculumStatus.RETIRED)
    response = browser.post(path, {**given, "name": "New"})
    assert "No version" in response.context["form"].non_field_errors()[0]
    assert Cohort.objects.filter(organisation=world.ours).count() == 2
