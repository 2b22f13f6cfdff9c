"""The verbs of the editor."""

import pytest
from django.db import IntegrityError, transaction

from cocora.accounts.models import User
from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from cocora.common.refusal import Refusal
from programmes.actions import load_package
from programmes.editing import actions
from programmes.editing.pictures import Picture
from programmes.editing.queries import archive, files_of_draft, outline_of
from programmes.models import Curriculum, CurriculumStatus, DraftText, Exercise, ExerciseList
from programmes.package.check import check
from programmes.queries import files_of
from tests.conftest import World
from tests.programmes.editing.pages import draft_for, text_in
from tests.programmes.packages import MODULE, exercise_md, package, translation_md

pytestmark = pytest.mark.django_db
DOT = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108020000009077"
    "53de0000000c49444154789c63606060000000040001f61738550000000049454e44ae426082"
)


@pytest.fixture
def by(world: World) -> User:
    return world[Role.STAFF]


@pytest.fixture
def draft(world: World) -> Curriculum:
    """Two modules: three exercises in the first, one in the second, which needs the first."""
    files = package(3)
    for number, title in enumerate(("One", "Two", "Three"), start=1):
        source = exercise_md(f"P1.{number}", title=title)
        files[f"p1-one/p1-{number}-exercise.en.md"] = source.encode()
    second = MODULE.format(code="P2").replace("\n---\n", "\nprerequisites: [P1]\n---\n", 1)
    files["p2-two/module.en.md"] = second.encode()
    words = "Look at P1.2 again, on A4 paper."
    files["p2-two/p2-1-exercise.en.md"] = exercise_md("P2.1", words=words).encode()
    found, _new = load_package(files=files, by=None, organisation=world.ours)
    return found


def codes(draft: Curriculum) -> list[str]:
    rows = Exercise.objects.filter(module__curriculum=draft).order_by("position")
    return list(rows.values_list("code", flat=True))


def titles(draft: Curriculum) -> list[str]:
    return [f"{e.code} {e.texts.get().title}" for e in
            Exercise.objects.filter(module__curriculum=draft).order_by("position")]  # fmt: skip


def save(text: DraftText, by: User, old: str, new: str) -> DraftText:
    text.refresh_from_db()
    assert old in text.source
    source = text.source.replace(old, new, 1)
    actions.save_text(text=text, source=source, base=text.digest, merged=False, by=by)
    text.refresh_from_db()
    return text


def test_the_order_changes_and_the_codes_follow_when_asked(draft: Curriculum, by: User) -> None:
    actions.move_text(text=text_in(draft, "P1.3"), step=-2, by=by)
    assert codes(draft) == ["P1.3", "P1.1", "P1.2", "P2.1"]
    assert outline_of(draft).out_of_order
    with pytest.raises(Refusal, match="Renumber first"):
        actions.publish_draft(draft=draft, note="New", by=by)
    assert actions.renumber(draft=draft, by=by) == 3
    assert titles(draft) == [
        "P1.1 Three", "P1.2 One", "P1.3 Two", "P2.1 Exercise P2.1",
    ]  # fmt: skip
    assert "Look at P1.3 again, on A4 paper." in text_in(draft, "P2.1").source
    assert text_in(draft, "P1.2").path == "p1-one/p1-2-exercise.en.md"
    assert not outline_of(draft).faulty
    assert check(files_of_draft(draft))
    assert actions.renumber(draft=draft, by=by) == 0


def test_modules_change_places_with_all_that_they_hold(draft: Curriculum, by: User) -> None:
    save(text_in(draft, "P2"), by, "prerequisites: [P1]\n", "")
    actions.move_text(text=text_in(draft, "P2"), step=-1, by=by)
    assert codes(draft) == ["P2.1", "P1.1", "P1.2", "P1.3"]
    actions.renumber(draft=draft, by=by)
    assert codes(draft) == ["P1.1", "P2.1", "P2.2", "P2.3"]
    assert "Look at P2.2 again" in text_in(draft, "P1.1").source
    assert check(files_of_draft(draft)).modules.keys() == {"P1", "P2"}


@pytest.mark.parametrize("step", [-5, 5])
def test_past_the_end_is_the_end(draft: Curriculum, by: User, step: int) -> None:
    actions.move_text(text=text_in(draft, "P1.2"), step=step, by=by)
    assert codes(draft)[0 if step < 0 else 2] == "P1.2"


