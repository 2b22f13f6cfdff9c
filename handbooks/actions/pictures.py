"""Pictures of a book's first pages, kept beside the books under the digest of the book."""

import logging
from pathlib import Path
from threading import Lock

from django.conf import settings
from pypdfium2 import PdfDocument, PdfiumError

NUMBER = 6
# Twice the width at which they are shown, for sharp screens.
WIDTH = 480
# PDFium must not be entered by two threads at once.
pdfium = Lock()
log = logging.getLogger(__name__)


def folder_of(digest: str) -> Path:
    files: Path = settings.FILES_DIR
    return files / "handbooks" / "pictures" / digest[:2] / digest


def pictures_of(digest: str) -> list[int]:
    """The numbers of the pages that there are pictures of."""
    return sorted(int(path.stem) for path in folder_of(digest).glob("*.png"))


def draw(book: Path, digest: str) -> int:
    """Draw the first pages of a PDF; how many. A book is worth having without its pictures."""
    folder = folder_of(digest)
    folder.mkdir(parents=True, exist_ok=True)
    try:
        with pdfium, PdfDocument(book) as pdf:
            count = min(len(pdf), NUMBER)
            for number in range(count):
                page = pdf[number]
                picture = page.render(scale=WIDTH / page.get_width()).to_pil()
                waiting = folder / f"{number + 1}.part"
                picture.quantize(128).save(waiting, "PNG", optimize=True)
                waiting.replace(folder / f"{number + 1}.png")
    except PdfiumError as error:
        log.warning("no pictures of a book: %s", error)
        return 0
    return count
