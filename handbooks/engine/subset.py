"""Cuts a font down to the glyphs of a book with HarfBuzz, as WeasyPrint does, without loading it.

Only our own font files come here, never one from a page.
"""

import ctypes
from functools import cache
from typing import Any

RETAIN_GIDS, NO_HINTING, DESUBROUTINIZE = 0x02, 0x01, 0x04
PASSTHROUGH, NOTDEF_OUTLINE = 0x20, 0x40
DROP_TABLES = 3
DROPPED = (b"BASE", b"DSIG", b"EBDT", b"EBLC", b"EBSC", b"GPOS", b"GSUB", b"JSTF",
           b"LTSH", b"PCLT", b"SVG ")  # fmt: skip
POINTERS = ("hb_blob_create", "hb_face_create", "hb_face_reference_blob",
            "hb_subset_input_create_or_fail", "hb_subset_input_glyph_set", "hb_subset_input_set",
            "hb_subset_or_fail", "hb_blob_get_data")  # fmt: skip


class SubsetFailed(Exception):
    """HarfBuzz could not read or write the font."""


@cache
def library() -> Any:
    """HarfBuzz with the types of its answers. Its own library is loaded with the subsetter."""
    ctypes.CDLL("libharfbuzz.so.0", mode=ctypes.RTLD_GLOBAL)
    lib = ctypes.CDLL("libharfbuzz-subset.so.0")
    base = ctypes.CDLL("libharfbuzz.so.0")
    for name in POINTERS:
        owner = lib if name.startswith("hb_subset") else base
        function = getattr(owner, name)
        function.restype = ctypes.c_void_p
        setattr(lib, name, function)
    for name in ("hb_blob_destroy", "hb_face_destroy", "hb_set_add_sorted_array",
                 "hb_blob_get_length"):  # fmt: skip
        setattr(lib, name, getattr(base, name))
    return lib


def subset(content: bytes, index: int, glyphs: list[int], keep_notdef: bool) -> bytes:
    """The font with these glyphs (sorted) only, at their old numbers."""
    flags = PASSTHROUGH | DESUBROUTINIZE | (NOTDEF_OUTLINE if keep_notdef else 0)
    smaller = cut(content, index, glyphs, flags | RETAIN_GIDS, DROPPED)
    # The second cut drops the empty glyphs after the last one that is used.
    return cut(smaller, 0, list(range(glyphs[-1] + 1)), flags | NO_HINTING, ())


def cut(
    content: bytes, index: int, glyphs: list[int], flags: int, tables: tuple[bytes, ...]
) -> bytes:
    lib = library()
    pointer = ctypes.c_void_p
    blob = pointer(lib.hb_blob_create(content, len(content), 1, None, None))
    face = pointer(lib.hb_face_create(blob, index))
    wanted = pointer(lib.hb_subset_input_create_or_fail())
    add(lib, lib.hb_subset_input_glyph_set(wanted), glyphs)
    lib.hb_subset_input_set_flags(wanted, flags)
    tags = sorted(int.from_bytes(name, "big") for name in tables)
    add(lib, lib.hb_subset_input_set(wanted, DROP_TABLES), tags)
    result = lib.hb_subset_or_fail(face, wanted)
    try:
        return content_of(lib, result)
    finally:
        lib.hb_subset_input_destroy(wanted)
        lib.hb_face_destroy(face)
        lib.hb_blob_destroy(blob)


def add(lib: Any, target: int, numbers: list[int]) -> None:
    array = (ctypes.c_uint32 * len(numbers))(*numbers)
    lib.hb_set_add_sorted_array(ctypes.c_void_p(target), array, len(numbers))


def content_of(lib: Any, result: int | None) -> bytes:
    if not result:
        raise SubsetFailed
    face = ctypes.c_void_p(result)
    blob = ctypes.c_void_p(lib.hb_face_reference_blob(face))
    length = ctypes.c_uint()
    data = lib.hb_blob_get_data(blob, ctypes.byref(length))
    try:
        return ctypes.string_at(data, length.value)
    finally:
        lib.hb_blob_destroy(blob)
        lib.hb_face_destroy(face)
