"""The brief for community partners: what happens in each module, and their part in it."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from handbooks.compose.desk import Desk, tab_of
from handbooks.compose.exercises import Field
from handbooks.compose.labels import field_labels
from handbooks.compose.texts import chapters_of
from handbooks.engine.document import Chapter as Printed
from handbooks.engine.document import Entry
from programmes.models import Curriculum, Module
from programmes.queries import modules_of
from programmes.vocabulary import Part


def brief(desk: Desk) -> Iterator[Printed]:
    """Short texts first, the modules in the middle, and last what one looks up."""
    own, shared = desk.programmes, desk.foundations
    yield from chapters_of(desk, own, Part.ONE)
    yield from chapters_of(desk, shared, Part.TWO)
    yield from chapters_of(desk, own, Part.TWO)
    for curriculum in own:
        yield from modules(desk, curriculum)
    yield from chapters_of(desk, shared, Part.ONE)
    yield from chapters_of(desk, [*own, *shared], Part.ANNEX)


def modules(desk: Desk, curriculum: Curriculum) -> Iterator[Printed]:
    rows = [described(desk, row, curriculum) for row in modules_of(curriculum)]
    if not rows:
        return
    anchor, title = desk.anchor(curriculum, "modules"), _("Module by module")
    html = desk.html("modules", anchor=anchor, title=title, rows=rows, curriculum=curriculum)
    entry = Entry(1, anchor, "", title)
    yield desk.printed(
        f"modules:{anchor}", html, entry, curriculum.programme.code, tab_of(curriculum)
    )


def described(desk: Desk, module: Module, curriculum: Curriculum) -> dict[str, object]:
    words = desk.words(module.texts.all(), curriculum)
    names = ("Purpose", "Community role")
    return {
        "module": module,
        "text": words,
        "anchor": desk.anchor(curriculum, module.code),
        "titles": [desk.words(row.texts.all(), curriculum).title for row in module.exercises.all()],
        "fields": [
            Field(field_labels()[name], desk.prose(words.sections.get(name, ""), curriculum))
            for name in names
        ],
    }
