"""An EPUB as tests read it."""

import zipfile
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree

from handbooks.books import BookOrder
from handbooks.epub.book import write_epub

XHTML = "{http://www.w3.org/1999/xhtml}"
OPF = "{http://www.idpf.org/2007/opf}"
DC = "{http://purl.org/dc/elements/1.1/}"
TYPE = "{http://www.idpf.org/2007/ops}type"


class Book:
    """All files of an EPUB, the pages among them read as XML."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(path) as container:
            self.entries = container.infolist()
            self.files = {entry.filename: container.read(entry) for entry in self.entries}
        self.package = ElementTree.fromstring(self.files["EPUB/package.opf"])
        self.pages = {
            name: ElementTree.fromstring(data)
            for name, data in self.files.items()
            if name.endswith(".xhtml")
        }

    def page(self, part: str) -> ElementTree.Element:
        """The only page with this in its name."""
        (found,) = [page for name, page in self.pages.items() if part in name]
        return found

    def metadata(self, name: str) -> list[str]:
        """The texts of ``title`` or ``schema:accessMode``."""
        rows = [row.text for row in self.package.iter(DC + name)]
        rows += [row.text for row in self.package.iter(OPF + "meta") if row.get("property") == name]
        return [text or "" for text in rows]

    def manifest(self) -> dict[str, ElementTree.Element]:
        return {row.get("id", ""): row for row in self.package.iter(OPF + "item")}

    def spine(self) -> list[str]:
        rows = self.package.iter(OPF + "itemref")
        return [self.manifest()[row.get("idref", "")].get("href", "") for row in rows]

    def ids(self, name: str) -> list[str]:
        return [row.get("id", "") for row in self.pages[name].iter() if row.get("id")]


def broken_links(book: Book) -> list[tuple[str, str]]:
    """Every address inside the book that leads nowhere."""
    return [
        (name, address)
        for name, page in book.pages.items()
        for row in page.iter()
        for address in (row.get("href"), row.get("src"))
        if address and ":" not in address and not leads_somewhere(book, name, address)
    ]


def leads_somewhere(book: Book, name: str, address: str) -> bool:
    file, _hash, anchor = address.partition("#")
    target = resolved(PurePosixPath(name).parent / file) if file else name
    return target in book.files and (not anchor or anchor in book.ids(target))


def resolved(path: PurePosixPath) -> str:
    parts: list[str] = []
    for part in path.parts:
        parts = parts[:-1] if part == ".." else [*parts, part]
    return "/".join(parts)


def made(order: BookOrder, folder: Path, name: str = "book.epub") -> Path:
    target = folder / name
    write_epub(order, target, lambda done, total, stage: None)
    return target


def words(element: ElementTree.Element) -> str:
    return " ".join(" ".join(element.itertext()).split())
