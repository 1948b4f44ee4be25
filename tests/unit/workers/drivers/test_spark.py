"""The driver of Spark without Spark; real sessions are in tests/workers/test_spark.py."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import ModuleType


def test_nothing_is_imported_to_find_no_session(driver: Callable[[str], ModuleType]) -> None:
    assert driver("spark").find({"spark": object()}) == []
    assert "pyspark" not in sys.modules
