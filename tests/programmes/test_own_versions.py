"""Own versions of an organisation: what its people find, and what others never see."""

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.http import QueryDict
from django.urls import reverse

from cocora.accounts.models import User
from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from cocora.common.refusal import Refusal
from programmes.actions import (
    fork_curriculum,
    load_package,
    publish_curriculum,
    retire_curriculum,
)
from programmes.models import Curriculum, CurriculumStatus, Exercise, Programme
from programmes.queries import current_curricula
from programmes.search import Search, find
from tests.conftest import World, member
from tests.factories import MembershipFactory
from tests.programmes.packages import MODULE, exercise_md, package, published

pytestmark = pytest.mark.django_db


@pytest.fixture
def core(world: World) -> Curriculum:
    return published()


@pytest.fixture
def own(world: World, core: Curriculum) -> Curriculum:
    """The published version of ours, with one exercise less and another title."""
    files = package(exercises=1, version="2.0.0")
    text = files["p1-one/p1-1-exercise.en.md"]
    files["p1-one/p1-1-exercise.en.md"] = text.replace(b"Exercise P1.1", b"Our harbour")
    return published(files, organisation=world.ours)


def found(user: User, query: str = "") -> list[str]:
    return [text.title for text in find(user, Search.from_query(QueryDict(query))).texts]


# --- who finds what -------------------------------------------------------------------------


def test_an_own_version_takes_the_place_of_the_core_one(
    world: World, core: Curriculum, own: Curriculum
) -> None:
    us, them = world[Role.PARTNER], world.stranger
    assert list(Curriculum.objects.in_use_by(us)) == [own]
    assert list(Curriculum.objects.in_use_by(them)) == [core]
    assert current_curricula(us) == [own]
    assert current_curricula(them) == [core]
    assert found(us) == ["Our harbour"]
    assert found(them) == ["Exercise P1.1", "Exercise P1.2"]


@pytest.mark.parametrize("address", ["/", "/programmes/", "/handbooks/"])
def test_pages_lead_to_the_version_in_use(
    world: World, core: Curriculum, own: Curriculum, address: str
) -> None:
    """The order cards of the handbooks name it by its number, the covers by its address."""
    marks = {
        edition: f'value="{edition.pk}"' if "handbooks" in address else edition.get_absolute_url()
        for edition in (core, own)
    }
    ours = world.client(Role.STAFF).get(address).content.decode()
    theirs = world.client(world.stranger).get(address).content.decode()
    assert marks[own] in ours
    assert marks[core] not in ours
    assert marks[core] in theirs
    assert marks[own] not in theirs


def test_the_short_address_prefers_ones_own(
    world: World, core: Curriculum, own: Curriculum
) -> None:
    ours, theirs = world.client(Role.STAFF), world.client(world.stranger)
    assert ours.get("/programmes/small/")["Location"] == own.get_absolute_url()
    assert theirs.get("/programmes/small/")["Location"] == core.get_absolute_url()
    assert ours.get("/programmes/small/P1.1/")["Location"] == f"{own.get_absolute_url()}P1.1/"
    # What only the core book has is still there for whoever follows its printed address.
    assert ours.get("/programmes/small/P1.2/")["Location"] == f"{core.get_absolute_url()}P1.2/"
    assert ours.get("/programmes/small/P1.9/").status_code == 404
    assert ours.get("/programmes/unknown/").status_code == 404


@pytest.mark.parametrize("retired", [False, True])
def test_other_organisations_never_see_an_own_version(
    world: World, core: Curriculum, own: Curriculum, retired: bool
) -> None:
    if retired:
        retire_curriculum(curriculum=own, by=None)
    ours, theirs = world.client(Role.STAFF), world.client(world.stranger)
    exercise = Exercise.objects.get(module__curriculum=own)
    for path in ("", "P1/", "P1.1/"):
        assert ours.get(f"{own.get_absolute_url()}{path}").status_code == 200
        assert theirs.get(f"{own.get_absolute_url()}{path}").status_code == 404
    collect = reverse("programmes:list_collect", args=[exercise.pk])
    assert theirs.post(collect, {"title": "Taken"}).status_code == 404
    assert theirs.get(reverse("programmes:draft_fork", args=[own.pk])).status_code == 404
    page = theirs.get(core.get_absolute_url()).content.decode()
    assert own.get_absolute_url() not in page
    assert world.ours.name not in page


