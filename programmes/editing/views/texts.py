"""One text of a draft: its form, its file, its place, and two people at once."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.models import User
from cocora.common.refusal import Refusal
from programmes.models import Curriculum, DraftText, TextKind
from programmes.package.read import MAX_TEXT_BYTES
from programmes.package.writing import read_fields, write

from .. import actions
from ..compare import Change, changes, label_of, text_parts
from ..faults import show
from ..forms import (
    FORMS,
    MoveForm,
    SourceForm,
    TextForm,
)
from ..queries import (
    is_new,
    present_texts,
    version_with,
)
from ..rows import obey
from .own import (
    BOTH,
    EDIT,
    WRONG,
    crumbs_to,
    own_draft,
    text_of,
    to_draft,
)


@account_view(EDIT, methods=BOTH)
def draft_text(request: AccountRequest, pk: int, text_pk: int) -> HttpResponse:
    """The form of a text; the file itself where a form would lose something of it."""
    draft = own_draft(request, pk)
    text = text_of(draft, text_pk)
    if text.kind == TextKind.CURRICULUM:
        return redirect("programmes:draft_about", pk=pk)
    if request.method == "POST":
        return save_form(request, draft, text)
    fields = read_fields(text.kind, text.source) if is_base(text) else None
    if fields is None:
        return redirect("programmes:draft_source", pk=pk, text_pk=text_pk)
    form = FORMS[text.kind].opened(fields, text.digest)
    form.is_valid()
    if not is_new(text):
        show(form, text.faults, text.source)
    return text_page(request, draft, text, form)


def is_base(text: DraftText) -> bool:
    return text.language == text.curriculum.base_language


def save_form(request: AccountRequest, draft: Curriculum, text: DraftText) -> HttpResponse:
    data = typed(request.POST, text)
    form = FORMS[text.kind](data)
    if "row" in request.POST:
        changed = obey(data, request.POST["row"])
        form = FORMS[text.kind](changed)
        form.refused = not form.is_valid()
        return text_page(request, draft, text, form, moved=request.POST["row"])
    if not form.is_valid():
        form.refused = True
        return text_page(request, draft, text, form, status=WRONG)
    return saved(request, draft, text, form)


def typed(posted: QueryDict, text: DraftText) -> QueryDict:
    """What was sent. The code of a module is not for typing: all its exercises carry it."""
    data = posted.copy()
    if text.kind == TextKind.MODULE:
        data["code"] = text.code
    return data


def saved(
    request: AccountRequest, draft: Curriculum, text: DraftText, form: TextForm
) -> HttpResponse:
    try:
        actions.save_text(
            text=text,
            source=kept_source(text, form),
            base=form.cleaned_data["base"],
            merged=bool(form.cleaned_data["merging"]),
            by=request.user,
        )
    except actions.Overtaken:
        return conflict_page(request, draft, text_of(draft, text.pk), form)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        form.refused = True
        return text_page(request, draft, text, form, status=WRONG)
    tell_saved(request, text)
    # The hash tells the script that what it kept in the browser is safe now.
    return redirect(f"{text.get_absolute_url()}#saved")


def kept_source(text: DraftText, form: TextForm) -> str:
    """The new source; the old one when only its looks would change."""
    source = write(form.result)
    fields = read_fields(text.kind, text.source)
    return text.source if fields and write(fields) == source else source


def tell_saved(request: AccountRequest, text: DraftText) -> None:
    text.refresh_from_db()
    count = len(text.faults)
    if not count:
        messages.success(request, _("Saved."))
        return
    sentence = ngettext(
        "Saved. %(count)s thing is left to mend before publishing.",
        "Saved. %(count)s things are left to mend before publishing.",
        count,
    )
    messages.warning(request, sentence % {"count": count})


def text_page(
    request: AccountRequest,
    draft: Curriculum,
    text: DraftText,
    form: TextForm,
    *,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    if text.kind == TextKind.MODULE:
        offer_modules(form, draft, text)
    context = {
        "draft": draft,
        "text": text,
        "form": form,
        "crumbs": crumbs_to(draft),
        "image_base": draft.image_base,
        "max_bytes": MAX_TEXT_BYTES,
        "pictures": draft.images.defer("data").order_by("path"),
        "fields_template": f"programmes/editing/fields_{text.kind}.html",
        **more,
    }
    return render(request, "programmes/editing/edit_text.html", context, status=status)


def offer_modules(form: TextForm, draft: Curriculum, text: DraftText) -> None:
    """The other modules of the draft, and whatever stands there already."""
    others = present_texts(draft).filter(kind=TextKind.MODULE, language=draft.base_language)
    rows = others.exclude(pk=text.pk).values_list("code", "title")
    choices = {code: f"{code} {title}" for code, title in rows if code}
    here = {code: code for code in form.sent.getlist("prerequisites")}
    field: Any = form.fields["prerequisites"]
    field.choices = list({**here, **choices}.items())


@dataclass(frozen=True)
class Conflict:
    """What somebody else saved meanwhile, beside what was just sent."""

    changes: list[Change]
    taken: list[Any]
    person: User | None


def conflict_page(
    request: AccountRequest, draft: Curriculum, text: DraftText, form: TextForm
) -> HttpResponse:
    """Both texts side by side; her own in the form, with the other's words in fields that she
    had not touched. Saving again is then a decision."""
    mine = form.result
    theirs = read_fields(text.kind, text.source)
    base = version_with(text, form.cleaned_data["base"])
    begun_with = read_fields(text.kind, base.source) if base else None
    taken: list[str] = []
    if theirs and begun_with:
        mine, taken = merged(begun_with, mine, theirs)
    conflict = Conflict(changes(text.kind, text.source, write(mine)), taken, text.changed_by)
    again = FORMS[text.kind].opened(mine, text.digest, merging="yes")
    again.is_valid()
    return text_page(request, draft, text, again, status=WRONG, conflict=conflict)


def merged(base: Any, mine: Any, theirs: Any) -> tuple[Any, list[Any]]:
    """My fields, and theirs where I changed nothing; the labels of the fields taken from them."""
    before, now = text_parts(base), text_parts(mine)
    other = text_parts(theirs)
    untouched = [name for name in now if now[name] == before.get(name) != other.get(name)]
    for name in untouched:
        if name in mine.__dict__:
            setattr(mine, name, getattr(theirs, name))
        else:
            mine.sections[name] = theirs.sections[name]
    return mine, [label_of(name) for name in untouched]


@account_view(EDIT, methods=BOTH)
def draft_source(request: AccountRequest, pk: int, text_pk: int) -> HttpResponse:
    """The file of a text as it is."""
    draft = own_draft(request, pk)
    text = text_of(draft, text_pk)
    if text.kind == TextKind.CURRICULUM:
        return redirect("programmes:draft_about", pk=pk)
    form = SourceForm(
        request.POST if request.method == "POST" else None,
        initial={"base": text.digest, "source": text.source},
    )
    if form.is_valid():
        return save_source(request, draft, text, form)
    return source_page(request, draft, text, form)


def save_source(
    request: AccountRequest, draft: Curriculum, text: DraftText, form: SourceForm
) -> HttpResponse:
    values = form.cleaned_data
    try:
        actions.save_text(
            text=text,
            source=values["source"],
            base=values["base"],
            merged=bool(values["merging"]),
            by=request.user,
        )
    except Refusal as refusal:
        form.add_error("source", str(refusal))
        return source_page(request, draft, text, form)
    except actions.Overtaken:
        text = text_of(draft, text.pk)
        found = changes(TextKind.CURRICULUM, text.source, values["source"])
        mine = {"base": text.digest, "merging": "yes", "source": values["source"]}
        conflict = Conflict(found, [], text.changed_by)
        return source_page(request, draft, text, SourceForm(initial=mine), WRONG, conflict=conflict)
    tell_saved(request, text)
    return redirect(f"{reverse('programmes:draft_source', args=[draft.pk, text.pk])}#saved")


def source_page(
    request: AccountRequest,
    draft: Curriculum,
    text: DraftText,
    form: SourceForm,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    wrong = form.is_bound and not form.is_valid()
    context = {
        "draft": draft,
        "text": text,
        "form": form,
        "crumbs": crumbs_to(draft),
        "has_form": is_base(text) and read_fields(text.kind, text.source) is not None,
        "max_bytes": MAX_TEXT_BYTES,
        **more,
    }
    return render(
        request, "programmes/editing/edit_source.html", context, status=WRONG if wrong else status
    )


@account_view(EDIT, methods=["POST"])
def draft_move(request: AccountRequest, pk: int, text_pk: int) -> HttpResponse:
    draft = own_draft(request, pk)
    text = text_of(draft, text_pk)
    form = MoveForm(request.POST)
    if form.is_valid() and text.kind in (TextKind.MODULE, TextKind.EXERCISE):
        try:
            actions.move_text(text=text, step=form.cleaned_data["step"], by=request.user)
        except Refusal as refusal:
            messages.error(request, str(refusal))
    return redirect(f"{reverse('programmes:draft', args=[pk])}#text-{text_pk}")


@account_view(EDIT, methods=["POST"])
def draft_remove(request: AccountRequest, pk: int, text_pk: int) -> HttpResponse:
    draft = own_draft(request, pk)
    text = text_of(draft, text_pk)
    if text.kind == TextKind.CURRICULUM:
        raise Http404
    try:
        actions.remove_text(text=text, by=request.user)
        messages.success(
            request,
            _("“%(text)s” was deleted. It can be brought back below.") % {"text": text},
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return to_draft(draft)


@account_view(EDIT, methods=["POST"])
def draft_return(request: AccountRequest, pk: int, text_pk: int) -> HttpResponse:
    draft = own_draft(request, pk)
    text = get_object_or_404(DraftText, curriculum=draft, pk=text_pk)
    if text.removed_at:
        try:
            actions.return_text(text=text, by=request.user)
            messages.success(request, _("“%(text)s” is back.") % {"text": text})
        except Refusal as refusal:
            messages.error(request, str(refusal))
    return to_draft(draft)
