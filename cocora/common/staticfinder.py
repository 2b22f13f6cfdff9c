"""The few files of npm packages that a browser may ask for, served under ``vendor/``.

An allow-list of single files: nothing of a third party is copied into the tree, and nothing
else of ``node_modules`` can be reached. No source map is listed, and no listed file names one,
so the manifest storage finds everything it looks for.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Literal, overload

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.contrib.staticfiles.utils import matches_patterns
from django.core import checks
from django.core.files.storage import FileSystemStorage

PREFIX = "vendor"
WEIGHTS = {
    "bricolage-grotesque": ["600-normal", "800-normal"],
    "atkinson-hyperlegible-next": ["400-normal", "400-italic", "600-normal"],
    "literata": ["400-normal", "400-italic", "600-normal"],
}


def font_files() -> dict[str, str]:
    """Address below ``vendor/`` → place below ``node_modules/``, for every font in use."""
    return {
        f"fonts/{family}-{subset}-{weight}.woff2": (
            f"@fontsource/{family}/files/{family}-{subset}-{weight}.woff2"
        )
        for family, weights in WEIGHTS.items()
        for subset in ("latin", "latin-ext")
        for weight in weights
    }


FILES = {"htmx.min.js": "htmx.org/dist/htmx.min.js", **font_files()}


class ListedFiles(FileSystemStorage):
    """Opens a listed address from its package; ``prefix`` is where collectstatic puts it."""

    prefix = PREFIX

    def path(self, name: str) -> str:
        return str(Path(self.location) / FILES[Path(name).as_posix()])


class NodePackages(BaseFinder):
    """Finds the listed files for the development server, the tests and ``collectstatic``."""

    def __init__(self, app_names: object = None, *args: Any, **kwargs: Any) -> None:
        self.storage = ListedFiles(location=settings.BASE_DIR / "node_modules")

    def check(self, **kwargs: Any) -> list[checks.CheckMessage]:
        missing = [name for name in FILES if not Path(self.storage.path(name)).is_file()]
        if not missing:
            return []
        return [
            checks.Error(
                f"{len(missing)} files of node_modules are missing, {missing[0]} first.",
                hint="Run 'npm ci', or './run --setup-only' which does it for you.",
                id="cocora.E001",
            )
        ]

    @overload
    def find(self, path: str, find_all: Literal[False] = ...) -> str | None: ...
    @overload
    def find(self, path: str, find_all: Literal[True]) -> list[str]: ...
    def find(self, path: str, find_all: bool = False) -> str | list[str] | None:
        folder, _, name = Path(path).as_posix().partition("/")
        if folder != PREFIX or name not in FILES:
            return [] if find_all else None
        place = self.storage.path(name)
        return [place] if find_all else place

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, ListedFiles]]:
        for name in FILES:
            if not matches_patterns(name, ignore_patterns or ()):
                yield name, self.storage
