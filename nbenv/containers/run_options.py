"""The options of runs outside this machine's own environments, and how their failures are told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nbenv.core.file_names import is_text_notebook
from nbenv.errors import NbenvError, UsageError
from nbenv.notebook.result_file import check_writable

__all__ = ["RunOptions", "check_output", "failure_of", "reason_in"]

_SAID = "nbenv: "
"""Begins what the runner says itself."""


@dataclass(frozen=True)
class RunOptions:
    """The options of ``run --on``: the engine, files beside the notebook, and limits.

    `image` and `namespace` are for a cluster: an image that it can pull, and where to run.
    """

    on: str
    output: str | None = None
    mount: Sequence[str] = ()
    memory: str | None = None
    network: str | None = None
    image: str | None = None
    namespace: str | None = None


def check_output(source: str, output: str | None) -> None:
    """Raise `UsageError` unless an image can run the notebook, and the result can be written."""
    if output and Path(output).suffix != ".ipynb":
        raise UsageError(f"{output} is no .ipynb file, which is what a container writes.")
    if is_text_notebook(source):
        raise UsageError("An image runs an .ipynb notebook, and this one is kept as text.")
    if output:
        check_writable(output)


def failure_of(source: str, reason: str, wrote: str) -> NbenvError:
    """Return the error for a notebook that did not run to its end."""
    return NbenvError(f"{source} stopped at an error.", reason, wrote)


def reason_in(lines: Sequence[str], status: int) -> str:
    """Return the last that the runner or the failed cell said."""
    said = [line.removeprefix(_SAID) for line in lines if line.startswith(_SAID)]
    last = said or lines[-1:]
    return last[-1] if last else f"The container ended with status {status}."
