"""Reading, finding and collecting what is taught."""

import re
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.roles import Permission
from cocora.common.refusal import Refusal
from programmes import actions
from programmes.forms import ExerciseListForm
from programmes.models import (
    Chapter,
    Curriculum,
    CurriculumImage,
    CurriculumStatus,
    Exercise,
    ExerciseList,
    ListedExercise,
    Module,
    Programme,
    ProgrammeKind,
)
from programmes.queries import current_curricula, modules_of, neighbours, shown
from programmes.search import PAGE_SIZE, Search, find

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Z]{2})?")  # as in curriculum.yaml
Crumbs = list[tuple[str, str]]


def language_of(request: AccountRequest) -> str:
    """The language of the text that somebody asks for, else the language of the screen."""
    asked = request.GET.get("language", "")
    return asked if LANGUAGE.fullmatch(asked) else request.LANGUAGE_CODE


def kept_language(request: AccountRequest) -> str:
    """What goes behind the links to other texts, so that a chosen language lasts."""
    language = language_of(request)
    return "" if language == request.LANGUAGE_CODE else f"?{urlencode({'language': language})}"


def crumbs_to(edition: Curriculum, kept: str = "") -> Crumbs:
    return [
        (_("Programmes"), reverse("programmes:list")),
        (edition.programme.name, edition.get_absolute_url() + kept),
    ]


def seen_curriculum(request: AccountRequest, pk: int) -> Curriculum:
    rows = Curriculum.objects.visible_to(request.user)
    return get_object_or_404(
        rows.select_related("programme", "organisation", "publishing_note"), pk=pk
    )


@account_view(Permission.READ_CURRICULA)
def programme_list(request: AccountRequest) -> HttpResponse:
    foundations = (
        Curriculum.objects.visible_to(request.user)
        .in_use_by(request.user)
        .filter(programme__kind=ProgrammeKind.FOUNDATIONS)
        .own_first(request.user)
        .prefetch_related("chapters__texts")
        .first()
    )
    return render(
        request,
        "programmes/programme_list.html",
        {
            "curricula": current_curricula(request.user),
            "foundations": foundations,
            "may_edit": request.user.may(Permission.EDIT_CURRICULA),
        },
    )


@account_view(Permission.READ_CURRICULA)
def programme(request: AccountRequest, code: str) -> HttpResponse:
    """The short address of a programme leads to the edition that one teaches from."""
    rows = Curriculum.objects.visible_to(request.user).in_use_by(request.user)
    found = rows.filter(programme__code=code).own_first(request.user).first()
    if found is None:
        raise Http404
    return redirect(found)


@account_view(Permission.READ_CURRICULA)
def current_exercise(request: AccountRequest, code: str, exercise_code: str) -> HttpResponse:
    """The short address of an exercise, as printed in the handbooks: in the edition that one
    teaches from, or in the core one when it has no such exercise."""
    rows = Exercise.objects.visible_to(request.user).filter(
        module__curriculum__programme__code=code, code=exercise_code
    )
    rows = rows.select_related("module")
    found = rows.in_use_by(request.user).first() or rows.current().first()
    if found is None:
        raise Http404
    return redirect(found)


@account_view(Permission.READ_CURRICULA)
def curriculum(request: AccountRequest, pk: int) -> HttpResponse:
    edition = seen_curriculum(request, pk)
    in_use = Curriculum.objects.visible_to(request.user).in_use_by(request.user)
    own = Curriculum.objects.allowing(request.user, Permission.EDIT_CURRICULA)
    is_own = own.filter(pk=edition.pk).exists()
    return render(
        request,
        "programmes/curriculum_detail.html",
        {
            "curriculum": edition,
            "crumbs": crumbs_to(edition)[:1],
            "modules": modules_of(edition),
            "chapters": edition.chapters.prefetch_related("texts"),
            "versions": Curriculum.objects.visible_to(request.user)
            .filter(programme=edition.programme)
            .exclude(pk=edition.pk)
            .own_first(request.user)
            .select_related("organisation"),
            "leads_to": Programme.objects.visible_to(request.user)
            .filter(code__in=edition.programme.leads_to, curricula__in=in_use)
            .distinct(),
            "language": language_of(request),
            "kept": kept_language(request),
            "findable": in_use.filter(programme=edition.programme).exists(),
            "may_edit": request.user.may(Permission.EDIT_CURRICULA),
            "own_draft": is_own and edition.status == CurriculumStatus.DRAFT,
            "may_retire": is_own and edition.status == CurriculumStatus.PUBLISHED,
        },
    )


