"""Build a notebook's environment before its kernel starts, telling how far it is."""

from __future__ import annotations

import json
import os
import sys

from nbenv.engine.document import NotebookRef
from nbenv.errors import BrokenEnvironmentError
from nbenv.home import paths, variables
from nbenv.operations.restore import prepare
from nbenv.progress import Progress, drain

__all__ = ["build", "check_tries", "target_of"]

_TRIES = 2


def target_of(path: str) -> NotebookRef:
    """Return the notebook of a kernel, as the verbs take it."""
    return NotebookRef.of_kernel(path, os.environ)


def check_tries(path: str) -> None:
    """Raise when the environment could not start a kernel although it was looked at and mended."""
    whys = os.environ[variables.BROKEN].splitlines()
    if len(whys) < _TRIES:
        print(f"nbenv: the environment could not start a kernel: {whys[-1]}", file=sys.stderr)
        return
    del os.environ[variables.BROKEN]  # whoever restores tries anew
    raise BrokenEnvironmentError(
        "This notebook's environment cannot start a kernel, though none of its files is missing.",
        f"Its Python said: {whys[-1]}",
        "Undo the last change (%nbenv undo), or look into it with %nbenv status.",
    )


def build(path: str) -> str:
    """Make the environment what the notebook records; return its folder.

    Raises
    ------
    ApprovalNeededError
        Nobody agreed to it on this machine yet.
    NbenvError
        It could not be built.
    """
    log = paths.progress_path(paths.key(path))
    paths.make_private(os.path.dirname(log))
    try:
        with paths.open_private(log) as file:

            def say(**event: object) -> None:
                file.write(json.dumps(event, ensure_ascii=False) + "\n")
                file.flush()

            def tell(progress: Progress) -> None:
                say(type="progress", **vars(progress))
                print(f"nbenv: {progress.message}", file=sys.stderr)

            say(type="started", process=os.getpid())
            outcome = drain(prepare(target_of(path)), tell)
    finally:
        os.unlink(log)
    return paths.environment_path(outcome.environment)