def test_without_an_own_published_version_the_core_one_is_in_use(
    world: World, core: Curriculum, own: Curriculum
) -> None:
    retire_curriculum(curriculum=own, by=None)
    fork_curriculum(curriculum=core, organisation=world.ours, version="3.0.0", by=world[Role.STAFF])
    assert current_curricula(world[Role.STAFF]) == [core]
    assert len(found(world[Role.STAFF])) == 2


def test_platform_staff_reads_all_and_finds_the_core(
    world: World, core: Curriculum, own: Curriculum
) -> None:
    assert set(Curriculum.objects.visible_to(world.platform)) == {core, own}
    assert current_curricula(world.platform) == [core]


def test_who_left_an_organisation_finds_its_version_no_more(
    world: World, core: Curriculum, own: Curriculum
) -> None:
    person = world[Role.FACILITATOR]
    membership = person.memberships.get()
    membership.deactivated_at, membership.deactivated_by = core.loaded_at, world.platform
    membership.save()
    again = User.objects.get(pk=person.pk)
    assert list(Curriculum.objects.visible_to(again)) == [core]
    assert list(Curriculum.objects.in_use_by(again)) == [core]


def test_somebody_in_two_organisations_gets_both_and_a_way_to_each(
    world: World, core: Curriculum, own: Curriculum
) -> None:
    second = published(package(version="5.0.0"), organisation=world.theirs)
    both = member(world.ours, Role.STAFF)
    MembershipFactory(user=both, organisation=world.theirs, role=Role.STAFF)
    assert current_curricula(both) == [own, second]
    assert world.client(both).get("/programmes/small/").status_code == 302
    page = world.client(both).get("/programmes/").content.decode()
    assert world.ours.name in page
    assert world.theirs.name in page
    results = world.client(both).get("/programmes/search/?q=hello").content.decode()
    assert results.count(world.theirs.name) == 2


def test_a_programme_that_shares_its_code_with_a_later_core_one(world: World) -> None:
    """Whoever has it reads the own one under the short address; nothing breaks."""
    mine = published(package(programme="club", name="Our club"), organisation=world.ours)
    shared = Programme.objects.create(code="club", kind="programme", name="Club")
    theirs, _new = load_package(files=package(programme="club", name="Club"), by=None)
    publish_curriculum(curriculum=theirs, by=None)
    assert (mine.programme.organisation, theirs.programme) == (world.ours, shared)
    client = world.client(Role.STAFF)
    assert client.get("/programmes/club/")["Location"] == mine.get_absolute_url()
    page = client.get("/programmes/search/?programme=club")
    assert page.status_code == 200
    assert page.content.count(b'id="choice-programme-club"') == 1


def test_exercises_of_two_own_programmes_do_not_mix(world: World) -> None:
    for code in ("alpha", "beta"):
        files = package(exercises=1, programme=code, name=code)
        files["p2-two/module.en.md"] = MODULE.format(code="P2").encode()
        files["p2-two/p2-1-exercise.en.md"] = exercise_md("P2.1").encode()
        published(files, organisation=world.ours)
    rows = find(world[Role.STAFF], Search()).texts
    order = [row.exercise.module.curriculum.programme.code for row in rows]
    assert order == ["alpha", "alpha", "beta", "beta"]


# --- the page of a version ------------------------------------------------------------------


