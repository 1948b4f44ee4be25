"""A hint below a cell that fails to import a module, in a notebook without requirements."""

from __future__ import annotations

import json
import os
import sys

from _nbenv_boot import load, variables

_IN_PAGE = "nbenv: %nbenv adopt installs all that the saved notebook imports."
_ELSEWHERE = (
    "nbenv: %nbenv adopt installs all that the saved notebook imports;\n"
    "so does nbenv adopt {} in a terminal."
)
_NAMES = ("NBENV_NOTEBOOK", "NBENV_DOCUMENT")
STRIPPED = (
    "nbenv: this notebook's file has lost its record, but this machine still knows it. "
    "%nbenv restore puts it back."
)

_told = set()
"""What this kernel has said: once is enough, also where many cells fail."""


def watch(shell) -> None:
    """Show the hint below the first cell that fails for want of a module; nothing is installed."""
    shell.events.register("post_run_cell", _after)


def _after(result) -> None:
    is_wanted = os.environ.get("NBENV_SUGGEST") != "0"
    if is_wanted and isinstance(result.error_in_exec, ModuleNotFoundError) and _is_bare():
        text = STRIPPED if variables.get("NBENV_STRIPPED") else _offer()
        if text not in _told:
            _told.add(text)
            print(text)


def _offer():
    """Return what to do; the cells of a notebook that is on another machine cannot be read."""
    if variables.get("NBENV_RECORD"):
        return load("front").HINT
    if variables.get("JPY_SESSION_NAME"):  # a server's, which has a page
        return _IN_PAGE
    return _ELSEWHERE.format(_word_for_notebook())


def _word_for_notebook():
    """Return a word of a terminal for the notebook: its name, where it is a file."""
    from shlex import quote

    named = [variables[name] for name in _NAMES if variables.get(name)]
    return quote(os.path.basename(named[0])) if named and os.path.isfile(named[0]) else "NOTEBOOK"


def _is_bare() -> bool:
    """Return whether this environment was made for a notebook without requirements."""
    try:
        with open(os.path.join(sys.prefix, "nbenv.json"), encoding="utf-8") as file:
            return not json.load(file)["value"]["requirements"]
    except (OSError, ValueError, KeyError, TypeError):  # it is changing, or not whole
        return False
