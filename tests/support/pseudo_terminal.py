"""A pseudo-terminal: what a program writes to it, and what a person then sees on the screen."""

from __future__ import annotations

import os
import re
import struct
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest

__all__ = ["Shown", "run_on_terminal", "screen"]

_PIECE = re.compile(r"\x1b\[([?\d;]*)([A-Za-z])|[\r\n]|[^\x1b\r\n]+")


@dataclass(frozen=True)
class Shown:
    """What a program wrote to a terminal, with its control sequences."""

    status: int
    written: str

    @property
    def lines(self) -> list[str]:
        """The lines that are on the screen in the end."""
        return screen(self.written)


def run_on_terminal(
    words: Sequence[object], *, columns: int = 80, environ: Mapping[str, str] | None = None
) -> Shown:
    """Run Python with `words`, its three streams being a terminal of so many columns."""
    fcntl, termios = pytest.importorskip("fcntl"), pytest.importorskip("termios")
    master, slave = os.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    kept = {name: text for name, text in os.environ.items() if name not in ("COLUMNS", "NO_COLOR")}
    child = subprocess.Popen(
        [sys.executable, *map(str, words)],
        stdin=slave,
        stdout=slave,
        stderr=slave,
        env={**kept, "TERM": "xterm-256color", "PYTHONIOENCODING": "utf-8", **(environ or {})},
        start_new_session=True,
    )
    os.close(slave)
    written = b"".join(iter(lambda: _read(master), b""))
    os.close(master)
    return Shown(child.wait(60), written.decode("utf-8"))


def _read(master: int) -> bytes:
    try:
        return os.read(master, 65536)
    except OSError:  # how Linux says that the other end was closed
        return b""


def screen(written: str) -> list[str]:
    """Return the lines that a terminal shows, without empty ones at the end."""
    rows, row, column = [""], 0, 0
    for match in _PIECE.finditer(written):
        text, number, command = match[0], match[1], match[2]
        if text == "\r":
            column = 0
        elif text == "\n":
            row += 1
            rows += [""] * (row + 1 - len(rows))
        elif command == "K":
            rows[row] = ""
        elif command == "A":
            row = max(row - int(number or 1), 0)
        elif command is None:
            rows[row] = rows[row][:column].ljust(column) + text + rows[row][column + len(text) :]
            column += len(text)
    lines = [each.rstrip() for each in rows]
    while lines and not lines[-1]:
        lines.pop()
    return lines
