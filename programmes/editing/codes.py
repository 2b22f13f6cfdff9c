"""Codes and the names of files that begin with them."""

import re

from programmes.package.read import MAX_FILES

MODULE = re.compile(r"^([A-Z]{1,3})([0-9]{1,2})$")
CODE_LINE = re.compile(r"(?m)^code:.*$")
NEEDS_LINE = re.compile(r"(?ms)^prerequisites:.*?(?=^\w|\Z)")
EXERCISE = re.compile(r"\b[A-Z]{1,3}[0-9]{1,2}\.[0-9]{1,2}\b")
MODULE_WORD = re.compile(r"\b[A-Z]{1,3}[0-9]{1,2}\b(?!\.[0-9])")


def next_code(codes: list[str], programme: str) -> str:
    """P4 after P1, P2 and P3; a first module is called after its programme."""
    numbers = [int(match[2]) for code in codes if (match := MODULE.match(code))]
    letters = [match[1] for code in codes if (match := MODULE.match(code))]
    first = re.sub(r"[^A-Z]", "", programme.upper())[:1] or "M"
    return f"{letters[0] if letters else first}{max(numbers, default=0) + 1}"


def free_name(name: str, taken: set[str]) -> str:
    names = [name, *(f"{name[:56]}-{number}" for number in range(2, MAX_FILES))]
    return next(free for free in names if free not in taken)


def recoded(source: str, modules: dict[str, str], exercises: dict[str, str]) -> str:
    """The text with new codes: its own, those of prerequisites, and mentions of exercises."""
    head, mark, body = source.removeprefix("---\n").partition("\n---")

    def module(match: re.Match[str]) -> str:
        return modules.get(match[0], match[0])

    for line in (CODE_LINE, NEEDS_LINE):
        head = line.sub(lambda found: MODULE_WORD.sub(module, found[0]), head)
    whole = f"---\n{head}{mark}{body}"
    return EXERCISE.sub(lambda match: exercises.get(match[0], match[0]), whole)


def renamed(path: str, modules: dict[str, str], exercises: dict[str, str]) -> str:
    folder, _slash, name = path.partition("/")
    return f"{begin_anew(folder, modules)}/{begin_anew(name, exercises)}"


def begin_anew(name: str, codes: dict[str, str]) -> str:
    """The name with the new code in front, if it begins with one of the old codes."""
    for old, new in codes.items():
        before, after = (code.lower().replace(".", "-") + "-" for code in (old, new))
        if name.startswith(before):
            return after + name.removeprefix(before)
    return name


def stem(path: str) -> str:
    """The path without language and ending: what a text and its translations share."""
    return path.rsplit(".", 2)[0]
