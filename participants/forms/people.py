"""What one fills in about communities, their contacts, practitioners, venues, organisations."""

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row, Submit
from django import forms
from django.utils.translation import gettext_lazy as _

from cocora.accounts.forms import NameField, helper_with
from cocora.accounts.models import Membership, Organisation, User
from cocora.accounts.roles import Permission
from participants.actions.practitioners import LINKABLE
from participants.forms.choices import (
    ClockField,
    DayField,
    country_choices,
    language_choices,
    languages_first,
    time_zone_choices,
)
from participants.models import Practitioner
from participants.vocabulary import Weekday
from programmes.models import Programme, ProgrammeKind

HOW_MANY_LANGUAGES = 4


class LanguagesField(forms.MultiValueField):
    """Up to four languages, most used first."""

    def __init__(self, **kwargs: Any) -> None:
        one = [("", "—"), *language_choices()]
        fields = [
            forms.ChoiceField(choices=one, required=False) for _n in range(HOW_MANY_LANGUAGES)
        ]
        widget = LanguagesWidget(choices=one)
        super().__init__(fields=fields, widget=widget, require_all_fields=False, **kwargs)

    def compress(self, values: list[str]) -> list[str]:
        return list(dict.fromkeys(value for value in values if value))


class LanguagesWidget(forms.MultiWidget):
    use_fieldset = True

    def __init__(self, choices: list[Any]) -> None:
        ranks = (_("Most used language"), _("Second language"), _("Third language"),
                 _("Fourth language"))  # fmt: skip
        super().__init__(
            [forms.Select(attrs={"aria-label": rank}, choices=choices) for rank in ranks]
        )

    def decompress(self, value: list[str] | None) -> list[str]:
        return [*(value or []), *[""] * HOW_MANY_LANGUAGES][:HOW_MANY_LANGUAGES]


class OwnedForm(forms.Form):
    """Of which organisation something is: asked only where she runs several."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )

    def __init__(
        self, *args: Any, by: User, organisations: list[Organisation], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.only = organisations[0] if len(organisations) == 1 else None
        if self.only:
            del self.fields["organisation"]
        else:
            places = cast(forms.ModelChoiceField, self.fields["organisation"])
            places.queryset = Organisation.objects.allowing(by, Permission.RUN_COHORTS)
        self.helper = helper_with(_("Save"))

    @property
    def facts(self) -> dict[str, Any]:
        """The answers as the actions take them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "organisation"}

    @property
    def chosen_organisation(self) -> Organisation:
        return self.only or self.cleaned_data["organisation"]


class CommunityForm(OwnedForm):
    name = NameField(label=_("Name"), max_length=160)
    place = NameField(label=_("Place"), max_length=120, required=False)
    languages = LanguagesField(
        label=_("Languages"), required=False, help_text=_("Most used first.")
    )


