"""Scans of answers on paper: checked by decoding, kept sealed, never in clear on a disk.

A scan is bound to its person and its own name: put in the place of another it can't be opened.
"""

import io
import uuid
from pathlib import Path

import pypdfium2
from django.conf import settings
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from cocora.common.cipher import seal_bytes, unseal_bytes
from cocora.common.refusal import FieldRefusal
from participants.models import Participant

MOST_BYTES = 5_000_000
MOST_PIXELS = 40_000_000
MOST_PAGES = 20
# Longer sides are made smaller: a letter stays readable.
LONGEST_SIDE = 2600
PDF, JPEG = "pdf", "jpg"


def checked(body: bytes) -> tuple[bytes, str]:
    """What is kept of an uploaded scan, and its kind; ``FieldRefusal`` for anything else.

    A picture is drawn anew, which leaves behind where and with what it was taken.
    """
    if len(body) > MOST_BYTES:
        raise FieldRefusal("scan", _("The scan is larger than 5 MB. Scan it in grey, or smaller."))
    if body.startswith(b"%PDF-"):
        check_pdf(body)
        return body, PDF
    return redrawn(body), JPEG


def check_pdf(body: bytes) -> None:
    try:
        document = pypdfium2.PdfDocument(body)
    except pypdfium2.PdfiumError as fault:
        raise unreadable() from fault
    try:
        if not 1 <= len(document) <= MOST_PAGES:
            raise FieldRefusal("scan", _("A scan has 1 to 20 pages."))
        for number in range(len(document)):
            page = document[number]
            page.close()
    except pypdfium2.PdfiumError as fault:
        raise unreadable() from fault
    finally:
        document.close()


def redrawn(body: bytes) -> bytes:
    # Whoever imports WeasyPrint turns this on for the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        with Image.open(io.BytesIO(body), formats=("PNG", "JPEG")) as picture:
            if picture.width * picture.height > MOST_PIXELS:
                raise FieldRefusal("scan", _("This picture is too large. Take a smaller one."))
            upright = ImageOps.exif_transpose(picture).convert("RGB")
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as fault:
        raise unreadable() from fault
    upright.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    drawn = io.BytesIO()
    upright.save(drawn, "JPEG", quality=80)
    return drawn.getvalue()


def unreadable() -> FieldRefusal:
    return FieldRefusal("scan", _("This is no PDF, PNG or JPEG that can be read. Scan it again."))


def folder() -> Path:
    return settings.FILES_DIR / "consents"


def place(participant: Participant, name: str) -> str:
    """What the seal of a scan is bound to."""
    return f"scan of consent|{participant.pk}|{name}"


def keep(participant: Participant, body: bytes, kind: str) -> str:
    """Seal a checked scan and put it down; the name to keep in the row."""
    name = f"{uuid.uuid4().hex}.{kind}"
    write(participant, name, body)
    return name


def write(participant: Participant, name: str, body: bytes) -> None:
    """Seal it under this name; a file that is there is replaced at once or not at all."""
    folder().mkdir(parents=True, exist_ok=True)
    written = folder() / f"{name}.part"
    written.write_bytes(seal_bytes(body, about=place(participant, name)))
    written.rename(folder() / name)


def read(participant: Participant, name: str) -> bytes:
    """The scan again; ``FileNotFoundError`` when it was deleted, ``Unreadable`` when it is not
    the one that belongs here."""
    return unseal_bytes((folder() / name).read_bytes(), about=place(participant, name))


def forget(name: str) -> None:
    (folder() / name).unlink(missing_ok=True)
