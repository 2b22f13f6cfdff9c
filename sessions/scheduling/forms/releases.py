from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _


class ReleaseForm(forms.Form):
    """A word to everybody, and the mark of the changes that she looks at."""

    comment = forms.CharField(
        label=_("A word to everybody"),
        max_length=400,
        required=False,
        help_text=_("It stands in each mail. Nothing about a single person."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    mark = forms.CharField(widget=forms.HiddenInput, max_length=64, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.add_input(Submit("release", _("Release the schedule")))
