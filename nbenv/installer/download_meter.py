"""Turn uv's lines about downloads into bytes, so that a display can show how far they are.

Without a terminal uv announces each large file when its download begins and when it ends:
``Downloading pandas (11.8MiB)`` and `` Downloaded pandas``.
"""

from __future__ import annotations

import re

from nbenv.progress import Progress

__all__ = ["DownloadMeter"]

_BEGUN = re.compile(r"Downloading (\S+)(?: \S+)? \(([\d.]+)(B|[KMG]iB)\)")
_ENDED = re.compile(r"Downloaded (\S+)")
_UNITS = {"B": 1, "KiB": 1024, "MiB": 1024**2, "GiB": 1024**3}
_NAMED = 3
"""Names that fit on a line."""


class DownloadMeter:
    """The sum of what one run of uv downloads."""

    def __init__(self, phase: str) -> None:
        self._phase = phase
        self._sizes: dict[str, int] = {}
        self._waiting: list[str] = []

    def read(self, line: str) -> Progress | None:
        """Return the progress that a line reports; None when it is not about a download."""
        if begun := _BEGUN.fullmatch(line):
            self._sizes[begun[1]] = round(float(begun[2]) * _UNITS[begun[3]])
            self._waiting.append(begun[1])
        elif (ended := _ENDED.fullmatch(line)) and ended[1] in self._waiting:
            self._waiting.remove(ended[1])
        else:
            return None
        total = sum(self._sizes.values())
        done = total - sum(self._sizes[name] for name in self._waiting)
        return Progress(self._phase, self._message(), done, total)

    def _message(self) -> str:
        if not self._waiting:
            count = len(self._sizes)
            return f"Downloaded {count} large file{'' if count == 1 else 's'}"
        more = len(self._waiting) - _NAMED
        names = ", ".join(self._waiting[:_NAMED]) + (f" and {more} more" if more > 0 else "")
        return f"Downloading {names}…"
