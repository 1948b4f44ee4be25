"""Save what an environment compiled, for the next environments, when its kernel ends."""

from __future__ import annotations

import os
import subprocess
import sys

from _nbenv_boot import load


def save_bytecode() -> None:
    """Start a process that saves it, once after each change of the environment."""
    if load("own_variables").for_command().get("NBENV_BACKGROUND") == "0":
        return
    try:
        if _is_saved():
            return
        start_apart("nbenv.kernel.save_bytecode")
    except OSError:  # no one is left to read of it
        return


def start_apart(module) -> None:
    """Start the ``main`` of a module of nbenv for this environment, in a process of its own."""
    child = subprocess.Popen(
        [*load("host_python").command(module), os.path.basename(sys.prefix)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env=load("own_variables").for_command(),
        creationflags=load("host_python").no_window(),
    )
    child.returncode = 0  # nobody waits for it; Python would warn of that


def _is_saved():
    """Return whether it was saved since the environment last changed."""
    marker, kept = (os.path.join(sys.prefix, name) for name in ("nbenv.json", "nbenv.kept"))
    return os.path.exists(kept) and os.stat(kept).st_mtime >= os.stat(marker).st_mtime
