"""The framing of messages."""

from __future__ import annotations

import io

import pytest

from nbenv.server.language_servers import framing


def test_what_is_written_is_read() -> None:
    stream = io.BytesIO()
    sent = [{"id": 1, "method": "é😀"}, {"result": None}]
    for message in sent:
        framing.write(stream, message)
    stream.seek(0)
    assert [framing.read(stream), framing.read(stream), framing.read(stream)] == [*sent, None]


@pytest.mark.parametrize(
    "header",
    [
        b"Content-Type: x\r\nContent-Length: 2\r\n\r\n",
        b"content-length:2\n\n",
        b"\r\nContent-Length: 2\r\n\r\n",
    ],
)
def test_headers_of_all_kinds(header: bytes) -> None:
    assert framing.read(io.BytesIO(header + b"{}")) == {}


@pytest.mark.parametrize(
    "data", [b"", b"\r\n", b"Content-Length: 9\r\n\r\n{}", b"Content-Length: 9"]
)
def test_a_broken_end_is_an_end(data: bytes) -> None:
    assert framing.read(io.BytesIO(data)) is None


@pytest.mark.parametrize("data", [b"Content-Length: 2\r\n\r\n[]", b"Content-Length: x\r\n\r\n{}"])
def test_anything_else_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"."):
        framing.read(io.BytesIO(data))
