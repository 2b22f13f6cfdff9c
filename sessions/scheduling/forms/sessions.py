"""One session: adding it, changing it or those that follow, cancelling it; closed days."""

import datetime
from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row, Submit
from django import forms
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import User
from participants.models import Cohort, CohortPractitioner, Practitioner, Venue
from sessions.scheduling.forms.fields import ClockField, DayField, PlaceChoice, offer
from sessions.scheduling.models import Assignment, ClosedDate, ProgrammeSession
from sessions.scheduling.queries.moves import Crew, Edit, Scope
from sessions.scheduling.queries.replacements import Offer

NONE, OWN = "", "own"


class SessionForm(forms.Form):
    """When, where, with whom. The same fields for a new session and for one that changes."""

    date = DayField(label=_("Date"))
    starts = ClockField(label=_("From"))
    ends = ClockField(label=_("To"))
    venue = PlaceChoice(
        label=_("Venue"), queryset=Venue.objects.none(), required=False, empty_label=_("Open")
    )
    crew = forms.MultipleChoiceField(
        label=_("Facilitators"), required=False, widget=forms.CheckboxSelectMultiple
    )
    title = forms.CharField(label=_("Title"), max_length=120, required=False)
    guidance = forms.CharField(
        label=_("Word to the facilitators"),
        max_length=1000,
        required=False,
        help_text=_("Key, contact on site, what to bring. Nothing about a person."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(
        self,
        *args: Any,
        cohort: Cohort,
        by: User,
        people: list[Assignment] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.cohort = cohort
        venues = Venue.objects.visible_to(by).filter(organisation=cohort.organisation_id)
        kept = self.initial.get("venue")
        usable = venues.in_use() | venues.filter(pk=kept) if kept else venues.in_use()
        cast(forms.ModelChoiceField, self.fields["venue"]).queryset = usable.order_by("name")
        places = CohortPractitioner.objects.visible_to(by).filter(
            cohort=cohort, left_on=None, practitioner__retired_at=None
        )
        self.people_by_pk: dict[str, tuple[Practitioner, str]] = {
            str(one.practitioner_id): (one.practitioner, one.role) for one in people or []
        }
        for place in places.select_related("practitioner").order_by("practitioner__name"):
            self.people_by_pk.setdefault(
                str(place.practitioner_id), (place.practitioner, place.role)
            )
        offer(
            self, "crew", [(pk, person.name) for pk, (person, _role) in self.people_by_pk.items()]
        )
        if not self.people_by_pk:
            del self.fields["crew"]
        self.helper = FormHelper()
        self.helper.form_tag = False
        who = ["crew"] if self.people_by_pk else []
        self.helper.layout = Layout(
            Row(Column("date"), Column("starts"), Column("ends")),
            "venue", *who, "title", "guidance",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or self.cleaned_data
        starts, ends = chosen.get("starts"), chosen.get("ends")
        if starts and ends and ends <= starts:
            self.add_error("ends", _("The end must come after the start."))
        return chosen

    def chosen_crew(self) -> Crew:
        return tuple(self.people_by_pk[pk] for pk in self.cleaned_data.get("crew", []))


class ChangeForm(SessionForm):
    """The same fields, and how far the change reaches."""

    scope = forms.ChoiceField(
        label=_("What to change"), choices=Scope.choices, widget=forms.RadioSelect
    )

    def __init__(
        self,
        *args: Any,
        programme_session: ProgrammeSession,
        wished: datetime.date | None = None,
        **kwargs: Any,
    ) -> None:
        people = list(programme_session.assignments.select_related("practitioner"))
        row = programme_session
        kwargs["initial"] = {
            # The day that it was dropped on in the calendar.
            "date": wished or row.local_date,
            "starts": row.local_start,
            "ends": row.local_end,
            "venue": row.venue_id,
            "crew": [str(one.practitioner_id) for one in people],
            "title": row.title,
            "guidance": row.guidance,
            "scope": Scope.ONE,
        }
        super().__init__(*args, people=people, **kwargs)
        self.row, self.people = row, people
        self.helper.layout.fields.insert(0, "scope")

    def edit(self) -> Edit:
        """What differs from the session as it is."""
        chosen, row = self.cleaned_data, self.row
        crew = self.chosen_crew()
        different = {
            "date": chosen["date"] != row.local_date,
            "starts": chosen["starts"] != row.local_start,
            "ends": chosen["ends"] != row.local_end,
            "venue": chosen["venue"] != row.venue,
            "crew": {person.pk for person, _role in crew}
            != {one.practitioner_id for one in self.people},
            "title": chosen["title"] != row.title,
            "guidance": chosen["guidance"] != row.guidance,
        }
        return Edit(
            changed=frozenset(name for name, differs in different.items() if differs),
            date=chosen["date"],
            starts=chosen["starts"],
            ends=chosen["ends"],
            venue=chosen["venue"],
            crew=crew,
            title=chosen["title"],
            guidance=chosen["guidance"],
        )


class CancelForm(forms.Form):
    """Why, and whether another date takes its place."""

    reason = forms.CharField(
        label=_("Why"),
        max_length=160,
        help_text=_("Everybody who is told reads it. Nothing about a single person."),
    )
    instead = forms.ChoiceField(
        label=_("Another date instead"), required=False, widget=forms.RadioSelect
    )
    date = DayField(label=_("Own date"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(
        self, *args: Any, programme_session: ProgrammeSession, offers: list[Offer], **kwargs: Any
    ) -> None:
        kwargs["initial"] = {"version": programme_session.version, "instead": NONE}
        super().__init__(*args, **kwargs)
        self.row = programme_session
        choices = [(one.value, offered(one)) for one in offers]
        offer(self, "instead", [(NONE, _("None")), *choices, (OWN, _("On a date of my own"))])
        self.helper = FormHelper()
        self.helper.layout = Layout("reason", "instead", "date", "version")
        self.helper.add_input(Submit("save", _("Cancel this session"), css_class="button--danger"))

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or self.cleaned_data
        if chosen.get("instead") == OWN and not chosen.get("date") and "date" not in self.errors:
            self.add_error("date", _("Say on which date it takes place instead."))
        return chosen

    def replacement(self) -> tuple[datetime.date, datetime.time, datetime.time] | None:
        chosen = self.cleaned_data["instead"]
        if chosen == NONE:
            return None
        if chosen == OWN:
            return self.cleaned_data["date"], self.row.local_start, self.row.local_end
        day, starts, ends = chosen.split(" ")
        clocks = [datetime.time.fromisoformat(clock) for clock in (starts, ends)]
        return datetime.date.fromisoformat(day), clocks[0], clocks[1]


def offered(one: Offer) -> str:
    return f"{date_format(one.date, 'D j M Y')}, {one.starts:%H:%M}–{one.ends:%H:%M}"


class ClosedForm(forms.ModelForm):
    everywhere = forms.BooleanField(label=_("For all cohorts of the organisation"), required=False)

    class Meta:
        model = ClosedDate
        fields = ["starts_on", "ends_on", "reason"]
        field_classes = {"starts_on": DayField, "ends_on": DayField}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("starts_on", "ends_on"):
            self.fields[name].widget = DayField().widget
        self.helper = FormHelper()
        self.helper.layout = Layout(
            Fieldset(
                _("Close days"),
                Row(Column("starts_on"), Column("ends_on")),
                "reason",
                "everywhere",
            )
        )
        self.helper.add_input(Submit("save", _("Close these days")))

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or self.cleaned_data
        first, last = chosen.get("starts_on"), chosen.get("ends_on")
        if first and last and last < first:
            self.add_error("ends_on", _("The last day comes before the first."))
        return chosen
