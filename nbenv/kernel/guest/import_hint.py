"""A hint below a cell that fails to import a module, in a notebook without requirements."""

from __future__ import annotations

import json
import os
import sys

from _nbenv_boot import variables

OFFER = (
    "nbenv: this notebook records no requirements yet. Save it and run %nbenv adopt, which reads "
    "all of its imports and installs the packages that they need."
)

STRIPPED = (
    "nbenv: this notebook's file has lost its record, but this machine still knows it. "
    "%nbenv restore puts it back."
)


def watch(shell) -> None:
    """Show the hint below each cell that fails for want of a module; nothing is installed."""
    shell.events.register("post_run_cell", _after)


def _after(result) -> None:
    if isinstance(result.error_in_exec, ModuleNotFoundError) and _is_bare():
        print(STRIPPED if variables.get("NBENV_STRIPPED") else OFFER)


def _is_bare() -> bool:
    """Return whether this environment was made for a notebook without requirements."""
    try:
        with open(os.path.join(sys.prefix, "nbenv.json"), encoding="utf-8") as file:
            return not json.load(file)["value"]["requirements"]
    except (OSError, ValueError, KeyError, TypeError):  # it is changing, or not whole
        return False
