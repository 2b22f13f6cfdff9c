"""Says before the first order whether this machine can print at all."""

import ctypes
from typing import Any

from django.core.checks import CheckMessage, Warning

LIBRARIES = ("libgobject-2.0.so.0", "libpango-1.0.so.0", "libpangoft2-1.0.so.0")
SUBSETTER = "libharfbuzz-subset.so.0"
APT_LINE = "sudo apt-get install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0"


def printing_libraries(**options: Any) -> list[CheckMessage]:
    """A warning, not an error: everything but the printing of books works without them."""
    missing = [name for name in (*LIBRARIES, SUBSETTER) if not loads(name)]
    if not missing:
        return []
    return [
        Warning(
            f"Handbooks can't be printed on this machine: {', '.join(missing)} is missing.",
            hint=f"Run: {APT_LINE}",
            id="handbooks.W001",
        )
    ]


def loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
