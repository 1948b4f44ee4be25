"""Fixtures for a clean machine: each test has its own ``NBENV_HOME`` and no user settings."""

from __future__ import annotations

import os
import shutil
import signal
from collections.abc import Iterator
from pathlib import Path

import hypothesis
import nbformat
import pytest

from tests.support.index import LocalIndex

_SETTINGS = ("NBENV_", "JPY_", "PIP_", "UV_")
_KEPT = ("UV_CACHE_DIR", "NBENV_SUPERVISE")


# A busy machine is no finding.
hypothesis.settings.register_profile(
    "nbenv", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("nbenv")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Spread the modules that use a browser among the others, and leave unit tests for the end.

    Modules are given out in this order to the processes that share the tests out. So few browsers
    are at work at the same time, and what comes last takes no time that others would wait for.
    """
    modules: dict[str, list[pytest.Item]] = {}
    for item in items:
        modules.setdefault(item.nodeid.partition("::")[0], []).append(item)
    browser = [name for name in modules if "/browser/" in name]
    units = [name for name in modules if "/unit/" in name]
    others = [name for name in modules if name not in {*browser, *units}]
    spread = sorted(
        (position / len(names), name)
        for names in (browser, others)
        for position, name in enumerate(names)
    )
    ordered = [*(name for _, name in spread), *units]
    items[:] = [item for name in ordered for item in modules[name]]


@pytest.fixture(scope="session", autouse=True)
def settings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Remove the user's variables; files such as pip.conf stay, for the real index."""
    patch = pytest.MonkeyPatch()
    for name in list(os.environ):
        if name.startswith(_SETTINGS) and name not in _KEPT:
            patch.delenv(name)
    for name in ("PYTHONDONTWRITEBYTECODE", "PYTHONPATH", "VIRTUAL_ENV"):
        patch.delenv(name, raising=False)
    folder = tmp_path_factory.mktemp("jupyter")
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        patch.setenv(name, str(folder / name.lower()))
    patch.setenv("NBENV_BACKGROUND", "0")  # no process outlives its test
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:  # as in the background of a shell
        signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    patch.undo()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the test's own ``NBENV_HOME``."""
    folder = tmp_path / "home"
    monkeypatch.setenv("NBENV_HOME", str(folder))
    return folder


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[LocalIndex]:
    """Yield a local index that replaces all others for pip and uv, with a stub of ipykernel."""
    with LocalIndex(tmp_path / "index") as index:
        index.wheel("ipykernel", "7.0")
        monkeypatch.setenv("PIP_CONFIG_FILE", os.devnull)
        monkeypatch.setenv("PIP_INDEX_URL", index.url)
        monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
        monkeypatch.setenv("UV_HTTP_RETRIES", "0")
        yield index


@pytest.fixture
def notebook(tmp_path: Path) -> Path:
    """Return a notebook with two cells."""
    return write_notebook(tmp_path / "notebooks" / "work.ipynb", "1 + 1", "print('é')")


def write_notebook(path: Path, *cells: str) -> Path:
    """Write a notebook as Jupyter does."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(code) for code in cells])
    for number, cell in enumerate(document.cells):
        cell["id"] = f"cell-{number}"
    nbformat.write(document, path)
    return path


def write_other_copy(path: Path, folder: Path) -> Path:
    """Copy a notebook, as if to another machine."""
    folder.mkdir(parents=True, exist_ok=True)
    return Path(shutil.copy(path, folder))
