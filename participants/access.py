"""The marker of every page about one cohort: who may, which cohort, on whose clock."""

from collections.abc import Callable, Iterable
from functools import wraps
from typing import Any

from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone

from cocora.accounts.access import AccountRequest, View, account_view
from cocora.accounts.roles import Permission
from participants.models import Cohort


def cohort_view(
    permission: Permission, *, methods: Iterable[str] = ("GET",)
) -> Callable[[View], View]:
    """Loads the cohort behind ``cohort_pk`` and shows times on its clock.

    404 for everybody who does not hold the permission in this very cohort, so that nobody learns
    that it is there.
    """

    def decorate(view: View) -> View:
        @account_view(permission, methods=methods, hidden=True)
        @wraps(view)
        def within(
            request: AccountRequest, cohort_pk: int, *args: Any, **kwargs: Any
        ) -> HttpResponseBase:
            seen = Cohort.objects.allowing(request.user, permission)
            rows = seen.select_related("organisation", "curriculum__programme").with_rights(
                request.user
            )
            cohort = get_object_or_404(rows, pk=cohort_pk)
            with timezone.override(cohort.zone):
                return view(request, cohort, *args, **kwargs)

        return within

    return decorate
