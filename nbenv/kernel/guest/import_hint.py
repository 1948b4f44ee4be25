"""A cell lacks a module, and the notebook records no requirements: what helps is said."""

from __future__ import annotations

import json
import os
import sys

OFFER = (
    "nbenv: this notebook records no requirements yet. Save it, then %nbenv adopt reads all of "
    "its imports and installs what they need."
)

STRIPPED = (
    "nbenv: this notebook's file has lost its record, which this machine still knows. "
    "%nbenv restore puts it back."
)


def watch(shell) -> None:
    """Say it below each cell that fails for want of a module; nothing is installed by itself."""
    shell.events.register("post_run_cell", _after)


def _after(result) -> None:
    if isinstance(result.error_in_exec, ModuleNotFoundError) and _is_bare():
        print(STRIPPED if os.environ.get("NBENV_STRIPPED") else OFFER)


def _is_bare() -> bool:
    """Whether this environment was made for a notebook without requirements."""
    try:
        with open(os.path.join(sys.prefix, "nbenv.json"), encoding="utf-8") as file:
            return not json.load(file)["value"]["requirements"]
    except (OSError, ValueError, KeyError, TypeError):  # a change is under way, or it is not whole
        return False
