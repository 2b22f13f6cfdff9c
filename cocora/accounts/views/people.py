from collections.abc import Callable

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.actions import invitations, memberships
from cocora.accounts.forms import InviteForm, RoleForm
from cocora.accounts.models import Invitation, Membership, MembershipQuerySet, Organisation
from cocora.accounts.queries import inviting_organisations
from cocora.accounts.roles import Permission, Role
from cocora.common.refusal import Refusal

PER_PAGE = 50


@account_view(Permission.INVITE_PEOPLE)
def people(request: AccountRequest) -> HttpResponse:
    """The members of one's organisation and the invitations still out."""
    organisations = inviting_organisations(request.user)
    members = Membership.objects.visible_to(request.user).filter(organisation__in=organisations)
    ordered = members.select_related("user", "organisation").order_by(
        "organisation__name", "user__display_name", "pk"
    )
    waiting = Invitation.objects.visible_to(request.user).unanswered()
    context = {
        "page": Paginator(ordered, PER_PAGE).get_page(request.GET.get("page")),
        "invitations": waiting.select_related("organisation", "invited_by").order_by("pk"),
        "several": len(organisations) > 1,
    }
    return render(request, "accounts/people.html", context)


@account_view(Permission.INVITE_PEOPLE, methods=("GET", "POST"))
def invite(request: AccountRequest) -> HttpResponse:
    organisations = inviting_organisations(request.user)
    form = InviteForm(request.POST or None, by=request.user, organisations=organisations)
    if form.is_valid() and sent(request, form):
        return redirect("accounts:people")
    return render(request, "accounts/people_invite.html", {"form": form})


def sent(request: AccountRequest, form: InviteForm) -> bool:
    """Whether the invitation went out; if not, the form says why."""
    email, role = form.cleaned_data["email"], Role(form.cleaned_data["role"])
    place = form.chosen_organisation
    try:
        invitations.invite(organisation=place, email=email, role=role, by=request.user)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    messages.success(request, _("The invitation to %(email)s is on its way.") % {"email": email})
    return True


@account_view(Permission.INVITE_PEOPLE, methods=("POST",))
def invitation_resend(request: AccountRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk)
    return attempt(
        request,
        lambda: invitations.send_invitation_again(invitation=invitation, by=request.user),
        _("A new link is on its way. The old one no longer works."),
    )


@account_view(Permission.INVITE_PEOPLE, methods=("POST",))
def invitation_revoke(request: AccountRequest, pk: int) -> HttpResponse:
    invitation = get_object_or_404(Invitation.objects.visible_to(request.user), pk=pk)
    return attempt(
        request,
        lambda: invitations.revoke_invitation(invitation=invitation, by=request.user),
        _("The invitation is revoked."),
    )


@account_view(Permission.INVITE_PEOPLE, methods=("POST",))
def member_deactivate(request: AccountRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(looked_after(request), pk=pk)
    return attempt(
        request,
        lambda: memberships.deactivate_membership(membership=membership, by=request.user),
        _("The membership has ended."),
    )


@account_view(Permission.INVITE_PEOPLE, methods=("POST",))
def member_reactivate(request: AccountRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(looked_after(request), pk=pk)
    return attempt(
        request,
        lambda: memberships.reactivate_membership(membership=membership, by=request.user),
        _("The membership is active again."),
    )


@account_view(Permission.INVITE_PEOPLE, methods=("GET", "POST"))
def member_role(request: AccountRequest, pk: int) -> HttpResponse:
    membership = get_object_or_404(looked_after(request), pk=pk)
    form = RoleForm(request.POST or None, by=request.user, membership=membership)
    if form.is_valid():
        role = Role(form.cleaned_data["role"])
        return attempt(
            request,
            lambda: memberships.change_role(membership=membership, role=role, by=request.user),
            _("The role is changed. It counts from now on."),
        )
    return render(request, "accounts/people_role.html", {"form": form, "membership": membership})


def looked_after(request: AccountRequest) -> MembershipQuerySet:
    """Memberships of organisations whose people she looks after (her own elsewhere are not)."""
    kept = Organisation.objects.allowing(request.user, Permission.INVITE_PEOPLE)
    visible = Membership.objects.visible_to(request.user)
    return visible.filter(organisation__in=kept).select_related("user", "organisation")


def attempt(request: HttpRequest, action: Callable[[], object], done: str) -> HttpResponse:
    """Do it, say so or say why not, and go back to the list."""
    try:
        action()
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, done)
    return redirect("accounts:people")
