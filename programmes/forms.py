from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _


class ExerciseListForm(forms.Form):
    title = forms.CharField(
        label=_("Title"), max_length=80, help_text=_("For example “Tuesday evening, first half”.")
    )

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.add_input(Submit("save", _("Save")))
        return helper
