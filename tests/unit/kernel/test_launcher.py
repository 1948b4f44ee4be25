"""The launcher's choices: the notebook of a kernel, and the kernel of a notebook."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from nbenv.errors import NotebookError
from nbenv.home import paths, variables
from nbenv.kernel import become, launcher, waiting
from tests.unit.kernel.conftest import Make


@pytest.fixture(autouse=True)
def environ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what the launcher sets."""
    monkeypatch.setenv(variables.DETACHED, "")
    monkeypatch.delenv(variables.DETACHED)


# -- the notebook


def test_a_kernel_without_a_notebook_is_detached() -> None:
    path = launcher._notebook_or_placeholder()
    assert paths.is_placeholder(path)
    assert Path(path).stem == os.environ[variables.DETACHED]
    assert launcher._notebook_or_placeholder() == path  # when it is started again


def test_a_kernel_from_a_cell_of_a_detached_one_has_a_placeholder_of_its_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv(variables.DETACHED, "detached-1-00000000")
    path = launcher._notebook_or_placeholder()
    assert Path(path).stem == os.environ[variables.DETACHED] != "detached-1-00000000"


def test_a_supervised_kernel_keeps_its_placeholder(monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes a process's place has another number there, and the same supervisor."""
    monkeypatch.setattr(become, "_supervisor", 1)
    monkeypatch.setenv(variables.DETACHED, "detached-1-00000000")
    assert launcher._notebook_or_placeholder() == paths.placeholder_path("detached-1-00000000")
    monkeypatch.setattr(become, "_supervisor", 2)
    assert launcher._notebook_or_placeholder() != paths.placeholder_path("detached-1-00000000")


def test_a_notebook_ends_an_inherited_detachment(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As of a client that runs a notebook from a cell of a detached kernel."""
    monkeypatch.setenv(variables.DETACHED, "detached-1")
    monkeypatch.setenv(variables.NOTEBOOK, str(notebook))
    assert launcher._notebook_or_placeholder() == str(notebook)
    assert variables.DETACHED not in os.environ


# -- the kernel


@pytest.fixture
def became(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return the environments whose kernel this process would have become."""
    found: list[str] = []
    monkeypatch.setattr(launcher, "become", lambda environment, *_, **__: found.append(environment))
    return found


def test_a_ready_environment_is_become(notebook: Path, make_ready: Make, became: list[str]) -> None:
    environment = make_ready(notebook)
    launcher._start(str(notebook), ["-f", "x.json"])
    assert became == [environment]


def test_an_environment_that_goes_meanwhile_is_built(
    notebook: Path, make_ready: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    environment, tried = make_ready(notebook), []

    def become(found: str, *_: Any, **__: Any) -> None:
        tried.append(found)
        if found == environment:
            raise FileNotFoundError(found)

    monkeypatch.setattr(launcher, "become", become)
    monkeypatch.setattr(launcher, "_built_environment", lambda path: f"built for {path}")
    launcher._start(str(notebook), [])
    assert tried == [environment, f"built for {notebook}"]


def test_a_notebook_without_a_record_takes_one_made_ahead(
    notebook: Path, make_ready: Make, became: list[str]
) -> None:
    from nbenv.environments import spare

    environment = make_ready(paths.placeholder_path(spare.name()), "spare-1")
    launcher._start(str(notebook), [])
    assert became == [environment]


def test_what_fails_makes_a_waiting_kernel(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    served: list[tuple[object, ...]] = []
    monkeypatch.setattr(waiting, "serve_until_ready", lambda *words: served.append(words))
    monkeypatch.setattr("sys.argv", ["launcher", "-f", "x.json"])
    monkeypatch.setenv(variables.NOTEBOOK, str(notebook))
    notebook.write_text("{", encoding="utf-8")
    launcher.main()
    [(arguments, path, error)] = served
    assert (arguments, path) == (["-f", "x.json"], str(notebook))
    assert isinstance(error, NotebookError)
