"""One session: its facts and its agenda; adding, changing and cancelling it."""

from datetime import date
from typing import Any

from django.contrib import messages
from django.db.models import Prefetch
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.dateparse import parse_date
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from cocora.accounts.access import AccountRequest
from cocora.accounts.roles import Permission
from cocora.common.refusal import FieldRefusal, Refusal
from participants.access import cohort_view
from participants.models import Cohort
from sessions.scheduling.actions.changes import Stale
from sessions.scheduling.actions.series import Planned, lay_out_series
from sessions.scheduling.actions.sessions import cancel_session, change_sessions
from sessions.scheduling.actions.undo import undo_change
from sessions.scheduling.forms.sessions import CancelForm, ChangeForm, SessionForm
from sessions.scheduling.layout import Frame, lay_out
from sessions.scheduling.models import Assignment, ProgrammeSession
from sessions.scheduling.queries.conflicts import Asked, warnings_of
from sessions.scheduling.queries.moves import Move, Scope, mark_of, moves_of, people_told
from sessions.scheduling.queries.replacements import offers_for


def own_session(request: AccountRequest, cohort: Cohort, pk: int) -> ProgrammeSession:
    """A session of this cohort, for those who run it."""
    people = Assignment.objects.visible_to(request.user).select_related("practitioner")
    rows = ProgrammeSession.objects.allowing(request.user, Permission.RUN_COHORTS)
    full = rows.filter(cohort=cohort).select_related("venue", "replaces", "replacement")
    found: ProgrammeSession = get_object_or_404(
        full.prefetch_related(Prefetch("assignments", people.order_by("role", "pk"))), pk=pk
    )
    return found


@cohort_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def session_new(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    """One session more, with what speaks against it before it is saved."""
    form = SessionForm(request.POST or None, cohort=cohort, by=request.user)
    context: dict[str, Any] = {"cohort": cohort, "form": form}
    if form.is_valid():
        try:
            planned = planned_of(form)
            made = lay_out_series(cohort=cohort, planned=[planned], by=request.user)[0]
        except FieldRefusal as refusal:
            field = {"local_start": "starts", "local_end": "ends"}.get(refusal.field)
            form.add_error(field, str(refusal))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            warn(request, cohort, made, form)
            return redirect(made)
    return render(request, "sessions/session_new.html", context)


def planned_of(form: SessionForm) -> Planned:
    chosen = form.cleaned_data
    length = (chosen["ends"].hour - chosen["starts"].hour) * 60
    length += chosen["ends"].minute - chosen["starts"].minute
    return Planned(
        chosen["date"],
        chosen["starts"],
        chosen["ends"],
        chosen["venue"],
        form.chosen_crew(),
        lay_out([length], [], Frame()).sessions[0].blocks,
        title=chosen["title"],
        guidance=chosen["guidance"],
    )


def warn(
    request: AccountRequest, cohort: Cohort, made: ProgrammeSession, form: SessionForm
) -> None:
    people = tuple(person for person, _role in form.chosen_crew())
    asked = Asked(made.starts_at, made.ends_at, made.local_date, made.venue, people, made.pk)
    messages.success(request, _("The session is there. Nobody has been told yet."))
    for warned in warnings_of(cohort, [asked])[0]:
        messages.warning(request, warned.sentence)


@cohort_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def session_change(request: AccountRequest, cohort: Cohort, pk: int) -> HttpResponse:
    """Shows what would change and whom it concerns; saves exactly that."""
    row = own_session(request, cohort, pk)
    form = ChangeForm(
        request.POST or None,
        cohort=cohort,
        by=request.user,
        programme_session=row,
        wished=wished_day(request),
    )
    context: dict[str, Any] = {"cohort": cohort, "form": form, "meeting": row}
    if form.is_valid():
        scope, edit = Scope(form.cleaned_data["scope"]), form.edit()
        moves = moves_of(cohort, row, scope, edit)
        if request.POST.get("do") == "save" and changed(request, cohort, row, form, moves):
            return redirect("sessions:schedule", cohort.pk)
        context |= {
            "moves": [move for move in moves if move.fault or move.sentences()],
            "mark": mark_of(moves),
            "refused": sum(move.refused for move in moves),
            "told": people_told(cohort, moves),
        }
    return render(request, "sessions/session_change.html", context)


def wished_day(request: AccountRequest) -> date | None:
    """The day in the address, when a session was dragged to it; anything else counts as none."""
    try:
        return parse_date(request.GET.get("date", ""))
    except ValueError:
        return None


def changed(
    request: AccountRequest,
    cohort: Cohort,
    row: ProgrammeSession,
    form: ChangeForm,
    moves: list[Move],
) -> bool:
    try:
        count = change_sessions(
            cohort=cohort,
            programme_session=row,
            scope=Scope(form.cleaned_data["scope"]),
            edit=form.edit(),
            seen=request.POST.get("mark", "") or mark_of(moves),
            by=request.user,
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    sentence = ngettext(
        "%(count)s session is changed. Nobody has been told yet.",
        "%(count)s sessions are changed. Nobody has been told yet.",
        count,
    )
    messages.success(request, sentence % {"count": count})
    return True


@cohort_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def session_cancel(request: AccountRequest, cohort: Cohort, pk: int) -> HttpResponse:
    row = own_session(request, cohort, pk)
    offers = offers_for(cohort, row)
    form = CancelForm(request.POST or None, programme_session=row, offers=offers)
    if form.is_valid():
        try:
            made = cancel_session(
                cohort=cohort,
                programme_session=row,
                version=form.cleaned_data["version"],
                reason=form.cleaned_data["reason"],
                replacement=form.replacement(),
                by=request.user,
            )
        except Stale as refusal:
            messages.error(request, str(refusal))
            return redirect(row)
        except Refusal as refusal:
            form.add_error("date" if form.cleaned_data["instead"] else None, str(refusal))
        else:
            messages.success(request, _("The session is cancelled. Nobody has been told yet."))
            return redirect(made or row)
    context = {"cohort": cohort, "form": form, "meeting": row, "offers": offers}
    return render(request, "sessions/session_cancel.html", context)


@cohort_view(Permission.RUN_COHORTS, methods=("POST",))
def undo(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    change = request.POST.get("change", "")
    try:
        told = undo_change(
            cohort=cohort, change_pk=int(change) if change.isdecimal() else 0, by=request.user
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Undone: %(what)s.") % {"what": told})
    return redirect("sessions:schedule", cohort.pk)
