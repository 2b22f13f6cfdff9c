"""The forms of the editor.

A draft may be saved with faults, so these forms refuse only what could not be kept: everything
else is the checker's to say, and ``show`` puts its sentences beside the fields.
"""

import re
import secrets
from dataclasses import dataclass
from typing import Any

from django import forms
from django.core.exceptions import NON_FIELD_ERRORS, ValidationError
from django.http import QueryDict
from django.utils.functional import Promise
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _

from cocora.accounts.models import Organisation
from programmes.package.fields import (
    PLAIN_SECTIONS,
    ChapterFields,
    ExerciseFields,
    Fields,
    ModuleFields,
    Row,
)
from programmes.package.parts import DEBRIEF_SECTIONS, MODULE_SECTIONS
from programmes.vocabulary import (
    Book,
    Competence,
    ExerciseType,
    HandoutLayout,
    Level,
    Part,
    Setting,
    Topic,
)

from .rows import (
    CARD,
    GROUPS,
    PLACEHOLDER,
    Group,
    cards_of,
    clean_row,
    has_words,
    one_line,
    plain,
    read_rows,
    shown_group,
    words_fault,
    write_rows,
)

VERSION = r"^[0-9]+\.[0-9]+\.[0-9]+$"
CODE = r"^[a-z0-9]+(-[a-z0-9]+)*$"


class Line(forms.CharField):
    """A line that may still be empty: a draft waits for its words."""

    def validate(self, value: Any) -> None:
        return

    def clean(self, value: Any) -> str:
        return one_line(super().clean(value))


class Number(Line):
    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.NumberInput(attrs={"inputmode": "numeric"}), **options)


class Words(forms.CharField):
    """A Markdown text."""

    def __init__(self, rows: int = 4, levels: tuple[int, ...] = (2,), **options: Any) -> None:
        self.levels = levels
        widget = forms.Textarea(attrs={"rows": rows, "data-markdown": True})
        super().__init__(widget=widget, **options)

    def validate(self, value: Any) -> None:
        return

    def clean(self, value: Any) -> str:
        text = plain(super().clean(value))
        fault = words_fault(text, self.levels)
        if fault:
            raise ValidationError(str(fault))
        return text


