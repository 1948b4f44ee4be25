"""Requests of absurd sizes and types are answered with a status that says so, never with 500."""

from __future__ import annotations

import itertools
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.conftest import write_notebook
from tests.support.server import JupyterServer

LONG = "9" * 5000
TEXTS = ("", LONG, f"-{LONG}", "-1", "1.5", "1e999", "NaN", "Infinity", "0x10", "٣", "²", " 1 ",
         "+1", "1_000", "true", "null", "[]", "{}", "a" * 50_000, "\ufeff", "\u202e", "..", "/",
         "\\", "%", "%s%n", "~" * 5000, "x" * 300 + ".ipynb", "RTC:", "file:////h/s")  # fmt: skip
RAW = ("%00", "%ff%fe", "%ed%a0%80", "%", "%zz")
BODIES = (
    b"", b"null", b"[]", b"1", b'"x"', b"{", b"\xff\xfe", b"NaN", LONG.encode(), b"[" * 100_000,
    b'{"a":' * 50_000, b'{"path": ' + b"[" * 100_000 + b"}", b"\xef\xbb\xbf{}", b"\x00",
    b'{"path": "a.ipynb", "path": 1}',
)  # fmt: skip
VALUES = (
    "null", "true", "1", "-1", LONG, "1e999", "NaN", "-Infinity", "[]", "{}", "[[]]", "[null]",
    '[{"a": 1}]', '"\\ud800"', '["\\ud800"]', '"\\u0000"', '["\\u0000"]', f'"{"a" * 50_000}"',
    f'["{"(" * 4000}"]', f'["a=={LONG}"]', '["a", 1]', '"a.ipynb"', '["--notebook"]',
)  # fmt: skip


def send(server: JupyterServer, method: str, path: str, body: bytes | None = None) -> int:
    request = urllib.request.Request(
        f"{server.url}nbenv/api/{path}",
        data=body,
        method=method,
        headers={"Authorization": f"token {server.token}", "Content-Type": "application/json"},
    )
    try:
        with urllib.request.urlopen(request, timeout=60) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as error:
        return error.code


def test_queries(server: JupyterServer) -> None:
    write_notebook(server.root / "a.ipynb", "1")
    addresses = (
        "status?path={}", "status?path=a.ipynb&kernel={}", "record?path={}", "packages?path={}",
        "requirement?text={}", "module?path=a.ipynb&name={}", "module?path={}&name=six",
        "jobs/absent/events?from={}", "jobs/build-x/events?path={}", "jobs/build-x?path={}",
    )  # fmt: skip
    texts = [*map(quote, TEXTS), *RAW]
    found = {
        (address, text[:30]): send(server, "GET", address.format(text))
        for address, text in itertools.product(addresses, texts)
    }
    assert {key: status for key, status in found.items() if status >= 500} == {}
    for text in (LONG, "NaN", "1.5", "[]", "-1"):
        assert found["jobs/absent/events?from={}", quote(text)[:30]] == 400


@pytest.mark.parametrize("address", ["jobs", "requirement"])
def test_bodies(server: JupyterServer, address: str) -> None:
    found = {body[:30]: send(server, "POST", address, body) for body in BODIES}
    assert set(found.values()) == {400}, found


def test_fields(server: JupyterServer) -> None:
    write_notebook(server.root / "a.ipynb", "1")
    good = {"path": '"a.ipynb"', "verb": '"export"', "words": '["absent"]', "flags": "[]"}
    for key, value in itertools.product(good, VALUES):
        fields = ", ".join(f'"{name}": {text}' for name, text in {**good, key: value}.items())
        status = send(server, "POST", "jobs", f"{{{fields}}}".encode())
        assert status in (400, 404), (key, value[:30], status)
    for value in VALUES:
        status = send(server, "POST", "requirement", f'{{"text": {value}}}'.encode())
        assert status in (200, 400), (value[:30], status)


def test_the_server_is_well_afterwards(server: JupyterServer, home: Path) -> None:
    assert send(server, "GET", "version") == 200
    assert not (home / "envs").exists()
