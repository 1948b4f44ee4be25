"""Keep what an environment compiled: started by a kernel that ends, with the environment's name."""

from __future__ import annotations

import os
import sys

from nbenv.environments import bytecode
from nbenv.environments.environment import Environment

__all__ = ["main"]


def main() -> int:
    """Keep it, and note that it was."""
    if hasattr(os, "nice"):
        os.nice(10)
    environment = Environment(sys.argv[1])
    if environment.read_marker().record is not None:
        bytecode.keep(environment)
        environment.kept.touch()
    return 0
