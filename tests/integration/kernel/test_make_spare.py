"""An environment is ready before a new notebook asks for it; each goes to one notebook."""

from __future__ import annotations

import os
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import layout, spare, store
from nbenv.home import paths as places
from nbenv.home.variables import BACKGROUND
from nbenv.kernel import launcher, make_spare
from nbenv.operations import envs
from tests.conftest import write_notebook
from tests.support.commands import succeed
from tests.support.index import LocalIndex


@pytest.fixture
def waiting(index: LocalIndex) -> str:
    """Return the folder of the environment that waits."""
    make_spare.make()
    state = store.read_state(places.placeholder_path(spare.name()))
    assert state is not None
    return places.environment_path(state.environment)


@pytest.fixture
def path(tmp_path: Path) -> str:
    return str(write_notebook(tmp_path / "new.ipynb", "1"))


def test_a_new_notebook_takes_it_for_good(waiting: str, path: str, index: LocalIndex) -> None:
    before = len(index.requests)
    assert launcher._new_environment(path) == waiting
    assert len(index.requests) == before
    document = NotebookSnapshot.read(NotebookRef(path))
    assert document.is_ready
    assert str(document.environment.path) == waiting
    assert store.notebook_of(os.path.basename(waiting)) == path
    index.wheel("leaf", "1.0")
    succeed("install", path, "leaf")
    assert "leaf" in document.environment.installed()


def test_it_is_taken_once(waiting: str, tmp_path: Path) -> None:
    paths = [str(write_notebook(tmp_path / f"n{number}.ipynb")) for number in range(8)]
    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(spare.take, paths))
    assert sorted(filter(None, taken)) == [waiting]
    assert not list(Path(places.home()).rglob("*.new"))


def test_a_notebook_that_has_a_record_or_an_environment_takes_none(
    waiting: str, path: str, tmp_path: Path, index: LocalIndex
) -> None:
    index.wheel("leaf", "1.0")
    succeed("install", path, "leaf")
    assert launcher._new_environment(path) is None
    copied = tmp_path / "copied.ipynb"
    copied.write_text(Path(path).read_text(encoding="utf-8"), encoding="utf-8")
    assert launcher._new_environment(str(copied)) is None


def test_an_old_or_touched_one_is_not_taken(waiting: str, path: str) -> None:
    marker = places.marker_path(waiting)
    os.utime(marker, (time.time() - 30 * 86_400,) * 2)
    assert spare.take(path) is None
    make_spare.make()
    [*_, newer] = sorted(os.listdir(Path(waiting).parent), key=lambda each: each in waiting)[::-1]
    assert newer != os.path.basename(waiting)
    folder = places.environment_path(newer)
    Path(layout.packages_path(folder, spare.name()[9:]), "x").mkdir()
    assert spare.take(path) is None


def test_it_is_shown_and_pruned(waiting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "ready for the next new notebook" in envs.envs().text
    monkeypatch.setattr(envs, "_FRESH", 0.0)
    assert os.path.basename(waiting) in envs.prune().text


@pytest.mark.skipif(os.name != "posix", reason="only made ahead where a process can be forked")
def test_the_next_one_is_made_apart(
    index: LocalIndex, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spare.prepare_next()  # not where the setting says no
    monkeypatch.delenv(BACKGROUND)
    home.mkdir()
    hostile = tmp_path / "hostile"
    (hostile / "nbenv").mkdir(parents=True)
    (hostile / "nbenv" / "__init__.py").write_text("open('../trap', 'w').close()")
    (hostile / "json.py").write_text("open('../trap', 'w').close()")
    monkeypatch.chdir(hostile)
    before = psutil.Process().children()
    spare.prepare_next()
    assert psutil.Process().children() == before  # nobody has to wait for it
    placeholder = places.placeholder_path(spare.name())
    end = time.monotonic() + 120
    while not spare.ready_environment(placeholder) and time.monotonic() < end:
        time.sleep(0.2)
    assert spare.ready_environment(placeholder)
    assert not (tmp_path / "trap").exists()
