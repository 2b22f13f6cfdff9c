"""The benchmark changes books as people do, and says what it found."""

import pytest

from handbooks.actions import make
from handbooks.engine.bench import BASE
from handbooks.engine.document import Chapter, PrintDocument
from handbooks.engine.editions import editions, excerpt
from handbooks.management.commands.bench_print import ASKED, report, ten_orders
from handbooks.models import Order
from tests.handbooks.books import guide, taught

LINE = '<li><a href="#{0}">{0}</a> <a class="page" href="#{0}">000</a></li>'
MENTION = (
    '<a href="#{0}">{0}</a> <span class="at print-only">p. '
    '<a class="page" href="#{0}">000</a></span>'
)


def book() -> PrintDocument:
    exercises = [
        chapter
        for number in range(3)
        for chapter in (
            Chapter(f"exercise:e{number}", f'<h2 id="e{number}">E</h2><p>In the town</p>'),
            Chapter(f"sheet:e{number}-a", '<section class="sheet">A</section>'),
        )
    ]
    contents = "".join(LINE.format(f"e{number}") for number in range(3))
    text = f'<p id="t">See {MENTION.format("e1")} and {MENTION.format("e2")}.</p>'
    chapters = (Chapter("contents", f"<ul>{contents}</ul>"), Chapter("chapter:t", text), *exercises)
    return PrintDocument("Book", "Author", "en", "A4", chapters)


def test_what_is_left_out_takes_its_lines_and_numbers_with_it() -> None:
    left = excerpt(book(), lambda _place, row: not row.key.endswith(("e1", "e1-a")))
    contents, text, *rest = (row.html for row in left.chapters)
    assert contents == f"<ul>{LINE.format('e0')}{LINE.format('e2')}</ul>"
    assert text == f'<p id="t">See e1 and {MENTION.format("e2")}.</p>'
    assert len(rest) == 4


def test_an_edition_changes_what_its_name_says() -> None:
    document = book()
    before = document.chapters
    found = {
        name: [row for row in edition.chapters if row not in before]
        for name, edition in editions(document).items()
    }
    assert found["unchanged"] == []
    assert [row.key for row in found["one exercise edited"]] == ["exercise:e1"]
    assert "this town" in found["one exercise edited"][0].html
    assert [row.key for row in found["one exercise edited, four pages more"]] == ["exercise:e1"]
    assert len(editions(document)["one exercise left out"].chapters) == len(before) - 2


def test_the_report_divides_by_the_same_run() -> None:
    row = {"pages": 300, "cpu": 4.0, "path": 2.0, "wall": 3.0, "memory": 2**20, "size": 2**10}
    rows = dict.fromkeys(ASKED, row) | {BASE: row | {"path": 20.0, "memory": 2**22}}
    machine = {"processor": "P", "cores": 2, "python": "3", "weasyprint": "70.0"}
    text = "\n".join(report({"date": "2026-11-25", "machine": machine, "sizes": {"all": rows}}))
    assert "| cold, two processes | 2.5 | 10.0 |" in text
    assert f"| memory, part of {BASE} | at most 0.33 | 0.25 |" in text
    assert f"| {BASE} | 300 | 4.00 | 20.00 | 1.0 |" in text


@pytest.mark.django_db
def test_ten_orders_are_one_build_and_leave_nothing(monkeypatch) -> None:
    def write(_document, target, _report):
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(b"%PDF")
        return 3

    monkeypatch.setattr(make, "print_pdf", write)
    monkeypatch.setattr(make, "draw", lambda *_words: 0)
    found = ten_orders(guide(taught()))
    assert (found["orders"], found["jobs"], found["builds"], found["served"]) == (10, 1, 1, 10)
    assert Order.objects.count() == 0