def test_other_versions_name_their_organisation_own_and_core_first(
    world: World, core: Curriculum, own: Curriculum
) -> None:
    other = published(package(version="4.0.0"), organisation=world.theirs)
    draft = fork_curriculum(
        curriculum=own, organisation=world.ours, version="2.1.0", by=world[Role.STAFF]
    )
    page = world.client(Role.STAFF).get(draft.get_absolute_url()).content.decode()
    ours, shared = page.index("Ours 2.0.0 · Published"), page.index("CoCoRa 1.0.0 · Published")
    assert ours < shared
    assert other.get_absolute_url() not in page
    MembershipFactory(user=world.platform, organisation=world.ours, role=Role.STAFF)
    seen = world.client(world.platform).get(draft.get_absolute_url()).content.decode()
    places = [seen.index(name) for name in ("Ours 2.0.0", "CoCoRa 1.0.0", "Theirs 4.0.0")]
    assert places == sorted(places)


def test_find_in_this_programme_leads_to_what_can_be_found(
    world: World, core: Curriculum, own: Curriculum
) -> None:
    client, link = world.client(Role.STAFF), b'href="/programmes/search/?programme=small"'
    assert link in client.get(own.get_absolute_url()).content
    assert b"Our harbour" in client.get("/programmes/search/?programme=small").content
    draft, _new = load_package(
        files=package(programme="new", name="New"), by=None, organisation=world.ours
    )
    assert b"programme=new" not in client.get(draft.get_absolute_url()).content


def test_what_a_programme_leads_to_can_be_opened(world: World) -> None:
    files = package(programme="first", name="First")
    files["curriculum.yaml"] += b"leads_to: [second, third]\n"
    first = published(files)
    published(package(programme="second", name="Second"))
    load_package(files=package(programme="third", name="Third"), by=None)
    page = world.client(Role.STAFF).get(first.get_absolute_url()).content.decode()
    assert "/programmes/second/" in page
    assert "/programmes/third/" not in page


def test_a_newer_version_is_one_of_the_same_publisher(
    world: World, core: Curriculum, own: Curriculum
) -> None:
    client = world.client(Role.STAFF)
    retire_curriculum(curriculum=own, by=None)
    page = client.get(own.get_absolute_url()).content.decode()
    assert "This version is retired." in page
    assert "There is a newer version." not in page
    newer = published(package(version="2.1.0"), organisation=world.ours)
    for path in ("", "P1/", "P1.1/"):
        page = client.get(f"{own.get_absolute_url()}{path}").content.decode()
        assert "There is a newer version." in page
        assert f'<a href="{newer.get_absolute_url()}">Read the current one</a>' in page


# --- publishing and retiring ----------------------------------------------------------------


@pytest.mark.parametrize("of_ours", [False, True])
def test_the_database_keeps_one_published_version(world: World, of_ours: bool) -> None:
    organisation = world.ours if of_ours else None
    first = published(organisation=organisation)
    second, _new = load_package(files=package(version="2.0.0"), by=None, organisation=organisation)
    with pytest.raises(IntegrityError), transaction.atomic():
        Curriculum.objects.filter(pk=second.pk).update(
            status=CurriculumStatus.PUBLISHED, published_at=first.published_at
        )
    publish_curriculum(curriculum=second, by=None)
    first.refresh_from_db()
    assert (first.status, second.status) == ("retired", "published")


def test_publishing_writes_down_what_it_retired(
    world: World, core: Curriculum, own: Curriculum
) -> None:
    newer = published(package(version="2.1.0"), organisation=world.ours)
    core.refresh_from_db()
    assert core.status == CurriculumStatus.PUBLISHED
    entry = AuditEntry.objects.get(verb="curriculum.retired")
    assert (entry.target_id, entry.organisation_id) == (str(own.pk), world.ours.pk)
    assert AuditEntry.objects.filter(verb="curriculum.published", target_id=newer.pk).exists()


def test_a_refused_publishing_retires_nothing(core: Curriculum) -> None:
    old = Curriculum.objects.get(pk=core.pk)
    newer = published(package(version="1.1.0"))
    with pytest.raises(Refusal, match="This version is retired already"):
        publish_curriculum(curriculum=old, by=None)
    newer.refresh_from_db()
    assert newer.status == CurriculumStatus.PUBLISHED


