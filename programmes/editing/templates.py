"""What a new text begins with: every heading, nothing under it."""

from django.utils.text import slugify

from programmes.package.fields import ChapterFields, ExerciseFields, ModuleFields
from programmes.package.writing import write_chapter, write_exercise, write_module, write_yaml
from programmes.vocabulary import Book, Part, Setting

LONGEST_NAME = 60


def new_exercise(code: str, title: str) -> str:
    rows = [{"title": "", "minutes": "", "text": ""}] * 2
    return write_exercise(
        ExerciseFields(
            code=code,
            title=title,
            complexity="1",
            intensity="1",
            group_minimum="6",
            group_maximum="20",
            ages_minimum="14",
            setting=Setting.INDOORS.value,
            online="true",
            steps=rows,
        )
    )


def new_module(code: str, title: str) -> str:
    return write_module(ModuleFields(code=code, title=title))


def new_chapter(code: str, title: str, position: int) -> str:
    fields = ChapterFields(code=code, title=title, part=Part.ONE.value, position=str(position))
    fields.books = [Book.COLLECTION.value, Book.HANDBOOK.value]
    return write_chapter(fields)


def new_about(facts: dict[str, object]) -> str:
    """curriculum.yaml of a curriculum that begins empty."""
    return write_yaml({"format": 1, "kind": "programme", **facts})


def name_of(code: str, title: str) -> str:
    """The name of a file or folder: its code, then its title."""
    begin = code.lower().replace(".", "-")
    return f"{begin}-{slugify(title)[:LONGEST_NAME].strip('-') or 'text'}"
