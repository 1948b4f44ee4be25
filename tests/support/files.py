"""A server of a few files, for what is fetched from a URL."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator, Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

__all__ = ["serving"]


@contextlib.contextmanager
def serving(
    files: Mapping[str, bytes], moved: Mapping[str, str] | None = None, login: str = ""
) -> Iterator[str]:
    """Serve files by their paths, and yield the URL of the server.

    Parameters
    ----------
    files
        Path → content.
    moved
        Path → the URL that it redirects to.
    login
        The Authorization header without which every request gets 401.
    """

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            place = (moved or {}).get(self.path)
            allowed = self.headers.get("Authorization", "") == login
            status = 401 if not allowed else 302 if place else 200 if self.path in files else 404
            self.send_response(status)
            if place:
                self.send_header("Location", place)
            body = files.get(self.path, b"")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:
            """Print nothing, to keep the tests' output clean."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
