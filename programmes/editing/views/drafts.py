"""Drafts as a whole: list, begin, overview, publish, compare."""

from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Count, Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.models import User
from cocora.common.refusal import Refusal
from programmes.models import Curriculum, CurriculumStatus, DraftText, TextKind

from .. import actions
from ..forms import (
    AboutForm,
    NewCurriculumForm,
    NewVersionForm,
    PublishForm,
    TitleForm,
)
from ..queries import (
    archive,
    compared,
    files_of_draft,
    outline_of,
    present_texts,
    suggested_version,
)
from .own import (
    BOTH,
    EDIT,
    WRONG,
    answer,
    crumbs_to,
    organisations_of,
    own_curriculum,
    own_draft,
    text_of,
    to_draft,
)


@account_view(EDIT)
def draft_list(request: AccountRequest) -> HttpResponse:
    present = Q(draft_texts__removed_at=None)
    faulty = present & ~Q(draft_texts__faults=[])
    drafts = (
        Curriculum.objects.allowing(request.user, EDIT)
        .drafts()
        .select_related("programme", "organisation")
        .annotate(
            exercise_count=Count(
                "draft_texts", filter=present & Q(draft_texts__kind=TextKind.EXERCISE)
            ),
            faulty_count=Count("draft_texts", filter=faulty),
        )
        .order_by("-loaded_at")
    )
    current = Curriculum.objects.visible_to(request.user).current().select_related("programme")
    return render(
        request, "programmes/editing/draft_list.html", {"drafts": drafts, "current": current}
    )


@account_view(EDIT, methods=BOTH)
def draft_fork(request: AccountRequest, pk: int) -> HttpResponse:
    """An own version that begins as a copy of what one may read."""
    rows = Curriculum.objects.visible_to(request.user).select_related("programme")
    curriculum = get_object_or_404(rows, pk=pk)
    if curriculum.status == CurriculumStatus.DRAFT:
        curriculum = own_draft(request, pk)  # to read a draft of others is not to take it along
    form = NewVersionForm(
        request.POST if request.method == "POST" else None,
        initial={"version": suggested_version(curriculum)},
    )
    offer_organisations(form, request.user)
    if form.is_valid():
        try:
            draft = actions.begin_version(
                curriculum=curriculum,
                organisation=form.cleaned_data["organisation"],
                version=form.cleaned_data["version"],
                by=request.user,
            )
            messages.success(
                request, _("Here is your own draft. The published text stays as it is.")
            )
            return to_draft(draft)
        except Refusal as refusal:
            form.add_error("version", str(refusal))
    context = {"form": form, "curriculum": curriculum, "crumbs": crumbs_to()}
    return answer(request, "programmes/editing/draft_fork.html", context, form)


def offer_organisations(form: Any, user: User) -> None:
    """The choice of an organisation; where there is only one, nothing is asked."""
    rows = organisations_of(user)
    field = form.fields["organisation"]
    field.queryset = rows
    if len(rows) == 1:
        field.initial, field.disabled = rows[0].pk, True
        field.widget = field.hidden_widget()


@account_view(EDIT, methods=BOTH)
def draft_new(request: AccountRequest) -> HttpResponse:
    """A programme of one's own, with an empty draft."""
    form = NewCurriculumForm(
        request.POST if request.method == "POST" else None,
        initial={"version": "1.0.0", "licence": "CC-BY-4.0"},
    )
    offer_organisations(form, request.user)
    if form.is_valid():
        try:
            return to_draft(begun(form.cleaned_data, request.user))
        except Refusal as refusal:
            form.add_error("code", str(refusal))
    context = {"form": form, "crumbs": crumbs_to()}
    return answer(request, "programmes/editing/draft_new.html", context, form)


def begun(values: dict[str, Any], by: User) -> Curriculum:
    language = settings.LANGUAGE_CODE.partition("-")[0]
    names = ("name", "title", "summary", "version", "licence", "publisher")
    facts = {"programme": values["code"], **{name: values[name] for name in names}}
    facts |= {"base_language": language, "languages": [language]}
    return actions.begin_curriculum(organisation=values["organisation"], facts=facts, by=by)


@account_view(EDIT)
def draft_overview(request: AccountRequest, pk: int) -> HttpResponse:
    return overview_page(request, own_draft(request, pk), PublishForm())


def overview_page(
    request: AccountRequest, draft: Curriculum, publish: PublishForm, status: int = 200
) -> HttpResponse:
    context = {
        "draft": draft,
        "crumbs": crumbs_to(),
        "outline": outline_of(draft),
        "publish": publish,
    }
    return render(request, "programmes/editing/draft_overview.html", context, status=status)


