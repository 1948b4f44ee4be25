"""The command that runs the host's nbenv from a guest, which does not have it installed."""

from __future__ import annotations

import os
import sys

from _nbenv_boot import variables

# As in nbenv/core/python_command.py, which a guest cannot import: ``-m`` would let the notebook's
# folder shadow nbenv's modules; this takes it off first.
_CODE = (
    "import sys; sys.path[:1] = [p for p in sys.path[:1] if p]; "
    "from {} import main; sys.exit(main())"
)


def python():
    """Return the host's interpreter."""
    return variables.get("NBENV_HOST_PYTHON", sys.executable)


def command(module="nbenv.__main__"):
    """Return the words that run the ``main`` of a module of nbenv."""
    return [python(), "-c", _CODE.format(module)]


def no_window():
    """Return the creation flags for a program, as `nbenv/home/processes/console.py` does."""
    if os.name != "nt":
        return 0
    import ctypes

    return 0 if ctypes.windll.kernel32.GetConsoleWindow() else 0x08000000
