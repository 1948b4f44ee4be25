"""The journal of what pip's own commands changed in an environment, for its running kernels.

Whatever process of a cell ran the command, each kernel of the environment finds the event that the
command of a magic would have given it (`nbenv/kernel/guest/outside_changes.py` reads it): one line
of JSON for each change.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from pathlib import Path

__all__ = ["JOURNAL", "note_change"]

JOURNAL = "nbenv.changes"
"""The journal's name, in the folder of the environment."""
_LONGEST = 200_000
"""Bytes after which the journal begins anew: kernels have read the rest long ago."""


def note_change(environment: Path, event: Mapping[str, object]) -> None:
    """Add an event to the journal of an environment.

    Without a journal, as on a full disk, a kernel only notices less: the change itself is done.
    """
    path = environment / JOURNAL
    line = json.dumps(event).encode() + b"\n"
    with contextlib.suppress(OSError):
        if path.exists() and path.stat().st_size > _LONGEST:
            path.unlink()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        with open(descriptor, "ab", buffering=0) as file:
            file.write(line)  # at once, so that the lines of two commands do not mix
