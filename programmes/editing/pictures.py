"""Pictures of editors: decoded, cleaned and written anew, so that only pixels are kept."""

import hashlib
import io
from dataclasses import dataclass

from django.core.files.uploadedfile import UploadedFile
from django.utils.text import slugify
from django.utils.translation import gettext as _
from PIL import Image, ImageFile, ImageOps, UnidentifiedImageError

from cocora.common.refusal import Refusal
from programmes.package.check import MAX_PIXELS
from programmes.package.read import MAX_IMAGE_BYTES

MAX_UPLOAD_BYTES = 20 * 1024 * 1024
LONGEST_SIDE = 2400
SMALLER = (1.0, 0.75, 0.5, 0.35)
JPEG_QUALITY = 85


@dataclass(frozen=True)
class Picture:
    """What is kept: a safe name, the new bytes and their digest."""

    path: str
    data: bytes
    digest: str


def cleaned(upload: UploadedFile, words: str) -> Picture:
    """The picture in an upload, named after its words. Raises Refusal with one sentence."""
    if (upload.size or 0) > MAX_UPLOAD_BYTES:
        raise Refusal(_("The file is larger than 20 MB. Make it smaller first."))
    image = opened(upload.read())
    kind = "JPEG" if image.format == "JPEG" else "PNG"
    kind, data = written(upright(image, kind), kind)
    digest = hashlib.sha256(data).hexdigest()
    ending = "jpg" if kind == "JPEG" else "png"
    name = slugify(words)[:40].strip("-") or "picture"
    return Picture(f"images/{name}-{digest[:8]}.{ending}", data, digest)


def opened(data: bytes) -> Image.Image:
    """The decoded image. Size is asked before a single pixel is unpacked."""
    # Whoever imports WeasyPrint turns this on for the whole process.
    ImageFile.LOAD_TRUNCATED_IMAGES = False
    try:
        image = Image.open(io.BytesIO(data), formats=("PNG", "JPEG"))
        if image.width * image.height > MAX_PIXELS:
            raise Refusal(
                _("The picture has more than %(count)s million pixels. Make it smaller first.")
                % {"count": MAX_PIXELS // 1_000_000}
            )
        image.load()
    except (
        UnidentifiedImageError,
        Image.DecompressionBombError,
        Image.DecompressionBombWarning,
        OSError,
        SyntaxError,
        ValueError,
        EOFError,
    ):
        raise Refusal(_("This is not a picture that we can read. Use PNG or JPEG.")) from None
    return image


def upright(image: Image.Image, kind: str) -> Image.Image:
    """Pixels only: turned as the camera was held, without anything else that the file said."""
    turned = ImageOps.exif_transpose(image)
    see_through = kind == "PNG" and ("A" in turned.getbands() or "transparency" in turned.info)
    plain = turned.convert("RGBA" if see_through else "RGB")
    clean = Image.new(plain.mode, plain.size)
    clean.paste(plain)
    clean.thumbnail((LONGEST_SIDE, LONGEST_SIDE))
    return clean


def written(image: Image.Image, kind: str) -> tuple[str, bytes]:
    """The file, smaller and smaller until a package can hold it."""
    for share in SMALLER:
        size = (max(1, int(image.width * share)), max(1, int(image.height * share)))
        data = encoded(image if share == 1 else image.resize(size), kind)
        if len(data) <= MAX_IMAGE_BYTES:
            return kind, data
    return "JPEG", encoded(image.convert("RGB"), "JPEG")


def encoded(image: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    if kind == "JPEG":
        image.save(out, "JPEG", quality=JPEG_QUALITY, optimize=True)
    else:
        image.save(out, "PNG", optimize=True)
    return out.getvalue()
