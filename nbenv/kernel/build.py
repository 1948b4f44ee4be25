"""Build a notebook's environment before its kernel starts, and report the progress of it."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from typing import TextIO

from nbenv.core.plain_text import safe
from nbenv.engine.document import NotebookRef
from nbenv.errors import BrokenEnvironmentError
from nbenv.home import held_files, paths, private_files, variables
from nbenv.home.locks import unwritable
from nbenv.home.process_identity import ProcessIdentity
from nbenv.kernel.supervision.interrupt_event import hear_interrupts
from nbenv.operations.restore import prepare
from nbenv.progress import Progress, drain

__all__ = ["build", "check_tries"]

_TRIES = 2


def check_tries() -> None:
    """Raise when the environment could not start a kernel, although it was checked and repaired.

    The kernel adds a line to NBENV_BROKEN each time that it has the launcher start again.

    Raises
    ------
    BrokenEnvironmentError
        Another try would end the same way.
    """
    reasons = os.environ[variables.BROKEN].splitlines()
    if len(reasons) < _TRIES:
        _log(f"the environment could not start a kernel: {reasons[-1]}")
        return
    del os.environ[variables.BROKEN]  # after a restore all tries are open again
    raise BrokenEnvironmentError(
        "This notebook's environment cannot start a kernel, though none of its files is missing.",
        f"Its Python reported: {reasons[-1]}",
        "Undo the last change with %nbenv undo, or look for the cause with %nbenv status.",
    )


def build(path: str) -> str:
    """Make the environment what the notebook at `path` records; return its folder.

    The server reads the progress of it from a file, which is there only meanwhile.

    Raises
    ------
    ApprovalNeededError
        Nobody on this machine has approved it yet.
    NbenvError
        It could not be built.
    """
    log = paths.progress_path(paths.key(path))
    try:
        with hear_interrupts(paths.stop_path(log)), _opened(log) as file:
            report = _Report(file)
            outcome = drain(prepare(NotebookRef.of_kernel(path, os.environ)), report.progress)
    finally:
        with contextlib.suppress(OSError):  # where it could not be made, that is the error
            held_files.unlink(log)
    return paths.environment_path(outcome.environment)


def _opened(log: str) -> TextIO:
    try:
        private_files.make_private(os.path.dirname(log))
        return private_files.open_private(log)
    except OSError as error:
        raise unwritable(error) from None


def _log(message: str) -> None:
    with contextlib.suppress(OSError, ValueError):  # whoever reads it may be gone
        print(f"nbenv: {safe(message)}", file=sys.stderr, flush=True)


class _Report:
    """Writes events as JSON lines, and their messages to the log of the kernel's server."""

    def __init__(self, file: TextIO) -> None:
        self._file = file
        self._last = ""
        self._write(type="started", **ProcessIdentity.own().to_dict())

    def progress(self, progress: Progress) -> None:
        message = safe(progress.message)
        self._write(type="progress", **{**progress.to_dict(), "message": message})
        if message != self._last:  # else only more bytes have come
            _log(message)
        self._last = message

    def _write(self, **event: object) -> None:
        self._file.write(json.dumps(event, ensure_ascii=False) + "\n")
        self._file.flush()
