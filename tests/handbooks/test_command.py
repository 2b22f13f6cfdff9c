"""``manage.py handbook build`` from the shell."""

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from pypdf import PdfReader

from handbooks.engine.store import Store
from tests.handbooks.books import foundations, taught
from tests.programmes.packages import package, published

pytestmark = [pytest.mark.django_db, pytest.mark.once, pytest.mark.xdist_group("command")]


def build(output, *options):
    call_command("handbook", "build", "--output", str(output), *options)


@pytest.fixture(autouse=True)
def own_units(monkeypatch, tmp_path_factory):
    """No chapter is kept from another test."""
    kept = Store(tmp_path_factory.mktemp("units"))
    monkeypatch.setattr("handbooks.engine.press.store", lambda: kept)


@pytest.fixture
def small():
    """Two programmes; read back from the database, because Python has no say in their order."""
    foundations()
    return taught("cpp", exercises=1), taught("cap", exercises=1)


def test_a_guide_is_written_and_said(small, tmp_path, capsys):
    target = tmp_path / "guide.pdf"
    build(target, "--programme", "cpp", "--audience", "facilitator")
    said = capsys.readouterr()
    pages = len(PdfReader(target).pages)
    assert f"{target}: {pages} pages, {target.stat().st_size / 1024:.0f} KB" in said.out
    assert "P1.1 Exercise P1.1" in said.err
    assert PdfReader(target).metadata.title == "Programme cpp: Facilitator guide"


def test_all_is_the_collection(small, tmp_path):
    build(tmp_path / "all.pdf", "--programme", "all")
    assert PdfReader(tmp_path / "all.pdf").metadata.title == "CoCoRa handbook collection"


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--programme", "xyz"], "no published programme 'xyz'. There is: cap, cpp, all."),
        (["--programme", "cpp", "--language", "da"], "no text in “da”. There is: en."),
        (["--programme", "cpp", "--paper", "A0"], "invalid choice: 'A0'"),
        (["--programme", "cpp", "--since", "0.1"], "no older version '0.1'. There is: none."),
        (["--programme", "all", "--since", "0.1"], "--since needs one programme"),
        (["--programme", "cpp", "--without", "cover"], "invalid choice: 'cover'"),
        (["--programme", "cpp", "--audience", "pilots"], "invalid choice: 'pilots'"),
        (["--programme", "cpp", "--audience", "sheets"], "no worksheet with anything to fill in"),
        ([], "required: --programme"),
    ],
)
def test_a_wrong_request_says_what_there_is(options, sentence, small, tmp_path):
    with pytest.raises(CommandError, match=sentence.replace("(", r"\(")):
        build(tmp_path / "x.pdf", *options)
    assert list(tmp_path.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(small, tmp_path):
    for place in (tmp_path, tmp_path / "no" / "folder.pdf"):
        with pytest.raises(CommandError, match=str(place)):
            build(place, "--programme", "cpp")


def test_nothing_published_is_a_clear_error(tmp_path):
    with pytest.raises(CommandError, match="No curriculum is published yet"):
        build(tmp_path / "x.pdf", "--programme", "all")


def test_every_choice_reaches_the_order(small, tmp_path, monkeypatch):
    new = published(package(programme="cpp", version="2.0.0", name="Programme cpp"))
    seen = []

    def written(order, target, report):
        seen.append(order)
        target.write_bytes(b"%PDF")
        return 1

    monkeypatch.setattr("handbooks.management.commands.handbook.build_book", written)
    build(
        tmp_path / "x.pdf",
        *("--programme", "cpp", "--audience", "participant", "--paper", "letter", "--large"),
        *("--without", "notes", "--since", "1.0.0", "--marks"),
    )
    (order,) = seen
    assert (order.kind, order.paper, order.large) == ("workbook", "letter", True)
    assert (order.without, order.since, order.marks) == (("notes",), small[0].pk, True)
    assert order.curricula[0] == new.pk
