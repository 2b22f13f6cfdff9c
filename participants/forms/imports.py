"""A list of people: which file, and what stands in its columns."""

from typing import Any

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Layout, Submit
from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import Organisation, User
from cocora.accounts.roles import Permission
from cocora.common.refusal import Refusal
from participants.actions.candidates import content_of
from participants.actions.columns import Field
from participants.models import PeopleImport
from participants.tables.reading import read_table
from participants.tables.table import Table, letter

SHOWN = 3


class ListForm(forms.Form):
    """The file; and for whom, when she works for several organisations and no cohort says it."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )
    file = forms.FileField(
        label=_("File"),
        help_text=_("CSV or Excel (.xlsx), up to 5 MB and 5,000 rows, headings in the first row."),
        widget=forms.FileInput(
            attrs={
                "accept": ".csv,.tsv,.txt,.xlsx,text/csv,"
                "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
            }
        ),
    )

    def __init__(self, *args: Any, by: User, of: Organisation | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        places = Organisation.objects.allowing(by, Permission.RUN_COHORTS)
        if of:
            places = places.filter(pk=of.pk)
        self.fields["organisation"].queryset = places  # type: ignore[attr-defined]
        if len(places) == 1:
            del self.fields["organisation"]
        self.only = places[0] if len(places) == 1 else None

    @property
    def helper(self) -> FormHelper:
        helper = FormHelper()
        helper.layout = Layout(*self.fields)
        helper.add_input(Submit("send", _("Look at the list")))
        return helper

    def clean_file(self) -> Table:
        """The file as a table: nothing of the file itself is kept."""
        try:
            return read_table(self.cleaned_data["file"])
        except Refusal as refusal:
            raise ValidationError(str(refusal)) from refusal

    @property
    def chosen_organisation(self) -> Organisation:
        return self.only or self.cleaned_data["organisation"]


class ColumnsForm(forms.Form):
    """One choice for each column of the list."""

    def __init__(self, *args: Any, waiting: PeopleImport, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.headings, rows = content_of(waiting)
        self.samples = [
            [text for text in dict.fromkeys(cells[at] for _n, cells in rows[:50]) if text][:SHOWN]
            for at in range(len(self.headings))
        ]
        for at, heading in enumerate(self.headings):
            self.fields[f"column_{at}"] = forms.ChoiceField(
                label=_("Column %(letter)s, “%(heading)s”, holds")
                % {"letter": letter(at), "heading": heading},
                choices=[("", _("Leave out")), *Field.choices],
                initial=waiting.columns[at],
                required=False,
            )

    @property
    def lines(self) -> list[tuple[str, str, list[str], Any]]:
        """For each column: its letter, its heading, what stands in it, and the choice."""
        fields = [self[f"column_{at}"] for at in range(len(self.headings))]
        letters = [letter(at) for at in range(len(self.headings))]
        return list(zip(letters, self.headings, self.samples, fields, strict=True))

    @property
    def chosen(self) -> list[str]:
        return [self.cleaned_data[f"column_{at}"] for at in range(len(self.headings))]
