"""Outputs of cells: shown as text, and compared between two runs as far as they can be."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import unified_diff
from typing import Any

__all__ = ["CellDifference", "differences", "has_outputs", "output_texts"]

_NOISE = (
    (re.compile(r"\x1b\[[0-9;]*[A-Za-z]"), ""),  # colours
    (re.compile(r"\b0x[0-9a-fA-F]{6,}\b"), "0x…"),  # memory addresses
    (re.compile(r"(?m)^(CPU times|Wall time): .*$"), r"\1: …"),
    (re.compile(r"[\d.]+ [nμµm]?s ± .* per loop .*"), "… per loop"),
)
_SHOWN = 6
"""Lines of a difference that are shown."""

Output = Mapping[str, object]
Cell = Mapping[str, object]


@dataclass(frozen=True)
class CellDifference:
    """A code cell, counted from 1, and the difference of its outputs as a few lines of a diff."""

    cell: int
    lines: tuple[str, ...]


def output_texts(cells: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield the outputs of cells as text, an image as its type in brackets."""
    for cell in cells:
        for output in cell.get("outputs", ()):
            if output["output_type"] == "stream":
                yield "".join(output["text"]).rstrip()
            elif data := output.get("data"):
                kinds = [kind for kind in data if kind.startswith("image/")]
                text = "".join(data.get("text/plain", ""))
                yield f"[{kinds[0]}]" if kinds else text.rstrip()


def has_outputs(cells: Sequence[Cell]) -> bool:
    """Return whether there is anything to compare with."""
    return any(_comparable(cell) for cell in cells)


def differences(recorded: Sequence[Cell], run: Sequence[Cell]) -> list[CellDifference]:
    """Return the code cells whose outputs differ; both arguments are the code cells of a notebook.

    What a reader can compare is compared: printed text, plain values, errors, and the kinds of
    pictures. Standard error is left out, as it carries warnings and progress bars.
    """
    found = []
    for number, (old, new) in enumerate(zip(recorded, run, strict=True), 1):
        before, after = _comparable(old), _comparable(new)
        if before != after:
            diff = unified_diff(before, after, "recorded", "now", lineterm="", n=0)
            lines = [line for line in diff if not line.startswith(("---", "+++", "@@"))]
            more = ["…"] if len(lines) > _SHOWN else []
            found.append(CellDifference(number, (*lines[:_SHOWN], *more)))
    return found


def _comparable(cell: Cell) -> list[str]:
    outputs = cell.get("outputs", [])
    assert isinstance(outputs, list)
    text = "\n".join(_texts_of(outputs))
    for pattern, instead in _NOISE:
        text = pattern.sub(instead, text)
    return [line.rstrip() for line in text.splitlines() if line.strip()]


def _texts_of(outputs: Sequence[Output]) -> Iterator[str]:
    """Yield the text of each output; a front end may have split one stream into several."""
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
            yield from _data_text(data)
    if printed:
        yield printed


def _data_text(data: Mapping[str, object]) -> Iterator[str]:
    pictures = sorted(kind for kind in data if kind.startswith(("image/", "video/", "audio/")))
    if pictures:
        yield f"[{pictures[0]}]"
    elif "text/plain" in data:
        yield _text(data["text/plain"])
    else:
        yield f"[{', '.join(sorted(data))}]"


def _text(value: object) -> str:
    return "".join(value) if isinstance(value, list) else str(value or "")
