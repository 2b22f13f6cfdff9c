"""What tests of the editor share: a draft, its texts, and a form as a browser sends it."""

from html.parser import HTMLParser

from django.test import Client

from cocora.accounts.models import Organisation
from programmes.actions import load_package
from programmes.models import Curriculum, DraftText
from tests.programmes.packages import package

Data = dict[str, list[str]]


def draft_for(organisation: Organisation, exercises: int = 2, **curriculum: str) -> Curriculum:
    files = package(exercises, **curriculum)
    draft, _new = load_package(files=files, by=None, organisation=organisation)
    return draft


def text_in(draft: Curriculum, code: str) -> DraftText:
    return DraftText.objects.get(curriculum=draft, code=code, removed_at=None)


class EditorForm(HTMLParser):
    """The data of the editor's form as a browser without scripts would send it, and all words."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.data: Data = {}
        self.inside = self.copied = 0
        self.select = self.area = ""
        self.options: list[tuple[str, bool]] = []
        self.words: list[str] = []
        self.typed = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.inside += tag == "form" and "data-editor" in given
        self.copied += tag == "template"
        if not self.inside or self.copied:
            return
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "input" and name and ("checked" in given or given.get("type") != "checkbox"):
            self.keep(name, value)
        elif tag == "textarea":
            self.area, self.typed = name, ""
        elif tag == "select":
            self.select, self.options = name, []
        elif tag == "option":
            self.options.append((value, "selected" in given))

    def handle_endtag(self, tag: str) -> None:
        self.inside -= tag == "form" and self.inside
        self.copied -= tag == "template"
        if tag == "textarea" and self.area:
            self.keep(self.area, self.typed.removeprefix("\n"))
            self.area = ""
        elif tag == "select" and self.select:
            chosen = [value for value, selected in self.options if selected]
            self.keep(self.select, (chosen or [self.options[0][0]])[0])
            self.select = ""

    def handle_data(self, data: str) -> None:
        self.typed += data
        if not self.copied:
            self.words += data.split()

    def keep(self, name: str, value: str) -> None:
        self.data.setdefault(name, []).append(value)


def form_in(page: bytes) -> Data:
    return EditorForm(page.decode()).data


def opened(client: Client, text: DraftText) -> Data:
    """The form of a text, as somebody finds it."""
    answer = client.get(text.get_absolute_url())
    assert answer.status_code == 200, answer
    return form_in(answer.content)


def said(page: bytes) -> str:
    """The words of the page on one line."""
    return " ".join(EditorForm(page.decode()).words)
