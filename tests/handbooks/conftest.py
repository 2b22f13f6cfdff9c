import json
from typing import Any

import pytest

from handbooks.engine.document import Chapter, PrintDocument
from handbooks.engine.render import LIMITS, as_work

# One paragraph in eight columns of boxes, each in the other: WeasyPrint needs half a minute.
SLOW = (
    "<style>.slow, .slow div { display: flex; flex-direction: column }</style>"
    f'<div class="slow">{"<div>" * 8}x{"</div>" * 8}</div>'
)


@pytest.fixture(autouse=True)
def own_scratch(settings: Any, tmp_path_factory: pytest.TempPathFactory) -> None:
    """What one test leaves there is no other test's, whichever run beside it."""
    settings.SCRATCH_DIR = tmp_path_factory.mktemp("scratch")


@pytest.fixture
def slow_document() -> PrintDocument:
    """A text that is small and takes very long."""
    return PrintDocument(
        "Slow", "Author", "en", "A4", (Chapter("chapter:slow", SLOW, running="Slow"),)
    )


@pytest.fixture
def slow_work(slow_document: PrintDocument) -> str:
    """The same as the child takes it."""
    return json.dumps(as_work(slow_document, LIMITS))