def test_another_code_takes_the_exercise_to_its_module(draft: Curriculum, by: User) -> None:
    text = save(text_in(draft, "P1.3"), by, "code: P1.3", "code: P2.2")
    assert text.path == "p2-two/p2-2-exercise.en.md"
    assert codes(draft) == ["P1.1", "P1.2", "P2.1", "P2.2"]
    assert not outline_of(draft).faulty


def test_a_removed_module_comes_back_whole(draft: Curriculum, by: User) -> None:
    actions.remove_text(text=text_in(draft, "P1"), by=by)
    assert codes(draft) == ["P2.1"]
    assert [fault[2] for fault in text_in(draft, "P2").faults] == ["There is no module P1."]
    gone = DraftText.objects.get(curriculum=draft, code="P1")
    actions.return_text(text=gone, by=by)
    assert codes(draft) == ["P1.1", "P1.2", "P1.3", "P2.1"]
    assert not outline_of(draft).faulty


def test_a_text_whose_name_was_taken_can_not_come_back(draft: Curriculum, by: User) -> None:
    gone = text_in(draft, "P1.3")
    actions.remove_text(text=gone, by=by)
    new = actions.add_exercise(module=text_in(draft, "P1"), title="exercise", by=by)
    assert new.path == gone.path
    gone.refresh_from_db()
    with pytest.raises(Refusal, match="Another text is called p1-one/p1-3"):
        actions.return_text(text=gone, by=by)


def test_the_second_save_is_refused(draft: Curriculum, by: User) -> None:
    text = text_in(draft, "P1.1")
    base = text.digest
    save(text, by, "Say hello.", "Sing.")
    with pytest.raises(actions.Overtaken):
        actions.save_text(text=text, source="other", base=base, merged=False, by=by)
    assert "Sing." in text_in(draft, "P1.1").source


def test_every_state_is_kept_and_comes_back(draft: Curriculum, by: User) -> None:
    text = text_in(draft, "P1.1")
    first = text.source
    save(text, by, "Say hello.", "Sing.")
    save(text, by, "Sing.", "Dance.")
    versions = list(text.versions.all())
    assert [(v.saving, v.saved_by) for v in versions] == [
        ("saved", by), ("saved", by), ("begun", None)
    ]  # fmt: skip
    actions.restore_version(version=versions[-1], by=by)
    text.refresh_from_db()
    assert text.source == first
    assert text.versions.count() == 4
    step = Exercise.objects.get(module__curriculum=draft, code="P1.1").texts.get().steps[0]
    assert "Say hello." in step["text"]


def test_who_did_what_is_written_down(world: World, draft: Curriculum, by: User) -> None:
    text = save(text_in(draft, "P1.1"), by, "Say hello.", "Sing.")
    actions.restore_version(version=text.versions.last(), by=by)
    actions.remove_text(text=text, by=by)
    actions.return_text(text=DraftText.objects.get(pk=text.pk), by=by)
    actions.move_text(text=text_in(draft, "P1.3"), step=-1, by=by)
    actions.renumber(draft=draft, by=by)
    image = actions.add_picture(draft=draft, picture=Picture("images/a.png", DOT, "d"), by=by)
    actions.remove_picture(draft=draft, image=image, by=by)
    actions.publish_draft(draft=draft, note="New.", by=by)
    done = AuditEntry.objects.filter(actor_id=by.pk, organisation_id=world.ours.pk)
    assert [entry.verb for entry in done.order_by("pk")] == [
        "draft.saved", "draft.restored", "draft.removed", "draft.returned", "draft.moved",
        "draft.renumbered", "draft.picture_added", "draft.picture_removed", "curriculum.published",
    ]  # fmt: skip


def test_a_translation_follows_its_base(world: World, by: User) -> None:
    base = exercise_md("P1.1")
    files = package(1, languages="en, da")
    files["p1-one/p1-1-exercise.da.md"] = translation_md(base, "P1.1", "Øvelse", "0" * 64).encode()
    draft, _new = load_package(files=files, by=None, organisation=world.ours)
    text = DraftText.objects.get(curriculum=draft, code="P1.1", language="en")
    save(text, by, "code: P1.1", "code: P1.4")
    danish = DraftText.objects.get(curriculum=draft, code="P1.4", language="da")
    assert danish.path == "p1-one/p1-4-exercise.da.md"
    assert not outline_of(draft).faulty
    actions.remove_text(text=text, by=by)
    assert set(draft.draft_texts.filter(removed_at=None).values_list("code", flat=True)) == {
        "", "P1"
    }  # fmt: skip


