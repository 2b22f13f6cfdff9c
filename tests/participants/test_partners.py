"""Who stands beside a cohort, and what each of them sees of it."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cocora.accounts.roles import Role
from participants.models import Cohort
from participants.vocabulary import CohortRole, EnrolmentStatus
from tests.factories import (
    CohortCommunityFactory,
    CohortFactory,
    CohortPractitionerFactory,
    CommunityFactory,
    EnrolmentFactory,
    PractitionerFactory,
)

pytestmark = pytest.mark.django_db


def told(response):
    return " ".join(str(message) for message in response.context["messages"])


def test_a_partner_and_a_practitioner_are_added_and_end(world):
    cohort, browser = world.cohorts.other, world.client(Role.COORDINATOR)
    community = CommunityFactory(organisation=world.ours)
    practitioner = PractitionerFactory(organisation=world.ours)
    browser.post(f"/cohorts/{cohort.pk}/partners/", {"community": community.pk})
    browser.post(
        f"/cohorts/{cohort.pk}/places/", {"practitioner": practitioner.pk, "role": "support"}
    )
    partnership, place = cohort.partnerships.get(), cohort.places.get()
    assert (partnership.community, place.practitioner) == (community, practitioner)
    browser.post(f"/cohorts/{cohort.pk}/places/{place.pk}/role/", {"role": "lead"})
    browser.post(f"/cohorts/{cohort.pk}/partners/{partnership.pk}/end/")
    browser.post(f"/cohorts/{cohort.pk}/places/{place.pk}/end/")
    partnership.refresh_from_db()
    place.refresh_from_db()
    assert (place.role, place.left_on) == ("lead", timezone.localdate())
    assert partnership.ended_on == timezone.localdate()
    again = browser.post(f"/cohorts/{cohort.pk}/places/{place.pk}/end/", follow=True)
    assert "ended already" in told(again)


def test_neither_strangers_nor_hidden_ones_can_be_added(world):
    cohort, browser = world.cohorts.ours, world.client(Role.COORDINATOR)
    hidden = CommunityFactory(organisation=world.ours, retired_at=timezone.now())
    for community in (CommunityFactory(organisation=world.theirs), hidden, world.cohorts.community):
        response = browser.post(f"/cohorts/{cohort.pk}/partners/", {"community": community.pk})
        assert response.context["partner_form"].errors["community"]
    theirs = PractitionerFactory(organisation=world.theirs)
    for practitioner in (theirs, world.cohorts.practitioner):
        given = {"practitioner": practitioner.pk, "role": "lead"}
        response = browser.post(f"/cohorts/{cohort.pk}/places/", given)
        assert response.context["place_form"].errors["practitioner"]
    assert (cohort.partnerships.count(), cohort.places.count()) == (1, 1)


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_the_same_for_one_and_three(world, count, django_assert_num_queries):
    cohort = CohortFactory(organisation=world.ours)
    CohortCommunityFactory.create_batch(count, cohort=cohort)
    CohortPractitionerFactory.create_batch(count, cohort=cohort)
    browser = world.client(Role.COORDINATOR)
    # session, user, second factor, roles, cohort, partners, places, places taken, earlier,
    # version taught (own, core), communities and practitioners to add
    with django_assert_num_queries(13):
        assert browser.get(cohort.get_absolute_url()).status_code == 200


# What a partner sees


def test_a_partner_sees_the_plan_and_no_participant(world):
    cohort = world.cohorts.ours
    for _n in range(7):
        EnrolmentFactory(cohort=cohort, status=EnrolmentStatus.ENROLLED)
    page = world.client(Role.PARTNER).get(cohort.get_absolute_url()).content.decode()
    for seen in (cohort.name, cohort.place, world.cohorts.community.name, "Femi", "Leads"):
        assert seen in page
    assert "Places taken" not in page
    assert "7 of 20" not in page
    for enrolment in cohort.enrolments.select_related("participant"):
        assert enrolment.participant.code not in page
    for path in ("/people/", "/edit/", "/outbox/", "/next/", "/cancel/"):
        assert f"/cohorts/{cohort.pk}{path}" not in page
    assert f"/practitioners/{world.cohorts.practitioner.pk}/" not in page


def test_a_facilitator_who_takes_part_for_an_authority_meets_no_names(world):
    cohort = world.cohorts.ours
    browser = world.client(Role.FACILITATOR)
    assert (
        f"/cohorts/{cohort.pk}/people/" in browser.get(cohort.get_absolute_url()).content.decode()
    )
    cohort.places.update(role=CohortRole.AUTHORITY)
    page = browser.get(cohort.get_absolute_url())
    assert page.status_code == 200
    assert f"/cohorts/{cohort.pk}/people/" not in page.content.decode()


def test_dates_far_off_hide_names_from_practitioners(world):
    cohort = world.cohorts.ours
    far = timezone.localdate() + timedelta(days=15)
    Cohort.objects.filter(pk=cohort.pk).update(starts_on=far)
    page = world.client(Role.FACILITATOR).get(cohort.get_absolute_url()).content.decode()
    assert f"/cohorts/{cohort.pk}/people/" not in page