class ContactForm(forms.Form):
    name = NameField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    telephone = NameField(label=_("Telephone"), max_length=40, required=False)
    language = forms.ChoiceField(
        label=_("Language"), help_text=_("The language to write to her or him in.")
    )

    def __init__(self, *args: Any, used: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        cast(forms.ChoiceField, self.fields["language"]).choices = languages_first(used)
        self.initial.setdefault("language", used[0])
        self.helper = helper_with(_("Save"))


class PractitionerForm(OwnedForm):
    name = NameField(label=_("Name"), max_length=120)
    email = forms.EmailField(label=_("E-mail address"), max_length=254)
    languages = LanguagesField(
        label=_("Languages"), required=False, help_text=_("Best spoken first.")
    )
    facilitates = forms.MultipleChoiceField(
        label=_("Facilitates"), required=False, widget=forms.CheckboxSelectMultiple
    )
    authority = NameField(
        label=_("Authority"),
        max_length=120,
        required=False,
        help_text=_("When she or he takes part for a public authority: which one."),
    )

    def __init__(self, *args: Any, by: User, **kwargs: Any) -> None:
        super().__init__(*args, by=by, **kwargs)
        taught = Programme.objects.visible_to(by).filter(kind=ProgrammeKind.PROGRAMME)
        names = {programme.code: programme.name for programme in taught}
        cast(forms.ChoiceField, self.fields["facilitates"]).choices = list(names.items())


class LinkForm(forms.Form):
    """Which member of the organisation a practitioner is."""

    user = forms.TypedChoiceField(label=_("Member"), coerce=int)

    def __init__(self, *args: Any, by: User, practitioner: Practitioner, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        taken = Practitioner.objects.visible_to(by).filter(
            organisation=practitioner.organisation_id, user__isnull=False
        )
        self.members = {
            membership.user_id: membership.user
            for membership in Membership.objects.visible_to(by)
            .active()
            .filter(organisation=practitioner.organisation_id, role__in=LINKABLE)
            .exclude(user__in=taken.values("user"))
            .select_related("user")
            .order_by("user__display_name", "pk")
        }
        same = [pk for pk, user in self.members.items() if user.email == practitioner.email.lower()]
        self.initial.setdefault("user", same[0] if same else None)
        cast(forms.ChoiceField, self.fields["user"]).choices = [
            ("", _("Choose a member")),
            *((pk, f"{user} · {user.email}") for pk, user in self.members.items()),
        ]

    @property
    def member(self) -> User:
        return self.members[self.cleaned_data["user"]]


class WeeklyTimeForm(forms.Form):
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Days"), choices=Weekday.choices, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    starts = ClockField(label=_("From"))
    ends = ClockField(label=_("To"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "weekly_%s"


class BlockOutForm(forms.Form):
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"), required=False, help_text=_("Empty for one day."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.auto_id = "block_%s"

    @property
    def facts(self) -> dict[str, Any]:
        first = self.cleaned_data["starts_on"]
        return {"starts_on": first, "ends_on": self.cleaned_data["ends_on"] or first}


class VenueForm(OwnedForm):
    name = NameField(label=_("Name"), max_length=120)
    address = NameField(label=_("Address"), max_length=240, required=False)
    capacity = forms.IntegerField(label=_("Seats"), min_value=1, max_value=5000, required=False)
    getting_in = forms.CharField(
        label=_("Getting in"),
        max_length=600,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text=_("Steps, lift, doors, key, bus stop: what somebody should know before coming."),
    )


class OrganisationForm(forms.Form):
    """What new cohorts begin with, whom people ask about their data, how long it is kept."""

    country = forms.ChoiceField(label=_("Country"))
    default_language = forms.ChoiceField(label=_("Language"))
    time_zone = forms.ChoiceField(label=_("Time zone"))
    data_protection_contact = NameField(
        label=_("Data protection contact"),
        max_length=160,
        required=False,
        help_text=_("Whom people ask about their data: a name with an address or a telephone."),
    )
    keep_names_months = forms.IntegerField(
        label=_("Keep names and contacts"),
        min_value=1,
        max_value=36,
        help_text=_("Months after the cohort has ended."),
    )
    keep_needs_days = forms.IntegerField(
        label=_("Keep access needs"),
        min_value=1,
        max_value=90,
        help_text=_("Days after the cohort has ended."),
    )

    def __init__(self, *args: Any, organisation: Organisation, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.initial = {name: getattr(organisation, name) for name in self.fields}
        offers: dict[str, Any] = {
            "country": country_choices(),
            "default_language": languages_first([organisation.default_language]),
            "time_zone": time_zone_choices(organisation.country, organisation.time_zone),
        }
        for name, choices in offers.items():
            cast(forms.ChoiceField, self.fields[name]).choices = choices
        self.helper = FormHelper()
        self.helper.layout = Layout(
            Fieldset(
                _("New cohorts begin with"),
                Row(Column("country"), Column("default_language")),
                "time_zone",
            ),
            Fieldset(
                _("Data about people"),
                "data_protection_contact",
                Row(Column("keep_names_months"), Column("keep_needs_days")),
            ),
        )
        self.helper.add_input(Submit("save", _("Save")))
