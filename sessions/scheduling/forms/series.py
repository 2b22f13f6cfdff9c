"""The wizard of a series: what is asked, and the rows of its preview that can be changed."""

import hashlib
from dataclasses import replace
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Div, Layout, Row
from django import forms
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import User
from cocora.common.refusal import FieldRefusal
from participants.models import Cohort, CohortPractitioner, Venue
from participants.vocabulary import Weekday
from sessions.scheduling import dates
from sessions.scheduling.dates import MOST, Rhythm, RhythmKind, Series
from sessions.scheduling.forms.fields import ClockField, DayField, PlaceChoice, offer
from sessions.scheduling.layout import Frame, Piece
from sessions.scheduling.queries.conflicts import closed_days
from sessions.scheduling.queries.preview import Crew, Wish, first_wishes

LEFT_OUT = "out"
# What the dates of the preview follow from: if one of these changes, they are made anew.
SHAPING = (
    "rhythm", "first", "until", "count", "last", "weekdays", "listed", "local_start", "local_end",
    "holidays", "subdivision",
)  # fmt: skip


class SeriesForm(forms.Form):
    """How often, from when to when, where, with whom, and what to do about holidays."""

    rhythm = forms.ChoiceField(
        label=_("Rhythm"), choices=RhythmKind.choices, widget=forms.RadioSelect
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days of the week"),
        choices=Weekday.choices,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    first = DayField(label=_("First date"), required=False)
    until = forms.ChoiceField(
        label=_("Ends"),
        choices=[("count", _("after a number of sessions")), ("last", _("on a date"))],
        widget=forms.RadioSelect,
    )
    count = forms.IntegerField(
        label=_("How many sessions"),
        required=False,
        min_value=1,
        max_value=MOST,
        error_messages={"max_value": _("A series has at most %(limit_value)s dates.")},
    )
    last = DayField(label=_("Last date"), required=False)
    listed = forms.CharField(
        label=_("Dates"),
        required=False,
        strip=False,
        max_length=20_000,
        help_text=_("One or more a line, like 2027-03-14, 14.3.2027 or 14 March 2027."),
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    local_start = ClockField(label=_("From"))
    local_end = ClockField(label=_("To"))
    venue = PlaceChoice(
        label=_("Venue"), queryset=Venue.objects.none(), required=False, empty_label=_("Open")
    )
    crew = forms.MultipleChoiceField(
        label=_("Facilitators"), required=False, widget=forms.CheckboxSelectMultiple
    )
    holidays = forms.ChoiceField(
        label=_("Public holidays and closed days"),
        choices=[
            ("skip", _("Leave them out and go on one date longer")),
            ("flag", _("Keep them, but tell me")),
        ],
        widget=forms.RadioSelect,
    )
    subdivision = forms.ChoiceField(label=_("Holidays of"), required=False)
    teach = forms.BooleanField(
        label=_("Lay the exercises of the curriculum over the sessions"), required=False
    )
    arrival = forms.IntegerField(label=_("Arrival"), min_value=0, max_value=120)
    pause = forms.IntegerField(label=_("Break"), min_value=0, max_value=120)
    pause_over = forms.IntegerField(
        label=_("Break in sessions longer than"), min_value=0, max_value=1440
    )
    reflection = forms.IntegerField(label=_("Reflection"), min_value=0, max_value=120)

    def __init__(self, *args: Any, cohort: Cohort, by: User, **kwargs: Any) -> None:
        kwargs.setdefault("initial", first_wishes(cohort))
        super().__init__(*args, **kwargs)
        self.cohort = cohort
        places = CohortPractitioner.objects.visible_to(by).filter(
            cohort=cohort, left_on=None, practitioner__retired_at=None
        )
        self.places = list(places.select_related("practitioner").order_by("practitioner__name"))
        venues = Venue.objects.visible_to(by).in_use()
        cast(forms.ModelChoiceField, self.fields["venue"]).queryset = venues.filter(
            organisation=cohort.organisation_id
        )
        offer(self, "crew", [(str(p.practitioner_id), crew_label(p)) for p in self.places])
        if not self.places:
            del self.fields["crew"]
        parts = dates.subdivisions(cohort.organisation.country)
        if parts:
            offer(self, "subdivision", [("", _("the whole country")), *parts])
        else:
            del self.fields["subdivision"]
        self.helper = series_layout(self)
        self.series = Series(())

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or self.cleaned_data
        starts, ends = chosen.get("local_start"), chosen.get("local_end")
        if starts and ends and ends <= starts:
            self.add_error("local_end", _("The end must come after the start."))
        if not self.errors:
            try:
                self.series = dates.series_of(
                    self.wanted(), closed=self.closed(), skip=chosen["holidays"] == "skip"
                )
            except FieldRefusal as refusal:
                self.add_error(refusal.field, str(refusal))
        return chosen

    def wanted(self) -> Rhythm:
        chosen = self.cleaned_data
        kind = RhythmKind(chosen["rhythm"])
        if kind == RhythmKind.LISTED:
            first_month = self.cohort.organisation.country in dates.MONTH_FIRST
            return Rhythm(kind, listed=dates.read_dates(chosen["listed"], month_first=first_month))
        by_count = chosen["until"] == "count"
        return Rhythm(
            kind,
            chosen["first"],
            chosen["count"] if by_count else None,
            None if by_count else chosen["last"],
            frozenset(chosen["weekdays"]),
        )

    def closed(self) -> dates.Reason:
        return closed_days(self.cohort, self.cleaned_data.get("subdivision", ""))

    @property
    def mark(self) -> str:
        """Stands for everything that the dates follow from."""
        told = [[name, self.data.getlist(name)] for name in SHAPING]  # type: ignore[attr-defined]
        return hashlib.sha256(repr(told).encode()).hexdigest()[:16]

    def wishes(self) -> list[Wish]:
        starts, ends = self.cleaned_data["local_start"], self.cleaned_data["local_end"]
        return [Wish(day.date, starts, ends) for day in self.series.days]

    def frame(self) -> Frame:
        names = ("arrival", "pause", "pause_over", "reflection")
        return Frame(**{name: self.cleaned_data[name] for name in names})

    def chosen_crew(self) -> Crew:
        wanted = set(self.cleaned_data.get("crew", []))
        return tuple(
            (place.practitioner, place.role)
            for place in self.places
            if str(place.practitioner_id) in wanted
        )

    def pieces(self, pieces: list[Piece]) -> list[Piece]:
        """As somebody wants them: in their turn, in a certain session, or left out."""
        if not self.cleaned_data["teach"]:
            return []
        told = {piece.key: self.data.get(f"teach-{piece.key}", "") for piece in pieces}
        return [
            replace(piece, wanted=int(told[piece.key]) - 1)
            if told[piece.key].isdecimal() and 0 < int(told[piece.key]) <= MOST
            else piece
            for piece in pieces
            if told[piece.key] != LEFT_OUT
        ]


def crew_label(place: CohortPractitioner) -> str:
    return f"{place.practitioner.name} · {place.get_role_display()}"


def series_layout(form: SeriesForm) -> FormHelper:
    helper = FormHelper()
    helper.form_tag = False
    have = form.fields
    around = [name for name in ("venue", "crew") if name in have]
    free = [name for name in ("holidays", "subdivision") if name in have]
    helper.layout = Layout(
        Div("rhythm", Div("weekdays", css_class="series__weekdays"), css_class="series__rhythm"),
        Div(
            Div("first", css_class="series__first"),
            Div(
                "until",
                Div("count", css_class="series__count"),
                Div("last", css_class="series__last"),
                css_class="series__until",
            ),
            Div("listed", css_class="series__listed"),
            Row(Column("local_start"), Column("local_end")),
            css_class="series__when",
        ),
        Div(*around, css_class="series__where"),
        Div(*free, css_class="series__free"),
    )
    return helper


class RowForm(forms.Form):
    """One date of the preview."""

    date = DayField(label=_("Date"))
    starts = ClockField(label=_("From"))
    ends = ClockField(label=_("To"))
    dropped = forms.BooleanField(label=_("Leave out"), required=False)
    open = forms.BooleanField(label=_("Leave open what is taken"), required=False)

    def wish(self) -> Wish:
        return Wish(**self.cleaned_data)


RowSet = forms.formset_factory(RowForm, extra=0, max_num=MOST, absolute_max=MOST, validate_max=True)


def rows_of(wishes: list[Wish]) -> Any:
    """The rows as they come from the rhythm."""
    columns = ("date", "starts", "ends", "dropped", "open")
    initial = [{name: getattr(wish, name) for name in columns} for wish in wishes]
    return RowSet(initial=initial, prefix="row")
