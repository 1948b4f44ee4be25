"""A parameters cell with each kind of default."""

from __future__ import annotations

from typing import Any

__all__ = ["DEFAULTS", "cell"]

DEFAULTS = """\
# what a person may set
rate = 0.1
steps, (low, *rest) = 3, bounds()
count = 3
name: str = "x"
fast = False
sizes = [1, 2]
pair = (1, 2)
options: dict[str, int] = {}
share: float = 1
limit: "int" = 5
seed: Optional[int] = None
anything = compute(2)
either: int | str = 1
share2 = 1  # type: float  of all
noted: "Optional[typing.Dict[str, int]]" = None
given: float
tags = {"a"}
raw = b"x"
day = datetime.date(2026, 1, 31)
first = 1; second = third = "x"
limit_of_rows: list[int] = None
"""


def cell(source: str, *tags: str) -> dict[str, Any]:
    """Return a code cell."""
    return {"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}, "outputs": []}
