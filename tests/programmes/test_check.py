"""A faulty package is refused with file, line and field, all faults at once."""

import io
import zlib

import pytest
from PIL import Image

from programmes.package.check import check
from programmes.package.faults import PackageFaulty
from programmes.package.read import MAX_TEXT_BYTES, read_folder
from tests.programmes.packages import MODULE, curriculum_yaml, exercise_md, package

EXERCISE = "p1-one/p1-1-exercise.en.md"


def faults(files: dict[str, bytes]) -> list[str]:
    with pytest.raises(PackageFaulty) as caught:
        check(files)
    return [str(fault) for fault in caught.value.faults]


def changed(path: str, old: str, new: str) -> dict[str, bytes]:
    files = package()
    text = files[path].decode()
    assert old in text
    return {**files, path: text.replace(old, new, 1).encode()}


def test_a_valid_package_is_parsed() -> None:
    found = check(package(exercises=2))
    exercise = found.exercises["P1.1"]["en"]
    assert [step.minutes for step in exercise.steps] == [20, 10]
    assert exercise.debrief["Act"] == ["What now?", "What next?"]
    assert [title for title, _text in exercise.handouts[0].cards] == ["One", "Two"]


def test_all_faults_come_at_once_with_their_places() -> None:
    files = package()
    files[EXERCISE] = exercise_md("P1.1", type="dance", colour="red").encode()
    files["p1-one/p1-2-exercise.en.md"] = b"no front matter"
    said = faults(files)
    assert any(line.startswith(f"{EXERCISE}:5: type: 'dance' is not one of:") for line in said)
    assert any("Unknown field colour. Known are: " in line for line in said)
    assert any("p1-2-exercise.en.md:1: The file must begin with front matter" in s for s in said)


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        (
            "complexity: 1",
            "complexity: 1\ncomplexity: 2",
            "complexity: This field stands here twice.",
        ),
        ("complexity: 1", "complexity: high", "'high' should be: integer."),
        ("complexity: 1", "complexity: 9", "9 should be at most 4."),
        (
            "typical: 30",
            "typical: 31",
            "minutes.typical: The steps take 30 minutes, but typical says 31.",
        ),
        (
            "maximum: 20",
            "maximum: 3",
            "group: The smaller number (4) is larger than the other (3).",
        ),
        ("method: Talk", "method: [a, b]", "should be: string"),
        ("method: Talk", "method: &a Talk", None),
        ("method: Talk", "method: *nowhere", "YAML anchors and aliases are not allowed."),
        ("method: Talk", "method: 'open", "This is not valid YAML"),
        ("code: P1.1", "code: P1", "does not have the right form"),
        ("code: P1.1", "code: P1.2", "P1.2 stands in p1-one/p1-1-exercise.en.md already."),
        ("code: P1.1", "code: P7.1", "There is no module P7."),
        ("handout: cards-p1-1", "handout: nothing", "No handout 'nothing'."),
        (
            "## Safeguarding",
            "## Safe guarding",
            "Safe guarding: This heading is not one of the fields.",
        ),
        ("## Tips\n\n- Breathe.\n\n", "", "The section '## Tips' is missing."),
        ("## Tips\n\n- Breathe.", "## Tips\n\nBreathe.", "Write this section as a list"),
        ("## Tips\n\n- Breathe.", "## Tips\n", "Tips: This section is empty."),
        ("### 1. Begin (20 min)", "### 1. Begin", "Steps: No minutes in '1. Begin'"),
        ("- What now?\n", "", "'### Act' needs at least 2 questions as a list."),
        ("### Act", "### Do", "'Do' is not Feel, Notice, Connect or Act."),
        ("{cards-p1-1 cards}", "{cards}", "Write '## Handout: Title {code cards}'"),
        ("Say hello.", "![](images/no.png)", "No such image in this package: images/no.png"),
        ("Say hello.", "![](images/no.png)", "An image needs words for people who can't see it."),
        ("\n---\n\n## Objectives", "\n\n## Objectives", "The front matter is not closed"),
    ],
)
def test_each_fault_has_its_sentence(old: str, new: str, sentence: str | None) -> None:
    files = changed(EXERCISE, old, new)
    if sentence is None:
        assert check(files)
    else:
        said = faults(files)
        assert any(line.startswith(f"{EXERCISE}") or "p1-2" in line for line in said)
        assert any(sentence in line for line in said), said


def test_the_line_of_a_deep_field() -> None:
    files = changed(EXERCISE, "quantity: 1 set", "quantity: 1 set\n  colour: red")
    number = files[EXERCISE].decode().split("\n").index("- item: Cards") + 1
    assert f"{EXERCISE}:{number}: materials[1]: Unknown field colour." in faults(files)[0]


def test_wrong_encoding_names_the_line() -> None:
    files = package()
    files[EXERCISE] = files[EXERCISE].replace(b"Say hello.", b"Say hej p\xe5 dansk.")
    line = files[EXERCISE].split(b"\xe5")[0].count(b"\n") + 1
    assert faults(files) == [f"{EXERCISE}:{line}: The file is not UTF-8. Save it again as UTF-8."]


def test_nul_is_refused() -> None:
    files = package()
    files[EXERCISE] = files[EXERCISE].replace(b"hello", b"hel\x00lo")
    assert "A NUL character." in faults(files)[0]


