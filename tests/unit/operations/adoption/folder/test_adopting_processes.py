"""Unit tests of ``nbenv.operations.adoption.folder.adopting_processes``."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from nbenv.core.lock import Lock
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.operations.adoption.agreement import digest_of_findings
from nbenv.operations.adoption.examined import AdoptOptions, examine_for
from nbenv.operations.adoption.folder.adopting_processes import Processes, Task
from nbenv.operations.adoption.goal import SharedVersions
from tests.conftest import write_notebook
from tests.support.index import LocalIndex


@pytest.fixture
def processes() -> Iterator[Processes]:
    made = Processes()
    yield made
    made.stop()


def task(path: Path, options: AdoptOptions | None = None) -> Task:
    ref, options = NotebookRef(str(path)), options or AdoptOptions()
    findings = examine_for(path, options).findings
    return Task(str(path), str(path.parent), digest_of_findings(findings, ref), options)


def test_a_task_survives_the_way_to_its_process() -> None:
    line = f"six==1.16.0 --hash=sha256:{'0' * 64}"
    versions = SharedVersions("3.11", Lock.from_lines([line], ["six"]), "2020-01-01")
    sent = Task("/x.ipynb", "/", "d", AdoptOptions(as_of="auto", rewrite=True), versions)
    assert Task.from_json(sent.to_json()) == sent
    assert Task.from_json(Task("a", "b", "c", AdoptOptions()).to_json()).versions is None


def test_one_process_adopts_one_notebook_after_the_other(
    tmp_path: Path, index: LocalIndex, processes: Processes
) -> None:
    path = write_notebook(tmp_path / "a.ipynb", "1")
    changed = Task(str(path), str(tmp_path), "another", AdoptOptions())
    answer = processes.adopt(changed, lambda _: None)
    assert "has changed since it was shown" in answer.message
    assert answer.error is not None
    assert answer.error["what"] == answer.message.splitlines()[0]
    lines: list[str] = []
    assert processes.adopt(task(path), lines.append).data is not None
    assert NotebookSnapshot.read(NotebookRef(str(path))).record is not None
    assert any(line.startswith("Resolving") for line in lines)
    assert len(processes._all) == 1
    processes.close()


def test_a_process_that_dies_fails_its_notebook(
    tmp_path: Path, index: LocalIndex, processes: Processes
) -> None:
    path = write_notebook(tmp_path / "a.ipynb", "1")
    answer = processes.adopt(task(path), lambda _: processes._all[0].kill())
    assert "The process that adopted it ended with status -9." in answer.message


def test_a_stopped_process_puts_everything_back(
    tmp_path: Path, home: Path, index: LocalIndex, processes: Processes
) -> None:
    path = write_notebook(tmp_path / "a.ipynb", "1")
    before = path.read_bytes()

    def stop_at(message: str) -> None:
        if message.startswith("Creating"):
            processes.stop()

    start = time.monotonic()
    answer = processes.adopt(task(path), stop_at)
    assert answer.data is None
    assert path.read_bytes() == before
    assert not list(home.glob("envs/*"))
    assert time.monotonic() - start < 30
    assert processes.adopt(task(path), lambda _: None).message == "Stopped."
