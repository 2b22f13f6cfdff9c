"""From what somebody chose to a BookOrder, or to a sentence that says why not."""

from collections.abc import Collection, Iterable

from django.utils.translation import gettext as _

from cocora.accounts.models import User
from cocora.common.refusal import Refusal
from cocora.jobs.actions import JobRefused
from handbooks.books import BookOrder
from handbooks.compose.sheets import has_fields
from handbooks.models import BookPart, DocumentKind, Format, Paper
from handbooks.queries import has_body, languages_of
from programmes.models import Curriculum, Exercise, ExerciseList, Handout, ProgrammeKind
from programmes.vocabulary import HandoutLayout


class ChoiceRefused(Refusal):
    """There is no such book; ``field`` names the choice that makes it impossible."""

    def __init__(self, sentence: str, field: str) -> None:
        super().__init__(sentence)
        self.field = field


# Composed in one go, while the job keeps its lease; and nobody binds more pages than that.
MOST_EXERCISES = 1_000
WHOLE = tuple(BookPart)
# What can be left out of which book.
PARTS_OF: dict[DocumentKind, tuple[BookPart, ...]] = {
    DocumentKind.COLLECTION: WHOLE,
    DocumentKind.HANDBOOK: WHOLE,
    DocumentKind.GUIDE: WHOLE,
    DocumentKind.WORKBOOK: (BookPart.HANDOUTS, BookPart.NOTES),
    DocumentKind.BRIEF: (),
    DocumentKind.SHEETS: (),
    DocumentKind.LIST: (BookPart.HANDOUTS, BookPart.INDEX, BookPart.NOTES),
}


def book_order(
    *,
    kind: DocumentKind,
    curriculum: Curriculum | None,
    language: str = "",
    paper: Paper = Paper.A4,
    format: Format = Format.PDF,
    large: bool = False,
    without: Collection[str] = (),
    since: Curriculum | None = None,
    marks: bool = False,
) -> BookOrder:
    """The order for a book of one programme, or for the complete collection.

    Without a language it is printed in the one that its curriculum was written in. Raises Refusal
    when there would be nothing in it, or nothing in this language.
    """
    chosen, title = chosen_for(kind, curriculum)
    shared = Curriculum.objects.current().filter(programme__kind=ProgrammeKind.FOUNDATIONS)
    if kind == DocumentKind.SHEETS:
        refuse_no_fields(chosen[0], format)
        shared, since = shared.none(), None
    rows = [*chosen, *shared]
    refuse_too_many(
        Exercise.objects.filter(module__curriculum__in=rows).count(),
        "kind" if kind == DocumentKind.COLLECTION else "curriculum",
    )
    language = language or chosen[0].base_language
    refuse_unknown_language(rows, language)
    left_out = [part.value for part in PARTS_OF[kind] if part.value in without]
    if not has_body(kind, rows, left_out):
        raise ChoiceRefused(
            _("Nothing would be left in this book. Keep at least one part."), "without"
        )
    return BookOrder(
        kind=kind.value,
        title=title,
        language=language,
        paper=paper_of(paper, format),
        curricula=tuple(row.pk for row in rows),
        format=format.value,
        large=large and format == Format.PDF,
        without=tuple(left_out),
        since=since.pk if since else None,
        marks=marks and since is not None,
    )


def chosen_for(kind: DocumentKind, curriculum: Curriculum | None) -> tuple[list[Curriculum], str]:
    """The curricula of a book and its title. Raises Refusal."""
    if kind == DocumentKind.LIST:
        raise ChoiceRefused(_("Choose a list of exercises to print."), "exercise_list")
    if kind == DocumentKind.COLLECTION:
        rows = taught_curricula()
        if not rows:
            raise ChoiceRefused(
                _("No curriculum is published yet, so there is nothing to print."), "kind"
            )
        return rows, _("CoCoRa handbook collection")
    if curriculum is None:
        raise ChoiceRefused(_("Choose a programme for this book."), "curriculum")
    if curriculum.programme.kind == ProgrammeKind.FOUNDATIONS:
        sentence = _("“{name}” has no book of its own: it stands in the book of every programme.")
        raise ChoiceRefused(sentence.format(name=curriculum.programme.name), "curriculum")
    return [curriculum], f"{curriculum.programme.name}: {kind.label}"


