"""The indexes of exercises: by time, by type, by topic, by competence."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from handbooks.compose.desk import Desk
from handbooks.engine.document import Chapter as Printed
from handbooks.engine.document import Entry
from programmes.models import Exercise
from programmes.vocabulary import Competence, ExerciseType, Topic

# With fewer exercises the contents are index enough.
FEWEST = 6
# How many lines stay together on a page; more than that would leave holes.
PIECE = 20
# Up to how many minutes an exercise belongs to a group.
MINUTES = (30, 45, 60, 90, 120)


@dataclass
class Group:
    title: str
    entries: list[Entry] = field(default_factory=list)

    @property
    def pieces(self) -> list[list[Entry]]:
        """The lines in pieces that stay together on a page."""
        starts = range(0, len(self.entries), PIECE)
        return [self.entries[start : start + PIECE] for start in starts]


@dataclass(frozen=True)
class Indexed:
    """An exercise of this book, and its line."""

    exercise: Exercise
    entry: Entry


def indexes(desk: Desk, rows: list[Indexed]) -> Iterator[Printed]:
    if len(rows) < FEWEST:
        return
    yield index(desk, "time", _("Exercises by time"), by_time(rows))
    yield index(desk, "type", _("Exercises by type"), by_type(rows))
    yield index(desk, "topic", _("Exercises by topic"), by_topic(rows))
    yield index(desk, "competence", _("Exercises by competence"), by_competence(rows))


def index(desk: Desk, name: str, title: str, groups: Iterable[Group]) -> Printed:
    anchor = f"index-{name}"
    filled = [group for group in groups if group.entries]
    html = desk.html("index", anchor=anchor, title=title, groups=filled)
    return desk.printed(f"index:{name}", html, Entry(1, anchor, "", title), desk.tone)


def grouped(
    groups: dict[str, Group], rows: Iterable[Indexed], names: Callable[[Exercise], Iterable[str]]
) -> Iterator[Group]:
    for row in rows:
        for name in names(row.exercise):
            groups[name].entries.append(row.entry)
    yield from groups.values()


def by_time(rows: list[Indexed]) -> Iterator[Group]:
    """Short ones first, each group in the order of its minutes."""
    titles = {str(end): Group(_("Up to {minutes} minutes").format(minutes=end)) for end in MINUTES}
    titles["more"] = Group(_("More than {minutes} minutes").format(minutes=MINUTES[-1]))
    ordered = sorted(rows, key=lambda row: row.exercise.minutes)

    def name(exercise: Exercise) -> list[str]:
        return [next((str(end) for end in MINUTES if exercise.minutes <= end), "more")]

    return grouped(titles, ordered, name)


def by_type(rows: list[Indexed]) -> Iterator[Group]:
    groups = {kind.value: Group(str(kind.label)) for kind in ExerciseType}
    return grouped(groups, rows, lambda exercise: [exercise.type])


def by_topic(rows: list[Indexed]) -> Iterator[Group]:
    groups = {topic.value: Group(str(topic.label)) for topic in Topic}
    return grouped(groups, rows, lambda exercise: [row.topic for row in exercise.topic_rows.all()])


def by_competence(rows: list[Indexed]) -> Iterator[Group]:
    groups = {one.value: Group(str(one.label)) for one in Competence}

    def names(exercise: Exercise) -> list[str]:
        return [row.competence for row in exercise.competence_rows.all()]

    return grouped(groups, rows, names)
