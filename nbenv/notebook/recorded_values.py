"""Values that the cells of a run recorded, for a table of many runs.

``nbenv_record(loss=0.1)`` in a cell shows an output of a type of its own. The values of scrapbook's
``glue`` are read, too: https://nteract-scrapbook.readthedocs.io/. This module is also copied into
images, where it runs on Python 3.8 and imports nothing of nbenv.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

__all__ = ["recorded_values"]

_OWN = "application/vnd.nbenv.value+json"
"""The same as in kernel/guest/magics.py and export/data/nbenv_image.py."""
_SCRAP = "application/scrapbook.scrap.json+json"
_SCALARS = (str, int, float, bool, type(None))


def recorded_values(cells: Iterable[Mapping[str, Any]]) -> dict[str, object]:
    """Return the scalars that the outputs hold, by their names; the last of a name counts."""
    return {name: value for name, value in _recorded(cells) if isinstance(value, _SCALARS)}


def _recorded(cells: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, object]]:
    for cell in cells:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            own, scrap = data.get(_OWN), data.get(_SCRAP)
            if isinstance(own, Mapping):
                yield from own.items()
            if isinstance(scrap, Mapping) and "name" in scrap:
                yield str(scrap["name"]), scrap.get("data")
