"""``manage.py curriculum`` as people at the shell use it."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from programmes.models import Curriculum
from tests.programmes.packages import danish, package

pytestmark = pytest.mark.django_db


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return written(tmp_path / "small", package())


def written(root: Path, files: dict[str, bytes]) -> Path:
    for path, data in files.items():
        target = root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return root


def test_check_says_what_is_there(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("curriculum", "check", str(folder))
    assert "1 module, 2 exercises, 0 chapters, no faults." in capsys.readouterr().out
    assert not Curriculum.objects.exists()


def test_check_fails_with_all_faults(folder: Path) -> None:
    exercise = folder / "p1-one" / "p1-1-exercise.en.md"
    exercise.write_text(exercise.read_text().replace("complexity: 1", "complexity: 9"))
    with pytest.raises(CommandError, match=r"1 fault, nothing was changed\.\np1-one/p1-1"):
        call_command("curriculum", "check", str(folder))


def test_load_publish_export_gives_the_same_files(folder: Path, tmp_path: Path) -> None:
    call_command("curriculum", "load", "--publish", str(folder))
    call_command("curriculum", "load", "--publish", str(folder))
    assert Curriculum.objects.current().count() == 1
    target = tmp_path / "again"
    call_command("curriculum", "export", "small", str(target))
    files = {p.relative_to(target).as_posix(): p.read_bytes() for p in target.rglob("*.*")}
    assert files == package()


def test_export_never_writes_into_a_full_folder(folder: Path) -> None:
    call_command("curriculum", "load", "--publish", str(folder))
    with pytest.raises(CommandError, match="is not empty; nothing was written"):
        call_command("curriculum", "export", "small", str(folder))


def test_export_of_an_unknown_programme(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="There is no published version of nothing"):
        call_command("curriculum", "export", "nothing", str(tmp_path / "x"))


def test_diff(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("curriculum", "load", "--publish", str(folder))
    call_command("curriculum", "diff", str(folder))
    assert "no difference" in capsys.readouterr().out
    exercise = folder / "p1-one" / "p1-1-exercise.en.md"
    exercise.write_text(exercise.read_text().replace("Say hello.", "Say hi."))
    call_command("curriculum", "diff", str(folder))
    assert "+Say hi." in capsys.readouterr().out


def test_other_content_under_a_published_version_is_refused(folder: Path) -> None:
    call_command("curriculum", "load", "--publish", str(folder))
    exercise = folder / "p1-one" / "p1-1-exercise.en.md"
    exercise.write_text(exercise.read_text().replace("Say hello.", "Say hi."))
    with pytest.raises(CommandError, match="Give the package a new version"):
        call_command("curriculum", "load", str(folder))


def test_retire(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("curriculum", "load", "--publish", str(folder))
    call_command("curriculum", "retire", "small")
    assert "Small 1.0.0: retired." in capsys.readouterr().out
    assert Curriculum.objects.get().status == "retired"
    with pytest.raises(CommandError, match="There is no published version of small"):
        call_command("curriculum", "retire", "small")


def test_check_names_what_is_not_translated_yet(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    files = danish(package(languages="en, da, de"))
    base = files["p1-one/p1-1-exercise.en.md"]
    files["p1-one/p1-1-exercise.en.md"] = base.replace(b"hello", b"good evening")
    call_command("curriculum", "check", str(written(tmp_path / "small", files)))
    told = capsys.readouterr().out
    assert "da: 1 of 3 texts." in told
    assert "da: missing: P1, P1.2" in told
    assert "da: out of date: P1.1" in told
    assert "de: 0 of 3 texts." in told
