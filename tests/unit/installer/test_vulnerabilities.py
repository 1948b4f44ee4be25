"""Known vulnerabilities, from a database on this machine with the API of OSV."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.errors import InstallerError
from nbenv.installer.vulnerabilities import Vulnerability, find_vulnerabilities
from nbenv.progress import drain

KNOWN = {"id": "GHSA-leaf", "modified": "2024-01-01T00:00:00Z"}
RANGE = {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}
DETAILS = {
    **KNOWN,
    "summary": "Leaves fall",
    "affected": [{"package": {"ecosystem": "PyPI", "name": "leaf"}, "ranges": [RANGE]}],
}


class Database(BaseHTTPRequestHandler):
    """Knows one vulnerability: of leaf before 2.0."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        asked = [(q["package"]["name"], q["version"]) for q in json.loads(body)["queries"]]
        self.reply({"results": [{"vulns": [KNOWN]} if a == ("leaf", "1.0") else {} for a in asked]})

    def do_GET(self) -> None:
        self.reply(DETAILS)

    def reply(self, answer: object) -> None:
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Keep the tests' output clean."""


@pytest.fixture
def database() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Database)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_what_is_known_of_locked_versions(database: str) -> None:
    locked = [
        LockedDistribution("leaf", "1.0"),
        LockedDistribution("other", "1.0"),
        LockedDistribution("direct", None, "https://h.invalid/direct.zip"),
    ]
    assert drain(find_vulnerabilities(locked, "3.11", database)) == [
        Vulnerability("leaf", "1.0", "GHSA-leaf", "Leaves fall", ("2.0",))
    ]
    assert drain(find_vulnerabilities([LockedDistribution("leaf", "2.0")], "3.11", database)) == []


def test_a_database_that_does_not_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("UV_HTTP_RETRIES", "0")
    with pytest.raises(InstallerError):
        drain(find_vulnerabilities([LockedDistribution("a", "1")], "3.11", "http://127.0.0.1:9/"))
