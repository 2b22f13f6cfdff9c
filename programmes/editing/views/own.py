"""What all pages of the editor need: whose draft it is, and the way back to it."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest
from cocora.accounts.models import Organisation, User
from cocora.accounts.roles import Permission
from programmes.models import Curriculum, DraftText

EDIT = Permission.EDIT_CURRICULA
BOTH = ["GET", "POST"]
WRONG = 422
Crumbs = list[tuple[str, str]]


def own_curriculum(request: AccountRequest, pk: int) -> Curriculum:
    """A curriculum of an organisation in which she may edit, in any state."""
    rows = Curriculum.objects.allowing(request.user, EDIT)
    return get_object_or_404(rows.select_related("programme", "organisation"), pk=pk)


def own_draft(request: AccountRequest, pk: int) -> Curriculum:
    rows = Curriculum.objects.allowing(request.user, EDIT).drafts()
    return get_object_or_404(rows.select_related("programme", "organisation"), pk=pk)


def text_of(draft: Curriculum, text_pk: int) -> DraftText:
    """A text that is there; one that was removed can only be looked up in its history."""
    found = get_object_or_404(
        DraftText.objects.select_related("changed_by"),
        curriculum=draft,
        pk=text_pk,
        removed_at=None,
    )
    found.curriculum = draft
    return found


def organisations_of(user: User) -> Any:
    return Organisation.objects.allowing(user, EDIT).order_by("name")


def crumbs_to(draft: Curriculum | None = None) -> Crumbs:
    crumbs = [(_("My drafts"), reverse("programmes:draft_list"))]
    if draft:
        crumbs.append((str(draft), reverse("programmes:draft", args=[draft.pk])))
    return crumbs


def to_draft(draft: Curriculum) -> HttpResponse:
    return redirect("programmes:draft", pk=draft.pk)


def answer(
    request: AccountRequest, template: str, context: dict[str, Any], form: Any
) -> HttpResponse:
    """A page with a form: 422 when it was sent and something is wrong."""
    wrong = form.is_bound and not form.is_valid()
    return render(request, template, context, status=WRONG if wrong else 200)
