"""The messages of the Language Server Protocol, as they go through pipes.

https://microsoft.github.io/language-server-protocol/specifications/lsp/3.17/specification/#baseProtocol
"""

from __future__ import annotations

import json
from typing import IO, Any, cast

__all__ = ["Message", "read", "write"]

Message = dict[str, Any]
"""A request (`method` and `id`), a notification (`method`), or a response (`id`)."""
_LENGTH = b"content-length"


def read(stream: IO[bytes]) -> Message | None:
    """Read the next message; None at the end of the stream.

    Raises
    ------
    ValueError
        What is there is no message, and where the next one begins is unknown.
    """
    length = -1
    while line := stream.readline():
        if not line.strip():
            if length >= 0:
                break
            continue
        name, _, value = line.partition(b":")
        if name.strip().lower() == _LENGTH:
            length = int(value)
    body = stream.read(length) if length >= 0 else b""
    if length < 0 or len(body) < length:
        return None
    message = json.loads(body)
    if not isinstance(message, dict):
        raise ValueError("a message is an object")
    return cast("Message", message)


def write(stream: IO[bytes], message: Message) -> None:
    """Write a message."""
    body = json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode()
    stream.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
    stream.flush()
