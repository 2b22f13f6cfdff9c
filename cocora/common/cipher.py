"""Short secrets at rest, sealed with AES-GCM.

A sealed text says which key made it and is bound to its place (``about``): moved to another row,
changed, or opened with a wrong key it raises ``Unreadable``; it never comes back as something else.
"""

import base64
import hashlib
import secrets
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

VERSION = "v1"
NONCE_BYTES = 12
TOLD = "A sealed text can't be opened with the keys of this installation."


class Unreadable(Exception):
    """The text was not sealed here, for this place, with a key of this installation."""


def keys() -> list[bytes]:
    """The newest key seals; every key opens, so that a key can be changed without a gap."""
    return [derive(secret) for secret in settings.FIELD_KEYS]


@cache
def derive(secret: str) -> bytes:
    kdf = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"cocora field key v1")
    return kdf.derive(secret.encode())


def key_id(key: bytes) -> str:
    return hashlib.sha256(b"id" + key).hexdigest()[:8]


def seal(text: str, about: str) -> str:
    key, nonce = keys()[0], secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + AESGCM(key).encrypt(nonce, text.encode(), about.encode())
    return ":".join([VERSION, key_id(key), base64.urlsafe_b64encode(sealed).decode()])


def unseal(sealed: str, about: str) -> str:
    """The text again, or ``Unreadable``."""
    try:
        version, named, body = sealed.split(":")
        return decrypt(version, named, base64.urlsafe_b64decode(body), about).decode()
    except ValueError as fault:
        raise Unreadable(TOLD) from fault


def seal_bytes(body: bytes, about: str) -> bytes:
    """A file instead of a text: a line that names the key, and the sealed bytes."""
    key, nonce = keys()[0], secrets.token_bytes(NONCE_BYTES)
    head = f"{VERSION}:{key_id(key)}\n".encode()
    return head + nonce + AESGCM(key).encrypt(nonce, body, about.encode())


def unseal_bytes(sealed: bytes, about: str) -> bytes:
    """The bytes again, or ``Unreadable``."""
    head, _newline, raw = sealed.partition(b"\n")
    try:
        version, named = head.decode("ascii").split(":")
    except ValueError as fault:
        raise Unreadable(TOLD) from fault
    return decrypt(version, named, raw, about)


def decrypt(version: str, named: str, raw: bytes, about: str) -> bytes:
    try:
        key = next(key for key in keys() if key_id(key) == named)
        if version != VERSION:
            raise ValueError(version)
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], about.encode())
    except (ValueError, StopIteration, InvalidTag) as fault:
        raise Unreadable(TOLD) from fault


def named_key(sealed: str | bytes) -> str:
    """Which key made it; empty for what was never sealed."""
    head = sealed[:32].decode("latin-1") if isinstance(sealed, bytes) else sealed
    parts = head.replace("\n", ":").split(":")
    return parts[1] if parts[0] == VERSION and len(parts) > 1 else ""
