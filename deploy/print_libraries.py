"""Exit 0 when the libraries that WeasyPrint needs can be loaded; else name the first missing."""

import ctypes
import ctypes.util
import sys

LIBRARIES = {
    "gobject-2.0": "libgobject-2.0.so.0",
    "pango-1.0": "libpango-1.0.so.0",
    "pangoft2-1.0": "libpangoft2-1.0.so.0",
    "harfbuzz": "libharfbuzz.so.0",
    "harfbuzz-subset": "libharfbuzz-subset.so.0",
    "fontconfig": "libfontconfig.so.1",
}


def loads(name: str, file: str) -> bool:
    """By its Linux file name, which also obeys LD_LIBRARY_PATH, or wherever the system finds it."""
    try:
        ctypes.CDLL(file)
    except OSError:
        return ctypes.util.find_library(name) is not None
    return True


missing = [name for name, file in LIBRARIES.items() if not loads(name, file)]
sys.exit(f"{missing[0]} is missing" if missing else 0)
