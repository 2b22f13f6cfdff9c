"""The access marker that stands right above every view.

A marker stamps the view (``access_marker``), refuses methods that the view does not list, and
asks the one table of permissions. ``tests/architecture/test_access.py`` finds a view without one.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import wraps
from typing import Any, cast

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseNotAllowed
from django.utils.translation import gettext_lazy as _
from django_htmx.middleware import HtmxDetails

from cocora.accounts.models import User
from cocora.accounts.roles import Permission

View = Callable[..., HttpResponseBase]

REFUSED = _(
    "Your role does not include this page. If you need it for your work, "
    "ask the administrator of your organisation."
)


class AccountRequest(HttpRequest):
    """A request behind ``account_view``: its user has signed in."""

    user: User
    htmx: HtmxDetails


@dataclass(frozen=True)
class AccessMarker:
    """What a view promised: its methods, its permission, or why it needs neither."""

    methods: frozenset[str]
    permission: Permission | None = None
    reason: str = ""
    public: bool = False
    # Whoever lacks the permission does not even learn that there is such a page.
    hidden: bool = False


def account_view(
    permission: Permission | None = None,
    *,
    methods: Iterable[str] = ("GET",),
    reason: str = "",
    hidden: bool = False,
) -> Callable[[View], View]:
    """Only for people who have signed in and, when named, hold the permission.

    Without a permission a reason must say why everybody with an account may come. Who lacks it is
    told so by 403, or finds nothing (404) where the page is ``hidden``.
    """
    if permission is None and not reason:
        raise ValueError("A view for every account says why.")
    marker = AccessMarker(listed(methods), permission=permission, reason=reason, hidden=hidden)
    return _marked(marker)


def public_view(reason: str, *, methods: Iterable[str] = ("GET",)) -> Callable[[View], View]:
    """For everybody, signed in or not; the reason says why that does no harm."""
    return _marked(AccessMarker(listed(methods), reason=reason, public=True))


def listed(methods: Iterable[str]) -> frozenset[str]:
    """HEAD comes with GET, because it is GET without a body."""
    named = frozenset(methods)
    return named | {"HEAD"} if "GET" in named else named


def _marked(marker: AccessMarker) -> Callable[[View], View]:
    def decorate(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method not in marker.methods:
                return HttpResponseNotAllowed(sorted(marker.methods))
            if marker.permission and not cast(User, request.user).may(marker.permission):
                raise Http404 if marker.hidden else PermissionDenied(REFUSED)
            return view(request, *args, **kwargs)

        guarded.access_marker = marker  # type: ignore[attr-defined]
        return login_not_required(guarded) if marker.public else guarded

    return decorate
