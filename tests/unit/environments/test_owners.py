"""Many environments known: whose they are is read once, and looks leave nothing behind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.environments import owners, ownership, store
from nbenv.environments.store import State
from nbenv.home import paths
from nbenv.operations import envs
from tests.conftest import write_notebook

RECORD = {"version": 1, "python": "3.11", "requirements": ["x"], "lock": ["y" * 20_000]}


def know(folder: Path, count: int) -> None:
    """Make environments known; the notebook of the last one is gone."""
    for number in range(count):
        notebook = folder / f'odd ","value": {number}.ipynb'
        store.save_state(State(str(notebook), f"env-{number:03}", RECORD))
        if number < count - 1:
            write_notebook(notebook, "1")
        place = Path(paths.environment_path(f"env-{number:03}"))
        place.parent.mkdir(parents=True, exist_ok=True)
        ownership.sign(place)
        os.utime(place, (0, 0))


def test_owners_are_read_from_the_heads(tmp_path: Path) -> None:
    know(tmp_path, 3)
    assert owners.owners() == {state.environment: state.notebook for state in store.all_states()}
    path = Path(paths.state_path("indented"))
    path.write_text('{\n "environment": "env-x",\n "notebook": "x.ipynb"\n}', encoding="utf-8")
    assert owners.owners()["env-x"] == "x.ipynb"
    path.write_text('{"environment', encoding="utf-8")
    assert set(owners.owners()) == {"env-000", "env-001", "env-002"}


def test_they_are_read_anew_only_when_a_state_changed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(tmp_path, 3)
    folder = Path(paths.state_path("x")).parent
    os.utime(folder, (1e9, 1e9))
    real, reads = owners.owners, []
    monkeypatch.setattr(owners, "owners", lambda: reads.append(1) or real())
    owned = owners.Owners()
    assert [owned.of("env-001"), owned.of("env-002")] == [
        str(tmp_path / f'odd ","value": {number}.ipynb') for number in (1, 2)
    ]
    assert len(reads) == 1
    store.rename(str(tmp_path / 'odd ","value": 1.ipynb'), str(tmp_path / "b.ipynb"))
    assert owned.of("env-001") == str(tmp_path / "b.ipynb")


def test_looks_write_nothing(tmp_path: Path, home: Path) -> None:
    know(tmp_path, 3)
    before = sorted(home.rglob("*"))
    assert envs.prune(dry_run=True).data == {"removed": ["env-002"]}
    envs.envs()
    assert sorted(home.rglob("*")) == before


def test_sizes_of_many_are_measured_when_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    know(tmp_path, 3)
    monkeypatch.setattr(envs, "_MEASURED", 2)
    found = envs.envs()
    assert found.summary == "3 environments. nbenv envs --sizes measures them."
    assert " MB " not in found.text
    assert " MB " in envs.envs(sizes=True).text


def test_prune_removes_what_nothing_needs(tmp_path: Path, home: Path) -> None:
    know(tmp_path, 3)
    assert envs.prune().data == {"removed": ["env-002"]}
    assert sorted(path.name for path in (home / "envs").iterdir()) == ["env-000", "env-001"]
