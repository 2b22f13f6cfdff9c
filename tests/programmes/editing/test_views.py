"""Drafts and their texts, in the browser without scripts."""

import pytest
from django.test import Client

from cocora.accounts.roles import Role
from cocora.audit.models import AuditEntry
from programmes.models import Curriculum, CurriculumStatus, DraftText, Exercise
from programmes.package.check import check
from programmes.queries import files_of
from tests.conftest import World
from tests.factories import MembershipFactory
from tests.programmes.editing.pages import draft_for, form_in, opened, said, text_in
from tests.programmes.packages import published

pytestmark = pytest.mark.django_db
LIST = "/programmes/drafts/"


@pytest.fixture
def client(world: World) -> Client:
    return world.client(Role.STAFF)


@pytest.fixture
def draft(world: World) -> Curriculum:
    return draft_for(world.ours)


def test_a_published_curriculum_becomes_an_own_draft(world: World, client: Client) -> None:
    original = published()
    page = client.get(original.get_absolute_url())
    assert f"/programmes/drafts/from/{original.pk}/" in page.content.decode()
    answer = client.post(f"/programmes/drafts/from/{original.pk}/", {"version": "1.1.0"})
    fork = Curriculum.objects.get(organisation=world.ours)
    assert answer.url == f"/programmes/drafts/{fork.pk}/"
    assert (fork.version, fork.status, fork.forked_from) == ("1.1.0", "draft", original)
    assert "Exercise P1.2" in said(client.get(answer.url).content)
    assert "Small" in said(client.get(LIST).content)


def test_a_version_that_is_there_is_refused_and_stays(world: World, client: Client) -> None:
    original, own = published(), draft_for(world.ours, version="1.1.0")
    answer = client.post(f"/programmes/drafts/from/{original.pk}/", {"version": "1.1.0"})
    assert answer.status_code == 422
    assert "Ours has a version 1.1.0 already." in said(answer.content)
    assert Curriculum.objects.filter(pk=own.pk).exists()


def test_saving_changes_the_draft_and_what_readers_see(client: Client, draft: Curriculum) -> None:
    text = text_in(draft, "P1.1")
    data = opened(client, text)
    answer = client.post(text.get_absolute_url(), {**data, "title": "A new title"}, follow=True)
    assert "Saved." in said(answer.content)
    exercise = Exercise.objects.get(module__curriculum=draft, code="P1.1")
    assert exercise.texts.get().title == "A new title"
    assert check(files_of(draft)).exercises["P1.1"]["en"].facts["title"] == "A new title"
    assert AuditEntry.objects.filter(verb="draft.saved").count() == 1


def test_saving_nothing_new_changes_nothing(client: Client, draft: Curriculum) -> None:
    text = text_in(draft, "P1.1")
    client.post(text.get_absolute_url(), opened(client, text))
    assert text.versions.count() == 0
    text.refresh_from_db()
    assert text.digest == text_in(draft, "P1.1").digest


def test_a_text_with_faults_is_saved_and_readers_keep_the_good_one(
    client: Client, draft: Curriculum
) -> None:
    text = text_in(draft, "P1.1")
    before = Exercise.objects.get(module__curriculum=draft, code="P1.1").pk
    data = opened(client, text)
    broken = {**data, "title": "", "section_tips": "", "complexity": "", "act-text": []}
    answer = client.post(text.get_absolute_url(), broken, follow=True)
    words = said(answer.content)
    assert "Saved, with 4 things to mend before publishing" in words
    assert words.count("This is still empty.") >= 3
    exercise = Exercise.objects.get(module__curriculum=draft, code="P1.1")
    assert exercise.pk == before
    assert exercise.texts.get().title == "Exercise P1.1"
    overview = said(client.get(f"{LIST}{draft.pk}/").content)
    assert "4 things to mend before publishing" in overview
    answer = client.post(f"{LIST}{draft.pk}/publish/", {"note": "New"})
    assert answer.status_code == 422
    assert Curriculum.objects.get(pk=draft.pk).status == CurriculumStatus.DRAFT


