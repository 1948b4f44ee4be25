"""Find the errors that the outputs of a cell show, beside the one that stopped it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

__all__ = ["causes", "shown_errors"]

_COLOUR = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_PRINTED = re.compile(
    r"^(?:\S+:\d+: )?((?:ModuleNotFound|Import)Error|TqdmWarning): (.+)$", re.MULTILINE
)
"""The last line of a traceback that a process printed, or a warning about what is missing."""
_CAUSE = re.compile(r"(ModuleNotFoundError)\W{1,3}(No module named '[\w.]+')")

Output = Mapping[str, Any]


def shown_errors(outputs: Sequence[Output]) -> Iterator[tuple[str, str]]:
    """Yield class and text of the errors of a cell that went on: a display's, or a process's."""
    for output in outputs:
        if output["output_type"] == "error":
            yield output["ename"], output["evalue"]
        elif output["output_type"] == "stream":
            for found in _PRINTED.finditer(output["text"]):
                yield found[1], found[2]


def causes(outputs: Sequence[Output]) -> Iterator[tuple[str, str]]:
    """Yield class and text of the errors that may have caused the one that stopped a cell.

    A library may tell in a warning, or in an error that it handles, that a module is missing, and
    then raise another error that does not. What it displays may be another error than the one that
    the kernel replies with.
    """
    for output in outputs:
        if output["output_type"] == "error":
            yield output["ename"], output["evalue"]
        lines = output.get("traceback") or [output.get("text") or ""]
        for found in _CAUSE.finditer(_COLOUR.sub("", "\n".join(lines))):
            yield found[1], found[2]
