"""Packages become rows, rows become packages again, and what is published stays as it is."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from cocora.common.refusal import Refusal
from programmes.actions import (
    fork_curriculum,
    load_package,
    publish_curriculum,
    retire_curriculum,
)
from programmes.models import (
    Curriculum,
    CurriculumStatus,
    Exercise,
    ExerciseCompetence,
    ExerciseText,
    Handout,
    Module,
    Programme,
)
from programmes.package.faults import PackageFaulty
from programmes.queries import differences, files_of, shown
from tests.conftest import World
from tests.programmes.packages import danish, exercise_md, package, published

pytestmark = pytest.mark.django_db


def counts() -> dict[str, int]:
    models = (Programme, Curriculum, Module, Exercise, ExerciseText, Handout)
    return {model.__name__: model.objects.count() for model in models}


def test_loading_twice_changes_nothing() -> None:
    first, new = load_package(files=package(), by=None)
    before = counts()
    again, new_again = load_package(files=package(), by=None)
    assert (first, new, new_again) == (again, True, False)
    assert counts() == before
    assert before["Exercise"] == 2


def test_a_faulty_package_changes_nothing() -> None:
    load_package(files=package(), by=None)
    before = counts()
    files = package(exercises=5, version="2.0.0")
    files["p1-one/p1-4-exercise.en.md"] = b"broken"
    with pytest.raises(PackageFaulty):
        load_package(files=files, by=None)
    assert counts() == before


def test_a_draft_is_replaced_by_a_new_load() -> None:
    load_package(files=package(exercises=3), by=None)
    curriculum, new = load_package(files=package(exercises=1), by=None)
    assert new
    assert Exercise.objects.filter(module__curriculum=curriculum).count() == 1


def test_a_published_version_can_not_be_loaded_with_other_content() -> None:
    published(package(exercises=2))
    with pytest.raises(Refusal, match=r"1\.0\.0 is published"):
        load_package(files=package(exercises=3), by=None)
    assert counts()["Exercise"] == 2


def test_publishing_retires_the_version_before() -> None:
    old = published()
    new = published(package(version="1.1.0"))
    old.refresh_from_db()
    assert (old.status, new.status) == (CurriculumStatus.RETIRED, CurriculumStatus.PUBLISHED)
    assert list(Curriculum.objects.current()) == [new]


def test_a_draft_does_not_rename_its_programme() -> None:
    published(package(name="Small"))
    draft, _new = load_package(files=package(name="Large", version="2.0.0"), by=None)
    assert Programme.objects.get().name == "Small"
    publish_curriculum(curriculum=draft, by=None)
    assert Programme.objects.get().name == "Large"


def test_publishing_twice_is_refused() -> None:
    curriculum = published()
    with pytest.raises(Refusal, match="already"):
        publish_curriculum(curriculum=curriculum, by=None)


def test_retiring_is_written_down(world: World) -> None:
    curriculum = published()
    retire_curriculum(curriculum=curriculum, by=world[Role.STAFF])
    assert curriculum.status == CurriculumStatus.RETIRED
    entry = AuditEntry.objects.get(verb="curriculum.retired")
    assert entry.actor_id == world[Role.STAFF].pk


FROZEN_CHANGES: dict[str, Any] = {
    "title": lambda: Curriculum.objects.update(title="Other"),
    "back to draft": lambda: Curriculum.objects.update(status="draft", published_at=None),
    "delete": lambda: Curriculum.objects.get().delete(),
    "exercise": lambda: Exercise.objects.update(minutes=99),
    "words": lambda: ExerciseText.objects.update(title="Other"),
    "handout": lambda: Handout.objects.update(title="Other"),
    "remove handout": lambda: Handout.objects.all().delete(),
    "competence": lambda: ExerciseCompetence.objects.create(
        exercise=Exercise.objects.all()[0], competence="K3"
    ),
    "module": lambda: Module.objects.create(
        curriculum=Curriculum.objects.get(), code="P9", position=9
    ),
}


@pytest.mark.parametrize("name", FROZEN_CHANGES)
def test_published_is_frozen_in_the_database(name: str) -> None:
    published()
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        FROZEN_CHANGES[name]()


def test_a_retired_version_stays_frozen() -> None:
    curriculum = published()
    retire_curriculum(curriculum=curriculum, by=None)
    with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
        Curriculum.objects.filter(pk=curriculum.pk).update(status=CurriculumStatus.PUBLISHED)


def test_a_draft_can_be_changed_and_deleted() -> None:
    curriculum, _new = load_package(files=package(), by=None)
    Exercise.objects.filter(module__curriculum=curriculum).update(minutes=99)
    curriculum.delete()
    assert counts()["Exercise"] == 0


def test_a_fork_belongs_to_its_organisation(world: World) -> None:
    core = published()
    fork = fork_curriculum(
        curriculum=core, organisation=world.ours, version="1.0.0", by=world[Role.STAFF]
    )
    assert (fork.organisation, fork.forked_from, fork.status) == (
        world.ours,
        core,
        CurriculumStatus.DRAFT,
    )
    assert fork in Curriculum.objects.visible_to(world[Role.FACILITATOR])
    assert fork not in Curriculum.objects.visible_to(world.stranger)
    publish_curriculum(curriculum=fork, by=world[Role.STAFF])
    core.refresh_from_db()
    assert core.status == CurriculumStatus.PUBLISHED
    assert list(Curriculum.objects.current()) == [core]


def test_differences_between_two_versions() -> None:
    old, new = package(), package()
    new["p1-one/p1-1-exercise.en.md"] = new["p1-one/p1-1-exercise.en.md"].replace(b"hello", b"hi")
    lines = differences(old, new)
    assert any(line.startswith("-Say hello.") for line in lines)
    assert any(line.startswith("+Say hi.") for line in lines)
    assert differences(old, old) == []


def test_a_translation_knows_its_source_text() -> None:
    files = danish(package(languages="en, da"))
    curriculum, _new = load_package(files=files, by=None)
    exercise = Exercise.objects.get(module__curriculum=curriculum, code="P1.1")
    in_danish = shown(exercise.texts.all(), "da", "en")
    assert (in_danish.text.title, in_danish.stale, in_danish.missing) == ("Øvelse 1", False, False)
    in_french = shown(exercise.texts.all(), "fr", "en")
    assert (in_french.text.language, in_french.missing) == ("en", True)


def test_a_translation_of_an_older_text_is_stale() -> None:
    files = danish(package(languages="en, da"))
    base = files["p1-one/p1-1-exercise.en.md"]
    files["p1-one/p1-1-exercise.en.md"] = base.replace(b"hello", b"good evening")
    curriculum, _new = load_package(files=files, by=None)
    exercise = Exercise.objects.get(module__curriculum=curriculum, code="P1.1")
    assert shown(exercise.texts.all(), "da", "en").stale


def test_a_translation_must_have_the_shape_of_its_base_text() -> None:
    files = danish(package(languages="en, da"))
    text = files["p1-one/p1-1-exercise.da.md"]
    files["p1-one/p1-1-exercise.da.md"] = text.replace(b"(20 min)", b"(25 min)")
    with pytest.raises(PackageFaulty, match="Steps: The translation differs from"):
        load_package(files=files, by=None)


words = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Zl", "Zp"]),
    min_size=1,
    max_size=40,
).filter(lambda text: text.strip() and not text.strip().startswith("#"))


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(title=words, say=words, ends=st.sampled_from(["\n", "\r\n"]), mark=st.booleans())
def test_export_gives_back_the_same_bytes(title: str, say: str, ends: str, mark: bool) -> None:
    files = package(exercises=1)
    text = exercise_md("P1.1", title=title, words=say.replace("![", "").replace("`", "")).replace(
        "\n", ends
    )
    files["p1-one/p1-1-exercise.en.md"] = (b"\xef\xbb\xbf" if mark else b"") + text.encode()
    with transaction.atomic():
        curriculum, _new = load_package(files=files, by=None)
        assert files_of(curriculum) == files
        transaction.set_rollback(True)


def test_the_search_index_follows_the_rows() -> None:
    if connection.vendor != "sqlite":
        return
    curriculum, _new = load_package(files=package(), by=None)
    curriculum.delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM programmes_search WHERE programmes_search MATCH 'hello'"
        )
        assert cursor.fetchone() == (0,)