def test_minutes_that_do_not_add_up_are_said_at_the_field(
    client: Client, draft: Curriculum
) -> None:
    text = text_in(draft, "P1.1")
    data = {**opened(client, text), "minutes_typical": "45"}
    answer = client.post(text.get_absolute_url(), data, follow=True)
    assert 'aria-describedby="id_minutes_typical_helptext id_minutes_typical_error"' in (
        answer.content.decode()
    )
    assert "The steps take 30 minutes, but typical says 45." in said(answer.content)


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"title": "A\x00B"}, "Null characters are not allowed."),
        ({"section_tips": "- A\x00B"}, "Null characters are not allowed."),
        ({"steps-title": ["A\x00", "B"]}, "There is a character here that can't be kept"),
        ({"section_tips": "- A\n## B"}, "A line begins with “## ”"),
        ({"steps-text": ["### A", "B"]}, "A line begins with “### ”"),
        ({"section_tips": "- A\n```\nB"}, "A block between ``` lines is not closed."),
        ({"section_tips": "- " + "long " * 60_000}, "This text is too long"),
        ({"type": "dance"}, "Select a valid choice."),
    ],
)
def test_what_cannot_be_kept_is_refused_and_stays_in_the_form(
    client: Client, draft: Curriculum, changed: dict, sentence: str
) -> None:
    text = text_in(draft, "P1.1")
    data = {**opened(client, text), "summary": "Typed just now.", **changed}
    answer = client.post(text.get_absolute_url(), data)
    assert answer.status_code == 422
    assert sentence in said(answer.content)
    assert "Not saved yet" in said(answer.content)
    assert form_in(answer.content)["summary"] == ["Typed just now."]
    assert text_in(draft, "P1.1").digest == text.digest


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"code": "P1.2"}, "P1.2 stands in"),
        ({"code": "P9.1"}, "There is no module P9."),
        ({"minutes_minimum": "soon"}, "Write a whole number."),
        ({"competences": []}, "Choose at least one."),
        ({"materials-handout": ["nothing"]}, "No handout 'nothing'."),
        ({"materials-item": [""], "materials-quantity": [""], "materials-handout": [""]},
         "The handout 'cards-p1-1' is missing among materials."),
        ({"steps-minutes": ["many", "10"]}, "How many minutes? Write a whole number."),
        ({"steps-text": ["", "B"]}, "This step has no text yet."),
        ({"steps-title": ["", ""], "steps-text": ["", ""], "steps-minutes": ["", ""]},
         "Add at least one step."),
        ({"act-text": ["One?"]}, "Ask at least two questions."),
        ({"handouts-code": ["Bad Code"]}, "Small letters, digits and hyphens"),
        ({"handouts-title": ["", ]}, "This is still empty."),
        ({"summary": "Short"}, "This is too short"),
    ],
)  # fmt: skip
def test_each_fault_stands_at_its_field(
    client: Client, draft: Curriculum, changed: dict, sentence: str
) -> None:
    text = text_in(draft, "P1.1")
    data = {**opened(client, text), **changed}
    answer = client.post(text.get_absolute_url(), data, follow=True)
    assert answer.status_code == 200
    assert "to mend before publishing" in said(answer.content)
    # Once in the summary, once at its field.
    assert said(answer.content).count(sentence) >= 2
    again = form_in(answer.content)
    for name, value in changed.items():
        kept = [row for row in (value if isinstance(value, list) else [value]) if row]
        assert [row for row in again.get(name, []) if row] == kept


def test_a_handout_code_that_stands_twice(client: Client, draft: Curriculum) -> None:
    text = text_in(draft, "P1.1")
    data = opened(client, text)
    for name in ("title", "code", "layout", "text"):
        data[f"handouts-{name}"] *= 2
    data["handouts-layout"] = ["cards", "sheet"]
    data["handouts-uid"] = ["h0", "h1"]
    answer = client.post(text.get_absolute_url(), data, follow=True)
    assert "Another handout has this code." in said(answer.content)


def test_line_ends_of_every_system_are_one(client: Client, draft: Curriculum) -> None:
    text = text_in(draft, "P1.1")
    data = {**opened(client, text), "section_closing": "One\r\n\r\nTwo\rThree  "}
    client.post(text.get_absolute_url(), data)
    assert "## Closing\n\nOne\n\nTwo\nThree\n\n" in text_in(draft, "P1.1").source