class Sentence(Line):
    """A few lines on the screen, one in the file."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": 2}), **options)


class Choice(forms.ChoiceField):
    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


class Choices(forms.MultipleChoiceField):
    widget = forms.CheckboxSelectMultiple

    def validate(self, value: Any) -> None:
        if value:
            super().validate(value)


def with_blank(choices: Any) -> list[tuple[Any, Any]]:
    return [("", _("Choose…")), *choices]


# --- texts ----------------------------------------------------------------------------------


def section_name(heading: str) -> str:
    return f"section_{slugify(heading).replace('-', '_')}"


SECTION_LABELS: dict[str, tuple[str | Promise, str | Promise]] = {
    "Objectives": (_("Objectives"), _("A list: what people know, can or have afterwards.")),
    "Preparation": (_("Preparation"), ""),
    "Closing": (_("Closing"), ""),
    "Tips": (_("Tips"), _("A list for the person who leads it.")),
    "What can go wrong": (_("What can go wrong"), _("And what helps then.")),
    "Safeguarding": (_("Safeguarding"), _("What may come up, and what to do in the moment.")),
    "Opt-out": (_("Opt-out"), _("A worthy role for somebody who would rather not take part.")),
    "Online": (_("Online"), _("How to do it in a call, or what to do instead.")),
    "Shorter": (_("Shorter"), ""),
    "Longer": (_("Longer"), ""),
    "Adaptation": (_("Adaptation"), _("For other ages, languages and abilities.")),
    "Follow-up": (_("Follow-up"), ""),
    "Purpose": (_("Purpose"), ""),
    "Outcomes": (_("Outcomes"), _("A list.")),
    "Community role": (_("Community role"), ""),
    "Evaluation": (_("Evaluation"), ""),
}


def section_field(heading: str) -> Words:
    label, help_text = SECTION_LABELS[heading]
    return Words(label=label, help_text=help_text)


@dataclass(frozen=True)
class SummaryLine:
    anchor: str
    label: str | Promise
    sentence: str | Promise


def lines_of_group(group: Group) -> list[SummaryLine]:
    found = [SummaryLine(f"group-{group.name}", group.title, fault) for fault in group.faults]
    for row in group.rows:
        for cell in row.cells:
            label = f"{group.title} {row.place + 1}, {cell.column.label}"
            found += [SummaryLine(cell.id, label, fault) for fault in cell.faults]
        found += lines_of_group(row.cards) if row.cards else []
    return found


class TextForm(forms.Form):
    """A text of a draft. ``base`` is the digest of what the form was opened with."""

    use_required_attribute = False
    # Whether something can't be kept, so that nothing was saved.
    refused = False
    sections: tuple[str, ...] = ()
    group_names: tuple[str, ...] = ()

    base = forms.CharField(required=False, widget=forms.HiddenInput)
    merging = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, data: QueryDict, **options: Any) -> None:
        super().__init__(data, **options)
        self.sent = data
        for heading in self.sections:
            self.fields[section_name(heading)] = section_field(heading)
        self.groups = {name: self.read_group(name) for name in self.group_names}
        self.notes: list[str | Promise] = []

    @property
    def sentences(self) -> list[SummaryLine]:
        """All sentences of the page, each with the place that it is about."""
        return [
            *(SummaryLine("", "", note) for note in self.notes),
            *(line for name in self.errors for line in self.lines_of(name)),
            *(line for group in self.groups.values() for line in lines_of_group(group)),
        ]

    def lines_of(self, name: str) -> list[SummaryLine]:
        if name == NON_FIELD_ERRORS:
            return [SummaryLine("", "", str(error)) for error in self.errors[name]]
        box = self[name]
        anchor = f"{box.auto_id}_field" if box.use_fieldset else box.id_for_label
        return [SummaryLine(anchor, box.label, str(error)) for error in self.errors[name]]

    def read_group(self, name: str) -> Group:
        title, one, columns = GROUPS[name]
        return shown_group(name, (title, one), columns, read_rows(self.sent, name, columns))

    def section_fields(self) -> list[forms.BoundField]:
        return [self[section_name(heading)] for heading in self.sections]

    def rows(self, name: str) -> list[Row]:
        """The rows that somebody has filled in; rows that were left blank are dropped."""
        group = self.groups[name]
        kept = [(row, clean_row(row)) for row in group.rows]
        return [values for row, values in kept if has_words(row, values)]

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        self.result = self.to_fields(values)
        if any(group.has_faults for group in self.groups.values()):
            self.add_error(None, _("A row below has something that can't be kept as it is."))
        return values

    def to_fields(self, values: dict[str, Any]) -> Fields:
        raise NotImplementedError

    def cleaned_sections(self, values: dict[str, Any]) -> dict[str, str]:
        return {name: values.get(section_name(name), "") for name in self.sections}

    def names(self, values: dict[str, Any], *names: str) -> dict[str, Any]:
        return {name: values.get(name, "") for name in names}

    @classmethod
    def opened(cls, fields: Any, base: str, **hidden: str) -> "TextForm":
        """The form with these fields in it, as if somebody had typed them."""
        data = QueryDict(mutable=True)
        data["base"] = base
        for name, value in hidden.items():
            data[name] = value
        fill(data, fields)
        return cls(data)


class ExerciseForm(TextForm):
    sections = PLAIN_SECTIONS
    group_names = tuple(GROUPS)

    code = Line(label=_("Code"), help_text=_("The module, a dot and a number: P2.3"))
    title = Line(label=_("Title"))
    summary = Sentence(label=_("Summary"), help_text=_("One or two sentences."))
    type = Choice(label=_("Type"), choices=with_blank(ExerciseType.choices))
    method = Line(label=_("Method"), help_text=_("In the word of the field: World café"))
    complexity = Choice(label=_("Complexity"), choices=with_blank(Level.choices))
    intensity = Choice(label=_("Emotional intensity"), choices=with_blank(Level.choices))
    minutes_minimum = Number(label=_("Minutes, at least"))
    minutes_typical = Number(
        label=_("Minutes, typical"), help_text=_("What the steps take together.")
    )
    group_minimum = Number(label=_("Group, at least"))
    group_maximum = Number(label=_("Group, at most"))
    ages_minimum = Number(label=_("Youngest age"))
    ages_maximum = Number(label=_("Oldest age"), required=False)
    setting = Choice(label=_("Place"), choices=with_blank(Setting.choices))
    space = Line(label=_("Space"), help_text=_("What the room needs."))
    online = Choice(
        label=_("Can be run online"),
        choices=with_blank([("true", _("Yes")), ("false", _("No"))]),
    )
    topics = Choices(label=_("Topics"), choices=Topic.choices, required=False)
    competences = Choices(
        label=_("Competences"), choices=Competence.choices, help_text=_("One to six.")
    )

    def read_group(self, name: str) -> Group:
        group = super().read_group(name)
        if name == "handouts":
            uids = self.sent.getlist("handouts-uid")
            uids += [""] * (len(group.rows) - len(uids))
            for row, uid in zip(group.rows, uids, strict=False):
                row.uid = uid if re.fullmatch(r"[a-z0-9]{1,12}", uid) else secrets.token_hex(4)
                row.cards = cards_of(row.uid, read_rows(self.sent, f"cards-{row.uid}", CARD))
            group.blank.uid = PLACEHOLDER  # type: ignore[union-attr]
            group.blank.cards = cards_of(PLACEHOLDER, [])  # type: ignore[union-attr]
        return group

    @property
    def other_sections(self) -> list[forms.BoundField]:
        """Objectives and preparation stand with learning and materials."""
        apart = ("Objectives", "Preparation")
        return [self[section_name(name)] for name in self.sections if name not in apart]

    @property
    def debrief_groups(self) -> list[Group]:
        return [self.groups[name.lower()] for name in DEBRIEF_SECTIONS]

    def to_fields(self, values: dict[str, Any]) -> ExerciseFields:
        texts = {name: [row["text"] for row in self.rows(name)] for name in FOUR}
        return ExerciseFields(
            **self.names(values, *NAMES),
            **self.names(values, "topics", "competences"),
            materials=self.rows("materials"),
            sources=[row["text"] for row in self.rows("sources")],
            sections=self.cleaned_sections(values),
            steps=self.rows("steps"),
            debrief={name: texts[name.lower()] for name in DEBRIEF_SECTIONS},
            handouts=self.handouts(),
        )

    def handouts(self) -> list[Row]:
        values = self.rows("handouts")
        kept = [row for row in self.groups["handouts"].rows if has_words(row, clean_row(row))]
        for row, found in zip(kept, values, strict=True):
            cards = row.cards.rows if row.cards else []
            filled = [(card, clean_row(card)) for card in cards]
            found["cards"] = [card for shown, card in filled if has_words(shown, card)]
            if found["layout"] != HandoutLayout.CARDS:
                found["layout"] = HandoutLayout.SHEET.value
                if found["cards"] and row.cards:
                    row.cards.faults.append(
                        _("A sheet has no cards. Take them away, or choose cards to cut out.")
                    )
            elif words_fault(found["text"], (3,)):
                row.cell("text").faults.append(words_fault(found["text"], (3,)) or "")
        return values


NAMES = (
    "code", "title", "summary", "type", "method", "complexity", "intensity", "minutes_minimum",
    "minutes_typical", "group_minimum", "group_maximum", "ages_minimum", "ages_maximum", "setting",
    "space", "online",
)  # fmt: skip
FOUR = tuple(name.lower() for name in DEBRIEF_SECTIONS)


class ModuleForm(TextForm):
    sections = MODULE_SECTIONS

    code = Line(label=_("Code"), disabled=True, required=False)
    title = Line(label=_("Title"))
    summary = Sentence(label=_("Summary"))
    topic = Choice(
        label=_("Topic"), choices=[("", _("None in particular")), *Topic.choices], required=False
    )
    prerequisites = Choices(label=_("Modules that come before"), required=False)

    def __init__(self, data: QueryDict, modules: list[tuple[str, str]] | None = None) -> None:
        super().__init__(data)
        here = [(code, code) for code in data.getlist("prerequisites")]
        self.fields["prerequisites"].choices = modules or here  # type: ignore[attr-defined]
        self.fields["code"].initial = data.get("code", "")

    def to_fields(self, values: dict[str, Any]) -> ModuleFields:
        return ModuleFields(
            **self.names(values, "code", "title", "summary", "topic"),
            prerequisites=values.get("prerequisites", []),
            sections=self.cleaned_sections(values),
        )


class ChapterForm(TextForm):
    code = Line(label=_("Code"), help_text=_("Small letters, digits and hyphens."))
    title = Line(label=_("Title"))
    summary = Sentence(label=_("Summary"))
    part = Choice(label=_("Part of the book"), choices=with_blank(Part.choices))
    position = Number(label=_("Place in its part"), help_text=_("10 comes before 20."))
    books = Choices(label=_("Books"), choices=Book.choices)
    body = Words(label=_("Text"), rows=20, levels=())

    def to_fields(self, values: dict[str, Any]) -> ChapterFields:
        return ChapterFields(
            **self.names(values, "code", "title", "summary", "part", "position", "body"),
            books=values.get("books", []),
        )


class SourceForm(forms.Form):
    """The whole file as it is: for translations, and for what no form knows."""

    base = forms.CharField(required=False, widget=forms.HiddenInput)
    merging = forms.CharField(required=False, widget=forms.HiddenInput)
    source = forms.CharField(
        label=_("File"),
        strip=False,
        widget=forms.Textarea(attrs={"rows": 30, "spellcheck": "true", "class": "source"}),
    )

    def clean_source(self) -> str:
        text = self.cleaned_data["source"].replace("\r\n", "\n").replace("\r", "\n")
        return text if text.endswith("\n") else f"{text}\n"


FORMS: dict[str, type[TextForm]] = {
    "exercise": ExerciseForm,
    "module": ModuleForm,
    "chapter": ChapterForm,
}


def fill(data: QueryDict, fields: Fields) -> None:
    """Put fields into data as a browser would send them."""
    for name, value in vars(fields).items():
        if name in GROUPS:
            rows = [{"text": row} if isinstance(row, str) else row for row in value]
            write_rows(data, name, GROUPS[name][2], rows)
        elif name == "sections":
            for heading, text in value.items():
                data[section_name(heading)] = text
        elif name == "debrief":
            for heading, lines in value.items():
                data.setlist(f"{heading.lower()}-text", lines)
        elif isinstance(value, list):
            data.setlist(name, value)
        else:
            data[name] = value
    for number, handout in enumerate(getattr(fields, "handouts", [])):
        data.appendlist("handouts-uid", f"h{number}")
        write_rows(data, f"cards-h{number}", CARD, handout["cards"])


# --- the draft as a whole -------------------------------------------------------------------


class OrganisationField(forms.ModelChoiceField):
    """Asks only where there is a choice."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            Organisation.objects.none(), label=_("For which organisation"), empty_label=None,
            **options,
        )  # fmt: skip


