"""Save what an environment compiled, for the next environments.

A kernel that ends starts this, with the environment's name.
"""

from __future__ import annotations

import os
import sys

from nbenv.environments import bytecode
from nbenv.environments.environment import Environment
from nbenv.home.surroundings import shield_process

__all__ = ["main"]


def main() -> int:
    """Save it, and note that it was saved."""
    shield_process()
    if hasattr(os, "nice"):
        os.nice(10)
    environment = Environment(sys.argv[1])
    if environment.read_marker().record is not None:
        bytecode.keep(environment)
        environment.kept.touch()
    return 0
