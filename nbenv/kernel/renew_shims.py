"""Write the files by which pip is nbenv's into an environment that another version made.

A kernel starts this, with the environment's name, when it has not found them.
"""

from __future__ import annotations

import sys

from nbenv.environments.environment import Environment
from nbenv.environments.store import notebook_of
from nbenv.home.locks import locked

__all__ = ["main"]


def main() -> int:
    """Write them, and mark the environment as before: a file among its packages is new."""
    environment = Environment(sys.argv[1])
    with locked(environment.identifier):
        marker = environment.read_marker()
        if marker.record is not None and not marker.is_touched:
            owner = notebook_of(environment.identifier)
            environment.mark(marker.record, owner, marker.mismatched)
    return 0
