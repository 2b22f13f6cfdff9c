"""Two rows of one person: found, merged field by field, followed by everything, or told apart."""

from datetime import timedelta

import pytest
from django.utils import timezone

from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from cocora.common.refusal import Refusal
from participants.actions.consents import make_link
from participants.actions.duplicates import merge_participants, tell_apart
from participants.actions.participants import create_participant
from participants.models import AccessNeed, ConsentLink, Enrolment, NotTheSame, Participant
from participants.queries.likeness import Reason, alike
from participants.vocabulary import AgeBand, EnrolmentStatus, Giver, Need
from tests.conftest import World

pytestmark = pytest.mark.django_db


def person(world: World, name: str = "Aino Berg", contact: str = "", **facts) -> Participant:
    facts = {"age_band": AgeBand.AGE_16, "organisation": world.ours, **facts}
    by = world[Role.COORDINATOR]
    return create_participant(display_name=name, contact=contact, by=by, **facts)


def pairs(world: World) -> list[tuple[str, str, Reason]]:
    seen = Participant.objects.visible_to(world[Role.COORDINATOR]).present()
    return [(pair.one.code, pair.other.code, pair.reason) for pair in alike(seen)]


def test_the_same_contact_or_the_same_name_and_age_make_a_pair(world: World):
    one = person(world, "Aino Berg", "+45 12 34 56 78")
    other = person(world, "A. Berg", "004512345678", age_band=AgeBand.AGE_18)
    person(world, "Aíno BERG", age_band=AgeBand.AGE_21)
    namesake = person(world, "AINO bérg")
    person(world, "Somebody else")
    assert pairs(world) == [
        (one.code, other.code, Reason.CONTACT),
        (one.code, namesake.code, Reason.NAME),
    ]


def test_rows_of_another_organisation_make_no_pair(world: World):
    person(world, "Aino Berg", "aino@example.org")
    person(world, "Aino Berg", "aino@example.org", organisation=world.theirs)
    assert pairs(world) == []
    assert alike(Participant.objects.visible_to(world.platform)) == []


def test_two_people_are_told_apart_once(world: World):
    one, other = person(world), person(world)
    assert len(pairs(world)) == 1
    for pair in ((one, other), (other, one)):
        tell_apart(one=pair[0], other=pair[1], by=world[Role.COORDINATOR])
    assert pairs(world) == []
    assert NotTheSame.objects.count() == 1
    assert AuditEntry.objects.filter(verb="participant.told_apart").count() == 1
    with pytest.raises(Refusal):
        tell_apart(one=one, other=one, by=world[Role.COORDINATOR])


def test_fields_are_taken_as_chosen(world: World):
    kept = person(world, "A. Berg", "", guardian_name="Eva Berg", language="da")
    merged = person(world, "Aino Berg", "aino@example.org", guardian_name="E. Berg", language="fi")
    taken = {"display_name": "merged", "contact": "merged", "guardian_name": "kept"}
    merge_participants(kept=kept, merged=merged, taken=taken, by=world[Role.COORDINATOR])
    row = Participant.objects.get(pk=kept.pk)
    assert (row.display_name, row.contact) == ("Aino Berg", "aino@example.org")
    assert (row.guardian_name, row.language) == ("Eva Berg", "da")
    assert Participant.objects.get(pk=merged.pk).merged_into == kept
    assert list(Participant.objects.present()) == [kept]
    verbs = set(AuditEntry.objects.values_list("verb", "target_id"))
    assert ("participant.merged", str(kept.pk)) in verbs
    assert ("participant.merged_away", str(merged.pk)) in verbs


def test_cohorts_needs_and_links_follow(world: World):
    kept, merged = person(world), person(world)
    day = timezone.localdate()
    ours, other = world.cohorts.ours, world.cohorts.other
    Enrolment.objects.create(cohort=ours, participant=kept)
    Enrolment.objects.create(
        cohort=ours, participant=merged, status=EnrolmentStatus.ENROLLED, joined_on=day
    )
    moved = Enrolment.objects.create(cohort=other, participant=merged)
    later = day + timedelta(days=9)
    AccessNeed.objects.create(participant=kept, need=Need.VEGAN, expires_on=day)
    AccessNeed.objects.create(participant=merged, need=Need.VEGAN, expires_on=later)
    AccessNeed.objects.create(participant=merged, need=Need.TRAVEL, expires_on=day)
    make_link(participant=merged, giver=Giver.GUARDIAN, by=world[Role.COORDINATOR])
    merge_participants(kept=kept, merged=merged, taken={}, by=world[Role.COORDINATOR])
    standing = {row.cohort: (row.status, row.joined_on) for row in kept.enrolments.all()}
    assert standing == {
        ours: (EnrolmentStatus.ENROLLED, day),
        other: (EnrolmentStatus.APPLIED, None),
    }
    moved.refresh_from_db()
    assert moved.participant == kept
    assert [row.status for row in merged.enrolments.all()] == [EnrolmentStatus.WITHDRAWN]
    needs = set(kept.needs.values_list("need", "expires_on"))
    assert needs == {(Need.VEGAN, later), (Need.TRAVEL, day)}
    assert not merged.needs.exists()
    assert ConsentLink.objects.get().participant == kept


def test_whoever_was_merged_before_leads_to_the_row_that_stays(world: World):
    by = world[Role.COORDINATOR]
    first, second, third = (person(world) for _number in range(3))
    merge_participants(kept=second, merged=first, taken={}, by=by)
    merge_participants(kept=third, merged=second, taken={}, by=by)
    assert set(third.merged.all()) == {first, second}
    first.refresh_from_db()
    with pytest.raises(Refusal, match="merged into another row"):
        merge_participants(kept=third, merged=first, taken={}, by=by)


def test_what_can_not_be_merged(world: World):
    one, theirs = person(world), person(world, organisation=world.theirs)
    for other, sentence in ((one, "takes two"), (theirs, "two organisations")):
        with pytest.raises(Refusal, match=sentence):
            merge_participants(kept=one, merged=other, taken={}, by=world[Role.COORDINATOR])
