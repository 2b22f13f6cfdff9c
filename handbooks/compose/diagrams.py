"""Our own drawings, and where in a text they stand."""

import re

from handbooks.compose.desk import Desk
from programmes.models import Curriculum

# By the code of a chapter: the drawing, and the number of the heading before which it stands.
PLACES = {
    "purpose": ("loop", 2),
    "about": ("loop", 0),
    "early-prevention": ("roles", 4),
    "session-plans": ("session", 1),
    "facilitator-guide": ("roles", 1),
}
HEADING = re.compile(r"<h2>")


def with_diagrams(desk: Desk, body: str, curriculum: Curriculum, code: str) -> str:
    """The text of a chapter with the drawing that belongs to it."""
    name, number = PLACES.get(code, ("", 0))
    if not name or curriculum.programme.organisation_id:
        # A programme that an organisation has added has no place in the loop of the three.
        return body
    drawing = desk.html(f"diagram_{name}")
    places = [match.start() for match in HEADING.finditer(body)]
    place = places[number] if number < len(places) else len(body)
    return body[:place] + drawing + body[place:]