class AboutForm(forms.Form):
    base = forms.CharField(required=False, widget=forms.HiddenInput)
    title = forms.CharField(label=_("Title"), max_length=120)
    summary = forms.CharField(
        label=_("Summary"),
        min_length=10,
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    version = forms.RegexField(
        VERSION, label=_("Version"), help_text=_("Three numbers: 1.0.0"), max_length=20
    )
    publisher = forms.CharField(label=_("Publisher"), max_length=120)
    licence = forms.CharField(
        label=_("Licence"), max_length=60, help_text=_("A short sign such as CC-BY-4.0")
    )

    def clean_summary(self) -> str:
        return one_line(self.cleaned_data["summary"])


class NewVersionForm(forms.Form):
    organisation = OrganisationField()
    version = forms.RegexField(
        VERSION, label=_("Version"), help_text=_("Three numbers: 1.0.0"), max_length=20
    )


class NewCurriculumForm(AboutForm):
    organisation = OrganisationField()
    name = forms.CharField(
        label=_("Name of the programme"), max_length=80, help_text=_("“Good Neighbours Programme”")
    )
    code = forms.RegexField(
        CODE,
        label=_("Short code"),
        max_length=20,
        help_text=_("Small letters, digits and hyphens: it stands in addresses."),
    )
    field_order = ["organisation", "name", "code", "title", "summary", "version", "publisher"]


class TitleForm(forms.Form):
    """A new module, exercise or chapter begins with its title."""

    title = forms.CharField(label=_("Title"), max_length=120)

    def clean_title(self) -> str:
        return one_line(self.cleaned_data["title"])


class PublishForm(forms.Form):
    note = forms.CharField(
        label=_("What is new"),
        max_length=1000,
        help_text=_("One or two sentences for those who work with it."),
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class PictureForm(forms.Form):
    file = forms.FileField(
        label=_("Picture"),
        help_text=_("PNG or JPEG. Place and camera data are removed."),
        widget=forms.FileInput(attrs={"accept": "image/png,image/jpeg"}),
    )
    words = forms.CharField(
        label=_("What the picture shows"),
        max_length=200,
        help_text=_("For people who can't see it."),
    )

    def clean_words(self) -> str:
        text = one_line(self.cleaned_data["words"])
        if set(text) & set("[]()\\"):
            raise ValidationError(_("Leave out brackets and backslashes."))
        return text


class MoveForm(forms.Form):
    """How many places up (negative) or down."""

    step = forms.IntegerField(min_value=-2000, max_value=2000)
