"""History, restoring and comparing, as pages."""

import io
import zipfile
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from cocora.accounts.roles import Role
from programmes.actions import fork_curriculum
from programmes.editing.compare import changes, pieces
from programmes.models import Curriculum
from programmes.package.check import check
from programmes.package.read import read_folder
from tests.conftest import World
from tests.programmes.editing.pages import draft_for, form_in, opened, said, text_in
from tests.programmes.packages import exercise_md, published


def shown(old: str, new: str) -> list[tuple[str, str]]:
    return [(piece.kind, piece.text) for piece in pieces(old, new)]


@pytest.mark.parametrize(
    ("old", "new", "found"),
    [
        ("one two", "one two", [("same", "one two")]),
        ("one two three", "one 2 three",
         [("same", "one "), ("del", "two"), ("ins", "2"), ("same", " three")]),
        ("", "new", [("ins", "new")]),
        ("old", "", [("del", "old")]),
        ("a\nb\n", "a\nx\nb\n", [("same", "a\n"), ("ins", "x\n"), ("same", "b\n")]),
    ],
)  # fmt: skip
def test_words_that_differ(old: str, new: str, found: list[tuple[str, str]]) -> None:
    assert shown(old, new) == found


def test_a_long_text_is_compared_in_time() -> None:
    old = "word " * 40_000
    assert shown(old, old.replace("word", "wort"))[0][0] == "del"


def test_only_fields_that_differ_are_listed() -> None:
    old, new = exercise_md("P1.1"), exercise_md("P1.1", title="Other", words="More words.")
    assert [change.name for change in changes("exercise", old, new)] == ["title", "steps"]


def test_how_a_file_looks_is_no_change() -> None:
    old = exercise_md("P1.1")
    assert changes("exercise", old, old.replace("method: Talk", 'method: "Talk"')) == []


@pytest.fixture
def client(world: World) -> Client:
    return world.client(Role.STAFF)


@pytest.fixture
def draft(world: World) -> Curriculum:
    return draft_for(world.ours)


def test_history_shows_what_changed_and_brings_it_back(client: Client, draft: Curriculum) -> None:
    text = text_in(draft, "P1.1")
    place = f"{text.get_absolute_url()}history/"
    assert "Not changed yet" in said(client.get(place).content)
    client.post(text.get_absolute_url(), {**opened(client, text), "section_closing": "Sing."})
    page = client.get(place)
    assert "<del>" in page.content.decode()
    assert "Our staff" in said(page.content)
    begun, saved = text.versions.order_by("pk")
    page = client.get(place, {"old": saved.pk, "new": saved.pk})
    assert "The two texts are the same." in said(page.content)
    client.post(f"{place}{begun.pk}/restore/")
    assert "Thank everybody." in text_in(draft, "P1.1").source
    assert client.get(place, {"old": "x", "new": "99999"}).status_code == 200


def test_history_stays_after_publishing(client: Client, draft: Curriculum) -> None:
    text = text_in(draft, "P1.1")
    client.post(text.get_absolute_url(), {**opened(client, text), "section_closing": "Sing."})
    client.post(f"/programmes/drafts/{draft.pk}/publish/", {"note": "New."})
    page = client.get(f"{text.get_absolute_url()}history/")
    assert page.status_code == 200
    assert "restore" not in page.content.decode()


def test_two_versions_are_compared(world: World, client: Client) -> None:
    original = published()
    draft = fork_curriculum(
        curriculum=original, organisation=world.ours, version="1.1.0", by=world[Role.STAFF]
    )
    text = text_in(draft, "P1.1")
    client.post(text.get_absolute_url(), {**opened(client, text), "section_closing": "Sing."})
    page = client.get(f"/programmes/drafts/{draft.pk}/compare/")
    words = said(page.content)
    assert "2 texts differ." in words  # the version in curriculum.yaml, too
    assert "P1.1 Exercise P1.1" in words
    assert "Exercise P1.2" not in words
    assert "<ins>" in page.content.decode()
    assert client.get(f"/programmes/drafts/{draft.pk}/compare/?with=x").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_pages_need_as_many_queries_for_many(
    world: World, client: Client, count: int, django_assert_num_queries
) -> None:
    draft_for(world.ours, count)
    draft = draft_for(world.ours, count, version="2.0.0")
    text = text_in(draft, "P1.1")
    for number in range(count):
        data = {**opened(client, text), "section_closing": f"Sing {number}."}
        client.post(text.get_absolute_url(), data)
    with django_assert_num_queries(8):
        client.get(f"{text.get_absolute_url()}history/")
    with django_assert_num_queries(11):
        client.get(f"/programmes/drafts/{draft.pk}/compare/")


def test_comparing_with_nothing(client: Client, draft: Curriculum) -> None:
    page = client.get(f"/programmes/drafts/{draft.pk}/compare/")
    assert "There is no other version" in said(page.content)


def test_the_package_that_is_downloaded_loads_elsewhere(client: Client, draft: Curriculum) -> None:
    place = f"/programmes/drafts/{draft.pk}/package/"
    one, other = client.get(place), client.get(place)
    assert one.content == other.content
    assert one["Content-Disposition"] == 'attachment; filename="small-1.0.0.zip"'
    with zipfile.ZipFile(io.BytesIO(one.content)) as folder:
        assert check({name: folder.read(name) for name in folder.namelist()}).exercises


def test_a_draft_is_exported_by_its_number(draft: Curriculum, tmp_path: Path) -> None:
    call_command("curriculum", "export", tmp_path / "out", draft=draft.pk)
    assert check(read_folder(tmp_path / "out")).exercises.keys() == {"P1.1", "P1.2"}
    with pytest.raises(CommandError, match="There is no draft 999"):
        call_command("curriculum", "export", tmp_path / "no", draft=999)


def test_a_file_is_edited_as_it_is(client: Client, draft: Curriculum) -> None:
    text = text_in(draft, "P1.1")
    place = f"{text.get_absolute_url()}file/"
    data = form_in(client.get(place).content)
    own = data["source"][0].replace("## Tips", "## Hints")
    page = client.post(place, {**data, "source": own}, follow=True)
    assert "Hints: This heading is not one of the fields." in said(page.content)
    # A form would lose this heading, so the file stays a file until it is mended.
    assert client.get(text.get_absolute_url()).url == place
    page = client.post(place, {**data, "source": "Something else"})
    assert page.status_code == 422
    assert "saved this text while you were writing" in said(page.content)
    page = client.post(place, {**form_in(page.content), "source": "A\x00B"})
    assert "Null characters are not allowed." in said(page.content)


def test_the_preview_is_clean(client: Client, draft: Curriculum) -> None:
    place = "/programmes/drafts/preview/"
    text = "**b** <script>x</script> ![a](images/x.png)"
    page = client.post(place, {"text": text, "draft": draft.pk})
    assert "<strong>b</strong>" in page.content.decode()
    assert "<script" not in page.content.decode()
    assert f'src="{draft.image_base}images/x.png"' in page.content.decode()
    assert client.post(place, {"text": "x" * 300_000}).status_code == 422
    assert client.post(place, {"text": "x", "draft": "9" * 30}).status_code == 200
