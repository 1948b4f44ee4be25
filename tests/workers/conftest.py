"""Skip these tests where no cluster is wanted, and make the notebooks that they share."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.conftest import write_notebook
from tests.support import commands, kernels
from tests.support.commands import succeed
from tests.support.skipping import skip_below
from tests.workers.kit import bare_environment, reason_for_none

CELL = "1 + 1"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark these tests; skip them, with a word, where no cluster is wanted."""
    folder = Path(__file__).parent
    for item in items:
        if folder in item.path.parents:
            item.add_marker(pytest.mark.clusters)
    skip_below(folder, items, reason_for_none())


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let a cell or a command take longer than elsewhere: an environment is made in it."""
    monkeypatch.setattr(kernels, "PATIENCE", 280.0)
    monkeypatch.setattr(commands, "PATIENCE", 600.0)


@pytest.fixture(scope="session")
def dask_python() -> Path:
    """The interpreter of workers with another version of Dask than the notebooks have."""
    return bare_environment("distributed==2025.7.0")


@pytest.fixture(scope="session")
def made_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with the environments of three notebooks, which tests copy."""
    folder = tmp_path_factory.mktemp("made")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("NBENV_HOME", str(folder / "home"))
        for name, version in (("one", "0.9.0"), ("two", "0.8.10")):
            path = write_notebook(folder / f"{name}.ipynb", CELL)
            succeed("install", path, "distributed==2026.8.0", f"tabulate=={version}")
        path = write_notebook(folder / "old.ipynb", CELL)  # Dask connects to no older schedulers
        succeed("install", path, "distributed==2024.2.1", "tabulate==0.9.0")
    return folder


@pytest.fixture
def notebooks(made_home: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """Two notebooks with Dask, and another version of tabulate each."""
    monkeypatch.setenv("NBENV_HOME", str(made_home / "home"))
    return made_home / "one.ipynb", made_home / "two.ipynb"


@pytest.fixture
def old_dask(made_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A notebook whose Dask can connect to what Python 3.8 has."""
    monkeypatch.setenv("NBENV_HOME", str(made_home / "home"))
    return made_home / "old.ipynb"


@pytest.fixture
def changing(made_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A notebook of its own, with Dask, that a test may change."""
    monkeypatch.setenv("NBENV_HOME", str(made_home / "home"))
    path = Path(shutil.copy(made_home / "one.ipynb", tmp_path / "changing.ipynb"))
    succeed("restore", path)
    return path
