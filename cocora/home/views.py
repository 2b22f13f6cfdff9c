"""The front door: where everybody arrives, and what the platform says of its own health."""

from django.conf import settings
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from cocora.accounts.access import AccountRequest, account_view, public_view
from cocora.accounts.roles import Permission
from cocora.audit.actions import record_read
from cocora.common.forms import StyleSampleForm
from cocora.home.health import ESSENTIAL, missing
from cocora.home.mailbox import mail_named, mails, shown_body
from cocora.home.record import parts
from handbooks.queries import recent_documents
from programmes.models import ExerciseList
from programmes.queries import current_curricula
from sessions.scheduling.queries.today import today_of


@account_view(reason="Everybody arrives here; without a role there is a word of help only.")
def home(request: AccountRequest) -> HttpResponse:
    if not request.user.may(Permission.READ_CURRICULA):
        return render(request, "home_without_role.html")
    may_see = request.user.may(Permission.SEE_COHORTS)
    return render(
        request,
        "home.html",
        {
            "today": today_of(request.user) if may_see else None,
            "curricula": current_curricula(request.user),
            "documents": recent_documents(request.user, limit=4),
            "lists": ExerciseList.objects.visible_to(request.user)[:4],
        },
    )


@account_view(Permission.READ_AUDIT)
def mail_list(request: AccountRequest) -> HttpResponse:
    """The mails of an embedded installation, which has no mail server. Reading is written down."""
    refuse_served()
    found = mails(request.user)
    record_read(by=request.user, verb="mail.listed", detail={"mails": len(found)})
    page = Paginator(found, 50).get_page(request.GET.get("page"))
    return render(request, "mail_list.html", {"page": page})


@account_view(Permission.READ_AUDIT)
def mail_detail(request: AccountRequest, name: str) -> HttpResponse:
    refuse_served()
    found = mail_named(request.user, name)
    if found is None:
        raise Http404
    record_read(by=request.user, verb="mail.read", detail={"file": found.name})
    context = {"mail": found, "body": shown_body(request.user, found)}
    return render(request, "mail_detail.html", context)


def refuse_served() -> None:
    """Where mail goes to a mail server there is nothing to read here."""
    if settings.SERVED:
        raise Http404


@account_view(Permission.SEE_STYLE)
def style(request: AccountRequest) -> HttpResponse:
    form = StyleSampleForm(request.GET if request.GET else None)
    return render(request, "style.html", {"form": form})


@public_view("A load balancer asks whether we are ready; the answer names no data.")
def health(request: HttpRequest) -> JsonResponse:
    """Ready, or what is missing. 503 only when pages can't be served: a balancer that sent nobody
    here because the worker rests would turn a small fault into a large one."""
    gone = missing()
    return JsonResponse(
        {"ready": not gone, "missing": gone}, status=503 if ESSENTIAL & set(gone) else 200
    )


@public_view("It says what is recorded about people, so that everybody can read it.")
def what_we_record(request: HttpRequest) -> HttpResponse:
    return render(request, "what_we_record.html", {"parts": parts()})
