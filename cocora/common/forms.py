"""The sample form of the style page: one field of every kind."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row, Submit
from django import forms
from django.utils.translation import gettext_lazy as _


class StyleSampleForm(forms.Form):
    """Every kind of field, so that the style page shows each of them in each state."""

    name = forms.CharField(label=_("Name of the community"), max_length=80)
    email = forms.EmailField(
        label=_("E-mail address"), help_text=_("We only write about sessions you take part in.")
    )
    day = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    people = forms.IntegerField(label=_("People"), min_value=1, max_value=200, required=False)
    rhythm = forms.ChoiceField(
        label=_("Rhythm"),
        choices=[("weekly", _("Every week")), ("block", _("Two weekends")), ("camp", _("Camp"))],
    )
    language = forms.ChoiceField(
        label=_("Language of the handouts"),
        widget=forms.RadioSelect,
        choices=[("en", _("English")), ("da", _("Danish")), ("fr", _("French"))],
    )
    rooms = forms.MultipleChoiceField(
        label=_("What the room has"),
        help_text=_("Tick all that are there without asking anybody."),
        required=False,
        widget=forms.CheckboxSelectMultiple,
        choices=[("wall", _("A free wall")), ("chairs", _("Loose chairs")), ("yard", _("A yard"))],
    )
    note = forms.CharField(
        label=_("Note"), required=False, widget=forms.Textarea(attrs={"rows": 3})
    )
    picture = forms.FileField(label=_("Picture of the place"), required=False)
    agreed = forms.BooleanField(label=_("The house rules are agreed with the community"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        # The sample is only looked at: it goes nowhere.
        self.helper.form_method = "get"
        self.helper.layout = Layout(
            "name",
            "email",
            Row(Column("day"), Column("people")),
            "rhythm",
            Fieldset(_("Place and language"), "language", "rooms", "picture"),
            "note",
            "agreed",
        )
        self.helper.add_input(Submit("save", _("Save the sample")))

    def faulty(self) -> "StyleSampleForm":
        """The same form as somebody sent it in a hurry: most of it missing or wrong."""
        return StyleSampleForm(
            data={"name": "", "email": "nobody", "people": 900}, auto_id="faulty_%s"
        )
