"""The container of an EPUB: a zip whose bytes depend on nothing but what is in it."""

import zipfile
from collections.abc import Iterable
from pathlib import Path

# The oldest time that a zip can hold: what is in the book says when it was published.
LONG_AGO = (1980, 1, 1, 0, 0, 0)
MIMETYPE = "application/epub+zip"
UNIX = 3
READABLE = 0o100644 << 16
CONTAINER = """<?xml version="1.0" encoding="UTF-8"?>
<container version="1.0" xmlns="urn:oasis:names:tc:opendocument:xmlns:container">
<rootfiles>
<rootfile full-path="EPUB/package.opf" media-type="application/oebps-package+xml"/>
</rootfiles>
</container>
"""


def write_container(target: Path, files: Iterable[tuple[str, bytes]]) -> None:
    """Write the files, by their names below ``EPUB/``, to ``target``.

    The type stands first and is not compressed, so that it can be read from the first bytes.
    """
    with zipfile.ZipFile(target, "w") as book:
        book.writestr(entry("mimetype", zipfile.ZIP_STORED), MIMETYPE)
        book.writestr(entry("META-INF/container.xml"), CONTAINER)
        for name, data in files:
            book.writestr(entry(f"EPUB/{name}"), data, compresslevel=9)


def entry(name: str, compression: int = zipfile.ZIP_DEFLATED) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, LONG_AGO)
    info.compress_type = compression
    info.create_system = UNIX
    info.external_attr = READABLE
    return info
