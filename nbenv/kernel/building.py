"""Build a notebook's environment before its kernel starts, telling how far it is."""

from __future__ import annotations

import json
import os
import sys

from nbenv import operations, places
from nbenv.operations import Progress, Target

__all__ = ["build", "progress_path", "target_of"]


def progress_path(path: str) -> str:
    """Return the file of JSON lines that a build writes its progress to."""
    return os.path.join(places.home(), "progress", places.key(path) + ".jsonl")


def target_of(path: str) -> Target:
    """Return the notebook of a kernel, as the verbs take it."""
    return Target.of_kernel(path, os.environ)


def build(path: str) -> str:
    """Make the environment what the notebook records; return its folder.

    Raises
    ------
    ApprovalNeededError
        Nobody agreed to it on this machine yet.
    NbenvError
        It could not be built.
    """
    log = progress_path(path)
    places.make_private(os.path.dirname(log))
    with open(log, "w", encoding="utf-8") as file:

        def tell(progress: Progress) -> None:
            file.write(json.dumps(vars(progress), ensure_ascii=False) + "\n")
            file.flush()
            print(f"nbenv: {progress.message}", file=sys.stderr)

        outcome = operations.drain(operations.prepare(target_of(path)), tell)
    os.unlink(log)
    return places.environment_path(outcome.environment)