@account_view(EDIT, methods=BOTH)
def draft_about(request: AccountRequest, pk: int) -> HttpResponse:
    draft = own_draft(request, pk)
    text = get_object_or_404(present_texts(draft), kind=TextKind.CURRICULUM)
    names = ("title", "summary", "version", "publisher", "licence")
    form = AboutForm(
        request.POST if request.method == "POST" else None,
        initial={"base": text.digest, **{name: getattr(draft, name) for name in names}},
    )
    if form.is_valid():
        facts = {name: form.cleaned_data[name] for name in names}
        try:
            actions.change_about(
                draft=draft, facts=facts, base=form.cleaned_data["base"], by=request.user
            )
            messages.success(request, _("Saved."))
            return to_draft(draft)
        except Refusal as refusal:
            form.add_error("version", str(refusal))
        except actions.Overtaken:
            form = AboutForm(initial={**form.cleaned_data, "base": text.digest})
            messages.warning(request, overtaken_sentence(text))
    context = {"form": form, "draft": draft, "text": text, "crumbs": crumbs_to(draft)}
    return answer(request, "programmes/editing/draft_about.html", context, form)


def overtaken_sentence(text: DraftText) -> str:
    return _("%(person)s saved this while you were writing. Look at it, then save yours again.") % {
        "person": text.changed_by or _("Somebody else")
    }


@account_view(EDIT, methods=BOTH)
def draft_add(request: AccountRequest, pk: int, kind: str) -> HttpResponse:
    """A new module or chapter."""
    draft = own_draft(request, pk)
    adding = {"module": actions.add_module, "chapter": actions.add_chapter}.get(kind)
    if adding is None:
        raise Http404
    form = TitleForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            return redirect(adding(draft=draft, title=form.cleaned_data["title"], by=request.user))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    context = {"form": form, "draft": draft, "kind": kind, "crumbs": crumbs_to(draft)}
    return answer(request, "programmes/editing/draft_add.html", context, form)


@account_view(EDIT, methods=BOTH)
def draft_add_exercise(request: AccountRequest, pk: int, text_pk: int) -> HttpResponse:
    draft = own_draft(request, pk)
    module = text_of(draft, text_pk)
    if module.kind != TextKind.MODULE:
        raise Http404
    form = TitleForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        title = form.cleaned_data["title"]
        try:
            return redirect(actions.add_exercise(module=module, title=title, by=request.user))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    context = {
        "form": form, "draft": draft, "kind": "exercise", "module": module,
        "crumbs": crumbs_to(draft),
    }  # fmt: skip
    return answer(request, "programmes/editing/draft_add.html", context, form)


@account_view(EDIT, methods=["POST"])
def draft_renumber(request: AccountRequest, pk: int) -> HttpResponse:
    draft = own_draft(request, pk)
    try:
        count = actions.renumber(draft=draft, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        text = ngettext(
            "%(count)s code has changed. Mentions of exercises have followed.",
            "%(count)s codes have changed. Mentions of exercises have followed.",
            count,
        )
        nothing = _("The codes follow the order already.")
        messages.success(request, text % {"count": count} if count else nothing)
    return to_draft(draft)


@account_view(EDIT, methods=["POST"])
def draft_publish(request: AccountRequest, pk: int) -> HttpResponse:
    draft = own_draft(request, pk)
    form = PublishForm(request.POST)
    if form.is_valid():
        try:
            actions.publish_draft(draft=draft, note=form.cleaned_data["note"], by=request.user)
            messages.success(
                request, _("Version %(version)s is published.") % {"version": draft.version}
            )
            return redirect(draft)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
    return overview_page(request, draft, form, status=WRONG)


@account_view(EDIT, methods=["POST"])
def draft_delete(request: AccountRequest, pk: int) -> HttpResponse:
    draft = own_draft(request, pk)
    name = str(draft)
    try:
        actions.delete_draft(draft=draft, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
        return to_draft(draft)
    messages.success(request, _("The draft “%(name)s” was deleted.") % {"name": name})
    return redirect("programmes:draft_list")


@account_view(EDIT)
def draft_package(request: AccountRequest, pk: int) -> HttpResponse:
    """All files of a draft as a package; the same draft gives the same bytes."""
    draft = own_draft(request, pk)
    response = HttpResponse(archive(files_of_draft(draft)), content_type="application/zip")
    name = f"{draft.programme.code}-{draft.version}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@account_view(EDIT)
def draft_compare(request: AccountRequest, pk: int) -> HttpResponse:
    """What differs from another version of the same programme."""
    curriculum = own_curriculum(request, pk)
    others = (
        Curriculum.objects.visible_to(request.user)
        .filter(programme__code=curriculum.programme.code)
        .exclude(pk=pk)
        .select_related("programme", "organisation")
    )
    chosen = request.GET.get("with", "")
    wanted = int(chosen) if chosen.isdecimal() and len(chosen) < 19 else curriculum.forked_from_id
    other = next((row for row in others if row.pk == wanted), None) or next(iter(others), None)
    context = {
        "draft": curriculum,
        "others": others,
        "other": other,
        "compared": compared(other, curriculum) if other else [],
        "crumbs": crumbs_to(curriculum),
    }
    return render(request, "programmes/editing/draft_compare.html", context)
