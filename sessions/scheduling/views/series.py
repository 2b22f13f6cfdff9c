"""The wizard that lays out a series: one page, nothing is saved before it was seen."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import ngettext

from cocora.accounts.access import AccountRequest
from cocora.accounts.roles import Permission
from cocora.common.refusal import Refusal
from participants.access import cohort_view
from participants.models import Cohort
from sessions.scheduling.actions.series import Planned, lay_out_series
from sessions.scheduling.forms.series import RowSet, SeriesForm, rows_of
from sessions.scheduling.layout import Piece
from sessions.scheduling.queries.preview import Preview, Row, preview_series
from sessions.scheduling.queries.teaching import pieces_of


@cohort_view(Permission.RUN_COHORTS, methods=("GET", "POST"))
def series(request: AccountRequest, cohort: Cohort) -> HttpResponse:
    """Asks, shows every date with what speaks against it, and saves all of them or none."""
    form = SeriesForm(request.POST or None, cohort=cohort, by=request.user)
    context: dict[str, Any] = {"cohort": cohort, "form": form}
    if not form.is_valid():
        return render(request, "sessions/series.html", context)
    rows, pieces = shown_rows(request, form), pieces_of(cohort)
    if rows.is_bound and not rows.is_valid():
        return render(request, "sessions/series.html", {**context, "rows": rows})
    preview = previewed(cohort, form, rows, pieces)
    wants_to_save = rows.is_bound and request.POST.get("do") == "save"
    if wants_to_save and saved(request, cohort, preview, form):
        return redirect("sessions:schedule", cohort.pk)
    shown = rows_of([row.wish for row in preview.rows])
    context |= {
        "rows": shown,
        "preview": preview,
        "lines": list(zip(shown, preview.rows, strict=True)),
        "choices": [(piece, request.POST.get(f"teach-{piece.key}", "")) for piece in pieces],
        "numbers": [str(row.number) for row in preview.kept],
    }
    return render(request, "sessions/series.html", context)


def shown_rows(request: AccountRequest, form: SeriesForm) -> Any:
    """What was changed in the preview counts, until the rhythm itself is changed."""
    if request.POST.get("mark") == form.mark:
        return RowSet(request.POST, prefix="row")
    return rows_of(form.wishes())


def previewed(cohort: Cohort, form: SeriesForm, rows: Any, pieces: list[Piece]) -> Preview:
    wishes = [row.wish() for row in rows] if rows.is_bound else form.wishes()
    return preview_series(
        cohort,
        wishes,
        venue=form.cleaned_data["venue"],
        crew=form.chosen_crew(),
        pieces=form.pieces(pieces),
        frame=form.frame(),
        closed=form.closed(),
        skipped=form.series.skipped,
    )


def saved(request: AccountRequest, cohort: Cohort, preview: Preview, form: SeriesForm) -> bool:
    """Whether the series is there now; if not, the page says why."""
    faulty = next((row for row in preview.rows if row.fault), None)
    if faulty:
        form.add_error(None, faulty.fault)
        return False
    planned = [planned_of(row, form) for row in preview.kept]
    try:
        made = lay_out_series(cohort=cohort, planned=planned, by=request.user)
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return False
    sentence = ngettext(
        "%(count)s session is laid out. Nobody has been told yet.",
        "%(count)s sessions are laid out. Nobody has been told yet.",
        len(made),
    )
    messages.success(request, sentence % {"count": len(made)})
    return True


def planned_of(row: Row, form: SeriesForm) -> Planned:
    wish = row.wish
    # Without exercises there is nothing to frame: the agenda begins empty.
    blocks = row.laid.blocks if row.laid and form.cleaned_data["teach"] else ()
    return Planned(wish.date, wish.starts, wish.ends, row.venue, row.crew, blocks)
