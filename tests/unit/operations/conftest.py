"""A notebook with an installed environment, on an index with something newer."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.environments import install
from tests.support.index import LocalIndex


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    index.wheel("leaf", "1.0", upload_time="2024-02-01T10:00:00.000000Z")
    index.wheel("leaf", "2.0", upload_time="2025-01-01T10:00:00.000000Z")
    index.wheel("branch", "1.0", requires=["leaf"])
    return index


@pytest.fixture
def installed(notebook: Path, stocked: LocalIndex) -> Path:
    """Return a notebook with branch 1.0 and leaf 1.0."""
    install(notebook, "branch", "leaf<2")
    return notebook
