"""The verbs of print: choose a book, order it, make it, look at its first pages."""

from handbooks.actions.choose import PARTS_OF, book_order, list_order
from handbooks.actions.make import KIND, build_book, render_book
from handbooks.actions.order import cancel_order, order_book, retry_order
from handbooks.actions.page import digest_of_page, draw_page, order_of, request_page
from handbooks.actions.preview import draw_preview, request_preview
from handbooks.books import BookOrder

__all__ = [
    "KIND",
    "PARTS_OF",
    "BookOrder",
    "book_order",
    "build_book",
    "cancel_order",
    "digest_of_page",
    "draw_page",
    "draw_preview",
    "list_order",
    "order_book",
    "order_of",
    "render_book",
    "request_page",
    "request_preview",
    "retry_order",
]
