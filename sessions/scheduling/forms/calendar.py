from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from sessions.scheduling.queries.calendar import Chosen

EARLIEST, LATEST = date(2000, 1, 1), date(2099, 12, 31)


class CalendarForm(forms.Form):
    """What a calendar shows, all of it in the address: it can be kept and passed on."""

    view = forms.ChoiceField(
        label=_("Show"),
        required=False,
        choices=[("month", _("Month")), ("week", _("Week")), ("list", _("List"))],
    )
    day = forms.DateField(
        label=_("Day"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    cohort = forms.TypedChoiceField(label=_("Cohort"), required=False, coerce=int, empty_value=None)
    practitioner = forms.TypedChoiceField(
        label=_("Who leads"), required=False, coerce=int, empty_value=None
    )
    venue = forms.TypedChoiceField(label=_("Venue"), required=False, coerce=int, empty_value=None)

    def __init__(self, data: Mapping[str, Any], *, filters: dict[str, list[tuple[int, str]]]):
        super().__init__(data)
        for name, rows in filters.items():
            if rows:
                field = self.fields[name]
                field.choices = [("", _("All")), *rows]  # type: ignore[attr-defined]
                field.widget.attrs["data-submit-on-change"] = True
            else:
                del self.fields[name]

    def clean_day(self) -> date | None:
        day = self.cleaned_data["day"]
        if day and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(_("Choose a day between 2000 and 2099."))
        return day

    @property
    def told(self) -> dict[str, Any]:
        """What is chosen and can be understood; anything else counts as not chosen."""
        self.full_clean()
        return self.cleaned_data

    @property
    def chosen(self) -> Chosen:
        told = self.told
        return Chosen(told.get("cohort"), told.get("practitioner"), told.get("venue"))

    @property
    def is_narrowed(self) -> bool:
        return self.chosen != Chosen()
