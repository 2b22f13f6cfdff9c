from django.conf import settings
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.actions.profile import change_name, end_all_sessions
from cocora.accounts.forms import NameForm
from cocora.accounts.middleware import PUT_OFF
from cocora.accounts.models import Membership
from cocora.accounts.queries import second_factor_of

OWN = "Everybody looks after the own account."


@account_view(reason=OWN, methods=("GET", "POST"))
def profile(request: AccountRequest) -> HttpResponse:
    """The own account on one page: name, address, password, second factor, memberships."""
    own_name = {"display_name": request.user.display_name}
    form = NameForm(request.POST or None, initial=own_name)
    if form.is_valid():
        change_name(display_name=form.cleaned_data["display_name"], by=request.user)
        messages.success(request, _("Your name is saved."))
        return redirect("accounts:profile")
    mine = Membership.objects.visible_to(request.user).filter(user=request.user)
    context = {
        "form": form,
        "memberships": mine.select_related("organisation").order_by("organisation__name"),
        "second_factor": second_factor_of(request.user),
    }
    return render(request, "accounts/profile.html", context)


@account_view(reason=OWN, methods=("POST",))
def sign_out_everywhere(request: AccountRequest) -> HttpResponse:
    end_all_sessions(by=request.user)
    update_session_auth_hash(request, request.user)
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("accounts:profile")


@account_view(reason=OWN)
def second_factor(request: AccountRequest) -> HttpResponse:
    """Why a second step is needed, and the two ways to set it up."""
    context = {"second_factor": second_factor_of(request.user), "may_put_off": settings.DEMO}
    return render(request, "accounts/second_factor.html", context)


@account_view(reason=OWN, methods=("POST",))
def second_factor_later(request: AccountRequest) -> HttpResponse:
    """Only in a demo installation, and only until the next sign-in."""
    if not settings.DEMO:
        raise PermissionDenied(_("Here the second step can't be put off."))
    request.session[PUT_OFF] = True
    return redirect("home")
