"""What the engine takes: a document of chapters."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Entry:
    """A line of the contents: level 0 a part or programme, 1 a chapter or module, 2 an exercise."""

    level: int
    anchor: str
    code: str
    title: str


@dataclass(frozen=True)
class Chapter:
    """A piece of a book that begins on a new page: the HTML inside its ``<body>``.

    A link of class ``page`` is a slot: the engine writes the number of the page into it on which
    its target stands. ``running`` is printed at the head of the pages, ``tab`` on the mark at their
    side; ``tone`` names their colours.
    """

    key: str
    html: str
    entry: Entry | None = None
    running: str = ""
    tab: str = ""
    tone: str = "neutral"

    @property
    def kind(self) -> str:
        """What its pages look like: ``exercise`` in the key ``exercise:cpp-P1.2``."""
        return self.key.split(":")[0]


@dataclass(frozen=True)
class PrintDocument:
    """A book as chapters in their order, from the cover to the last page."""

    title: str
    author: str
    language: str
    paper: str
    chapters: tuple[Chapter, ...]
    large: bool = False
    # Whether its inputs can be filled in on a screen. Only the plain engine can join such pages.
    fillable: bool = False
    # Images by the address that the HTML names after "media:"; nothing else can be loaded.
    media: dict[str, bytes] = field(default_factory=dict)
