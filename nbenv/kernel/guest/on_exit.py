"""When a kernel ends, have what its environment compiled kept for the next environments."""

from __future__ import annotations

import os
import subprocess
import sys


def keep() -> None:
    """Start a process that does it, once after each change of the environment."""
    if os.environ.get("NBENV_BACKGROUND") == "0":
        return
    marker, kept = (os.path.join(sys.prefix, name) for name in ("nbenv.json", "nbenv.kept"))
    try:
        if os.path.exists(kept) and os.stat(kept).st_mtime >= os.stat(marker).st_mtime:
            return
        command = (
            sys.modules["_nbenv_boot"].load("host_python").command("nbenv.kernel.save_bytecode")
        )
        subprocess.Popen(
            [*command, os.path.basename(sys.prefix)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
    except OSError:  # nobody waits for it
        return
