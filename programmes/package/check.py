"""Say everything that is wrong with a package, or give back its parsed content.

The front matter follows the JSON Schemas in ``schema/``; ``parts.py`` reads the bodies; this module
walks the files and checks what stands between them.
"""

import io
import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path, PurePosixPath
from typing import Any

from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError
from PIL import Image, UnidentifiedImageError

from programmes.package.faults import Fault, PackageFaulty
from programmes.package.frontmatter import YamlText, dotted, read_yaml
from programmes.package.markup import markup_faults
from programmes.package.parts import (
    Draft,
    chapter_body,
    chapter_text,
    exercise_body,
    exercise_text,
    module_body,
    module_text,
)
from programmes.package.texts import Package, Text

SCHEMAS = Path(__file__).parent / "schema"
LANGUAGE = r"(?P<language>[a-z]{2,3}(-[A-Z]{2})?)"
CHAPTER_FILE = re.compile(rf"^chapters/[a-z0-9-]+\.{LANGUAGE}\.md$")
MODULE_FILE = re.compile(rf"^(?!chapters/)[a-z0-9-]+/module\.{LANGUAGE}\.md$")
EXERCISE_FILE = re.compile(rf"^(?!chapters/)[a-z0-9-]+/(?!module\.)[a-z0-9-]+\.{LANGUAGE}\.md$")
IMAGE_FILE = re.compile(r"^images/[a-z0-9-]+\.(png|jpg)$")
IMAGE_USE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^)\s]*)[^)]*\)")
MAX_PIXELS = 25_000_000
# What can be said about a body although the front matter above it has faults.
BODIES: dict[str, Callable[[Draft], object]] = {
    "module": module_body,
    "exercise": exercise_body,
    "chapter": chapter_body,
}

Texts = dict[str, dict[str, Text]]


def check(files: dict[str, bytes]) -> Package:
    """The content of ``files``. Raises PackageFaulty with every fault that was found."""
    return Checker(files).run()


