"""The driver of Spark without Spark: what errors say, and what waits how long.

Real sessions are in tests/workers/test_spark.py.
"""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Callable
from types import ModuleType
from typing import Any

import pytest


@pytest.fixture
def spark(driver: Callable[[str], ModuleType]) -> Any:
    return driver("spark")


def test_nothing_is_imported_to_find_no_session(spark: Any) -> None:
    assert spark.find({"spark": object()}) == []
    assert "pyspark" not in sys.modules


def test_an_error_is_what_the_environments_python_said(spark: Any) -> None:
    text = """An error occurred while calling o61.collectToPython.
: org.apache.spark.SparkException: Job aborted due to stage failure:
Error from python worker:
  nbenv: this environment needs CPython 3.11, and none was found on node7.
  nbenv: Install it there, set NBENV_PYTHON to one, or pack the environment with --with-python.
PYTHONPATH was: /opt/spark
Error from python worker:
  nbenv: this environment needs CPython 3.11, and none was found on node7."""
    said = str(spark._reason(RuntimeError(text)))
    assert said.startswith("On a worker: this environment needs CPython 3.11")
    assert said.count("node7") == 1
    other = str(spark._reason(RuntimeError("first\nModuleNotFoundError: No module named 'x'\n")))
    assert "in the environment: ModuleNotFoundError: No module named 'x'" in other


def test_tasks_that_do_not_start_are_cancelled(spark: Any) -> None:
    ended = threading.Event()
    with pytest.raises(spark.WorkersError, match="No task ran"):
        spark._within(lambda: ended.wait(20), 0.1, ended.set)
    assert ended.is_set()


def test_what_tasks_return_and_raise_comes_back(spark: Any) -> None:
    found = spark._within(lambda: [json.dumps({"node": "a"})], 20, lambda: None)
    assert found == [{"node": "a"}]
    with pytest.raises(spark.WorkersError, match="could not run a task"):
        spark._within(lambda: 1 / 0, 20, lambda: None)


def test_the_function_of_a_task_is_of_no_module(spark: Any) -> None:
    function = spark._look_for({"versions": {"packaging": "0"}})
    assert function.__module__ == "__main__"
    assert function.__globals__["WANTED"] == {"packaging": "0"}
