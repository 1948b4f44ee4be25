"""A terminal in place of the standard streams."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator
from typing import TextIO

import pytest

from tests.support.pseudo_terminal import screen


class Terminal:
    """A terminal that this process writes to."""

    def __init__(self, master: int, stream: TextIO) -> None:
        self._master, self._stream = master, stream

    def written(self) -> str:
        """Return what was written to it since the last time."""
        self._stream.flush()
        found = b""
        while select.select([self._master], [], [], 0.05)[0]:
            found += os.read(self._master, 65536)
        return found.decode("utf-8")

    def lines(self) -> list[str]:
        """Return the lines that are shown of what was written since the last time."""
        return screen(self.written())


Opened = Callable[..., Terminal]


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """Return a function that makes the standard streams a terminal of so many columns.

    A function, as pytest sets the streams again between its fixtures and the test.
    """
    if not hasattr(os, "openpty"):
        pytest.skip("needs a pseudo-terminal")
    master, slave = os.openpty()
    with open(slave, "w", encoding="utf-8") as stream:

        def open_terminal(columns: int = 80) -> Terminal:
            for name, text in (("TERM", "xterm-256color"), ("LINES", "24")):
                monkeypatch.setenv(name, text)
            monkeypatch.setenv("COLUMNS", str(columns))
            monkeypatch.delenv("NO_COLOR", raising=False)
            monkeypatch.setattr(sys, "stdout", stream)
            monkeypatch.setattr(sys, "stderr", stream)
            return Terminal(master, stream)

        yield open_terminal
    os.close(master)
