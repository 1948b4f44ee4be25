"""Move a notebook to another Python."""

from __future__ import annotations

import re
from dataclasses import replace

from nbenv.engine.consent import agreed_by_command
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.summaries import outcome_of
from nbenv.engine.transaction import ChangeOptions, Edited, change
from nbenv.errors import UsageError
from nbenv.progress import Outcome, Steps

__all__ = ["move"]


_ASIDE = "Moving to another Python resolves anew: what that builds from source is unknown."


def move(ref: NotebookRef, python: str, agreed: str | None = None) -> Steps[Outcome]:
    """Move the notebook to another Python, keeping the locked versions where possible.

    Parameters
    ----------
    ref
        The notebook.
    python
        The minor version, as ``"3.12"``; uv downloads it if it is not on this machine.
    agreed
        As in `nbenv.operations.restore.restore`.

    Raises
    ------
    UsageError
        `python` has another form.
    """
    if not re.fullmatch(r"3\.\d{1,2}", python):
        raise UsageError(f"{python!r} is not a Python version.", todo="Write, for example, 3.12.")

    def edit(snapshot: NotebookSnapshot) -> Edited[None]:
        return Edited(replace(snapshot.spec, python=python), None)

    agreed = yield from agreed_by_command(ref, agreed, _ASIDE)
    done = yield from change(ref, edit, ChangeOptions(agreed=agreed, fetch=True))
    former = done.before.spec.python
    summary = f"Moved from Python {former} to {python}."
    if former == python:
        summary = f"The notebook is already on Python {python}."
    return outcome_of(done.spec, done.synced, summary)