def test_rows_are_added_moved_and_taken_away_without_scripts(
    client: Client, draft: Curriculum
) -> None:
    text = text_in(draft, "P1.1")
    data = opened(client, text)
    for command, titles in (
        ("steps:add", ["Begin", "End", ""]),
        ("steps:down:0", ["End", "Begin", ""]),
        ("steps:up:1", ["Begin", "End", ""]),
        ("steps:up:0", ["Begin", "End", ""]),
        ("steps:off:2", ["Begin", "End"]),
    ):
        answer = client.post(text.get_absolute_url(), {**data, "row": command})
        data = form_in(answer.content)
        assert data["steps-title"] == titles
    assert text_in(draft, "P1.1").digest == text.digest


def test_cards_move_inside_their_handout(client: Client, draft: Curriculum) -> None:
    text = text_in(draft, "P1.1")
    data = opened(client, text)
    uid = data["handouts-uid"][0]
    answer = client.post(text.get_absolute_url(), {**data, "row": f"cards-{uid}:down:0"})
    data = form_in(answer.content)
    assert data[f"cards-{uid}-title"] == ["Two", "One"]
    client.post(text.get_absolute_url(), data)
    handout = Exercise.objects.get(module__curriculum=draft, code="P1.1").texts.get().handouts.get()
    assert [card["title"] for card in handout.cards] == ["Two", "One"]


@pytest.mark.parametrize("command", ["steps:fly", "x", "nothing:add", "steps:up:99", "code:up:0"])
def test_a_button_that_does_not_exist_does_nothing(
    client: Client, draft: Curriculum, command: str
) -> None:
    text = text_in(draft, "P1.1")
    data = opened(client, text)
    answer = client.post(text.get_absolute_url(), {**data, "row": command})
    assert form_in(answer.content)["steps-title"] == data["steps-title"]


def test_the_second_of_two_editors_sees_both_texts(world: World, draft: Curriculum) -> None:
    text = text_in(draft, "P1.1")
    one, other = world.client(Role.STAFF), world.client(Role.COORDINATOR)
    first, second = opened(one, text), opened(other, text)
    changed = {"section_closing": "Sing together.", "summary": "The first one has changed this."}
    one.post(text.get_absolute_url(), {**first, **changed})
    answer = other.post(text.get_absolute_url(), {**second, "section_closing": "Dance together."})
    words = said(answer.content)
    assert answer.status_code == 422
    assert "Our staff saved this text while you were writing" in words
    assert "Sing" in words
    assert "Taken over already, because you had not changed it: Summary" in words
    form = form_in(answer.content)
    assert form["section_closing"] == ["Dance together."]
    assert form["summary"] == ["The first one has changed this."]
    assert "Sing together." in text_in(draft, "P1.1").source
    other.post(text.get_absolute_url(), form)
    assert "Dance together." in text_in(draft, "P1.1").source
    assert list(text.versions.values_list("saving", flat=True)) == ["merged", "saved", "begun"]


def test_an_empty_curriculum_grows_to_a_published_one(world: World, client: Client) -> None:
    begun = {
        "name": "Good neighbours", "code": "neighbours", "title": "Neighbours", "version": "1.0.0",
        "summary": "People who live side by side.", "publisher": "Ours", "licence": "CC-BY-4.0",
    }  # fmt: skip
    answer = client.post("/programmes/drafts/new/", begun)
    draft = Curriculum.objects.get(organisation=world.ours)
    assert answer.url == f"/programmes/drafts/{draft.pk}/"
    assert "The package has no module and no chapter." in draft.draft_texts.get().faults[0]
    answer = client.post(f"{LIST}{draft.pk}/add/module/", {"title": "At the door"})
    module = text_in(draft, "N1")
    assert answer.url == module.get_absolute_url()
    answer = client.post(f"{answer.url}add/", {"title": "Two doors"})
    exercise = text_in(draft, "N1.1")
    assert exercise.path == "n1-at-the-door/n1-1-two-doors.en.md"
    page = said(client.get(exercise.get_absolute_url()).content)
    assert "This is still empty." not in page
    client.post(module.get_absolute_url(), {**opened(client, module), **MODULE_WORDS})
    client.post(exercise.get_absolute_url(), {**opened(client, exercise), **EXERCISE_WORDS})
    assert DraftText.objects.exclude(faults=[]).count() == 0
    client.post(f"{LIST}{draft.pk}/publish/", {"note": "The first one."})
    draft.refresh_from_db()
    assert draft.status == CurriculumStatus.PUBLISHED
    assert draft.publishing_note.words == "The first one."
    assert "The first one." in said(client.get(draft.get_absolute_url()).content)
    assert client.get(exercise.get_absolute_url()).status_code == 404