@pytest.mark.django_db(transaction=True)
def test_two_who_publish_at_once_leave_one_published() -> None:
    drafts = [load_package(files=package(version=f"{n}.0.0"), by=None)[0] for n in (1, 2, 3)]
    barrier, faults = threading.Barrier(len(drafts)), []

    def publish(draft: Curriculum) -> None:
        barrier.wait()
        try:
            publish_curriculum(curriculum=draft, by=None)
        except Exception as fault:
            faults.append(fault)
        finally:
            connection.close()

    threads = [threading.Thread(target=publish, args=[draft]) for draft in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert sorted(Curriculum.objects.values_list("status", flat=True)) == [
        "published",
        "retired",
        "retired",
    ]


def test_who_may_publish_may_retire(world: World, core: Curriculum, own: Curriculum) -> None:
    address = reverse("programmes:curriculum_retire", args=[own.pk])
    staff = world.client(Role.STAFF)
    page = staff.get(own.get_absolute_url()).content.decode()
    assert f'action="{address}"' in page
    assert "data-confirm=" in page
    said = staff.post(address, follow=True).content.decode()
    assert "Version 2.0.0 is retired." in said
    own.refresh_from_db()
    assert own.status == CurriculumStatus.RETIRED
    assert AuditEntry.objects.get(verb="curriculum.retired").actor_id == world[Role.STAFF].pk
    assert f'action="{address}"' not in said
    again = staff.post(address, follow=True).content.decode()
    assert "This version is retired already." in again


def test_a_draft_is_not_retired(world: World) -> None:
    draft, _new = load_package(files=package(), by=None, organisation=world.ours)
    address = reverse("programmes:curriculum_retire", args=[draft.pk])
    said = world.client(Role.STAFF).post(address, follow=True).content.decode()
    assert "only a published one can be retired" in said


def test_who_may_not_publish_may_not_retire(
    world: World, core: Curriculum, own: Curriculum
) -> None:
    address = reverse("programmes:curriculum_retire", args=[own.pk])
    facilitator = world.client(Role.FACILITATOR)
    assert "curricula/retire/" not in facilitator.get(own.get_absolute_url()).content.decode()
    assert facilitator.post(address).status_code == 403
    assert world.client(world.stranger).post(address).status_code == 404
    shared = reverse("programmes:curriculum_retire", args=[core.pk])
    assert world.client(Role.ADMINISTRATOR).post(shared).status_code == 404
    assert world.client(world.platform).post(shared).status_code == 404
    assert not Curriculum.objects.filter(status=CurriculumStatus.RETIRED).exists()


# --- drafts of others' hands ----------------------------------------------------------------


def test_a_copy_never_replaces_a_draft_that_is_edited(world: World, core: Curriculum) -> None:
    by = world[Role.STAFF]
    draft = fork_curriculum(curriculum=core, organisation=world.ours, version="2.0.0", by=by)
    with pytest.raises(Refusal, match=r"There is a version 2\.0\.0 already"):
        fork_curriculum(curriculum=core, organisation=world.ours, version="2.0.0", by=by)
    Curriculum.objects.filter(pk=draft.pk).update(digest="edited")
    with pytest.raises(Refusal, match=r"There is a version 2\.0\.0 already"):
        fork_curriculum(curriculum=core, organisation=world.ours, version="2.0.0", by=by)
    assert Curriculum.objects.filter(pk=draft.pk).exists()


def test_a_core_draft_that_is_used_is_not_replaced(world: World) -> None:
    draft, _new = load_package(files=package(), by=None)
    copy = fork_curriculum(
        curriculum=draft, organisation=world.ours, version="2.0.0", by=world[Role.STAFF]
    )
    assert copy.forked_from == draft
    with pytest.raises(Refusal, match="Give the package a new version"):
        load_package(files=package(exercises=3), by=None)


def test_nothing_is_moved_into_a_frozen_curriculum(world: World, core: Curriculum) -> None:
    draft, _new = load_package(files=package(version="2.0.0", exercises=3), by=None)
    frozen = core.modules.get()
    third: Any = Exercise.objects.filter(module__curriculum=draft, code="P1.3")
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        third.update(module=frozen)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        draft.modules.update(curriculum=core, code="P7", position=7)
