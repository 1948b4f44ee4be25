"""Files that another process holds, as Windows holds them, on any system."""

from __future__ import annotations

import builtins
import errno
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from nbenv.home import held_files

__all__ = ["Held", "hold_as_windows"]

_SHARING_VIOLATION = 32


class Held:
    """Paths that another process holds: what Windows refuses for them is refused."""

    def __init__(self) -> None:
        self.paths: set[str] = set()
        self.refused = 0

    def check(self, words: tuple[object, ...], code: int | None) -> None:
        """Raise what Windows does if one of these words is a path that is held."""
        for word in words:
            if isinstance(word, (str, os.PathLike)) and os.path.abspath(word) in self.paths:
                self.refused += 1
                error = PermissionError(errno.EACCES, "Permission denied", str(word))
                if code is not None:
                    error.winerror = code  # type: ignore[attr-defined,unused-ignore]
                raise error

    @contextmanager
    def holding(self, path: object, seconds: float) -> Iterator[None]:
        """Hold a path for some time."""
        name = os.path.abspath(str(path))
        self.paths.add(name)
        timer = threading.Timer(seconds, self.paths.discard, [name])
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self.paths.discard(name)


def hold_as_windows(monkeypatch: pytest.MonkeyPatch) -> Held:
    """Make replacing, renaming, removing and opening fail for a file while it is held.

    Python calls Windows itself for the first three, so that their errors have a code of Windows.
    It opens files with the C library, whose error has none.
    """
    found = Held()

    def guarded(act: Callable[..., object], code: int | None) -> Callable[..., object]:
        def run(*words: object, **options: object) -> object:
            found.check(words, code)
            return act(*words, **options)

        return run

    for name in ("replace", "rename", "unlink"):
        monkeypatch.setattr(os, name, guarded(getattr(os, name), _SHARING_VIOLATION))
    monkeypatch.setattr(builtins, "open", guarded(open, None))
    monkeypatch.setattr(os, "open", guarded(os.open, None))
    monkeypatch.setattr(held_files, "_UNTOLD", (errno.EACCES,))
    return found
