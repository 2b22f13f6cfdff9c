"""What gives a page its looks: the style sheet, its drawings, the fonts."""

from functools import cache
from pathlib import Path

from django.conf import settings

FOLDER = Path(__file__).resolve().parent.parent / "print"
PACKAGES = settings.BASE_DIR / "node_modules"
FONTS = ("literata", "bricolage-grotesque", "atkinson-hyperlegible-next")
ICONS = (
    "clock", "users", "shapes", "gauge", "heart-pulse", "map-pin", "cake", "wifi",
    "heart", "eye", "link", "footprints", "life-buoy", "door-open", "message-circle", "scissors",
)  # fmt: skip
ICON_COLOUR = "#486467"


def style_sheet(paper: str, large: bool = False) -> str:
    """The style of a book: its paper, what all books share, and what this layout changes."""
    sheets = ["book", "matter", "fill-in", paper, f"fill-in-{paper}"]
    if large:
        sheets += ["large", "fill-in-large", f"{paper}-large"]
    there = [path for name in sheets if (path := FOLDER / f"{name.lower()}.css").exists()]
    # A paper turned round, for tables that are wide in large print.
    sizes = f"@page {{ size: {paper} }}\n@page turned {{ size: {paper} landscape }}\n"
    return sizes + "\n".join(path.read_text() for path in there)


@cache
def art() -> dict[str, bytes]:
    """Drawings that the style sheet names as ``media:art/NAME.svg``."""
    own = {f"art/{path.name}": path.read_bytes() for path in sorted(FOLDER.glob("*.svg"))}
    return own | {f"art/{name}.svg": icon(name) for name in ICONS}


def icon(name: str) -> bytes:
    """An icon of the screens, in a colour that prints."""
    drawing = (PACKAGES / "lucide-static" / "icons" / f"{name}.svg").read_text()
    return drawing.replace("currentColor", ICON_COLOUR).encode()


def font_configuration() -> Path:
    """A fontconfig file that knows our fonts only, so that every machine prints the same."""
    scratch: Path = settings.DATA_DIR / "scratch"
    folders = "".join(f"<dir>{PACKAGES / '@expo-google-fonts' / name}</dir>" for name in FONTS)
    text = (
        '<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd">'
        f"<fontconfig>{folders}<cachedir>{scratch / 'font-cache'}</cachedir></fontconfig>"
    )
    path = scratch / "fonts.conf"
    if not path.exists() or path.read_text() != text:
        path.write_text(text)
    return path
