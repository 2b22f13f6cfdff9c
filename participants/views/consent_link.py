"""The page behind a personal link. Whoever holds the link answers; it names nobody."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache

from cocora.accounts.access import public_view
from cocora.common.refusal import Refusal
from participants.actions.consents import answer_link
from participants.forms.consents import AnswersForm
from participants.queries.merged import present_row
from participants.queries.terms import link_by_token, purposes_for, terms_in_use
from participants.vocabulary import Giver


@public_view("Who holds the link may answer it, and learns no name.", methods=("GET", "POST"))
@never_cache
def consent_answer(request: HttpRequest, token: str) -> HttpResponse:
    link = link_by_token(token)
    if link is None or not link.is_open:
        return closed(request)
    person, giver = present_row(link.participant), Giver(link.giver)
    form = AnswersForm(
        request.POST or None,
        purposes=purposes_for(person, giver),
        words=terms_in_use(person.organisation, person.language),
    )
    context: dict[str, Any] = {
        "form": form,
        "organisation": person.organisation,
        "for_guardian": giver == Giver.GUARDIAN,
    }
    if form.is_valid():
        try:
            context["answered"] = answer_link(link=link, answers=form.answers)
        except Refusal:
            return closed(request)
        return unseen(render(request, "participants/consent_thanks.html", context))
    return unseen(render(request, "participants/consent_answer.html", context))


def closed(request: HttpRequest) -> HttpResponse:
    """One page for used, expired, taken back and mistyped links: it tells nobody which."""
    return unseen(render(request, "participants/consent_closed.html", status=404))


def unseen(response: HttpResponse) -> HttpResponse:
    """No search engine keeps the page, and no other site learns its address.

    Not ``no-referrer``: with that browsers send the form with ``Origin: null``, and Django's check
    against forged requests refuses it.
    """
    response["X-Robots-Tag"] = "noindex, nofollow"
    response["Referrer-Policy"] = "same-origin"
    return response
