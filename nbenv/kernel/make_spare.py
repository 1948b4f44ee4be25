"""Make the environment for the next new notebook; `nbenv.environments.spare` starts this.

It waits until the kernel of the present one has started, and runs at low priority.
"""

from __future__ import annotations

import os
import sys
import time

# The notebook's folder must not shadow any module: with ``-m`` it stands first.
if sys.path and sys.path[0] in ("", os.getcwd()):
    del sys.path[0]

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import spare
from nbenv.environments.store import forget, read_state
from nbenv.errors import NbenvError
from nbenv.home.surroundings import shield_process
from nbenv.operations.restore import prepare
from nbenv.progress import drain

__all__ = ["main", "make"]

_QUIET = 10.0
"""Seconds that the kernel gets to start, and its user to begin."""


def main() -> None:
    """Make it once the kernel that asked for it has started."""
    shield_process()
    time.sleep(_QUIET)
    os.nice(10)  # this is started on POSIX only
    make()


def make() -> None:
    """Make it unless it is there. A failure is reported when a notebook needs one."""
    target = NotebookRef.detached(spare.name())
    state = read_state(target.notebook)
    if state is not None:
        environment = NotebookSnapshot.read(target).environment
        if environment.read_marker().record is not None and spare.is_old(str(environment.path)):
            forget(target.notebook)  # prune removes it
    try:
        drain(prepare(target))
    except NbenvError:
        return


if __name__ == "__main__":
    main()
