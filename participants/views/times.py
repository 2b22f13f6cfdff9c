"""When a practitioner can come: for those who plan with her, and for herself."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cocora.accounts.access import AccountRequest, account_view
from participants.actions import practitioners as actions
from participants.forms.people import BlockOutForm, WeeklyTimeForm
from participants.models import Availability, BlockOut, Practitioner
from participants.queries.times import months_of, own_practitioners, timed_by, week_of
from participants.views.answers import carried_out

MONTHS = 3
WHY = "Whoever plans with a practitioner, or is she; for everybody else there is nothing to see."


@account_view(reason="Everybody may be a practitioner; who is none is told so.")
def my_times(request: AccountRequest) -> HttpResponse:
    """Her own times; somebody who works with several organisations keeps them for each."""
    own = list(own_practitioners(request.user))
    if not own:
        return render(request, "participants/times_none.html")
    asked = request.GET.get("for", "")
    chosen = next((row for row in own if str(row.pk) == asked), own[0])
    return times_page(request, chosen, own=own)


@account_view(reason=WHY)
def practitioner_times(request: AccountRequest, pk: int) -> HttpResponse:
    return times_page(request, timed_practitioner(request, pk))


def timed_practitioner(request: AccountRequest, pk: int) -> Practitioner:
    return get_object_or_404(timed_by(request.user), pk=pk)


def times_page(
    request: AccountRequest,
    row: Practitioner,
    own: list[Practitioner] | None = None,
    weekly_form: WeeklyTimeForm | None = None,
    block_form: BlockOutForm | None = None,
) -> HttpResponse:
    """Both see the same page; only the way back differs."""
    today = timezone.localdate()
    times, blocked = list(row.availabilities.all()), list(row.block_outs.all())
    own = list(own_practitioners(request.user)) if own is None else own
    context = {
        "practitioner": row,
        "own": own,
        "is_own": row in own,
        "week": week_of(times),
        "coming": [block for block in blocked if block.ends_on >= today],
        "months": months_of(times, blocked, today, MONTHS),
        "any_time": not times,
        "weekly_form": weekly_form or WeeklyTimeForm(),
        "block_form": block_form or BlockOutForm(),
        "crumbs": crumbs_of(row, own),
    }
    return render(request, "participants/times.html", context)


def crumbs_of(row: Practitioner, own: list[Practitioner]) -> list[tuple[str, str]]:
    if row in own:
        return []
    above = (_("Practitioners"), reverse("participants:practitioners"))
    return [above, (str(row), row.get_absolute_url())]


def back(request: AccountRequest, row: Practitioner) -> HttpResponse:
    """To the page that she came from: her own, or that of the practitioner."""
    if own_practitioners(request.user).filter(pk=row.pk).exists():
        return redirect(f"{reverse('participants:my_times')}?for={row.pk}")
    return redirect("participants:practitioner_times", row.pk)


@account_view(methods=("POST",), reason=WHY)
def time_add(request: AccountRequest, pk: int) -> HttpResponse:
    row, form = timed_practitioner(request, pk), WeeklyTimeForm(request.POST)
    if form.is_valid() and carried_out(
        form,
        lambda: actions.add_weekly_time(practitioner=row, by=request.user, **form.cleaned_data),
    ):
        messages.success(request, _("The weekly time is added."))
        return back(request, row)
    return times_page(request, row, weekly_form=form)


@account_view(methods=("POST",), reason=WHY)
def time_remove(request: AccountRequest, pk: int, time_pk: int) -> HttpResponse:
    row = timed_practitioner(request, pk)
    times = Availability.objects.visible_to(request.user).filter(practitioner=row)
    found = get_object_or_404(times.select_related("practitioner__organisation"), pk=time_pk)
    actions.remove_weekly_time(availability=found, by=request.user)
    messages.success(request, _("The weekly time is removed."))
    return back(request, row)


@account_view(methods=("POST",), reason=WHY)
def block_add(request: AccountRequest, pk: int) -> HttpResponse:
    row, form = timed_practitioner(request, pk), BlockOutForm(request.POST)
    if form.is_valid() and carried_out(
        form, lambda: actions.block_out(practitioner=row, by=request.user, **form.facts)
    ):
        messages.success(request, _("The days are blocked."))
        return back(request, row)
    return times_page(request, row, block_form=form)


@account_view(methods=("POST",), reason=WHY)
def block_remove(request: AccountRequest, pk: int, block_pk: int) -> HttpResponse:
    row = timed_practitioner(request, pk)
    blocks = BlockOut.objects.visible_to(request.user).filter(practitioner=row)
    found = get_object_or_404(blocks.select_related("practitioner__organisation"), pk=block_pk)
    actions.remove_block_out(blocked=found, by=request.user)
    messages.success(request, _("The days are free again."))
    return back(request, row)
