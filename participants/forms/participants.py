"""What one fills in about somebody who takes part. No field takes free text about a person."""

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from cocora.accounts.forms import NameField
from cocora.accounts.models import Organisation, User
from cocora.common.refusal import FieldRefusal
from participants.actions.participants import LONGEST_CONTACT, LONGEST_NAME, known_contact
from participants.forms.choices import DayField, languages_first
from participants.forms.people import OwnedForm
from participants.models import Participant
from participants.vocabulary import AgeBand, Need, ParticipantKind

UNSEEN = {"autocomplete": "off"}


class ParticipantForm(OwnedForm):
    """Somebody new, or what is known about somebody now."""

    display_name = NameField(
        label=_("Name"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=_("As the person wants to be called. It is stored encrypted."),
        widget=forms.TextInput(attrs=UNSEEN),
    )
    contact = NameField(
        label=_("Contact"),
        required=False,
        max_length=LONGEST_CONTACT,
        help_text=_("One e-mail address or one telephone number."),
        widget=forms.TextInput(attrs=UNSEEN),
    )
    age_band = forms.ChoiceField(label=_("Age"), choices=[("", _("Choose")), *AgeBand.choices])
    language = forms.ChoiceField(label=_("Language"))
    kind = forms.ChoiceField(
        label=_("Takes part as"), choices=ParticipantKind.choices, widget=forms.RadioSelect
    )
    guardian_name = NameField(
        label=_("Guardian"),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs=UNSEEN),
    )
    guardian_contact = NameField(
        label=_("Guardian's contact"),
        required=False,
        max_length=LONGEST_CONTACT,
        widget=forms.TextInput(attrs=UNSEEN),
    )
    needs = forms.MultipleChoiceField(
        label=_("To take part, this person needs"),
        choices=Need.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Only what the person has asked for. Nobody has to say why."),
    )
    needs_until = DayField(
        label=_("Keep these needs until"),
        required=False,
        help_text=_("Left empty, they are deleted soon after the cohort has ended."),
    )

    def __init__(
        self,
        *args: Any,
        by: User,
        organisations: list[Organisation],
        person: Participant | None = None,
        save: str,
        **kwargs: Any,
    ) -> None:
        initial: dict[str, Any] = known(person) if person else {"kind": ParticipantKind.YOUNG}
        initial.setdefault("language", organisations[0].default_language)
        super().__init__(*args, by=by, organisations=organisations, initial=initial, **kwargs)
        used = [initial["language"], *(place.default_language for place in organisations)]
        cast(forms.ChoiceField, self.fields["language"]).choices = languages_first(used)
        self.lay_out(save)

    def clean_contact(self) -> str:
        return self.one_way("contact")

    def clean_guardian_contact(self) -> str:
        return self.one_way("guardian_contact")

    def one_way(self, name: str) -> str:
        """Told here as well as by the action, so that every fault of a form is told at once."""
        try:
            return known_contact(self.cleaned_data[name], name)
        except FieldRefusal as refusal:
            raise forms.ValidationError(str(refusal)) from refusal

    def lay_out(self, save: str) -> None:
        self.helper = FormHelper()
        self.helper.form_class = "form form--person"
        self.helper.layout = Layout(
            *(() if self.only else ("organisation",)),
            Row(Column("display_name"), Column("contact")),
            Row(Column("age_band"), Column("language")),
            "kind",
            Fieldset(
                _("A guardian, where the age asks for one"),
                Row(Column("guardian_name"), Column("guardian_contact")),
            ),
            Fieldset(_("Access"), "needs", "needs_until"),
        )
        self.helper.add_input(Submit("save", save))


def known(person: Participant) -> dict[str, Any]:
    """What is known already, as the form shows it."""
    needs = list(person.needs.all())
    return {
        "display_name": person.display_name,
        "contact": person.contact,
        "guardian_name": person.guardian_name,
        "guardian_contact": person.guardian_contact,
        "age_band": person.age_band,
        "language": person.language,
        "kind": person.kind,
        "needs": [row.need for row in needs],
        "needs_until": max((row.expires_on for row in needs), default=None),
    }


class FindForm(forms.Form):
    """Whom one looks for: a part of a code or of a name, and who may not take part yet."""

    q = NameField(label=_("Code or name"), required=False, max_length=LONGEST_NAME)
    open = forms.BooleanField(label=_("Consent still open"), required=False)
