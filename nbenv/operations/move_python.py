"""Move a notebook to another Python."""

from __future__ import annotations

import re
from dataclasses import replace

from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.summaries import outcome_of
from nbenv.engine.transaction import ChangeOptions, change
from nbenv.errors import (
    UsageError,
)
from nbenv.progress import Outcome, Steps

__all__ = ["move"]


def move(target: NotebookRef, python: str) -> Steps[Outcome]:
    """Move the notebook to another Python, keeping versions where that Python has them."""
    if not re.fullmatch(r"3\.\d{1,2}", python):
        raise UsageError(f"{python!r} is not a Python version.", todo="Write, for example, 3.12.")
    came_from: list[str] = []

    def edit(document: NotebookSnapshot) -> Spec:
        came_from.append(document.spec.python)
        return replace(document.spec, python=python)

    spec, synced = yield from change(target, edit, ChangeOptions(consent=True))
    if came_from == [python]:
        return outcome_of(spec, synced, f"The notebook is on Python {python} already.")
    return outcome_of(spec, synced, f"Moved from Python {came_from[0]} to {python}.")
