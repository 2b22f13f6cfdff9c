"""What one fills in about people in a cohort."""

from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cocora.accounts.forms import NameField
from participants.actions.participants import LONGEST_NAME
from participants.forms.choices import DayField


class StepForm(forms.Form):
    """The day of a step; empty means today."""

    on = DayField(label=_("Day"), required=False)


class SearchForm(forms.Form):
    """Whom to add: a part of a code or of a name."""

    q = NameField(label=_("Code or name"), required=False, max_length=LONGEST_NAME)

    @property
    def wanted(self) -> str:
        return self.cleaned_data["q"] if self.is_valid() else ""


class AddForm(forms.Form):
    """People to put on the list of applicants, by the boxes beside them."""

    person = forms.MultipleChoiceField(required=False)
    invited = forms.BooleanField(required=False)

    def __init__(self, *args: Any, keys: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["person"]).choices = [(key, key) for key in keys]
