"""Compose a book, order it, watch it being made, take it away."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import gettext as _
from django_htmx.http import reswap, retarget

from cocora.accounts.access import AccountRequest, account_view
from cocora.accounts.roles import Permission
from cocora.common.refusal import Refusal
from handbooks import actions
from handbooks.actions.pictures import folder_of, pictures_of
from handbooks.forms import FinishedForm, OrderForm
from handbooks.models import Document, DocumentKind, Format, Order, Preview
from handbooks.queries import (
    curricula_to_print,
    facets_of,
    forecast,
    recent_documents,
    time_left,
    waits_in_vain,
)
from programmes.models import Curriculum, Exercise, ExerciseList

CONTENT_TYPES = {"pdf": "application/pdf", "epub": "application/epub+zip"}
PAGE_SIZE = 24
EDIT = Permission.EDIT_CURRICULA
NEWEST = 6
# What the form sends besides the choice.
NO_CHOICE = ("csrfmiddlewaretoken", "composed")


@account_view(Permission.ORDER_HANDBOOKS)
def document_list(request: AccountRequest) -> HttpResponse:
    orders = Order.objects.visible_to(request.user).select_related("job")
    context = {
        "curricula": curricula_to_print(request.user),
        "orders": orders[:NEWEST],
        "documents": recent_documents(request.user, limit=NEWEST),
    }
    return render(request, "handbooks/document_list.html", context)


@account_view(Permission.ORDER_HANDBOOKS)
def document_shelf(request: AccountRequest) -> HttpResponse:
    """All finished books that one may read."""
    seen = Document.objects.visible_to(request.user)
    form = FinishedForm(request.GET, facets=facets_of(seen))
    wanted = form.cleaned_data if form.is_valid() else {}
    names = {"programme": "curriculum__programme__code", "kind": "kind", "language": "language"}
    chosen = {field: wanted[name] for name, field in names.items() if wanted.get(name)}
    found = seen.filter(**chosen).select_related("curriculum__programme")
    context = {
        "form": form,
        "page": Paginator(found, PAGE_SIZE).get_page(request.GET.get("page")),
        "crumbs": [(_("Handbooks"), reverse("handbooks:list"))],
    }
    return render(request, "handbooks/document_shelf.html", context)


@account_view(Permission.ORDER_HANDBOOKS, methods=["GET", "POST"])
def compose(request: AccountRequest) -> HttpResponse:
    """A book put together; what is chosen stands in the address. A POST comes from the button that
    brings the page up to date without JavaScript."""
    if request.method == "POST":
        return redirect(composed(request.POST))
    form = OrderForm(with_defaults(request), user=request.user)
    form.is_valid()
    context = {"form": form, "order": form.order, **known(form, request)}
    form.fit()
    context["crumbs"] = [(_("Handbooks"), reverse("handbooks:list"))]
    return render(request, "handbooks/compose.html", context)


def composed(choice: QueryDict) -> str:
    """The address of the page with this choice."""
    kept = choice.copy()
    for name in NO_CHOICE:
        kept.pop(name, None)
    return f"{reverse('handbooks:compose')}?{kept.urlencode()}"


def with_defaults(request: AccountRequest) -> QueryDict:
    """The choice of the address, completed so that there is a book from the first look on."""
    choice = request.GET.copy()
    choice.setdefault("kind", "list" if "exercise_list" in choice else DocumentKind.HANDBOOK.value)
    choice.setdefault("format", Format.PDF.value)
    choice.setdefault("paper", "A4")
    curricula = curricula_to_print(request.user)
    if curricula:
        choice.setdefault("curriculum", str(curricula[0].pk))
    own = ExerciseList.objects.visible_to(request.user).first()
    if own and choice["kind"] == DocumentKind.LIST:
        choice.setdefault("exercise_list", str(own.pk))
    return choice


def known(form: OrderForm, request: AccountRequest) -> dict[str, Any]:
    """What can be said and shown of this book already."""
    if form.order is None:
        return {}
    digest = form.order.digest()
    preview = Preview.objects.visible_to(request.user).filter(digest=digest).select_related("job")
    asked = preview.first()
    facts = forecast(form.order, digest, request.user)
    shown = pictures_of(digest) if asked or facts.document else []
    return {"digest": digest, "forecast": facts, "preview": asked, "pictures": shown}


@account_view(Permission.ORDER_HANDBOOKS, methods=["POST"])
def preview_create(request: AccountRequest) -> HttpResponse:
    form = OrderForm(request.POST, user=request.user)
    if form.is_valid() and form.order and form.order.format == Format.PDF:
        actions.request_preview(order=form.order, by=request.user)
    return redirect(composed(request.POST))


@account_view(EDIT, methods=["GET", "POST"])
def exercise_page(request: AccountRequest, pk: int, code: str) -> HttpResponse:
    """One exercise as it will be printed, also beside the form in which it is written."""
    draft = get_object_or_404(Curriculum.objects.allowing(request.user, EDIT), pk=pk)
    readable = Exercise.objects.visible_to(request.user)
    exercise = readable.filter(module__curriculum=draft, code=code).first()
    context: dict[str, Any] = {"draft": draft, "code": code, "exercise": exercise}
    if exercise:
        if request.method == "POST":
            actions.request_page(exercise=exercise, by=request.user)
        digest = actions.digest_of_page(actions.order_of(exercise, draft.base_language))
        seen = Preview.objects.visible_to(request.user).select_related("job")
        asked = seen.filter(digest=digest).first()
        shown = pictures_of(digest) if asked else []
        context |= {"digest": digest, "asked": asked, "pictures": shown}
    context["crumbs"] = [(str(draft), reverse("programmes:draft", args=[draft.pk]))]
    part = "_part" if request.htmx else ""
    return render(request, f"handbooks/exercise_page{part}.html", context)


@account_view(Permission.ORDER_HANDBOOKS)
def picture(request: AccountRequest, digest: str, number: int) -> HttpResponseBase:
    """One page of a book, for those who may read the book."""
    seen = (
        Document.objects.visible_to(request.user).filter(digest=digest).exists()
        or Preview.objects.visible_to(request.user).filter(digest=digest).exists()
    )
    path = folder_of(digest) / f"{number}.png"
    if not seen or not path.is_file():
        raise Http404
    tag = f'"{path.stat().st_mtime_ns}"'
    return tagged(request, tag, path, content_type="image/png")


@account_view(Permission.ORDER_HANDBOOKS, methods=["POST"])
def order_create(request: AccountRequest) -> HttpResponse:
    form = OrderForm(request.POST, user=request.user)
    if form.is_valid() and form.order:
        own = form.cleaned_data["exercise_list"] if form.order.kind == DocumentKind.LIST else None
        placed = actions.order_book(order=form.order, by=request.user, exercise_list=own)
        return redirect(placed)
    if "composed" in request.POST:
        # The page says it at the field.
        return redirect(composed(request.POST))
    sentence = _("This book can't be ordered: {reason}")
    messages.error(request, sentence.format(reason=form.first_error()))
    return redirect(form.origin())


@account_view(Permission.ORDER_HANDBOOKS)
def order_detail(request: AccountRequest, pk: int) -> HttpResponse:
    """The state of an order; htmx asks for the same address every second while it is open."""
    rows = Order.objects.visible_to(request.user)
    order = get_object_or_404(rows.select_related("job", "document__curriculum__programme"), pk=pk)
    context = {
        "order": order,
        "crumbs": [(_("Handbooks"), reverse("handbooks:list"))],
        "left": time_left(order.job.seconds_left) if order.is_open and order.job else "",
        "in_vain": waits_in_vain(order),
    }
    if not request.htmx:
        return render(request, "handbooks/order_detail.html", context)
    if order.is_open:
        return render(request, "handbooks/order_progress.html", context)
    # It has ended: what stands around the progress goes too.
    ended = render(request, "handbooks/order_state.html", context)
    return reswap(retarget(ended, "#state"), "outerHTML")


@account_view(Permission.ORDER_HANDBOOKS, methods=["POST"])
def order_cancel(request: AccountRequest, pk: int) -> HttpResponse:
    order = get_object_or_404(Order.objects.visible_to(request.user), pk=pk)
    actions.cancel_order(order=order, by=request.user)
    return redirect(order)


@account_view(Permission.ORDER_HANDBOOKS, methods=["POST"])
def order_retry(request: AccountRequest, pk: int) -> HttpResponse:
    rows = Order.objects.visible_to(request.user).select_related("job")
    order = get_object_or_404(rows, pk=pk)
    try:
        actions.retry_order(order=order, by=request.user)
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect(order)


@account_view(Permission.ORDER_HANDBOOKS)
def download(request: AccountRequest, pk: int) -> HttpResponseBase:
    """The file, to keep or (a PDF, with ``?inline``) to look at.

    It never changes, so its digest is its tag.
    """
    document = get_object_or_404(
        Document.objects.visible_to(request.user).select_related("curriculum__programme"), pk=pk
    )
    path = settings.FILES_DIR / document.path
    if not path.is_file():
        raise Http404
    return tagged(
        request,
        f'"{document.digest}"',
        path,
        as_attachment="inline" not in request.GET or document.format != Format.PDF,
        filename=document.file_name,
        content_type=CONTENT_TYPES[document.format],
    )


def tagged(request: AccountRequest, tag: str, path: Path, **facts: Any) -> HttpResponseBase:
    """The file, or that it is still the same; it is kept by its reader's browser only."""
    same = get_conditional_response(request, etag=tag)
    answer = same or FileResponse(path.open("rb"), **facts)
    answer["ETag"] = tag
    answer["Cache-Control"] = "private, no-cache"
    return answer