@account_view(Permission.EDIT_CURRICULA, methods=["POST"])
def curriculum_retire(request: AccountRequest, pk: int) -> HttpResponse:
    """Take an own published version out of use."""
    own = Curriculum.objects.allowing(request.user, Permission.EDIT_CURRICULA)
    edition = get_object_or_404(own, pk=pk)
    try:
        actions.retire_curriculum(curriculum=edition, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("Version %(version)s is retired. What was printed from it stays readable.")
        messages.success(request, text % {"version": edition.version})
    return redirect(edition)


@account_view(Permission.READ_CURRICULA)
def module(request: AccountRequest, pk: int, code: str) -> HttpResponse:
    edition = seen_curriculum(request, pk)
    found: Module = get_object_or_404(modules_of(edition), code=code)
    return render(
        request,
        "programmes/module_detail.html",
        {
            "curriculum": edition,
            "crumbs": crumbs_to(edition, kept_language(request)),
            "module": found,
            "shown": shown(found.texts.all(), language_of(request), edition.base_language),
            "language": language_of(request),
            "kept": kept_language(request),
        },
    )


@account_view(Permission.READ_CURRICULA)
def exercise(request: AccountRequest, pk: int, code: str) -> HttpResponse:
    edition = seen_curriculum(request, pk)
    rows = Exercise.objects.filter(module__curriculum=edition).visible_to(request.user)
    found: Exercise = get_object_or_404(
        rows.select_related("module").prefetch_related(
            "texts__handouts", "module__texts", "topic_rows", "competence_rows"
        ),
        code=code,
    )
    before, after = neighbours(found)
    language, kept = language_of(request), kept_language(request)
    module_title = shown(found.module.texts.all(), language, edition.base_language).text.title
    return render(
        request,
        "programmes/exercise_detail.html",
        {
            "curriculum": edition,
            "crumbs": [
                *crumbs_to(edition, kept),
                (f"{found.module.code} {module_title}", found.module.get_absolute_url() + kept),
            ],
            "exercise": found,
            "shown": shown(found.texts.all(), language, edition.base_language),
            "language": language,
            "kept": kept,
            "before": before,
            "after": after,
            "lists": ExerciseList.objects.visible_to(request.user),
            "list_form": ExerciseListForm(),
            "image_base": edition.image_base,
        },
    )


@account_view(Permission.READ_CURRICULA)
def chapter(request: AccountRequest, pk: int, code: str) -> HttpResponse:
    edition = seen_curriculum(request, pk)
    chapters = list(edition.chapters.prefetch_related("texts"))
    found: Chapter | None = next((row for row in chapters if row.code == code), None)
    if found is None:
        raise Http404
    return render(
        request,
        "programmes/chapter_detail.html",
        {
            "curriculum": edition,
            "crumbs": crumbs_to(edition, kept_language(request)),
            "chapter": found,
            "chapters": chapters,
            "shown": shown(found.texts.all(), language_of(request), edition.base_language),
            "language": language_of(request),
            "kept": kept_language(request),
            "image_base": edition.image_base,
        },
    )


@account_view(Permission.READ_CURRICULA)
def image(request: AccountRequest, pk: int, name: str) -> HttpResponse:
    """An image of a package: decoded once when it was loaded, so it is what its name says."""
    edition = seen_curriculum(request, pk)
    rows = CurriculumImage.objects.defer("data")
    found = get_object_or_404(rows, curriculum=edition, path=f"images/{name}")
    tag = f'"{found.digest}"'
    kind = "image/png" if name.endswith(".png") else "image/jpeg"
    response = get_conditional_response(request, etag=tag) or HttpResponse(
        bytes(found.data), content_type=kind
    )
    response["ETag"] = tag
    response["Cache-Control"] = "private, max-age=3600"
    return response


@account_view(Permission.READ_CURRICULA)
def search(request: AccountRequest) -> HttpResponse:
    found = find(request.user, Search.from_query(request.GET))
    fragment = request.htmx and not request.htmx.history_restore_request
    context = {
        "search": found.search,
        "found": found,
        "fragment": fragment,
        "page": Paginator(found.texts, PAGE_SIZE).get_page(request.GET.get("page")),
    }
    page = "programmes/search_results.html" if fragment else "programmes/search.html"
    response = render(request, page, context)
    # Each choice is a step back; each pause while typing is not.
    header = "HX-Replace-Url" if request.htmx.trigger == "q" else "HX-Push-Url"
    response[header] = f"{request.path}?{found.search.address()}"
    return response


@account_view(Permission.READ_CURRICULA, methods=["GET", "POST"])
def list_overview(request: AccountRequest) -> HttpResponse:
    form = ExerciseListForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            created = actions.create_list(title=form.cleaned_data["title"], owner=request.user)
            return redirect(created)
        except Refusal as refusal:
            form.add_error("title", str(refusal))
    lists = ExerciseList.objects.visible_to(request.user).with_totals(request.user)
    return render(request, "programmes/list_overview.html", {"lists": lists, "form": form})


@account_view(Permission.READ_CURRICULA)
def list_detail(request: AccountRequest, pk: int) -> HttpResponse:
    found = own_list(request, pk)
    return list_page(request, found, ExerciseListForm(initial={"title": found.title}))


def own_list(request: AccountRequest, pk: int) -> ExerciseList:
    rows = ExerciseList.objects.visible_to(request.user).with_totals(request.user)
    found: ExerciseList = get_object_or_404(rows, pk=pk)
    return found


def list_page(
    request: AccountRequest, found: ExerciseList, form: ExerciseListForm, status: int = 200
) -> HttpResponse:
    rows = found.rows_visible_to(request.user).select_related(
        "exercise__module__curriculum__programme", "exercise__module__curriculum__organisation"
    )
    context = {
        "list": found,
        "crumbs": [(_("My lists"), reverse("programmes:lists"))],
        "rows": rows.prefetch_related("exercise__texts"),
        "form": form,
    }
    return render(request, "programmes/list_detail.html", context, status=status)


@account_view(Permission.READ_CURRICULA, methods=["POST"])
def list_collect(request: AccountRequest, pk: int) -> HttpResponse:
    """Put an exercise on a list that is chosen, or on a new one that is named."""
    rows = Exercise.objects.visible_to(request.user).select_related("module__curriculum")
    found = get_object_or_404(rows, pk=pk)
    try:
        with transaction.atomic():  # a refused exercise leaves no new list behind
            target = chosen_list(request)
            added = actions.collect_exercise(exercise=found, exercise_list=target)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        text = _("Added to “%(list)s”.") if added else _("“%(list)s” has this exercise already.")
        messages.success(request, text % {"list": target.title})
    return redirect(found)


def chosen_list(request: AccountRequest) -> ExerciseList:
    if chosen := request.POST.get("list"):
        lists = ExerciseList.objects.visible_to(request.user)
        try:
            return forms.ModelChoiceField(lists).clean(chosen)
        except ValidationError:
            raise actions.ListGone from None
    form = ExerciseListForm(request.POST)
    if not form.is_valid():
        raise Refusal(_("Give the new list a name of at most 80 characters."))
    return actions.create_list(title=form.cleaned_data["title"], owner=request.user)


@account_view(Permission.READ_CURRICULA, methods=["POST"])
def list_rename(request: AccountRequest, pk: int) -> HttpResponse:
    found = own_list(request, pk)
    form = ExerciseListForm(request.POST)
    if form.is_valid():
        try:
            actions.rename_list(exercise_list=found, title=form.cleaned_data["title"])
            messages.success(request, _("The list has a new name."))
            return redirect(found)
        except actions.ListGone as gone:
            messages.error(request, str(gone))
            return redirect("programmes:lists")
        except Refusal as refusal:
            form.add_error("title", str(refusal))
    return list_page(request, found, form, status=422)


@account_view(Permission.READ_CURRICULA, methods=["POST"])
def list_delete(request: AccountRequest, pk: int) -> HttpResponse:
    found = get_object_or_404(ExerciseList.objects.visible_to(request.user), pk=pk)
    count = found.rows_visible_to(request.user).count()
    actions.delete_list(exercise_list=found)
    messages.success(
        request,
        ngettext(
            "“%(list)s” with one exercise was deleted.",
            "“%(list)s” with %(count)s exercises was deleted.",
            count,
        )
        % {"list": found.title, "count": count},
    )
    return redirect("programmes:lists")


@account_view(Permission.READ_CURRICULA, methods=["POST"])
def list_change(request: AccountRequest, pk: int, exercise_pk: int) -> HttpResponse:
    """Move an exercise up or down within a list, or take it off."""
    found = own_list(request, pk)
    # By the primary key, whose look-up takes numbers that no database holds.
    listed = Exercise.objects.visible_to(request.user).filter(pk=exercise_pk)
    row = get_object_or_404(found.rows, exercise__in=listed)
    try:
        change_row(request, row)
    except actions.ListGone as gone:
        messages.error(request, str(gone))
        return redirect("programmes:lists")
    return redirect(found)


def change_row(request: AccountRequest, row: ListedExercise) -> None:
    match request.POST.get("move"):
        case "up":
            actions.move_exercise(row=row, step=-1, by=request.user)
        case "down":
            actions.move_exercise(row=row, step=1, by=request.user)
        case "off":
            actions.drop_exercise(row=row)
            messages.success(request, _("Taken off the list."))
