"""What one chooses of a book, on a button or on the page that composes it."""

from typing import Any

from django import forms
from django.urls import reverse
from django.utils.translation import get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.common.refusal import Refusal
from handbooks.actions import PARTS_OF, BookOrder, book_order, list_order
from handbooks.actions.choose import ChoiceRefused
from handbooks.models import SINGLE_KINDS, BookPart, DocumentKind, Format, Paper
from handbooks.queries import languages_of, older_versions
from programmes.models import Curriculum, ExerciseList, ProgrammeKind


class CurriculumChoice(forms.ModelChoiceField):
    def label_from_instance(self, curriculum: Any) -> str:
        words = _("{programme}, version {version}")
        return words.format(programme=curriculum.programme.name, version=curriculum.version)


class VersionChoice(forms.ModelChoiceField):
    def label_from_instance(self, curriculum: Any) -> str:
        return _("Since version {version}").format(version=curriculum.version)


class OrderForm(forms.Form):
    """A book of a curriculum, the collection, or an own list; what is left out has a default."""

    kind = forms.ChoiceField(
        label=gettext_lazy("Which book"), choices=DocumentKind.choices, widget=forms.RadioSelect
    )
    language = forms.CharField(
        label=gettext_lazy("Language"), max_length=7, required=False, widget=forms.Select
    )
    format = forms.ChoiceField(
        label=gettext_lazy("As"), choices=Format.choices, required=False, widget=forms.RadioSelect
    )
    paper = forms.ChoiceField(
        label=gettext_lazy("Paper"), choices=Paper.choices, required=False, widget=forms.RadioSelect
    )
    large = forms.BooleanField(label=gettext_lazy("Large print"), required=False)
    without = forms.MultipleChoiceField(
        label=gettext_lazy("Leave out"),
        choices=BookPart.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    marks = forms.BooleanField(label=gettext_lazy("Mark the changes at the margin"), required=False)

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        self.order: BookOrder | None = None
        # What others drafted or collected is no choice, so its id is no valid one.
        seen = Curriculum.objects.visible_to(user).select_related("programme")
        self.fields["curriculum"] = CurriculumChoice(
            seen, required=False, label=gettext_lazy("Programme"), empty_label=None
        )
        self.fields["exercise_list"] = forms.ModelChoiceField(
            ExerciseList.objects.visible_to(user),
            required=False,
            label=gettext_lazy("List"),
            empty_label=None,
        )
        self.fields["since"] = VersionChoice(
            seen,
            required=False,
            label=gettext_lazy("What has changed"),
            empty_label=gettext_lazy("Leave it out"),
        )
        self.order_fields(["kind", "curriculum", "exercise_list", "language", "format", "paper",
                           "large", "without", "since", "marks"])  # fmt: skip

    def clean(self) -> dict[str, Any]:
        chosen = super().clean() or self.cleaned_data
        if not self.errors:
            try:
                self.order = self.book_order(chosen)
            except ChoiceRefused as refusal:
                self.add_error(refusal.field, str(refusal))
            except Refusal as refusal:
                self.add_error(None, str(refusal))
        return chosen

    def book_order(self, chosen: dict[str, Any]) -> BookOrder:
        kind = DocumentKind(chosen["kind"])
        looks: dict[str, Any] = {
            "language": chosen["language"],
            "paper": Paper(chosen["paper"] or Paper.A4),
            "format": Format(chosen["format"] or Format.PDF),
            "large": chosen["large"],
            "without": chosen["without"],
        }
        if kind == DocumentKind.SHEETS:
            # Another book was looked at as an EPUB before.
            looks["format"] = Format.PDF
        if kind == DocumentKind.LIST and chosen["exercise_list"]:
            return list_order(exercise_list=chosen["exercise_list"], **looks)
        curriculum = chosen["curriculum"] if kind in SINGLE_KINDS else None
        since = chosen["since"] if curriculum else None
        # A version of another programme was chosen before the programme was.
        if (
            since
            and curriculum
            and not older_versions(curriculum, self.user).filter(pk=since.pk).exists()
        ):
            since = None
        return book_order(
            kind=kind, curriculum=curriculum, since=since, marks=chosen["marks"], **looks
        )

    def first_error(self) -> str:
        return next(str(error) for errors in self.errors.values() for error in errors)

    def origin(self) -> str:
        """Where the button stood."""
        exercise_list = getattr(self, "cleaned_data", {}).get("exercise_list")
        return exercise_list.get_absolute_url() if exercise_list else reverse("handbooks:list")

    # --- To be shown ------------------------------------------------------------------------

    def fit(self) -> None:
        """Leave only the choices that make sense together, once the form has been checked."""
        chosen = self.cleaned_data
        kind = DocumentKind(chosen.get("kind") or DocumentKind.HANDBOOK)
        curriculum, exercise_list = chosen.get("curriculum"), chosen.get("exercise_list")
        self.fit_sources(kind, curriculum)
        sources: Any = [curriculum]
        if kind == DocumentKind.LIST and exercise_list:
            sources = Curriculum.objects.visible_to(self.user).filter(
                modules__exercises__listedexercise__exercise_list=exercise_list
            )
        elif kind == DocumentKind.COLLECTION:
            sources = Curriculum.objects.visible_to(self.user).current()
        codes = languages_of(row for row in sources if row)
        names = [(code, name_of(code)) for code in codes]
        self.fields["language"].widget.choices = names
        sheets = kind == DocumentKind.SHEETS
        epub = chosen.get("format") == Format.EPUB and not sheets
        # Only a PDF has fields to fill in.
        gone = ["format"] if sheets else ["paper", "large"] if epub else []
        parts = [part for part in PARTS_OF[kind] if not epub or part != BookPart.NOTES]
        self.fields["without"].choices = [(p.value, p.label) for p in parts]  # type: ignore[attr-defined]
        told = kind in SINGLE_KINDS and not sheets
        older = older_versions(curriculum, self.user) if curriculum is not None and told else None
        if older is None or not older.exists():
            gone += ["since", "marks"]
        else:
            self.fields["since"].queryset = older  # type: ignore[attr-defined]
        for name in [*gone, *([] if parts else ["without"])]:
            del self.fields[name]
        # All of these have a value already: "optional" would say nothing.
        self.use_required_attribute = False
        for field in self.fields.values():
            field.required = True

    def fit_sources(self, kind: DocumentKind, curriculum: Curriculum | None) -> None:
        """One programme, one list, or neither."""
        if kind not in SINGLE_KINDS:
            del self.fields["curriculum"]
        else:
            used = Curriculum.objects.in_use_by(self.user).visible_to(self.user)
            used = used.filter(programme__kind=ProgrammeKind.PROGRAMME)
            shown = Curriculum.objects.visible_to(self.user).filter(
                pk__in=[*used.values_list("pk", flat=True), curriculum.pk if curriculum else 0]
            )
            ordered = shown.select_related("programme").order_by("programme__position", "pk")
            self.fields["curriculum"].queryset = ordered  # type: ignore[attr-defined]
        if kind != DocumentKind.LIST:
            del self.fields["exercise_list"]


def name_of(language: str) -> str:
    """A language in its own words."""
    try:
        return str(get_language_info(language)["name_local"])
    except KeyError:
        return language


class FinishedForm(forms.Form):
    """Which of the finished books to show."""

    programme = forms.ChoiceField(label=gettext_lazy("Programme"), required=False)
    kind = forms.ChoiceField(label=gettext_lazy("Book"), required=False)
    language = forms.ChoiceField(label=gettext_lazy("Language"), required=False)

    def __init__(self, *args: Any, facets: dict[str, list[Any]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everything = ("", gettext_lazy("All"))
        labels = dict(DocumentKind.choices)
        shown = {
            "programme": facets["programme"],
            "kind": [(kind, labels[kind]) for kind in facets["kind"]],
            "language": [(code, name_of(code)) for code in facets["language"]],
        }
        for name, choices in shown.items():
            self.fields[name].choices = [everything, *choices]  # type: ignore[attr-defined]
            self.fields[name].widget.attrs["data-submit-on-change"] = ""
