"""People whose role meets personal data set up a second factor before anything else."""

from collections.abc import Callable

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import resolve
from django.urls.exceptions import Resolver404

PUT_OFF = "second_factor_put_off"
# What one needs to set it up, to prove who one is, and to leave again.
REACHABLE = frozenset(
    {
        "accounts:second_factor",
        "accounts:second_factor_later",
        "account_logout",
        "account_reauthenticate",
        "account_confirm_email",
        "mfa_index",
        "mfa_activate_totp",
        "mfa_reauthenticate",
        "mfa_reauthenticate_webauthn",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "mfa_download_recovery_codes",
        "mfa_list_webauthn",
        "mfa_add_webauthn",
        "mfa_edit_webauthn",
        "health",
    }
)

# Recovery codes alone are a way back, not a second factor.
FACTORS = [Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN]

GetResponse = Callable[[HttpRequest], HttpResponseBase]


def require_second_factor(get_response: GetResponse) -> GetResponse:
    def middleware(request: HttpRequest) -> HttpResponseBase:
        if lacks_second_factor(request) and not reachable(request.path_info):
            return redirect("accounts:second_factor")
        return get_response(request)

    return middleware


def lacks_second_factor(request: HttpRequest) -> bool:
    """Whether this person must set one up now. The cheap questions come first."""
    user = request.user
    if not user.is_authenticated or (settings.DEMO and request.session.get(PUT_OFF)):
        return False
    return user.needs_second_factor and not get_adapter().is_mfa_enabled(user, FACTORS)


def reachable(path: str) -> bool:
    try:
        return resolve(path).view_name in REACHABLE
    except Resolver404:
        return False
