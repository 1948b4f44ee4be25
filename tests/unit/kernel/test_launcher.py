"""The launcher's choices: the notebook of a kernel, and the kernel of a notebook."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from nbenv.errors import NotebookError
from nbenv.home import paths, variables
from nbenv.kernel import launcher, waiting
from tests.unit.kernel.conftest import Make


@pytest.fixture(autouse=True)
def environ(monkeypatch: pytest.MonkeyPatch) -> None:
    """Forget what the launcher sets."""
    monkeypatch.setenv(variables.DETACHED, "")
    monkeypatch.delenv(variables.DETACHED)


# -- the notebook


def test_the_server_says_it_before_a_person(
    notebook: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variables.NOTEBOOK, "/x/other.ipynb")
    assert launcher.find_notebook() == "/x/other.ipynb"
    monkeypatch.setenv("JPY_SESSION_NAME", str(notebook))
    assert launcher.find_notebook() == str(notebook)
    monkeypatch.setenv("JPY_SESSION_NAME", "console-1")  # a console has a name too
    assert launcher.find_notebook() == "/x/other.ipynb"


def test_a_path_is_made_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("work.ipynb", "~/work.ipynb", "RTC:work.ipynb"):
        monkeypatch.setenv(variables.NOTEBOOK, name)
        assert launcher.find_notebook() == str(tmp_path / "work.ipynb")
    (tmp_path / "RTC:work.ipynb").touch()
    assert launcher.find_notebook() == str(tmp_path / "RTC:work.ipynb")


def test_a_relative_path_starts_where_the_client_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``NBENV_NOTEBOOK=sub/x.ipynb papermill sub/x.ipynb out.ipynb --cwd other``."""
    for folder in ("sub", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.ipynb").touch()
    monkeypatch.setenv("PWD", str(tmp_path))
    monkeypatch.setenv(variables.NOTEBOOK, "sub/x.ipynb")
    monkeypatch.chdir(tmp_path / "other")
    assert launcher.find_notebook() == str(tmp_path / "sub" / "x.ipynb")
    monkeypatch.setenv("PWD", str(tmp_path / "sub"))
    monkeypatch.setenv(variables.NOTEBOOK, "x.ipynb")
    assert launcher.find_notebook() == str(tmp_path / "sub" / "x.ipynb")
    monkeypatch.delenv("PWD")
    assert launcher.find_notebook() == str(tmp_path / "other" / "x.ipynb")


@pytest.mark.parametrize("name", ["x.py", "x.md", "x.Rmd"])
def test_a_notebook_may_be_text(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JPY_SESSION_NAME", str(tmp_path / name))
    assert launcher.find_notebook() == str(tmp_path / name)


def test_a_renamed_notebook_is_found(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renamed = notebook.rename(notebook.with_name("renamed.ipynb"))
    word = {"to": str(renamed), "at": 1.0}
    paths.write_json(paths.moved_path(paths.key(str(notebook))), word)
    monkeypatch.setenv(variables.NOTEBOOK, str(notebook))
    assert launcher.find_notebook() == str(renamed)


def test_asking_changes_nothing() -> None:
    before = dict(os.environ)
    assert launcher.find_notebook() is None
    assert dict(os.environ) == before


def test_a_kernel_without_a_notebook_is_detached() -> None:
    path = launcher._notebook_or_placeholder()
    assert paths.is_placeholder(path)
    assert Path(path).stem == os.environ[variables.DETACHED]
    assert launcher._notebook_or_placeholder() == path  # when it is started again


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