def test_modules_that_wait_for_each_other() -> None:
    files = package()
    for one, other in (("P1", "P2"), ("P2", "P1")):
        text = MODULE.format(code=one).replace(
            "\n---\n\n", f"\nprerequisites: [{other}]\n---\n\n", 1
        )
        files[f"{one.lower()}-one/module.en.md"] = text.encode()
    files["p2-one/p2-1-exercise.en.md"] = exercise_md("P2.1").encode()
    assert any("The modules wait for each other: P1 → P2 → P1." in line for line in faults(files))


def test_an_unknown_prerequisite() -> None:
    files = changed("p1-one/module.en.md", "\n---\n\n", "\nprerequisites: [P9]\n---\n\n")
    assert any("prerequisites: There is no module P9." in line for line in faults(files))


def test_a_package_of_nothing() -> None:
    assert "no module and no chapter" in faults({"curriculum.yaml": curriculum_yaml().encode()})[0]


def test_stray_files_and_unlisted_languages() -> None:
    files = {**package(), "notes.txt": b"x", "p1-one/module.da.md": MODULE.encode()}
    said = faults(files)
    assert "notes.txt: This name is not one that a package can have." in said
    assert "p1-one/module.da.md: The language da is not listed in curriculum.yaml." in said


def test_a_translation_without_base_text() -> None:
    files = package(languages="en, da")
    text = exercise_md("P1.9")
    files["p1-one/p1-9-exercise.da.md"] = text.encode()
    assert faults(files)


def png(width: int = 2, height: int = 2) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (width, height)).save(stream, "PNG")
    return stream.getvalue()


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<svg onload=alert(1)>", "This is not an image that can be read."),
        (b"GIF89a" + b"\0" * 20, "This is not an image"),
        (png()[:20], "This is not an image that can be read."),
        (png().replace(b"IDAT", b"IDOT"), "This is not an image that can be read."),
    ],
)
def test_images_that_are_not_images(data: bytes, sentence: str) -> None:
    assert sentence in faults({**package(), "images/x.png": data})[0]


def test_an_image_under_a_false_name() -> None:
    assert "not the JPEG image" in faults({**package(), "images/x.jpg": png()})[0]


def test_an_image_bomb() -> None:
    header = b"\x89PNG\r\n\x1a\n"
    ihdr = b"IHDR" + (60_000).to_bytes(4, "big") * 2 + b"\x08\x02\0\0\0"
    data = header + (13).to_bytes(4, "big") + ihdr + zlib.crc32(ihdr).to_bytes(4, "big")
    said = faults({**package(), "images/x.png": data})
    assert "million pixels" in said[0] or "can't be read" in said[0] or "can be read" in said[0]


def test_a_good_image_with_words_is_welcome() -> None:
    files = changed(EXERCISE, "Say hello.", "![A door](images/door.png)")
    assert check({**files, "images/door.png": png()}).images


def test_deep_yaml_does_not_crash() -> None:
    files = changed(EXERCISE, "method: Talk", "method: " + "[" * 5000)
    assert any("not valid YAML" in line for line in faults(files))


def test_reading_a_folder_has_limits(tmp_path) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "curriculum.yaml").write_text(curriculum_yaml())
    (tmp_path / "big.en.md").write_bytes(b"x" * (10 * 1024 * 1024))
    (tmp_path / "link.en.md").symlink_to("/etc/passwd")
    (tmp_path / ".DS_Store").write_bytes(b"x")
    with pytest.raises(PackageFaulty) as caught:
        read_folder(tmp_path)
    said = str(caught.value)
    assert f"big.en.md: The file has 10,485,760 bytes; the most is {MAX_TEXT_BYTES:,}." in said
    assert "link.en.md: Only plain files belong in a package" in said
    assert ".DS_Store" not in said


def test_a_folder_that_is_no_package(tmp_path) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(PackageFaulty, match=r"No curriculum\.yaml"):
        read_folder(tmp_path / "nowhere")


def test_windows_line_ends_and_a_byte_order_mark_are_fine() -> None:
    files = package()
    files[EXERCISE] = b"\xef\xbb\xbf" + files[EXERCISE].replace(b"\n", b"\r\n")
    assert check(files).exercises["P1.1"]["en"].steps


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("<script>alert(1)</script>", "HTML is not shown"),
        ("Some <b> words.", "HTML is not shown"),
        ("<!-- a comment -->", "HTML is not shown"),
        ("[press](javascript:alert)", "A link can't lead to 'javascript:alert'"),
        ("[press](//elsewhere.example)", "A link can't lead to '//elsewhere.example'"),
        ("[press][there]\n\n[there]: data:text/html,x", "A link can't lead to 'data:text/html,x'"),
        ("<javascript:alert(1)>", "A link can't lead to 'javascript:alert(1)'"),
    ],
)
def test_what_can_not_be_shown_is_named_with_its_line(line: str, told: str) -> None:
    files = changed(EXERCISE, "Say hello.", f"Say hello.\n\n{line}\n\n")
    where = package()[EXERCISE].decode().split("Say hello.")[0].count("\n") + 3
    (fault,) = faults(files)
    assert fault.startswith(f"{EXERCISE}:{where}: ")
    assert told in fault


@pytest.mark.parametrize(
    "line", ["`<b>`", "5 < 6 and 7 > 6", "<https://example.org/a>", "[we](mailto:we@example.org)"]
)
def test_what_can_be_shown_is_no_fault(line: str) -> None:
    assert check(changed(EXERCISE, "Say hello.", f"Say hello.\n\n{line}\n")).exercises
