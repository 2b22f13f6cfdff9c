from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import User
from participants.models import Cohort
from sessions.scheduling.queries.feeds import feed_choices


class FeedForm(forms.Form):
    """Of what: all one's own dates, or one cohort."""

    cohort = forms.ModelChoiceField(
        label=_("Which dates"),
        queryset=Cohort.objects.none(),
        required=False,
        empty_label=_("All dates that are mine"),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ModelChoiceField, self.fields["cohort"]).queryset = feed_choices(by)
        self.helper = FormHelper()
        self.helper.add_input(Submit("open", _("Make an address")))
