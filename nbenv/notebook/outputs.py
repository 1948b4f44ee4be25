"""Whether two runs of a notebook put out the same, as far as outputs can be compared."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff

__all__ = ["CellDifference", "differences", "has_outputs"]

_NOISE = (
    (re.compile(r"\x1b\[[0-9;]*[A-Za-z]"), ""),  # colours
    (re.compile(r"\b0x[0-9a-fA-F]{6,}\b"), "0x…"),  # addresses
    (re.compile(r"(?m)^(CPU times|Wall time): .*$"), r"\1: …"),
    (re.compile(r"[\d.]+ [nμµm]?s ± .* per loop .*"), "… per loop"),
)
_SHOWN = 6
"""Lines of a difference that are told."""

Output = Mapping[str, object]
Cell = Mapping[str, object]


@dataclass(frozen=True)
class CellDifference:
    """A code cell, counted from 1, and how its output differs, as a few lines of a diff."""

    cell: int
    lines: tuple[str, ...]


def has_outputs(cells: Sequence[Cell]) -> bool:
    """Whether there is anything to compare with."""
    return any(_comparable(cell) for cell in cells)


def differences(recorded: Sequence[Cell], run: Sequence[Cell]) -> list[CellDifference]:
    """Return the code cells whose outputs differ; both are the code cells of one notebook.

    Compared is what a reader can: printed text, plain values, errors' names, and which kinds of
    pictures there are. What goes to standard error is left out: it warns and shows progress.
    """
    found = []
    for number, (old, new) in enumerate(zip(recorded, run, strict=True), 1):
        before, after = _comparable(old), _comparable(new)
        if before != after:
            diff = unified_diff(before, after, "recorded", "now", lineterm="", n=0)
            told = [line for line in diff if not line.startswith(("---", "+++", "@@"))]
            more = ["…"] if len(told) > _SHOWN else []
            found.append(CellDifference(number, (*told[:_SHOWN], *more)))
    return found


def _comparable(cell: Cell) -> list[str]:
    outputs = cell.get("outputs", [])
    assert isinstance(outputs, list)
    text = "\n".join(_joined(outputs))
    for pattern, instead in _NOISE:
        text = pattern.sub(instead, text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _joined(outputs: Sequence[Output]) -> Iterator[str]:
    printed = ""
    for output in outputs:
        kind = output.get("output_type")
        if kind == "stream":
            printed += _text(output.get("text")) if output.get("name") == "stdout" else ""
            continue
        if printed:
            yield printed
            printed = ""
        if kind == "error":
            yield f"{output.get('ename')}: {output.get('evalue')}"
        elif isinstance(data := output.get("data"), Mapping):
            yield from _shown(data)
    if printed:
        yield printed


def _shown(data: Mapping[str, object]) -> Iterator[str]:
    pictures = sorted(kind for kind in data if kind.startswith(("image/", "video/", "audio/")))
    if pictures:
        yield f"[{pictures[0]}]"
    elif "text/plain" in data:
        yield _text(data["text/plain"])
    else:
        yield f"[{', '.join(sorted(data))}]"


def _text(value: object) -> str:
    return "".join(value) if isinstance(value, list) else str(value or "")
