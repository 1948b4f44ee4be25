"""Environments on a worker that nobody uses any more are removed."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from tests.support.index import LocalIndex
from tests.unit.workers.conftest import Manifest


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "worker-cache"
    monkeypatch.setenv("NBENV_WORKER_CACHE", str(folder))
    return folder


@pytest.fixture
def worker(on_worker: Callable[[str], ModuleType]) -> Any:
    return on_worker("nbenv_worker")


@pytest.fixture
def small(index: LocalIndex, manifest: Callable[..., Manifest]) -> Manifest:
    index.wheel("tiny", "1.0")
    return manifest("tiny==1.0")


def aged(folder: Path, days: float) -> None:
    when = time.time() - days * 86400
    os.utime(folder / "nbenv-ready.json", (when, when))


def environments(root: Path, number: int) -> list[Path]:
    folders = [root / f"{place:040x}-x" for place in range(number)]
    for place, folder in enumerate(folders):
        folder.mkdir(parents=True)
        (folder / "nbenv-ready.json").write_text("{}")
        aged(folder, place)
    return folders


def test_old_environments_are_collected_by_age_and_number(worker: Any, tmp_path: Path) -> None:
    folders = environments(tmp_path / "envs", 14)
    aged(folders[1], 31)
    removed = set(
        worker._collect.collect(str(tmp_path / "envs"), worker._places.locked, {str(folders[0])})
    )
    assert removed == {str(each) for each in (folders[1], *folders[11:])}
    assert not folders[1].exists()


def test_what_runs_or_is_being_built_stays(worker: Any, small: Manifest, cache: Path) -> None:
    python = worker.make(small)["python"]
    folder = Path(python).parents[1]
    aged(folder, 99)
    words = [python, "-c", "print(flush=True); import time; time.sleep(60)"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        assert worker._collect.collect(str(cache / "envs"), worker._places.locked) == []
        child.kill()
    with worker._places.locked(f"{folder}.lock"):
        code = (
            "import runpy, sys; w = runpy.run_path(sys.argv[1])\n"
            "print(w['_collect'].collect(sys.argv[2], w['_places'].locked))"
        )
        words = [sys.executable, "-c", code, worker.__file__, str(cache / "envs")]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == "[]"
    assert worker._collect.collect(str(cache / "envs"), worker._places.locked) == [str(folder)]
