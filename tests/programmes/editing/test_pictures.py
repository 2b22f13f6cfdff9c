"""Pictures: only pixels are kept."""

import io
import zlib
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from cocora.accounts.roles import Role
from cocora.common.refusal import Refusal
from programmes.editing.pictures import LONGEST_SIDE, cleaned
from programmes.models import Curriculum, CurriculumImage
from tests.conftest import World
from tests.programmes.editing.pages import draft_for, opened, said, text_in


def picture(kind: str = "PNG", size: tuple[int, int] = (60, 40), **more: Any) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, "teal").save(out, kind, **more)
    return out.getvalue()


def upload(data: bytes, name: str = "x.png") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, data, content_type="image/png")


def with_place() -> bytes:
    """A photograph that says where it was taken, held sideways."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Camera of somebody"
    exif.get_ifd(0x8825).update({1: "N", 2: (55.0, 41.0, 12.0)})
    return picture("JPEG", exif=exif)


def test_place_and_camera_are_gone_and_the_picture_stands_upright() -> None:
    data = with_place()
    assert b"Camera of somebody" in data
    found = cleaned(upload(data, "holiday.jpg"), "The hall")
    assert b"Camera of somebody" not in found.data
    with Image.open(io.BytesIO(found.data)) as image:
        assert image.size == (40, 60)
        assert dict(image.getexif()) == {}
        assert image.format == "JPEG"
    assert found.path == f"images/the-hall-{found.digest[:8]}.jpg"


def test_a_large_picture_is_scaled() -> None:
    found = cleaned(upload(picture(size=(4000, 1000))), "Wide")
    with Image.open(io.BytesIO(found.data)) as image:
        assert image.size == (LONGEST_SIDE, 600)


def test_what_hangs_behind_a_picture_is_cut_off() -> None:
    found = cleaned(upload(picture() + b"<script>alert(1)</script>PK\x03\x04"), "Polyglot")
    assert b"script" not in found.data


def bomb() -> bytes:
    """A small file that says it has 50,000 times 50,000 pixels."""
    data = picture()
    wide = data[:16] + (50_000).to_bytes(4, "big") * 2 + data[24:29]
    return wide + zlib.crc32(wide[12:29]).to_bytes(4, "big") + data[33:]


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", "not a picture"),
        (b"<html><script>alert(1)</script>", "not a picture"),
        (b"GIF89a" + b"\x00" * 40, "not a picture"),
        (b"", "not a picture"),
        (picture()[:60], "not a picture"),
        (picture(size=(5100, 5000)), "more than 25 million pixels"),
    ],
)
def test_what_is_no_picture_is_refused(data: bytes, sentence: str) -> None:
    with pytest.raises(Refusal, match=sentence):
        cleaned(upload(data), "Words")


def test_a_bomb_is_refused_before_it_is_unpacked() -> None:
    with pytest.raises(Refusal):
        cleaned(upload(bomb()), "Bomb")


@pytest.fixture
def draft(world: World) -> Curriculum:
    return draft_for(world.ours)


@pytest.fixture
def client(world: World) -> Client:
    return world.client(Role.STAFF)


@pytest.mark.django_db
def test_a_picture_is_kept_once_shown_and_used(client: Client, draft: Curriculum) -> None:
    place = f"/programmes/drafts/{draft.pk}/images/"
    for _time in range(2):
        answer = client.post(
            place, {"file": upload(picture()), "words": "A map"},
            headers={"accept": "application/json"},
        )  # fmt: skip
    image = CurriculumImage.objects.get(curriculum=draft)
    assert answer.json() == {"markdown": f"![A map]({image.path})"}
    shown = client.get(f"{draft.image_base}{image.path}")
    assert shown["Content-Type"] == "image/png"
    text = text_in(draft, "P1.1")
    data = {**opened(client, text), "section_closing": answer.json()["markdown"]}
    assert "Saved." in said(client.post(text.get_absolute_url(), data, follow=True).content)
    assert text_in(draft, "P1.1").faults == []
    answer = client.post(f"{place}{image.pk}/delete/", follow=True)
    assert "shows this picture. Take it out there first." in said(answer.content)
    client.post(text.get_absolute_url(), {**opened(client, text), "section_closing": "Bye."})
    client.post(f"{place}{image.pk}/delete/")
    assert not draft.images.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"words": "A map"}, "This field is required."),
        ({"words": "", "file": upload(picture())}, "This field is required."),
        ({"words": "A ](x) map", "file": upload(picture())}, "Leave out brackets"),
        ({"words": "A map", "file": upload(b"no picture")}, "not a picture"),
    ],
)
def test_a_refused_picture_says_why(
    client: Client, draft: Curriculum, data: dict, sentence: str
) -> None:
    for file in (data.get("file"),):
        if file:
            file.seek(0)
    answer = client.post(f"/programmes/drafts/{draft.pk}/images/", data)
    assert answer.status_code == 422
    assert sentence in said(answer.content)
    assert not draft.images.exists()


@pytest.mark.django_db
def test_a_text_that_shows_a_missing_picture_says_so(client: Client, draft: Curriculum) -> None:
    text = text_in(draft, "P1.1")
    data = {**opened(client, text), "section_closing": "![](images/none.png)"}
    words = said(client.post(text.get_absolute_url(), data, follow=True).content)
    assert "No such image in this package: images/none.png" in words
    assert "An image needs words for people who can't see it." in words
