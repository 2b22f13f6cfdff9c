"""What every request gets: a number for the logs, and pages that no browser keeps."""

import uuid
from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponse
from django.utils.cache import patch_vary_headers

current_request_id: ContextVar[str] = ContextVar("current_request_id", default="")


GetResponse = Callable[[HttpRequest], HttpResponse]


def request_id(get_response: GetResponse) -> GetResponse:
    """So that logs and audit rows of one request can be found together."""

    def middleware(request: HttpRequest) -> HttpResponse:
        token = current_request_id.set(uuid.uuid4().hex)
        try:
            response = get_response(request)
            response["X-Request-ID"] = current_request_id.get()
            return response
        finally:
            current_request_id.reset(token)

    return middleware


def keep_private(get_response: GetResponse) -> GetResponse:
    """On a shared computer "back" must show nothing after somebody has signed out."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            # The same address answers htmx with a part of the page.
            patch_vary_headers(response, ["HX-Request", "HX-History-Restore-Request"])
            if request.user.is_authenticated and not response.has_header("Cache-Control"):
                response["Cache-Control"] = "private, no-store"
        return response

    return middleware
