"""Turn what uv says about downloads into bytes, so that a display can show how far they are.

On a terminal uv draws a bar for each file: ``pandas  ------  1.2 MiB/11.8 MiB``. Without one it
announces each large file when its download begins and when it ends: ``Downloading pandas
(11.8MiB)`` and `` Downloaded pandas``.
"""

from __future__ import annotations

import math
import re
import time
from collections import deque
from collections.abc import Callable

from nbenv.installer.uv_output.uv_display import Frame
from nbenv.progress import Progress

__all__ = ["DownloadMeter"]

_BEGUN = re.compile(r"Downloading (\S+)(?: \S+)? \(([\d.]+)(B|[KMG]iB)\)")
_ENDED = re.compile(r"Downloaded (\S+)")
_BAR = re.compile(r"(\S+).* ([\d.]+) (B|[KMG]iB)/([\d.]+) (B|[KMG]iB)")
_INSTALLING = re.compile(r"\S+ \[(\d+)/([1-9]\d*)\] ")
_UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_NAMED = 3
"""Names that fit on a line."""
_PAUSE = 0.2
"""Seconds between two reports: uv draws more often than anybody can read."""
_WATCHED = 8.0
"""Seconds whose speed tells how long the rest takes."""
_LEAST = 1.0
"""Seconds after which a speed means something."""


class DownloadMeter:
    """The sum of what one run of uv downloads."""

    def __init__(self, phase: str, clock: Callable[[], float] = time.monotonic) -> None:
        self._phase = phase
        self._clock = clock
        self._sizes: dict[str, int] = {}
        self._done: dict[str, int] = {}
        self._waiting: list[str] = []
        self._last: Progress | None = None
        self._next = 0.0
        self._past: deque[tuple[float, int]] = deque()

    def read(self, line: str) -> Progress | None:
        """Return the progress that a line reports; None when it is not about a download."""
        if begun := _BEGUN.fullmatch(line):
            self._sizes[begun[1]] = _bytes(begun[2], begun[3])
            self._waiting.append(begun[1])
        elif (ended := _ENDED.fullmatch(line)) and ended[1] in self._waiting:
            self._end(ended[1])
        else:
            return None
        return self._progress()

    def draw(self, frame: Frame) -> Progress | None:
        """Return the progress that a frame shows; None when there is nothing new to report."""
        bars = [found for row in frame if (found := _BAR.fullmatch(row.strip()))]
        for bar in bars:
            self._take(bar[1], _bytes(bar[2], bar[3]), _bytes(bar[4], bar[5]))
        drawn = {bar[1] for bar in bars}
        for name in [each for each in self._waiting if each not in drawn]:
            self._end(name)  # uv removes the bar of a file that is there
        if (now := self._clock()) < self._next:
            return None
        progress = self._progress(now) if self._sizes else None
        if not self._waiting:
            progress = _installing(frame, self._phase) or progress
        if progress is None or progress == self._last:
            return None
        self._last, self._next = progress, now + _PAUSE
        return progress

    @staticmethod
    def work_in(frame: Frame) -> list[str]:
        """Return the lines that a frame stands for, as uv prints them without a terminal."""
        bars = (_BAR.fullmatch(row.strip()) for row in frame)
        return [
            f"Downloading {bar[1]}" if bar else row for row, bar in zip(frame, bars, strict=True)
        ]

    def _take(self, name: str, done: int, size: int) -> None:
        if name not in self._sizes:
            self._waiting.append(name)
        self._sizes[name] = size
        # A download that is tried again begins anew; what is shown does not go back.
        self._done[name] = max(self._done.get(name, 0), min(done, size))

    def _end(self, name: str) -> None:
        self._waiting.remove(name)
        self._done[name] = self._sizes[name]

    def _progress(self, now: float | None = None) -> Progress:
        done, total = sum(self._done.values()), sum(self._sizes.values())
        left = None if now is None or done == total else self._left(now, done, total)
        return Progress(self._phase, self._message(), done, total, left=left)

    def _left(self, now: float, done: int, total: int) -> int | None:
        """Return how many seconds the rest takes at the present speed, None while that is open."""
        past = self._past
        past.append((now, done))
        while len(past) > 2 and past[1][0] <= now - _WATCHED:
            past.popleft()
        seconds, come = now - past[0][0], done - past[0][1]
        if seconds < _LEAST or come <= 0:
            return None
        return math.ceil((total - done) * seconds / come)

    def _message(self) -> str:
        if not self._waiting:
            count = len(self._sizes)
            return f"Downloaded {count} file{'' if count == 1 else 's'}"
        largest = sorted(self._waiting, key=lambda name: -self._sizes[name])
        more = len(largest) - _NAMED
        names = ", ".join(largest[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        return f"Downloading {names}…"


def _installing(frame: Frame, phase: str) -> Progress | None:
    for row in frame:
        if found := _INSTALLING.match(row):
            return Progress(phase, f"Installing {found[1]} of {found[2]} packages…")
    return None


def _bytes(number: str, unit: str) -> int:
    return round(float(number) * _UNITS[unit])