class Checker:
    """Walks the files once, collects faults, and builds the package as it goes."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self.files = files
        self.faults: list[Fault] = []
        self.fronts: dict[str, YamlText] = {}

    def add(self, path: str, line: int, place: str, message: str) -> None:
        self.faults.append(Fault(path, line, place, message))

    def run(self) -> Package:
        package = self.look()
        if package is None or self.faults:
            raise PackageFaulty(self.faults)
        return package

    def look(self) -> Package | None:
        """All that could be read, faulty texts included; None when curriculum.yaml is faulty."""
        source = self.text_of("curriculum.yaml")
        front = self.front_of("curriculum.yaml", source, 1, "curriculum") if source else None
        if source is None or front is None:
            return None
        facts = front.values
        self.base, self.languages = str(facts["base_language"]), facts["languages"]
        if self.base not in self.languages:
            message = f"The base language {self.base} is missing."
            self.add("curriculum.yaml", front.line(("languages",)), "languages", message)
        self.images = self.read_images()
        package = Package(
            facts=facts,
            source=source,
            modules=self.texts(MODULE_FILE, "module", module_text),
            exercises=self.texts(EXERCISE_FILE, "exercise", exercise_text),
            chapters=self.texts(CHAPTER_FILE, "chapter", chapter_text),
            images=self.images,
        )
        self.check_stray_files()
        self.check_structure(package)
        return package

    # --- files ----------------------------------------------------------------------------

    def text_of(self, path: str) -> str | None:
        """The text of a file; None and a fault when it is not UTF-8."""
        data = self.files[path]
        try:
            text = data.decode("utf-8")
        except UnicodeDecodeError as error:
            line = data[: error.start].count(b"\n") + 1
            self.add(path, line, "", "The file is not UTF-8. Save it again as UTF-8.")
            return None
        if "\x00" in text:
            self.add(path, text[: text.index("\x00")].count("\n") + 1, "", "A NUL character.")
            return None
        return text

    def front_of(self, path: str, text: str, first_line: int, schema: str) -> YamlText | None:
        """Values that follow the schema; None and faults otherwise."""
        read = read_yaml(text, path=path, first_line=first_line, faults=self.faults)
        if read is None:
            return None
        errors = list(validator(schema).iter_errors(read.values))
        for error in errors:
            place = tuple(error.absolute_path)
            self.add(path, read.line(place), dotted(place), in_plain_words(error))
        if errors:
            return None
        self.fronts[path] = read
        return read

    def read_images(self) -> dict[str, bytes]:
        images = {path: data for path, data in self.files.items() if IMAGE_FILE.match(path)}
        for path, data in images.items():
            message = image_fault(path, data)
            if message:
                self.add(path, 0, "", message)
        return images

    def check_stray_files(self) -> None:
        known = (MODULE_FILE, EXERCISE_FILE, CHAPTER_FILE, IMAGE_FILE)
        for path in self.files:
            if path != "curriculum.yaml" and not any(name.match(path) for name in known):
                self.add(path, 0, "", "This name is not one that a package can have.")

    # --- texts ----------------------------------------------------------------------------

    def texts(self, name: re.Pattern[str], kind: str, build: Callable[[Draft], Text]) -> Texts:
        """All texts of one kind by code and language; base texts come first, because
        translations are held against them."""
        found: Texts = {}
        paths = [path for path in self.files if name.match(path)]
        for path in sorted(paths, key=lambda path: (language_of(path) != self.base, path)):
            draft = self.draft(path, kind, found)
            if draft:
                self.keep(build(draft), found)
        return found

    def draft(self, path: str, kind: str, found: Texts) -> Draft | None:
        """The file with its front matter read; None and a fault when that is not possible."""
        language = language_of(path)
        if language not in self.languages:
            self.add(path, 0, "", f"The language {language} is not listed in curriculum.yaml.")
            return None
        source = self.text_of(path)
        if source is None:
            return None
        head, body, body_line = self.split_front(path, source)
        schema = kind if language == self.base else f"{kind}-translation"
        if head is None:
            return None
        self.check_images(path, body, body_line)
        for line, message in markup_faults(body):
            self.add(path, body_line + line, "", message)
        front = self.front_of(path, head, 2, schema)
        if front is None:
            nothing = YamlText({}, {})
            BODIES[kind](Draft(path, language, source, nothing, body, body_line, None, self.faults))
            return None
        code = str(front.values["code"])
        base = found.get(code, {}).get(self.base)
        if language != self.base and base is None:
            message = f"There is no text in the base language {self.base} for {code}."
            self.add(path, 2, "code", message)
            return None
        against = base if language != self.base else None
        return Draft(path, language, source, front, body, body_line, against, self.faults)

    def split_front(self, path: str, source: str) -> tuple[str | None, str, int]:
        """Front matter, body, and the line on which the body begins."""
        lines = source.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
        if lines[0].rstrip() != "---":
            self.add(path, 1, "", "The file must begin with front matter between two '---' lines.")
            return None, "", 0
        for row, line in enumerate(lines[1:], start=1):
            if line.rstrip() == "---":
                return "\n".join(lines[1:row]), "\n".join(lines[row + 1 :]), row + 2
        self.add(path, 1, "", "The front matter is not closed: a second '---' line is missing.")
        return None, "", 0

    def keep(self, text: Text, found: Texts) -> None:
        languages = found.setdefault(text.code, {})
        if text.language in languages:
            # Said of both: only people know which of the two should have another code.
            other = languages[text.language].path
            for here, there in ((text.path, other), (other, text.path)):
                self.add(here, 2, "code", f"{text.code} stands in {there} already.")
            return
        languages[text.language] = text

    def check_images(self, path: str, body: str, body_line: int) -> None:
        for match in IMAGE_USE.finditer(body):
            line = body_line + body[: match.start()].count("\n")
            if match["target"] not in self.images:
                message = f"No such image in this package: {match['target']}"
                self.add(path, line, "", message)
            if not match["alt"].strip():
                self.add(path, line, "", "An image needs words for people who can't see it.")

    # --- the whole ------------------------------------------------------------------------

    def check_structure(self, package: Package) -> None:
        for code, languages in package.exercises.items():
            for text in languages.values():
                self.check_place(text, package.modules.get(code.split(".")[0], {}).get(self.base))
        for languages in package.modules.values():
            self.check_has_exercise(next(iter(languages.values())))
        if package.facts["kind"] == "foundations" and package.modules:
            self.add("curriculum.yaml", 1, "kind", "A package of foundations has no modules.")
        if not package.modules and not package.chapters and not self.faults:
            self.add("curriculum.yaml", 0, "", "The package has no module and no chapter.")
        self.check_prerequisites(package)

    def check_place(self, exercise: Text, module: Text | None) -> None:
        if module is None:
            self.add(exercise.path, 2, "code", f"There is no module {exercise.code.split('.')[0]}.")
            return
        folder = PurePosixPath(module.path).parts[0]
        if PurePosixPath(exercise.path).parts[0] != folder:
            self.add(exercise.path, 0, "", f"This exercise belongs in the folder {folder}/.")

    def check_has_exercise(self, module: Text) -> None:
        folder = f"{PurePosixPath(module.path).parts[0]}/"
        if not any(path.startswith(folder) and EXERCISE_FILE.match(path) for path in self.files):
            self.add(module.path, 0, "", "The module has no exercise.")

    def check_prerequisites(self, package: Package) -> None:
        needs = {
            code: list(languages[self.base].facts.get("prerequisites", []))
            for code, languages in package.modules.items()
            if self.base in languages
        }
        for code, wanted in needs.items():
            path = package.modules[code][self.base].path
            line = self.fronts[path].line(("prerequisites",))
            for missing in [other for other in wanted if other not in needs]:
                self.add(path, line, "prerequisites", f"There is no module {missing}.")
            circle = circle_from(code, needs)
            if circle:
                message = f"The modules wait for each other: {' → '.join(circle)}."
                self.add(path, line, "prerequisites", message)


@cache
def validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(json.loads((SCHEMAS / f"{schema}.json").read_text()))


def in_plain_words(error: ValidationError) -> str:
    """A schema error as one sentence for people who write curricula."""
    wanted: Any = error.validator_value
    schema: Any = error.schema
    given: Any = error.instance
    match error.validator:
        case "required":
            return f"The field {error.message.split(' ')[0]} is missing."
        case "additionalProperties":
            known = ", ".join(sorted(schema["properties"]))
            unknown = ", ".join(sorted(set(given) - set(schema["properties"])))
            return f"Unknown field {unknown}. Known are: {known}."
        case "enum":
            return f"{error.instance!r} is not one of: {', '.join(map(str, wanted))}."
        case "type":
            hint = ' Put it in quotes: "…".' if wanted == "string" else ""
            return f"{error.instance!r} should be: {wanted}.{hint}"
        case "minimum" | "maximum":
            words = "at least" if error.validator == "minimum" else "at most"
            return f"{error.instance} should be {words} {wanted}."
        case "minLength" | "minItems":
            return f"This is too short; at least {wanted}."
        case "maxLength" | "maxItems":
            return f"This is too long; at most {wanted}."
        case "pattern":
            return f"{error.instance!r} does not have the right form ({wanted})."
    return str(error.message)


def image_fault(path: str, data: bytes) -> str | None:
    """Why these bytes are not the image that their name says; None when they are."""
    wanted = "PNG" if path.endswith(".png") else "JPEG"
    try:
        with Image.open(io.BytesIO(data)) as image:
            if image.format != wanted:
                return f"The file is not the {wanted} image that its name says."
            if image.width * image.height > MAX_PIXELS:
                return f"The image has more than {MAX_PIXELS // 1_000_000} million pixels."
            image.verify()
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError):
        return "This is not an image that can be read."
    return None


def language_of(path: str) -> str:
    return PurePosixPath(path).name.split(".")[-2]


def circle_from(start: str, needs: dict[str, list[str]]) -> list[str]:
    """The way from a module back to itself through its prerequisites; empty when there is none."""
    ways = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop()
        for other in needs.get(way[-1], []):
            if other == start:
                return [*way, start]
            if other not in seen:
                seen.add(other)
                ways.append([*way, other])
    return []
