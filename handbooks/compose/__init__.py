"""From an order to a document: the texts of the curricula as chapters of HTML.

``composer.py`` says what stands in which book. Each other file makes one kind of page from rows and
templates; ``references.py`` runs last, when it is known what the book has in it.
"""

from handbooks.compose.composer import NothingToPrint, compose
from handbooks.compose.front import licence_of

__all__ = ["NothingToPrint", "compose", "licence_of"]
