"""Save what an environment compiled, for the next environments, when its kernel ends."""

from __future__ import annotations

import os
import subprocess
import sys

from _nbenv_boot import load


def save_bytecode() -> None:
    """Start a process that saves it, once after each change of the environment."""
    if os.environ.get("NBENV_BACKGROUND") == "0":
        return
    try:
        if _is_saved():
            return
        child = subprocess.Popen(
            [*load("host_python").command("nbenv.kernel.save_bytecode"), _environment()],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        child.returncode = 0  # nobody waits for it; Python would warn of that
    except OSError:  # no one is left to read of it
        return


def _environment():
    return os.path.basename(sys.prefix)


def _is_saved():
    """Return whether it was saved since the environment last changed."""
    marker, kept = (os.path.join(sys.prefix, name) for name in ("nbenv.json", "nbenv.kept"))
    return os.path.exists(kept) and os.stat(kept).st_mtime >= os.stat(marker).st_mtime
