"""A digest of everything that shapes a page besides the text itself."""

import ctypes
import hashlib
import zlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

ENGINE = Path(__file__).resolve().parent
SHAPING = (
    (ENGINE, "*.py"),
    (ENGINE.parent, "books.py"),
    (ENGINE.parent / "compose", "*.py"),
    (ENGINE.parent, "typography.py"),
    (ENGINE.parent / "print", "*"),
    (settings.BASE_DIR / "templates" / "handbooks" / "print", "*.html"),
    (settings.BASE_DIR / "cocora" / "common", "markdown.py"),
    (settings.BASE_DIR / "programmes", "vocabulary.py"),
    (settings.BASE_DIR / "programmes" / "editing", "compare.py"),
    (settings.BASE_DIR / "programmes" / "package", "*.py"),
    (settings.BASE_DIR / "locale", "*/LC_MESSAGES/django.mo"),
    # Fonts and icons, with their exact versions.
    (settings.BASE_DIR, "package-lock.json"),
)
SHAPING_EPUB = (
    (ENGINE.parent / "epub", "*.*"),
    (settings.BASE_DIR / "templates" / "handbooks" / "epub", "*"),
)
LIBRARIES = (
    "weasyprint", "pydyf", "pyphen", "tinycss2", "tinyhtml5", "cssselect2", "fonttools", "pillow",
    "markdown-it-py", "nh3", "django",
)  # fmt: skip


@cache
def engine_fingerprint() -> str:
    """Changes with the engine, its style, templates, translations, libraries and fonts."""
    whole = hashlib.sha256()
    for folder, pattern in SHAPING:
        for path in sorted(folder.glob(pattern)):
            whole.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    for name in LIBRARIES:
        whole.update(f"{name}=={version(name)}\0".encode())
    whole.update(f"pango=={pango_version()}".encode())
    return whole.hexdigest()


@cache
def epub_fingerprint() -> str:
    """Changes with what makes an EPUB of the same chapters, and with the library that packs it."""
    whole = hashlib.sha256(zlib.ZLIB_RUNTIME_VERSION.encode())
    for folder, pattern in SHAPING_EPUB:
        for path in sorted(folder.glob(pattern)):
            whole.update(f"{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return whole.hexdigest()


def pango_version() -> str:
    """The library that breaks the lines; '' where it is not installed."""
    try:
        ask = ctypes.CDLL("libpango-1.0.so.0").pango_version_string
    except OSError:
        return ""
    ask.restype = ctypes.c_char_p
    return str(ask().decode())
