"""Skip all tests of a folder, with a word, where what they need is not there."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pytest

__all__ = ["skip_below"]


def skip_below(folder: Path, items: Iterable[pytest.Item], reason: str) -> None:
    """Mark the tests below a folder as skipped if there is a reason; "" is none."""
    for item in items:
        if reason and folder in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))
