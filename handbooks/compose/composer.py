"""What stands in which book, from the cover to the last page."""

from collections.abc import Iterable, Iterator
from itertools import chain

from django.utils.translation import override

from handbooks.books import BookOrder
from handbooks.compose.back import notes
from handbooks.compose.brief import brief
from handbooks.compose.desk import Desk, image_base
from handbooks.compose.exercises import ExercisePages
from handbooks.compose.front import front
from handbooks.compose.indexes import Indexed, indexes
from handbooks.compose.references import References
from handbooks.compose.sheets import sheets
from handbooks.compose.texts import chapters_of, module, part, programme
from handbooks.compose.workbook import Workbook
from handbooks.engine.document import Chapter as Printed
from handbooks.engine.document import PrintDocument
from handbooks.models import BookPart, DocumentKind
from programmes.models import Curriculum, CurriculumImage, Exercise
from programmes.queries import modules_of
from programmes.vocabulary import Part


class NothingToPrint(Exception):
    """The order has no chapter and no exercise."""


def compose(order: BookOrder) -> PrintDocument:
    """The document that ``order`` asks for. Raises NothingToPrint when it would be empty."""
    with override(order.interface_language):
        return Composer(order).document()


class Composer:
    """Walks through the curricula of one order and puts their parts in order."""

    def __init__(self, order: BookOrder) -> None:
        self.order = order
        self.desk = Desk(order)
        self.programmes, self.foundations = self.desk.programmes, self.desk.foundations
        self.indexed: list[Indexed] = []

    def document(self) -> PrintDocument:
        desk, order = self.desk, self.order
        body = list(self.body())
        if all(page.kind == "notes" for page in body):
            raise NothingToPrint
        chapters = [*front(desk, body), *body]
        return PrintDocument(
            title=desk.typeset(order.title),
            author=desk.curricula[0].publisher,
            language=order.language,
            paper=order.paper,
            large=order.large,
            chapters=References(
                chapters, [row.entry for row in self.indexed], order.language
            ).resolved(),
            media=self.media(),
            fillable=order.kind == DocumentKind.SHEETS,
        )

    def media(self) -> dict[str, bytes]:
        """The images of all curricula, by the address that the composed HTML names."""
        images = CurriculumImage.objects.filter(curriculum__in=self.desk.curricula)
        bases = {row.pk: image_base(row).removeprefix("media:") for row in self.desk.curricula}
        return {f"{bases[row.curriculum_id]}{row.path}": bytes(row.data) for row in images}

    # --- the body -------------------------------------------------------------------------

    def body(self) -> Iterator[Printed]:
        if self.order.kind == DocumentKind.LIST:
            yield from self.listed()
        elif self.order.kind == DocumentKind.WORKBOOK:
            yield from self.workbook()
        elif self.order.kind == DocumentKind.BRIEF:
            yield from brief(self.desk)
        elif self.order.kind == DocumentKind.SHEETS:
            yield from sheets(self.desk)
        elif len(self.programmes) > 1:
            yield from self.collection()
        else:
            yield from self.single()

    def single(self) -> Iterator[Printed]:
        """The book of one programme: its texts and exercises between what all programmes share."""
        both = [*self.foundations, *self.programmes]
        yield from part(self.desk, Part.ONE, self.texts(both, Part.ONE))
        yield from part(self.desk, Part.TWO, self.texts(both, Part.TWO))
        for curriculum in self.programmes:
            yield from programme(self.desk, curriculum, self.modules(curriculum))
        yield from self.annex([*self.programmes, *self.foundations])

    def collection(self) -> Iterator[Printed]:
        """All programmes one after the other, each with its own texts around its exercises."""
        yield from part(self.desk, Part.ONE, self.texts(self.foundations, Part.ONE))
        yield from part(self.desk, Part.TWO, self.texts(self.foundations, Part.TWO))
        for curriculum in self.programmes:
            own = [
                *self.texts([curriculum], Part.ONE),
                *self.texts([curriculum], Part.TWO),
                *self.modules(curriculum),
                *self.texts([curriculum], Part.ANNEX),
            ]
            yield from programme(self.desk, curriculum, own)
        yield from self.annex(self.foundations)

    def listed(self) -> Iterator[Printed]:
        """The exercises of an own list, in its order, without the modules around them."""
        rows = Exercise.objects.filter(pk__in=self.order.exercises)
        rows = rows.select_related("module").prefetch_related(
            "texts__handouts", "competence_rows", "topic_rows"
        )
        by_pk = {row.pk: row for row in rows}
        curricula = {row.pk: row for row in self.desk.curricula}
        for pk in self.order.exercises:
            if row := by_pk.get(pk):
                yield from self.exercise(row, curricula[row.module.curriculum_id], level=1)
        yield from self.indexes()
        yield from self.notes()

    def workbook(self) -> Iterator[Printed]:
        """The pages that people write on, and the words that they may look up."""
        for curriculum in self.programmes:
            book = Workbook(self.desk, curriculum)
            yield from book.pages()
            self.indexed += book.indexed
        for which in Part:
            yield from chapters_of(self.desk, self.foundations, which)
        yield from self.notes()

    def annex(self, curricula: Iterable[Curriculum]) -> Iterator[Printed]:
        """Texts to look things up in, and the indexes; room for notes comes last."""
        texts = list(self.texts(curricula, Part.ANNEX))
        yield from part(self.desk, Part.ANNEX, [*texts, *self.indexes()])
        yield from self.notes()

    def indexes(self) -> Iterator[Printed]:
        if self.desk.has(BookPart.INDEX):
            yield from indexes(self.desk, self.indexed)

    def notes(self) -> Iterator[Printed]:
        if self.desk.has(BookPart.NOTES):
            yield notes(self.desk)

    # --- its parts ------------------------------------------------------------------------

    def texts(self, curricula: Iterable[Curriculum], which: Part) -> Iterator[Printed]:
        if self.desk.has(BookPart(which.value)):
            yield from chapters_of(self.desk, curricula, which)

    def modules(self, curriculum: Curriculum) -> Iterator[Printed]:
        if not self.desk.has(BookPart.EXERCISES):
            return
        rows = modules_of(curriculum).prefetch_related(
            "exercises__texts__handouts", "exercises__competence_rows"
        )
        for row in rows:
            exercises = [self.exercise(one, curriculum, level=2) for one in row.exercises.all()]
            yield module(self.desk, row, curriculum, [first for first, *_sheets in exercises])
            yield from chain(*exercises)

    def exercise(self, row: Exercise, curriculum: Curriculum, level: int) -> list[Printed]:
        pages = ExercisePages(self.desk, row, curriculum)
        self.indexed.append(Indexed(row, pages.entry(level)))
        return pages.printed(level)
