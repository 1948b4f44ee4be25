"""Spark's tasks without Spark: what errors say, what waits how long, and the question before.

Real sessions are in tests/workers/test_spark.py.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import ModuleType, SimpleNamespace
from typing import Any

import pytest

from nbenv.environments import interpreters
from nbenv.environments.archive.archive_programs import launcher


@pytest.fixture
def tasks(driver: Callable[[str], ModuleType]) -> Any:
    return driver("spark_tasks")


def test_an_error_is_what_the_environments_python_said(tasks: Any) -> None:
    text = """An error occurred while calling o61.collectToPython.
: org.apache.spark.SparkException: Job aborted due to stage failure:
Error from python worker:
  nbenv: this environment needs CPython 3.11, and none was found on node7.
  nbenv: Install it there, set NBENV_PYTHON to one, or pack the environment with --with-python.
PYTHONPATH was: /opt/spark
Error from python worker:
  nbenv: this environment needs CPython 3.11, and none was found on node7."""
    said = str(tasks._reason(RuntimeError(text)))
    assert said.startswith("On a worker: this environment needs CPython 3.11")
    assert said.count("node7") == 1
    other = str(tasks._reason(RuntimeError("first\nModuleNotFoundError: No module named 'x'\n")))
    assert "in the environment: ModuleNotFoundError: No module named 'x'" in other


def test_tasks_that_do_not_start_are_cancelled(tasks: Any) -> None:
    ended = threading.Event()
    with pytest.raises(tasks.WorkersError, match="No task ran"):
        tasks.answers(lambda: ended.wait(20), 0.1, ended.set)
    assert ended.is_set()


def test_what_tasks_return_and_raise_comes_back(tasks: Any) -> None:
    found = tasks.answers(lambda: [json.dumps({"node": "a"})], 20, lambda: None)
    assert found == [{"node": "a"}]
    with pytest.raises(tasks.WorkersError, match="could not run a task"):
        tasks.answers(lambda: 1 / 0, 20, lambda: None)


def test_the_function_of_a_task_is_of_no_module(tasks: Any) -> None:
    function = tasks.look_for({"versions": {"packaging": "0"}})
    assert function.__module__ == "__main__"
    assert function.__globals__["WANTED"] == {"packaging": "0"}


# -- the question before anything is sent


class Session:
    """A session whose executors are shells of this machine."""

    def __init__(self, **environ: str) -> None:
        self.queries: list[str] = []
        self._environ = environ

    def environ(self) -> dict[str, str]:
        return self._environ

    def rows(self, query: str) -> list[str]:
        self.queries.append(query)
        found = re.search("USING '(.*)' AS", query)
        assert found is not None
        words = ["bash", "-c", found[1]]
        done = subprocess.run(words, input="1\n", stdout=subprocess.PIPE, text=True, check=True)
        return done.stdout.splitlines()


@pytest.fixture
def pyspark(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("pyspark")
    module.__version__ = "4.0.1"  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pyspark", module)


def about(minor: str, machine: str = "", glibc: str = "") -> dict[str, str]:
    """Return a manifest with the launcher of an archive."""
    program = launcher(minor, bool(machine), glibc)["bin/python"].read().decode()
    return {"launcher": program}


@pytest.mark.usefixtures("pyspark")
def test_executors_with_the_python_are_taken(
    tasks: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    minor = interpreters.default_python()
    found = interpreters.find(minor)
    assert found is not None
    session, told = Session(NBENV_PYTHON=found.executable), list[str]()
    tasks.preflight(session, about(minor), told.append)
    assert len(session.queries) == len(told) == 1
    assert not list(tmp_path.iterdir()), "it only looks"


@pytest.mark.usefixtures("pyspark")
@pytest.mark.parametrize("chosen", ["", "/bin/false"])
def test_executors_without_the_python_are_named(tasks: Any, chosen: str) -> None:
    session = Session(**({"NBENV_PYTHON": chosen} if chosen else {}))
    with pytest.raises(tasks.WorkersError) as caught:
        tasks.preflight(session, about("3.99"), lambda text: None)
    text = str(caught.value)
    assert text.startswith("On a worker: this environment needs CPython 3.99")
    assert (f"NBENV_PYTHON is {chosen}" if chosen else f"found on {os.uname().nodename}") in text
    assert "nbenv:" not in text
    assert "Nothing was changed" in text


@pytest.mark.usefixtures("pyspark")
def test_another_spark_on_a_node_is_named(
    tasks: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    minor = interpreters.default_python()
    (tmp_path / "jars").mkdir()
    jar = tmp_path / "jars" / "spark-core_2.13-4.0.0.jar"
    jar.touch()
    monkeypatch.setenv("SPARK_HOME", str(tmp_path))
    tasks.preflight(Session(), about(minor), lambda text: None)
    shutil.move(jar, jar.with_name("spark-core_2.12-3.5.1.jar"))
    with pytest.raises(tasks.WorkersError, match=r"has Spark 3\.5\.1") as caught:
        tasks.preflight(Session(), about(minor), lambda text: None)
    assert "%nbenv install pyspark==3.5.1" in str(caught.value)


@pytest.mark.usefixtures("pyspark")
def test_a_cluster_that_forbids_scripts_is_not_asked(tasks: Any) -> None:
    def forbidden(query: str) -> list[str]:
        raise RuntimeError("TRANSFORM is not supported")

    session = SimpleNamespace(environ=dict, rows=forbidden)
    tasks.preflight(session, about("3.99"), lambda text: None)
