"""Who saved a text when, what changed, and back again."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view
from cocora.common.refusal import Refusal
from programmes.models import DraftText, TextVersion

from .. import actions
from ..compare import changes
from .own import (
    EDIT,
    crumbs_to,
    own_curriculum,
    own_draft,
    text_of,
)


@account_view(EDIT)
def draft_history(request: AccountRequest, pk: int, text_pk: int) -> HttpResponse:
    """Who saved a text when, and what differs between any two states of it."""
    curriculum = own_curriculum(request, pk)
    text = get_object_or_404(DraftText, curriculum=curriculum, pk=text_pk)
    versions = list(text.versions.select_related("saved_by").defer("source"))
    old, new = chosen(versions, request.GET.get("old")), chosen(versions, request.GET.get("new"))
    if not old and not new and len(versions) > 1:
        new, old = versions[0], versions[1]
    context = {
        "draft": curriculum,
        "text": text,
        "versions": versions,
        "old": old,
        "new": new,
        "changes": changes(text.kind, old.source, new.source) if old and new else [],
        "crumbs": crumbs_to(curriculum) if curriculum.status == "draft" else crumbs_to(),
    }
    return render(request, "programmes/editing/draft_history.html", context)


def chosen(versions: list[TextVersion], pk: str | None) -> TextVersion | None:
    return next((version for version in versions if str(version.pk) == pk), None)


@account_view(EDIT, methods=["POST"])
def draft_restore(request: AccountRequest, pk: int, text_pk: int, version_pk: int) -> HttpResponse:
    draft = own_draft(request, pk)
    text = text_of(draft, text_pk)
    version = get_object_or_404(TextVersion, text=text, pk=version_pk)
    version.text = text
    try:
        actions.restore_version(version=version, by=request.user)
        messages.success(request, _("The earlier text is back. What was there is in the history."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(text)
