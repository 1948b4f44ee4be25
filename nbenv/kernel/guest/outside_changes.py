"""Take changes into a running kernel that pip made outside of its magics.

A shell, a program or ``python -m pip`` in a cell has nbenv change the environment, which notes it
in the environment's journal (`nbenv/environments/pip/pip_journal.py`). The kernel looks there after
each cell, and when an import fails: so that a package can be imported in the cell that installs it.
"""

from __future__ import annotations

import json
import os
import sys

from _nbenv_boot import load

_journal = None


def watch(shell) -> None:
    """Look at the journal from now on."""
    global _journal
    _journal = _Journal(os.path.join(sys.prefix, "nbenv.changes"))
    sys.meta_path.append(_Finder(_journal))
    shell.events.register("post_run_cell", _after_cell)


def is_kernel() -> bool:
    """Return whether this is a kernel that looks, and not a process that was forked from it."""
    return _journal is not None and _journal.process == os.getpid()


class _Journal:
    """The journal, of which a kernel has read a part, with what is still to be told of that."""

    def __init__(self, path) -> None:
        self.process = os.getpid()
        self._path = path
        self._read = self._size()
        self._notes = []

    def _size(self):
        try:
            return os.stat(self._path).st_size
        except OSError:
            return 0

    def take_in(self):
        """Take in what was added; return whether anything was."""
        size = self._size()
        if size == self._read or self.process != os.getpid():
            return False
        start, self._read = (self._read if size > self._read else 0), size
        try:
            with open(self._path, "rb") as file:
                file.seek(start)
                lines = file.read(size - start).splitlines()
        except OSError:
            return False
        for line in lines:
            self._apply(line)
        return bool(lines)

    def _apply(self, line) -> None:
        try:
            event = json.loads(line.decode("utf-8"))
        except ValueError:
            return
        notes = load("live_update").apply(event)
        self._notes += [(each, event) for each in notes if each not in dict(self._notes)]

    def notes(self):
        """Return each sentence that was not told yet, with its event."""
        found, self._notes = self._notes, []
        return found


class _Finder:
    """The last finder: looks again for a module that was installed since the others looked."""

    def __init__(self, journal) -> None:
        self._journal = journal

    def find_spec(self, name, path=None, target=None):
        if not self._journal.take_in():
            return None
        for finder in list(sys.meta_path):
            spec = None if finder is self else _asked(finder, name, path, target)
            if spec is not None:
                return spec
        return None


def _asked(finder, name, path, target):
    find = getattr(finder, "find_spec", None)
    return find(name, path, target) if find else None


def _after_cell(*_) -> None:
    """Take in what a cell changed, and tell once what only a restart can do."""
    if _journal.process != os.getpid():
        return
    _journal.take_in()
    notes = _journal.notes()
    if notes:
        update = load("live_update")
        event = {**notes[-1][1], "restart": update.stale()}
        load("command").Screen().result(" ".join(text for text, _ in notes), event)
