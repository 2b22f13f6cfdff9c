"""The participants' workbook: the pages of the programme, a page to write on for each module, and
the sheets of its exercises that one fills in."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from handbooks.compose.desk import Desk, tab_of
from handbooks.compose.exercises import ExercisePages
from handbooks.compose.indexes import Indexed
from handbooks.compose.texts import chapter
from handbooks.engine.document import Chapter as Printed
from handbooks.engine.document import Entry
from handbooks.models import BookPart, DocumentKind
from programmes.models import Chapter, Curriculum, Exercise, Handout, Module
from programmes.package.body import Section, split_sections
from programmes.queries import modules_of
from programmes.vocabulary import HandoutLayout

# A line to write on in Markdown, or a row of a table with nothing behind its first cell.
TO_WRITE_ON = re.compile(r"^(?:_{3,}|\|[^|\n]*\|(?:[ \t]*\|)+)$", re.MULTILINE)


@dataclass(frozen=True)
class Box:
    """What is asked after a module, with the lines below it."""

    title: str
    html: str


class Workbook:
    """The pages of one programme in the order in which one writes on them."""

    def __init__(self, desk: Desk, curriculum: Curriculum) -> None:
        self.desk, self.curriculum = desk, curriculum
        self.indexed: list[Indexed] = []
        rows = modules_of(curriculum).prefetch_related("exercises__texts__handouts")
        self.modules = {row.code: row for row in rows}

    def pages(self) -> Iterator[Printed]:
        """The chapters, and the modules behind the text that asks something after each of them."""
        printed = False
        for row in self.chapters():
            sections = self.sections(row)
            asking = next((one for one in sections if self.boxes_in(one)), None)
            if printed or asking is None:
                yield chapter(self.desk, row, self.curriculum)
                continue
            printed = True
            for number, section in enumerate(sections, 1):
                if section is asking:
                    yield from self.asked(row, number, section)
                else:
                    yield self.page(row, number, section)
        if not printed:
            yield from self.module_pages({})

    def chapters(self) -> Iterable[Chapter]:
        return (
            row
            for row in self.curriculum.chapters.all()
            if DocumentKind.WORKBOOK.value in row.books
        )

    def sections(self, row: Chapter) -> list[Section]:
        words = self.desk.words(row.texts.all(), self.curriculum)
        before, found = split_sections(words.body, level=2)
        opening = [Section(words.title, 0, before)] if before else []
        return [*opening, *found]

    def asked(self, row: Chapter, number: int, section: Section) -> Iterator[Printed]:
        """A page that leads to those of the modules, each with what is asked there."""
        modules = list(self.module_pages(self.boxes_in(section)))
        before, _found = split_sections(section.text, level=3)
        intro = Section(section.title, section.line, before)
        yield self.page(row, number, intro, [page.entry for page in modules if page.entry])
        yield from modules

    def boxes_in(self, section: Section) -> dict[str, Box]:
        """What a section asks after each module, by the module; nothing if it is about more."""
        _before, found = split_sections(section.text, level=3)
        named = [(self.module_in(one.title), one) for one in found]
        if len(named) < 2 or not all(code for code, _one in named):
            return {}
        return {
            code: Box(
                one.title.partition(":")[2].strip() or one.title,
                self.desk.prose(one.text, self.curriculum),
            )
            for code, one in named
        }

    def module_in(self, title: str) -> str:
        """The module that a heading names, else ''."""
        return next((word for word in re.findall(r"\w+", title) if word in self.modules), "")

    def page(
        self, row: Chapter, number: int, section: Section, entries: Iterable[Entry] = ()
    ) -> Printed:
        anchor = f"{self.desk.anchor(self.curriculum, row.code)}-{number}"
        body = self.desk.prose(lifted(section.text), self.curriculum)
        html = self.desk.html(
            "page", anchor=anchor, title=section.title, body=body, entries=entries
        )
        entry = Entry(1, anchor, "", section.title)
        code = self.curriculum.programme.code
        return self.desk.printed(f"page:{anchor}", html, entry, code, tab_of(self.curriculum))

    def module_pages(self, boxes: dict[str, Box]) -> Iterator[Printed]:
        for module in self.modules.values():
            yield self.module_page(module, boxes.get(module.code))
            if self.desk.has(BookPart.HANDOUTS):
                for row in module.exercises.all():
                    yield from self.sheets(row)

    def module_page(self, module: Module, box: Box | None) -> Printed:
        """What one takes from a module: its questions to act on. Its sheets follow."""
        desk, curriculum = self.desk, self.curriculum
        words = desk.words(module.texts.all(), curriculum)
        anchor = desk.anchor(curriculum, module.code)
        html = desk.html(
            "reflection",
            anchor=anchor,
            module=module,
            text=words,
            curriculum=curriculum,
            box=box,
            exercises=[self.exercise(row) for row in module.exercises.all()],
        )
        entry = Entry(1, anchor, module.code, words.title)
        tone = curriculum.programme.code
        return desk.printed(f"reflection:{anchor}", html, entry, tone, module.code)

    def exercise(self, row: Exercise) -> dict[str, object]:
        pages = ExercisePages(self.desk, row, self.curriculum)
        self.indexed.append(Indexed(row, Entry(2, pages.anchor, row.code, pages.words.title)))
        return {
            "exercise": row,
            "anchor": pages.anchor,
            "text": pages.words,
            "questions": pages.words.debrief.get("Act", []),
        }

    def sheets(self, row: Exercise) -> Iterator[Printed]:
        """The sheets of an exercise that one fills in, as in the books that have all of them."""
        pages = ExercisePages(self.desk, row, self.curriculum)
        wanted = {one.code for one in pages.words.handouts.all() if is_to_fill_in(one)}
        yield from (pages.sheet(facts) for facts in pages.sheets() if facts["code"] in wanted)


def is_to_fill_in(handout: Handout) -> bool:
    """Sheets with room to write are for those who take part; cards and keys are not."""
    return handout.layout == HandoutLayout.SHEET and bool(TO_WRITE_ON.search(handout.body))


def lifted(text: str) -> str:
    """Headings one level up: the one above them has become the title of the page."""
    return re.sub(r"(?m)^#(##+ )", r"\1", text)
