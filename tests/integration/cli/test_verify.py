"""``nbenv verify`` with real kernels, and ``audit`` with a database on this machine."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from xml.etree import ElementTree

import nbformat
import pytest

from tests.conftest import write_notebook
from tests.support.commands import fail, nbenv, succeed
from tests.support.index import LocalIndex


def printed(path: Path, *texts: str) -> None:
    """Record what the code cells printed."""
    document = nbformat.read(path, as_version=4)
    for cell, text in zip(document.cells, texts, strict=True):
        cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text)]
    nbformat.write(document, path)


@pytest.mark.network
def test_verify(tmp_path: Path) -> None:
    cells = ("print('a')", "import uuid; print(uuid.uuid4())")
    good = write_notebook(tmp_path / "good.ipynb", *cells)
    succeed("install", good, "six")
    other = write_notebook(tmp_path / "other.ipynb", "print('b')", "print('c')")
    broken = write_notebook(tmp_path / "broken.ipynb", "import nothing_like_this", "1")
    record = json.loads(good.read_text(encoding="utf-8"))["metadata"]["nbenv"]
    for path in (other, broken):
        document = json.loads(path.read_text(encoding="utf-8"))
        document["metadata"]["nbenv"] = record
        path.write_text(json.dumps(document), encoding="utf-8")
    printed(good, "a\n", "another\n")
    printed(other, "b\n", "C\n")
    before = {path: path.read_bytes() for path in (good, other, broken)}
    report = tmp_path / "report.xml"
    done = nbenv("verify", good, other, broken, "--jobs", "2", "--junit", report, "--json")
    assert done.status == 1, done.err
    verdicts = done.json["notebooks"]
    assert [each["state"] for each in verdicts] == ["same", "differs", "failed"]
    assert verdicts[0]["changing"] == [2]  # it changes from run to run
    assert verdicts[1]["cells"] == [{"cell": 2, "lines": ["-C", "+c"]}]
    assert "ModuleNotFoundError" in verdicts[2]["message"]
    assert {path: path.read_bytes() for path in before} == before
    suite = ElementTree.parse(report).getroot()
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("3", "1", "1")
    assert [len(case) for case in suite] == [0, 1, 1]


def test_verify_takes_notebooks(notebook: Path) -> None:
    assert "verify takes notebooks" in fail("verify", status=2)
    assert "verify takes notebooks" in fail("verify", notebook.parent, status=2)
    missing = nbenv("verify", notebook.with_name("no.ipynb"))
    assert missing.status == 1
    assert "cannot be read" in missing.out


class _Database(BaseHTTPRequestHandler):
    """The part of OSV's API that is used: https://google.github.io/osv.dev/api/."""

    def _answer(self) -> None:
        asked = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        answer: dict[str, object] = {
            "id": "GHSA-leaf",
            "summary": "Leaves fall",
            "modified": "2024-01-01T00:00:00Z",
            "affected": [
                {
                    "package": {"ecosystem": "PyPI", "name": "leaf"},
                    "ranges": [
                        {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "2.0"}]}
                    ],
                }
            ],
        }
        if asked:
            known = {"vulns": [{"id": "GHSA-leaf", "modified": "2024-01-01T00:00:00Z"}]}
            queries = json.loads(asked)["queries"]
            hits = [each["package"]["name"] == "leaf" for each in queries]
            old = [each["version"] == "1.0" for each in queries]
            answer = {"results": [known if a and b else {} for a, b in zip(hits, old, strict=True)]}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    do_GET = do_POST = _answer

    def log_message(self, format: str, *args: object) -> None:
        """Print nothing, to keep the tests' output clean."""


@pytest.fixture
def database() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Database)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


def test_audit(notebook: Path, index: LocalIndex, database: str) -> None:
    index.wheel("leaf", "1.0")
    index.wheel("leaf", "2.0")
    succeed("install", notebook, "leaf<2")
    index.requests.clear()
    done = nbenv("audit", notebook, "--service-url", database)
    assert done.status == 1
    assert done.out.splitlines() == [
        "leaf 1.0: GHSA-leaf (fixed in 2.0)",
        "  Leaves fall",
        "1 known vulnerability in 1 package.",
    ]
    assert index.requests == []
    succeed("install", notebook, "leaf>=2")
    done = succeed("audit", notebook, "--service-url", database)
    assert done.out == "No known vulnerability in 2 packages.\n"
    told = fail("audit", notebook, "--service-url", "http://127.0.0.1:9/")
    assert "so nothing is known" in told
