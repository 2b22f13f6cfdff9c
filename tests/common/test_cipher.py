"""Sealed texts open in their own place, with a key of this installation, or not at all."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cocora.common.cipher import Unreadable, seal, unseal

texts = st.text(max_size=200)


@given(text=texts, about=texts)
def test_what_was_sealed_opens_again(text, about):
    assert unseal(seal(text, about), about) == text


def test_no_two_seals_are_alike_and_none_shows_the_text():
    first, second = seal("herring", "a"), seal("herring", "a")
    assert first != second
    assert "herring" not in first
    assert b"herring" not in base64.urlsafe_b64decode(first.split(":")[2])


@given(text=texts, about=texts, other=texts)
def test_moved_to_another_place_it_stays_shut(text, about, other):
    if about != other:
        with pytest.raises(Unreadable):
            unseal(seal(text, about), other)


@given(text=texts, at=st.integers(min_value=0), flip=st.integers(1, 255))
def test_one_changed_byte_is_noticed(text, at, flip):
    version, named, body = seal(text, "a").split(":")
    raw = bytearray(base64.urlsafe_b64decode(body))
    raw[at % len(raw)] ^= flip
    changed = ":".join([version, named, base64.urlsafe_b64encode(raw).decode()])
    with pytest.raises(Unreadable):
        unseal(changed, "a")


@pytest.mark.parametrize("text", ["", "plain", "v1:0:0", "v1:::", "a:b:c:d", "v1:é:é"])
def test_what_was_never_sealed_is_not_taken_for_a_text(text):
    with pytest.raises(Unreadable):
        unseal(text, "a")


def test_another_version_is_refused():
    sealed = seal("text", "a")
    with pytest.raises(Unreadable):
        unseal("v2" + sealed[2:], "a")


def test_a_new_key_in_front_seals_and_the_old_one_still_opens(settings):
    settings.FIELD_KEYS = ["old"]
    old = seal("text", "a")
    settings.FIELD_KEYS = ["new", "old"]
    assert unseal(old, "a") == "text"
    new = seal("text", "a")
    settings.FIELD_KEYS = ["old"]
    with pytest.raises(Unreadable):
        unseal(new, "a")
