"""Build a notebook's environment before its kernel starts, telling how far it is."""

from __future__ import annotations

import json
import os
import sys

from nbenv import operations, places
from nbenv.operations import Progress, Target

__all__ = ["build", "target_of"]


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
    log = places.progress_path(places.key(path))
    places.make_private(os.path.dirname(log))
    try:
        with places.open_private(log) as file:

            def say(**event: object) -> None:
                file.write(json.dumps(event, ensure_ascii=False) + "\n")
                file.flush()

            def tell(progress: Progress) -> None:
                say(type="progress", **vars(progress))
                print(f"nbenv: {progress.message}", file=sys.stderr)

            say(type="started", process=os.getpid())
            outcome = operations.drain(operations.prepare(target_of(path)), tell)
    finally:
        os.unlink(log)
    return places.environment_path(outcome.environment)
