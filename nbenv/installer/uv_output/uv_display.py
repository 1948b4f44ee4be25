"""A terminal for uv to draw its progress on: only there does it say how many bytes it has.

To a pipe, uv announces a large file when its download begins and when it ends. On a terminal it
draws a bar for each file, many times a second, with ``indicatif``
(https://github.com/astral-sh/uv, ``crates/uv/src/commands/reporters.rs``).
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Iterator

__all__ = ["Display", "Frame", "open_display"]

_ROWS, _COLUMNS = 200, 160
"""indicatif draws no more bars than there are rows, and fills each row with spaces."""
_CHUNK = 2**16
_STYLE = re.compile(r"\x1b\[[0-9;]*m")
"""Colours and the like, which uv draws some rows in whatever it is asked."""
_SPINNER = re.compile(r"[\u2800-\u28ff] ")
"""How the row begins that says what uv is at."""
_MOVE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\r")
"""What moves the cursor, or clears a row, before the next frame is drawn."""

Frame = tuple[str, ...]
"""The rows that uv drew at one moment."""


class Display:
    """Both ends of a pseudo-terminal: uv writes to `writer`, and we read."""

    def __init__(self, reader: int, writer: int) -> None:
        self._reader = reader
        self.writer = writer

    def close_writer(self) -> None:
        """Leave the terminal to uv, so that reading ends when uv does."""
        os.close(self.writer)

    def close(self) -> None:
        """Remove the terminal."""
        os.close(self._reader)

    def read(self) -> Iterator[str | Frame]:
        """Yield the lines that uv prints and the frames that it draws, until it ends."""
        rest = b""
        while chunk := self._chunk():
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                *drawn, printed = _parts(line)
                unclear, printed = _without_rows(printed)
                yield from _frames([*drawn, unclear])
                yield printed
            # What follows the last return of the cursor may still be incomplete.
            head, end, tail = rest.rpartition(b"\r")
            yield from _frames(_parts(head))
            rest = end + tail
        if rest:
            yield _parts(rest)[-1]

    def _chunk(self) -> bytes:
        try:
            return os.read(self._reader, _CHUNK)
        except OSError:  # on Linux, how the end is told
            return b""


def _parts(drawn: bytes) -> list[str]:
    """Return the texts between the movements of the cursor."""
    return _MOVE.split(_STYLE.sub("", drawn.decode("utf-8", "replace")))


def _without_rows(printed: str) -> tuple[str, str]:
    """Return the rows that uv did not clear before it printed a line, as an error, and the line."""
    end = 0
    while _SPINNER.match(printed, end) and len(printed) > end + _COLUMNS:
        end += _COLUMNS
    return printed[:end], printed[end:]


def _frames(texts: list[str]) -> Iterator[Frame]:
    """Yield the frames in texts: rows follow each other without a sign, each filled with spaces."""
    for text in texts:
        if text.strip():
            places = range(0, len(text), _COLUMNS)
            yield tuple(text[each : each + _COLUMNS].rstrip() for each in places)


def open_display() -> Display | None:
    """Return a new terminal; None where there is none to be had, as on Windows."""
    try:
        import fcntl
        import struct
        import termios
        import tty

        reader, writer = os.openpty()
    except (ImportError, AttributeError, OSError):
        return None
    display = Display(reader, writer)
    with contextlib.suppress(OSError, termios.error):
        tty.setraw(writer)  # so that a line ends as uv ends it
        size = struct.pack("HHHH", _ROWS, _COLUMNS, 0, 0)
        fcntl.ioctl(writer, termios.TIOCSWINSZ, size)
    return display