def test_what_was_edited_loads_elsewhere_byte_for_byte(
    world: World, draft: Curriculum, by: User
) -> None:
    save(text_in(draft, "P1.1"), by, "Say hello.", "Sing æøå.")
    actions.add_exercise(module=text_in(draft, "P2"), title="Unfinished", by=by)
    actions.remove_text(text=text_in(draft, "P2.2"), by=by)
    draft.refresh_from_db()
    files = files_of_draft(draft)
    assert files == files_of(draft)
    elsewhere, _new = load_package(files=files, by=None, organisation=world.theirs)
    assert files_of_draft(elsewhere) == files
    assert elsewhere.digest == draft.digest
    assert archive(files) == archive(files_of_draft(elsewhere))


def test_a_published_version_stays_as_it_is(draft: Curriculum, by: User) -> None:
    text = save(text_in(draft, "P1.1"), by, "Say hello.", "Sing.")
    actions.publish_draft(draft=draft, note="More music.", by=by)
    draft.refresh_from_db()
    assert draft.status == CurriculumStatus.PUBLISHED
    assert draft.publishing_note.words == "More music."
    assert AuditEntry.objects.filter(verb="curriculum.published", actor_id=by.pk).exists()
    for change in (
        lambda: actions.save_text(text=text, source="x", base=text.digest, merged=False, by=by),
        lambda: actions.remove_text(text=text, by=by),
        lambda: actions.renumber(draft=draft, by=by),
        lambda: actions.publish_draft(draft=draft, note="Again", by=by),
        lambda: actions.delete_draft(draft=draft, by=by),
    ):
        with pytest.raises(Refusal, match="has been published or deleted meanwhile"):
            change()
    for rows in (
        DraftText.objects.filter(pk=text.pk).update,
        text.versions.all().update,
    ):
        with pytest.raises(IntegrityError, match="frozen"), transaction.atomic():
            rows(source="Changed past every rule")


def test_a_draft_goes_with_everything(world: World, draft: Curriculum, by: User) -> None:
    actions.delete_draft(draft=draft, by=by)
    assert not Curriculum.objects.filter(pk=draft.pk).exists()
    assert not DraftText.objects.exists()
    entry = AuditEntry.objects.get(verb="draft.deleted")
    assert (entry.actor_id, entry.organisation_id) == (by.pk, world.ours.pk)


def test_an_exercise_on_somebodys_list_stays(world: World, draft: Curriculum, by: User) -> None:
    mine = ExerciseList.objects.create(owner=by, title="Mine")
    exercise = Exercise.objects.get(module__curriculum=draft, code="P1.1")
    mine.rows.create(exercise=exercise, position=1)
    with pytest.raises(Refusal, match="on a list"):
        actions.remove_text(text=text_in(draft, "P1.1"), by=by)
    assert text_in(draft, "P1.1")
    with pytest.raises(Refusal, match="used elsewhere"):
        actions.delete_draft(draft=draft, by=by)


def test_about_keeps_what_the_form_does_not_know(draft: Curriculum, by: User) -> None:
    text = draft.draft_texts.get(kind="curriculum")
    facts = {"title": "New: a title", "summary": "A summary that is new.", "version": "2.0.0"}
    actions.change_about(draft=draft, facts=facts, base=text.digest, by=by)
    draft.refresh_from_db()
    assert (draft.title, draft.version) == ("New: a title", "2.0.0")
    assert check(files_of_draft(draft)).facts["programme"] == "small"
    with pytest.raises(actions.Overtaken):
        actions.change_about(draft=draft, facts=facts, base=text.digest, by=by)


def test_a_version_that_is_taken(world: World, draft: Curriculum, by: User) -> None:
    draft_for(world.ours, version="2.0.0")
    text = draft.draft_texts.get(kind="curriculum")
    with pytest.raises(Refusal, match="There is a version"):
        actions.change_about(draft=draft, facts={"version": "2.0.0"}, base=text.digest, by=by)


def test_a_chapter_and_its_name(draft: Curriculum, by: User) -> None:
    chapter = actions.add_chapter(draft=draft, title="Rain and sun", by=by)
    assert chapter.path == "chapters/rain-and-sun.en.md"
    again = actions.add_chapter(draft=draft, title="Rain and sun", by=by)
    assert again.path == "chapters/rain-and-sun-2.en.md"
    save(chapter, by, "summary: ''", "summary: What to wear outside.")
    save(chapter, by, "\n---\n", "\n---\n\nWear a hat.\n")
    assert draft.chapters.get().texts.get().body == "Wear a hat."