MODULE_WORDS = {
    "summary": "What happens there.", "section_purpose": "Because.", "section_outcomes": "- One",
    "section_community_role": "They open.", "section_evaluation": "Ask.",
}  # fmt: skip
EXERCISE_WORDS = {
    "summary": "People talk at the door.", "type": "discussion", "method": "Talk",
    "space": "A street.", "minutes_minimum": "10", "minutes_typical": "20", "competences": ["A2"],
    "steps-title": ["Ring", "Talk"], "steps-minutes": ["5", "15"], "steps-text": ["Ring.", "Talk."],
    **{f"{kind}-text": ["Why?", "How?"] for kind in ("feel", "notice", "connect", "act")},
    "section_objectives": "- To talk", "section_tips": "- Smile",
    **{f"section_{name}": "Words." for name in (
        "preparation", "closing", "what_can_go_wrong", "safeguarding", "opt_out", "online",
        "shorter", "longer", "adaptation", "follow_up",
    )},
}  # fmt: skip


def test_a_programme_whose_code_is_taken_is_refused(world: World, client: Client) -> None:
    published()
    begun = {
        "name": "Again", "code": "small", "title": "Again", "version": "1.0.0",
        "summary": "Something else, as long.", "publisher": "Ours", "licence": "CC-BY-4.0",
    }  # fmt: skip
    answer = client.post("/programmes/drafts/new/", begun)
    assert answer.status_code == 422
    assert "There is a programme “small” already." in said(answer.content)


def test_a_text_of_ten_megabytes_is_refused_with_a_sentence(
    client: Client, draft: Curriculum
) -> None:
    text = text_in(draft, "P1.1")
    data = {**opened(client, text), "section_closing": "x" * 10_000_000}
    answer = client.post(text.get_absolute_url(), data)
    assert answer.status_code == 400
    assert "what you typed is still in the form" in said(answer.content)
    assert text_in(draft, "P1.1").digest == text.digest


def test_only_those_who_may_edit_see_the_way_there(world: World) -> None:
    original = published()
    for role, sees in ((Role.STAFF, True), (Role.FACILITATOR, False), (Role.PARTNER, False)):
        page = world.client(role).get(original.get_absolute_url())
        assert ("Make our own version" in page.content.decode()) is sees


def test_somebody_with_several_organisations_is_asked_which(world: World) -> None:
    MembershipFactory(user=world[Role.STAFF], organisation=world.theirs)
    original = published()
    client = world.client(Role.STAFF)
    place = f"/programmes/drafts/from/{original.pk}/"
    assert "For which organisation" in said(client.get(place).content)
    assert client.post(place, {"version": "1.1.0"}).status_code == 422
    client.post(place, {"version": "1.1.0", "organisation": world.theirs.pk})
    assert Curriculum.objects.get(version="1.1.0").organisation == world.theirs


@pytest.mark.parametrize("count", [1, 3])
def test_lists_need_as_many_queries_for_many(
    world: World, client: Client, count: int, django_assert_num_queries
) -> None:
    drafts = [draft_for(world.ours, count, version=f"{n}.0.0") for n in range(1, count + 1)]
    with django_assert_num_queries(5):
        client.get(LIST)
    with django_assert_num_queries(5):
        client.get(f"{LIST}{drafts[0].pk}/")
    with django_assert_num_queries(8):
        client.get(text_in(drafts[0], "P1.1").get_absolute_url())
