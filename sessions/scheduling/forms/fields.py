"""Fields that all pages of the schedule share: days, clock times, places."""

from collections.abc import Iterable
from typing import Any, cast

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from participants.models import Venue


class DayField(forms.DateField):
    """A day of the calendar; 31 February is none."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.DateInput(format="%Y-%m-%d", attrs={"type": "date"}))
        super().__init__(input_formats=["%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y"], **kwargs)
        self.error_messages["invalid"] = _(
            "There is no such day in the calendar. Write it like 2027-03-14."
        )


class ClockField(forms.TimeField):
    """A time as a clock on the wall shows it, to the minute."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("widget", forms.TimeInput(format="%H:%M", attrs={"type": "time"}))
        super().__init__(input_formats=["%H:%M", "%H.%M", "%H:%M:%S"], **kwargs)
        self.error_messages["invalid"] = _("This is not a time. Write it like 17:30.")


class PlaceChoice(forms.ModelChoiceField):
    def label_from_instance(self, venue: Any) -> str:
        place = cast(Venue, venue)
        if place.capacity is None:
            return place.name
        return _("%(name)s, %(seats)s seats") % {"name": place.name, "seats": place.capacity}


def offer(form: forms.Form, name: str, choices: Iterable[tuple[Any, str | Promise]]) -> None:
    """Fill the choices of a field when it is known what there is."""
    cast(forms.ChoiceField, form.fields[name]).choices = list(choices)
