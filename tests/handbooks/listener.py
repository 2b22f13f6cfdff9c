"""A web server that only counts who comes."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Counter(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.server.hits.append(self.path)
        if self.path.startswith("/redirect"):
            self.send_response(302)
            self.send_header("Location", "/redirected")
        else:
            self.send_response(200)
            self.send_header("Content-Type", "text/css")
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """The test reads ``hits``; nobody reads a log."""


@contextmanager
def listening() -> Iterator[ThreadingHTTPServer]:
    """A server on a free port; ``server.hits`` are the paths that were asked for."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Counter)
    server.hits = []
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
