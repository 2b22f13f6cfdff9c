"""Answers to consent: a yes and a no of the same size for each purpose, none chosen before."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from cocora.accounts.forms import NameField, helper_with
from cocora.accounts.models import Organisation, User
from participants.forms.choices import country_choices, languages_first
from participants.forms.people import OwnedForm
from participants.models import ConsentTerms
from participants.scans import MOST_BYTES
from participants.vocabulary import Giver, Means, Purpose

YES, NO, LATER = "yes", "no", ""
ANSWERS = [(YES, _("Yes")), (NO, _("No"))]


class AnswersForm(forms.Form):
    """One question for each purpose; ``words`` holds what each of them is asked with."""

    def __init__(
        self,
        *args: Any,
        purposes: list[Purpose],
        words: Mapping[Purpose, ConsentTerms],
        may_wait: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.asked = [purpose for purpose in purposes if purpose in words]
        self.words = words
        for purpose in self.asked:
            self.fields[purpose.value] = forms.ChoiceField(
                label=_("Your answer: %(title)s") % {"title": words[purpose].title},
                choices=[*ANSWERS, (LATER, _("Not asked today"))] if may_wait else ANSWERS,
                required=not may_wait,
                widget=forms.RadioSelect,
                error_messages={"required": _("Please choose yes or no. Both are fine.")},
            )

    @property
    def questions(self) -> list[tuple[ConsentTerms, forms.BoundField]]:
        """Each text with its answer, in the order of the purposes."""
        return [(self.words[purpose], self[purpose.value]) for purpose in self.asked]

    @property
    def answers(self) -> dict[Purpose, bool]:
        """What was answered; who wants to wait has not answered."""
        told = {purpose: self.cleaned_data.get(purpose.value) for purpose in self.asked}
        return {purpose: answer == YES for purpose, answer in told.items() if answer}


class PaperForm(AnswersForm):
    """The same as somebody ticked it on paper, with the scan."""

    scan = forms.FileField(
        label=_("Scan of the signed sheet"),
        help_text=_("PDF, PNG or JPEG, at most 5 MB. It is stored encrypted."),
        widget=forms.FileInput(attrs={"accept": ".pdf,.png,.jpg,.jpeg"}),
    )

    def clean_scan(self) -> bytes:
        scan = self.cleaned_data["scan"]
        if scan.size > MOST_BYTES:
            raise forms.ValidationError(
                _("The scan is larger than 5 MB. Scan it in grey, or smaller.")
            )
        return scan.read()


class AskForm(forms.Form):
    """Who answers, and how; it stands in the address."""

    giver = forms.ChoiceField(choices=Giver.choices, required=False)
    means = forms.ChoiceField(choices=[(Means.SCREEN, ""), (Means.PAPER, "")], required=False)

    @property
    def chosen(self) -> tuple[Giver, Means]:
        told = self.cleaned_data if self.is_valid() else {}
        return (
            Giver(told.get("giver") or Giver.PARTICIPANT),
            Means(told.get("means") or Means.SCREEN),
        )


class LinkForm(forms.Form):
    giver = forms.ChoiceField(choices=Giver.choices)


class TermsForm(OwnedForm):
    """An organisation's own words for one purpose."""

    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices)
    language = forms.ChoiceField(label=_("Language"))
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        help_text=_("Choose one only when its law asks for words of its own."),
    )
    title = NameField(label=_("Title"), max_length=120)
    text = forms.CharField(
        label=_("Text"),
        max_length=4000,
        help_text=_("Speak to the person who reads it, in short sentences. Markdown works."),
        widget=forms.Textarea(attrs={"rows": 12}),
    )

    def __init__(
        self, *args: Any, by: User, organisations: list[Organisation], **kwargs: Any
    ) -> None:
        super().__init__(*args, by=by, organisations=organisations, **kwargs)
        used = [place.default_language for place in organisations]
        self.offer("language", languages_first([*used, "en"]))
        self.offer("country", [("", _("Every country")), *country_choices()])
        self.helper = helper_with(_("Publish these words"))

    def offer(self, name: str, choices: Any) -> None:
        cast(forms.ChoiceField, self.fields[name]).choices = choices

    def clean_text(self) -> str:
        lines = self.cleaned_data["text"].replace("\r\n", "\n").split("\n")
        return "\n".join(line.rstrip() for line in lines).strip()
