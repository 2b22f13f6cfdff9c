"""The last pages: room for notes."""

from django.utils.translation import gettext as _

from handbooks.compose.desk import Desk
from handbooks.engine.document import Chapter as Printed
from handbooks.engine.document import Entry
from handbooks.models import DocumentKind

# A book to write in has more room than one to read in.
PAGES = {DocumentKind.LIST: 1, DocumentKind.WORKBOOK: 6}
USUAL_PAGES = 4


def notes(desk: Desk) -> Printed:
    pages = range(PAGES.get(DocumentKind(desk.order.kind), USUAL_PAGES))
    html = desk.html("notes", pages=pages)
    return desk.printed("notes", html, Entry(1, "notes", "", _("Notes")), desk.tone)