def paper_of(paper: Paper, format: Format) -> str:
    """An EPUB flows; it is composed as for A4 whatever was chosen, so that there is one of it."""
    return (Paper.A4 if format == Format.EPUB else paper).value


def taught_curricula() -> list[Curriculum]:
    rows = Curriculum.objects.current().filter(programme__kind=ProgrammeKind.PROGRAMME)
    return list(rows.select_related("programme").order_by("programme__position"))


def refuse_no_fields(curriculum: Curriculum, format: Format) -> None:
    """Only a PDF has fields, and only some sheets have something to fill in."""
    if format != Format.PDF:
        raise ChoiceRefused(_("Worksheets to fill in are there as a PDF only."), "format")
    handouts = Handout.objects.filter(text__exercise__module__curriculum=curriculum)
    if not any(has_fields(handout) for handout in handouts.filter(layout=HandoutLayout.SHEET)):
        sentence = _("“{name}” has no worksheet with anything to fill in.")
        raise ChoiceRefused(sentence.format(name=curriculum.programme.name), "curriculum")


def refuse_too_many(count: int, field: str) -> None:
    if count > MOST_EXERCISES:
        sentence = _("This book would have {count} exercises; one may have at most {most}.")
        raise ChoiceRefused(sentence.format(count=count, most=MOST_EXERCISES), field)


def refuse_unknown_language(curricula: list[Curriculum], language: str) -> None:
    there = languages_of(curricula)
    if language not in there:
        sentence = _("There is no text in “{language}”. There is: {there}.")
        words = sentence.format(language=language, there=", ".join(there) or "–")
        raise ChoiceRefused(words, "language")


def list_order(
    *,
    exercise_list: ExerciseList,
    language: str = "",
    paper: Paper = Paper.A4,
    format: Format = Format.PDF,
    large: bool = False,
    without: Collection[str] = (),
) -> BookOrder:
    """The order for an own list: what its owner may read of it. Raises Refusal when it is empty."""
    seen = exercise_list.rows_visible_to(exercise_list.owner)
    rows = list(seen.select_related("exercise__module__curriculum"))
    if not rows:
        raise ChoiceRefused(
            _("This list is empty. Add an exercise before you print it."), "exercise_list"
        )
    refuse_too_many(len(rows), "exercise_list")
    curricula = list(dict.fromkeys(row.exercise.module.curriculum for row in rows))
    owner_of(curricula)
    language = language or curricula[0].base_language
    refuse_unknown_language(curricula, language)
    return BookOrder(
        kind=DocumentKind.LIST.value,
        title=exercise_list.title,
        language=language,
        paper=paper_of(paper, format),
        curricula=tuple(row.pk for row in curricula),
        exercises=tuple(row.exercise_id for row in rows),
        format=format.value,
        large=large and format == Format.PDF,
        without=tuple(p.value for p in PARTS_OF[DocumentKind.LIST] if p.value in without),
    )


def owner_of(curricula: Iterable[Curriculum]) -> int | None:
    """The organisation whose own texts these are, if any. Raises JobRefused when it is two: a
    book must not carry the texts of one to the people of the other."""
    owners = {row.organisation_id for row in curricula} - {None}
    if len(owners) > 1:
        raise JobRefused(
            _("This book has texts of two organisations. Print those of each by themselves.")
        )
    return next(iter(owners), None)


def may_print(order: BookOrder, user: User) -> bool:
    """Whether this person may read all that the book shows."""
    wanted = {*order.curricula, *([order.since] if order.since else [])}
    seen = Curriculum.objects.visible_to(user).filter(pk__in=wanted)
    return user.is_active and seen.count() == len(wanted)
