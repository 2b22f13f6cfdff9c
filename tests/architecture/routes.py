"""All addresses of the platform, read from the resolver."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from cocora.accounts.access import AccessMarker


@dataclass(frozen=True)
class Route:
    """One address: its full name (``programmes:list``), its pattern and its view."""

    name: str
    pattern: str
    view: Callable[..., Any]
    arguments: frozenset[str]

    @property
    def marker(self) -> AccessMarker | None:
        return getattr(self.view, "access_marker", None)


def walk(
    patterns: list[URLPattern | URLResolver],
    prefix: str = "",
    namespace: str = "",
    outer: frozenset[str] = frozenset(),
) -> Iterator[Route]:
    for entry in patterns:
        pattern = prefix + str(entry.pattern)
        arguments = outer | frozenset(entry.pattern.regex.groupindex)
        if isinstance(entry, URLResolver):
            inner = f"{namespace}{entry.namespace}:" if entry.namespace else namespace
            yield from walk(entry.url_patterns, pattern, inner, arguments)
        else:
            yield Route(f"{namespace}{entry.name or pattern}", pattern, entry.callback, arguments)


ROUTES = list(walk(get_resolver().url_patterns))
OURS = [route for route in ROUTES if route.marker]

# Views that libraries bring have no marker. Each group says what stands in its place.
WITHOUT_MARKER = {
    "account_": "allauth: its own decorators ask for sign-in and for a recent password",
    "mfa_": "allauth: its own decorators ask for sign-in and for a recent password",
    "admin:": "Django admin: PlatformAdmin asks for platform staff before every page",
}


def library(route: Route) -> str | None:
    """The group of a view without a marker."""
    return next((group for group in WITHOUT_MARKER if route.name.startswith(group)), None)
