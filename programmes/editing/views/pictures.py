"""Pictures of a draft, and how a text will read."""

from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view
from cocora.common.markdown import render as render_markdown
from cocora.common.refusal import Refusal
from programmes.models import Curriculum, CurriculumImage
from programmes.package.read import MAX_TEXT_BYTES

from .. import actions
from ..forms import (
    PictureForm,
)
from ..pictures import cleaned
from .own import (
    BOTH,
    EDIT,
    WRONG,
    answer,
    crumbs_to,
    own_draft,
)


@account_view(EDIT, methods=BOTH)
def draft_pictures(request: AccountRequest, pk: int) -> HttpResponse:
    """The pictures of a draft, and a way to add one; the editor's script asks for JSON."""
    draft = own_draft(request, pk)
    posted = request.method == "POST"
    form = PictureForm(*((request.POST, request.FILES) if posted else ()))
    wants_json = request.headers.get("Accept") == "application/json"
    if form.is_valid():
        try:
            picture = cleaned(form.cleaned_data["file"], form.cleaned_data["words"])
            image = actions.add_picture(draft=draft, picture=picture, by=request.user)
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        else:
            words = f"![{form.cleaned_data['words']}]({image.path})"
            if wants_json:
                return JsonResponse({"markdown": words})
            messages.success(
                request, _("Put this where the picture belongs: %(words)s") % {"words": words}
            )
            return redirect("programmes:draft_pictures", pk=pk)
    if wants_json and posted:
        sentences = [error for errors in form.errors.values() for error in errors]
        return JsonResponse({"errors": sentences}, status=WRONG)
    context = {
        "draft": draft,
        "form": form,
        "pictures": draft.images.defer("data").order_by("path"),
        "image_base": draft.image_base,
        "crumbs": crumbs_to(draft),
    }
    return answer(request, "programmes/editing/draft_pictures.html", context, form)


@account_view(EDIT, methods=["POST"])
def draft_picture_delete(request: AccountRequest, pk: int, image_pk: int) -> HttpResponse:
    draft = own_draft(request, pk)
    image = get_object_or_404(CurriculumImage.objects.defer("data"), curriculum=draft, pk=image_pk)
    try:
        actions.remove_picture(draft=draft, image=image, by=request.user)
        messages.success(request, _("The picture was deleted."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("programmes:draft_pictures", pk=pk)


@account_view(EDIT, methods=["POST"])
def draft_preview(request: AccountRequest) -> HttpResponse:
    """Markdown as readers will see it. Nothing is kept."""
    text = request.POST.get("text", "")
    if len(text) > MAX_TEXT_BYTES:
        return HttpResponse(_("This text is too long to be shown."), status=WRONG)
    draft = request.POST.get("draft", "")
    rows = Curriculum.objects.allowing(request.user, EDIT).drafts()
    is_number = draft.isdecimal() and len(draft) < 19
    found = rows.filter(pk=int(draft)).first() if is_number else None
    return HttpResponse(render_markdown(text, found.image_base if found else ""))
