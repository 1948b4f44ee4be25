"""Pass on what a kernel writes to its standard error, without the lines that say nothing new.

A kernel's log goes to the standard error of what starts it. A few of its lines come with every
kernel, whatever it does, and are about neither the notebook nor its environment. All others may be
a reason why something failed, and stay.
"""

from __future__ import annotations

import codecs
import contextlib
import os
import re
import sys
import threading
from collections.abc import Iterator

__all__ = ["is_noise", "passed_on_stderr"]

_LOGGED = r"\[\w+App\] (?:WARNING|INFO|NOTE)?\s*\|?\s*"
_NOISE = re.compile(
    rf"(?:{_LOGGED})?Kernel is running over TCP without encryption"
    rf"|(?:{_LOGGED})?(?:Debugging is not|Debugger is not) (?:available|supported)"
    rf"|{_LOGGED}(?:No such comm|Loading IPython extension|Parent appeared to exit)"
    r"|\d+\.\d+s - (?:Debugger warning: It seems that frozen modules"
    r"|make the debugger miss breakpoints|to python to disable frozen modules"
    r"|Note: Debugging will proceed)"
    r"|(?:\S+: )?\w*Warning: (?:zmq|Proactor event loop|The event loop)\b"
    r"|\S+[/\\](?:zmq|jupyter_client|jupyter_core|ipykernel|traitlets|tornado|debugpy)[/\\]"
    r"[^:]*:\d+: "
    r"(?:Pending|Future)?(?:Deprecation|Runtime)?Warning: "
)
"""The beginnings of such lines."""
_CODE_OF_WARNING = re.compile(r"  \S")
"""A warning of Python's shows the line of code below it."""
_MAY_BEGIN_NOISE = re.compile(
    r"\[?\w*$|\[\w+App\]|\d+\.\d+s - |Kernel is|\S+[/\\]|\w*Warning|Debugg"
)
"""The beginning of a line that may turn out to be noise: it waits for its end."""
_AT_END = 0.5
"""Seconds to wait for the last lines of a kernel that has ended."""


def is_noise(line: str) -> bool:
    """Return whether a line of a kernel's log comes with every kernel."""
    return bool(_NOISE.match(line))


@contextlib.contextmanager
def passed_on_stderr() -> Iterator[int]:
    """Yield a file descriptor for a kernel's standard error, and pass on what is written there."""
    reading, writing = os.pipe()
    thread = threading.Thread(target=_pass_on, args=(reading,), daemon=True)
    thread.start()
    try:
        yield writing
    finally:
        os.close(writing)
        thread.join(_AT_END)  # a process that the notebook left behind may hold the other end


def _pass_on(reading: int) -> None:
    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    lines = _Lines()
    with os.fdopen(reading, "rb", buffering=0) as stream:
        while data := stream.read(1 << 16):
            _write(lines.feed(decoder.decode(data)))
    _write(lines.rest())


def _write(text: str) -> None:
    if text:
        with contextlib.suppress(OSError, ValueError):  # nobody reads it any more
            sys.stderr.write(text)
            sys.stderr.flush()


class _Lines:
    """Text that comes in pieces, of which the noise is left out."""

    def __init__(self) -> None:
        self._partial = ""
        self._is_begun = False
        """Whether the beginning of the present line was passed on already."""
        self._after_warning = False

    def feed(self, text: str) -> str:
        """Return what can be passed on."""
        *whole, self._partial = (self._partial + text).split("\n")
        passed = "".join(f"{line}\n" for line in whole if self._is_kept(line))
        if self._partial and (self._is_begun or not _MAY_BEGIN_NOISE.match(self._partial)):
            # A prompt or a progress bar has no end of line, and must not wait for one.
            passed, self._partial, self._is_begun = passed + self._partial, "", True
        return passed

    def rest(self) -> str:
        """Return what is left at the end."""
        return self._partial if self._partial and self._is_kept(self._partial) else ""

    def _is_kept(self, line: str) -> bool:
        begun, self._is_begun = self._is_begun, False
        noise = not begun and is_noise(line)
        belongs = self._after_warning and bool(_CODE_OF_WARNING.match(line))
        self._after_warning = noise and "Warning: " in line
        return not noise and not belongs
