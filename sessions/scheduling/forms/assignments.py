from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from participants.models import Practitioner
from participants.vocabulary import CohortRole
from sessions.scheduling.models import ProgrammeSession
from sessions.scheduling.queries.candidates import candidates


class AssignForm(forms.Form):
    """Who is asked, and to do what. Beside each name stands what speaks against it."""

    role = forms.ChoiceField(
        label=_("As what"), choices=CohortRole.choices, initial=CohortRole.FACILITATOR
    )

    def __init__(self, *args: Any, programme_session: ProgrammeSession, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.candidates = candidates(programme_session)
        self.fields["practitioner"] = forms.TypedChoiceField(
            label=_("Who"),
            widget=forms.RadioSelect,
            coerce=self.chosen,
            choices=[(str(one.practitioner.pk), one.label) for one in self.candidates],
        )
        self.order_fields(["practitioner", "role"])
        self.helper = FormHelper()
        self.helper.add_input(Submit("ask", _("Ask")))

    def chosen(self, pk: str) -> Practitioner:
        return next(one.practitioner for one in self.candidates if str(one.practitioner.pk) == pk)
