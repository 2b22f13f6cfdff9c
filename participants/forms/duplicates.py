"""Which of two rows stays, and which value of each field."""

from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext_lazy as _

from participants.actions.columns import KEPT as FIELDS
from participants.actions.columns import Field
from participants.models import Participant

KEPT, MERGED = "kept", "merged"


class MergeForm(forms.Form):
    """For each field that differs: the value of the first row (kept) or of the second (merged).

    Where one of them is empty, the other is what is proposed.
    """

    def __init__(self, *args: Any, kept: Participant, merged: Participant, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.same: list[tuple[str, str]] = []
        for field in FIELDS:
            values = {KEPT: shown(kept, field), MERGED: shown(merged, field)}
            if values[KEPT] == values[MERGED]:
                if values[KEPT]:
                    self.same.append((str(field.label), values[KEPT]))
                continue
            self.fields[field.value] = forms.ChoiceField(
                label=field.label,
                choices=[(row, value or _("nothing")) for row, value in values.items()],
                initial=KEPT if values[KEPT] else MERGED,
                widget=forms.RadioSelect,
            )


def shown(person: Participant, field: Field) -> str:
    """The value as people read it."""
    if field == Field.AGE:
        return str(person.get_age_band_display())
    if field == Field.KIND:
        return str(person.get_kind_display())
    if field == Field.LANGUAGE:
        return str(LANG_INFO.get(person.language, {}).get("name", person.language))
    return getattr(person, field)
