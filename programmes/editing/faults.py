"""The checker's sentences beside the fields that they are about.

The checker speaks of files, headings and lines; whoever edits in a form sees fields and rows. Where
its sentence would name something that a form does not have, a sentence for forms stands instead.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .forms import Number, TextForm, section_name
from .rows import Group, RowShown

Sentence = str | Promise
EMPTY = _("This is still empty.")
ROW = re.compile(r"^(?P<name>[a-z]+)\[(?P<row>\d+)\](\.(?P<column>[a-z]+))?$")
KIND = re.compile(r"'### (Feel|Notice|Connect|Act)'")
HANDOUT_CODE = re.compile(r"^[a-z0-9-]+$")


@dataclass(frozen=True)
class Said:
    """A fault as the checker says it about one file."""

    line: int
    field: str
    message: str


def show(form: TextForm, faults: Iterable[list], source: str) -> None:
    """Put each fault where it belongs: at a field, a box of a row, a group, or on top."""
    rows = rows_by_line(form, source)
    for fault in (Said(*found) for found in faults):
        place = PLACES.get(fault.field, at_field)
        if not place(form, fault, rows):
            form.notes.append(fault.message)


def at_field(form: TextForm, fault: Said, rows: dict[int, RowShown]) -> bool:
    match = ROW.match(fault.field)
    if match and match["name"] in form.groups:
        return at_row(form.groups[match["name"]], match, fault)
    plain = ROW.sub(r"\g<name>", fault.field)
    dotted = plain.replace(".", "_")
    for name in (plain, dotted, f"{dotted}_minimum", section_name(plain)):
        if name in form.fields:
            say(form, name, fault)
            return True
    if plain in form.groups:
        form.groups[plain].faults.append(fault.message)
        return True
    return False


def say(form: TextForm, name: str, fault: Said) -> None:
    """One sentence at a field; an empty one hears only that it is empty."""
    errors = [str(error) for error in form.errors.get(name, [])]
    sentence = sentence_for(form, name, fault)
    if str(sentence) not in errors and str(EMPTY) not in errors:
        form.add_error(name, str(sentence))


def sentence_for(form: TextForm, name: str, fault: Said) -> Sentence:
    field, value = form.fields[name], form[name].value()
    if not value:
        multiple = isinstance(field, forms.MultipleChoiceField)
        return _("Choose at least one.") if multiple else EMPTY
    if isinstance(field, Number) and not str(value).isdecimal():
        return _("Write a whole number.")
    if "should be: " in fault.message or "is not one of" in fault.message:
        return _("Choose one of the list.")
    return fault.message


def at_row(group: Group, match: re.Match[str], fault: Said) -> bool:
    """``materials[2].handout`` is a box of the second row."""
    number = int(match["row"]) - 1
    if number >= len(group.rows):
        return False
    row = group.rows[number]
    names = [cell.column.name for cell in row.cells]
    cell = row.cell(match["column"] if match["column"] in names else names[0])
    cell.faults.append(fault.message if cell.value else EMPTY)
    return True


def at_steps(form: TextForm, fault: Said, rows: dict[int, RowShown]) -> bool:
    row = rows.get(fault.line)
    if row is None:
        group = form.groups["steps"]
        sentence = _("Add at least one step.") if not group.rows else fault.message
        if sentence not in group.faults:
            group.faults.append(sentence)
    elif not row.cell("title").value:
        row.cell("title").faults.append(EMPTY)
    elif not re.fullmatch(r"[0-9]{1,3}", row.cell("minutes").value):
        row.cell("minutes").faults.append(_("How many minutes? Write a whole number."))
    else:
        row.cell("text").faults.append(_("This step has no text yet."))
    return True


def at_debrief(form: TextForm, fault: Said, rows: dict[int, RowShown]) -> bool:
    match = KIND.search(fault.message)
    if match:
        form.groups[match[1].lower()].faults.append(_("Ask at least two questions."))
    return bool(match) or not fault.message.startswith("'")


def at_handout(form: TextForm, fault: Said, rows: dict[int, RowShown]) -> bool:
    row = rows.get(fault.line)
    if row is None:
        return False
    if "twice" in fault.message:
        row.cell("code").faults.append(_("Another handout has this code."))
    elif "each card" in fault.message and row.cards:
        row.cards.faults.append(_("Give each card a title and a text; add at least one."))
    elif "no text" in fault.message:
        row.cell("text").faults.append(_("This handout has no text yet."))
    else:
        at_head_of_handout(row)
    return True


def at_head_of_handout(row: RowShown) -> None:
    if not row.cell("title").value:
        row.cell("title").faults.append(EMPTY)
    if not HANDOUT_CODE.match(row.cell("code").value):
        row.cell("code").faults.append(
            _("Small letters, digits and hyphens, for example role-cards.")
        )


def at_text(form: TextForm, fault: Said, rows: dict[int, RowShown]) -> bool:
    """The text of a chapter is one field; elsewhere a fault of the whole stands on top."""
    if "body" not in form.fields:
        return False
    form.add_error("body", fault.message)
    return True


PLACES: dict[str, Callable[[TextForm, Said, dict[int, RowShown]], bool]] = {
    "Steps": at_steps,
    "Debrief": at_debrief,
    "Handout": at_handout,
    "": at_text,
}


def rows_by_line(form: TextForm, source: str) -> dict[int, RowShown]:
    """The line of each heading that stands for a row: steps and handouts."""
    if not form.groups:
        return {}
    steps, handouts, section = (
        iter(form.groups["steps"].rows),
        iter(form.groups["handouts"].rows),
        "",
    )
    found: dict[int, RowShown | None] = {}
    fenced = False
    for number, line in enumerate(source.split("\n"), start=1):
        fenced ^= line.startswith(("```", "~~~"))
        if fenced:
            continue
        if line.startswith("## "):
            section = line[3:]
            found[number] = next(handouts, None) if section.startswith("Handout:") else None
        elif line.startswith("### ") and section == "Steps":
            found[number] = next(steps, None)
    return {number: row for number, row in found.items() if row}
