from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from cocora.accounts.access import public_view
from cocora.accounts.actions.invitations import accept_invitation, join
from cocora.accounts.forms import AnswerForm, JoinForm
from cocora.accounts.models import Invitation, User
from cocora.accounts.queries import account_of, invitation_by_token, owns_address
from cocora.common.refusal import Refusal


@public_view("Who holds the link may answer the invitation.", methods=("GET", "POST"))
@never_cache
@sensitive_post_parameters("password")
def invitation(request: HttpRequest, token: str) -> HttpResponse:
    """Answer an invitation: as somebody new, or with the account one has."""
    found = invitation_by_token(token)
    if found is None or not found.is_open:
        return closed(request)
    if request.user.is_authenticated:
        return answer_signed_in(request, found, request.user)
    if account_of(found.email):
        return render(request, "accounts/invitation_sign_in.html", {"invitation": found})
    return answer_as_new(request, found)


def closed(request: HttpRequest) -> HttpResponse:
    """One page for used, expired, revoked and mistyped links: it tells nobody which."""
    return render(request, "accounts/invitation_closed.html", status=404)


def answer_signed_in(request: HttpRequest, found: Invitation, user: User) -> HttpResponse:
    if not owns_address(user, found.email):
        return render(request, "accounts/invitation_other.html", {"invitation": found})
    form = AnswerForm(request.POST or None)
    if request.method == "POST":
        return accept(request, found, user)
    return render(request, "accounts/invitation_accept.html", {"invitation": found, "form": form})


def accept(request: HttpRequest, found: Invitation, user: User) -> HttpResponse:
    try:
        accept_invitation(invitation=found, by=user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return redirect("home")
    welcome = _("Welcome to %(organisation)s.") % {"organisation": found.organisation}
    messages.success(request, welcome)
    return redirect("home")


def answer_as_new(request: HttpRequest, found: Invitation) -> HttpResponse:
    form = JoinForm(request.POST or None, email=found.email)
    if form.is_valid():
        try:
            user = join(invitation=found, **form.cleaned_data)
        except Refusal:
            return closed(request)
        return perform_password_login(request, {"email": user.email}, Login(user=user))
    return render(request, "accounts/invitation_join.html", {"invitation": found, "form": form})
