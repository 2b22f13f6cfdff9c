"""What one fills in about a cohort."""

from typing import Any, cast

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Column, Fieldset, Layout, Row, Submit
from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from cocora.accounts.forms import NameField, helper_with
from cocora.accounts.models import Organisation, User
from cocora.accounts.roles import Permission
from participants.forms.choices import DayField, languages_first, time_zone_choices
from participants.models import Cohort, CohortCommunity, Community, Practitioner
from participants.queries.cohorts import taught_in
from participants.vocabulary import CohortRole, CohortStatus, Entry
from programmes.models import Curriculum

MOST_PLACES = 500


class CurriculumField(forms.ModelChoiceField):
    def label_from_instance(self, curriculum: Any) -> str:
        whose = curriculum.organisation or "CoCoRa"
        return f"{curriculum.programme.name} · {whose} {curriculum.version}"


class CohortForm(forms.Form):
    """A cohort's plan. Only versions that are taught, organisations that she runs."""

    organisation = forms.ModelChoiceField(
        Organisation.objects.none(), label=_("Organisation"), empty_label=None
    )
    curriculum = CurriculumField(
        Curriculum.objects.none(),
        label=_("Curriculum"),
        empty_label=_("Choose a programme"),
        help_text=_("The cohort keeps this version, also when a newer one is published."),
    )
    name = NameField(
        label=_("Name"),
        max_length=120,
        help_text=_("It stands in calendars and mails, so choose one that says nothing private."),
    )
    place = NameField(label=_("Place"), max_length=120)
    language = forms.ChoiceField(label=_("Language"))
    time_zone = forms.ChoiceField(
        label=_("Time zone"), help_text=_("All times of this cohort are shown on this clock.")
    )
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))
    capacity = forms.IntegerField(label=_("Places"), min_value=1, max_value=MOST_PLACES)
    entry = forms.ChoiceField(
        label=_("Who may apply"), choices=Entry.choices, widget=forms.RadioSelect
    )

    def __init__(
        self, *args: Any, by: User, organisations: list[Organisation], save: str, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.only = organisations[0] if len(organisations) == 1 else None
        if self.only:
            del self.fields["organisation"]
        else:
            places = cast(forms.ModelChoiceField, self.fields["organisation"])
            places.queryset = Organisation.objects.allowing(by, Permission.RUN_COHORTS)
        self.offer(by, organisations)
        self.lay_out(save)

    def offer(self, by: User, organisations: list[Organisation]) -> None:
        """The versions that are taught; languages and clocks with the usual ones first."""
        near = organisations[0] if organisations else Organisation()
        self.initial = {
            "language": near.default_language,
            "time_zone": near.time_zone,
            "entry": Entry.OPEN,
            "capacity": 20,
            **self.initial,
        }
        languages = cast(forms.ChoiceField, self.fields["language"])
        languages.choices = languages_first([self.initial["language"], near.default_language])
        clocks = cast(forms.ChoiceField, self.fields["time_zone"])
        clocks.choices = time_zone_choices(near.country, self.initial["time_zone"], near.time_zone)
        # A cohort that keeps an older version may go on with it.
        kept = self.initial.get("curriculum") or 0
        offered = Q(pk__in=taught_in(organisations).values("pk")) | Q(pk=kept)
        field = cast(CurriculumField, self.fields["curriculum"])
        seen = Curriculum.objects.visible_to(by).filter(offered)
        field.queryset = seen.select_related("programme", "organisation")

    def lay_out(self, save: str) -> None:
        self.helper = FormHelper()
        who = [] if self.only else ["organisation"]
        self.helper.layout = Layout(
            *who,
            "curriculum",
            "name",
            Fieldset(
                _("Where and when"),
                Row(Column("place"), Column("language")),
                "time_zone",
                Row(Column("starts_on"), Column("ends_on")),
            ),
            Fieldset(_("Who takes part"), "capacity", "entry"),
        )
        self.helper.add_input(Submit("save", save))

    @property
    def facts(self) -> dict[str, Any]:
        """The answers as the actions take them."""
        return {name: value for name, value in self.cleaned_data.items() if name != "organisation"}

    @property
    def chosen_organisation(self) -> Organisation:
        return self.only or self.cleaned_data["organisation"]


PLAN = ("curriculum", "name", "place", "language", "time_zone", "starts_on", "ends_on",
        "capacity", "entry")  # fmt: skip


def plan_of(cohort: Cohort) -> dict[str, Any]:
    """The answers that a cohort's plan stands for."""
    return {**{name: getattr(cohort, name) for name in PLAN}, "curriculum": cohort.curriculum_id}


class NextCohortForm(forms.Form):
    """What is new about the next cohort; everything else comes from the earlier one."""

    name = NameField(label=_("Name"), max_length=120)
    starts_on = DayField(label=_("First day"))
    ends_on = DayField(label=_("Last day"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = FormHelper()
        self.helper.layout = Layout("name", Row(Column("starts_on"), Column("ends_on")))
        self.helper.add_input(Submit("save", _("Make the next cohort")))


class CancelForm(forms.Form):
    reason = NameField(
        label=_("Why"),
        max_length=160,
        help_text=_("Everybody who sees the cohort reads it. Name no person."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.helper = helper_with(_("Cancel the cohort"))


class MoveForm(forms.Form):
    status = forms.ChoiceField(choices=CohortStatus.choices)


class StatusFilterForm(forms.Form):
    """Which cohorts the list shows; without an answer those that are not over."""

    status = forms.MultipleChoiceField(choices=CohortStatus.choices, required=False)


class PartnerForm(forms.Form):
    """A community that becomes a partner: of the same organisation, and none yet."""

    community = forms.ModelChoiceField(
        Community.objects.none(), label=_("Community"), empty_label=_("Choose a community")
    )

    def __init__(self, *args: Any, by: User, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        partners = CohortCommunity.objects.visible_to(by).filter(cohort=cohort, ended_on=None)
        own = Community.objects.visible_to(by).in_use().filter(organisation=cohort.organisation_id)
        field = cast(forms.ModelChoiceField, self.fields["community"])
        field.queryset = own.exclude(pk__in=partners.values("community"))


class PlaceForm(forms.Form):
    """A practitioner who gets a place, and what she does in it."""

    practitioner = forms.ModelChoiceField(
        Practitioner.objects.none(), label=_("Practitioner"), empty_label=_("Choose somebody")
    )
    role = forms.ChoiceField(label=_("Role"), choices=CohortRole.choices)

    def __init__(self, *args: Any, by: User, cohort: Cohort, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = Practitioner.objects.visible_to(by).in_use()
        inside = cohort.places.filter(left_on=None)
        field = cast(forms.ModelChoiceField, self.fields["practitioner"])
        field.queryset = own.filter(organisation=cohort.organisation_id).exclude(
            pk__in=inside.values("practitioner")
        )


class RoleForm(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=CohortRole.choices)
