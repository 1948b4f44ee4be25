"""The notebook of a kernel, by what the client says that started it."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Protocol

import pytest

from nbenv.home import paths, private_files, variables
from nbenv.kernel import named_notebook
from nbenv.kernel.named_notebook import (
    SESSION,
    find_notebook,
    forget_inherited_name,
    is_named_by_server,
    with_plain_file,
)

KERNEL = ("python", "boot.py", "-f", "/run/kernel-1.json")
OTHER = "/x/other.ipynb"


class Come(Protocol):
    """Let this process come from others, the nearest one first."""

    def __call__(self, *above: tuple[str, Mapping[str, str]]) -> None: ...


@pytest.fixture
def come_from(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Come:
    """Return what makes processes above this one, each with its command and variables."""

    def come(*above: tuple[str, Mapping[str, str]]) -> None:
        found = {
            number: (command.split(), dict(environ), number + 1 if number < len(above) else 0)
            for number, (command, environ) in enumerate(above, 1)
        }
        monkeypatch.setattr(os, "getppid", lambda: 1)
        monkeypatch.setattr(named_notebook, "_read", lambda pid: found[pid])
        monkeypatch.setattr(named_notebook, "_folder", lambda _: str(tmp_path))
        monkeypatch.setattr(sys, "argv", ["launcher", "-f", "/run/kernel-2.json"])

    return come


@pytest.fixture
def given(monkeypatch: pytest.MonkeyPatch) -> Mapping[str, str]:
    """Give this process two names; return the one of the session."""
    monkeypatch.setenv(SESSION, "/x/session.ipynb")
    return {SESSION: "/x/session.ipynb"}


# -- variables


def test_what_a_client_gives_to_this_kernel(
    come_from: Come, given: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    come_from(("jupyter-server", {}))
    assert find_notebook() == given[SESSION]
    assert is_named_by_server()
    monkeypatch.setenv(variables.NOTEBOOK, OTHER)
    assert find_notebook() == OTHER
    monkeypatch.setenv(variables.NOTEBOOK, "no notebook")
    assert find_notebook() == given[SESSION]


def test_a_servers_own_variable_gives_way_to_what_it_says_of_one_kernel(
    come_from: Come, given: Mapping[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variables.NOTEBOOK, OTHER)
    come_from(("jupyter-lab", {variables.NOTEBOOK: OTHER}))
    assert find_notebook() == given[SESSION]
    monkeypatch.setenv(SESSION, "console-1")  # a console has a name too
    assert find_notebook() == OTHER


def test_what_a_person_gives_to_a_client(come_from: Come, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(variables.NOTEBOOK, OTHER)
    come_from(("python run.py", {variables.NOTEBOOK: OTHER}), ("bash", {}))
    assert find_notebook() == OTHER


@pytest.mark.parametrize("client", ["python -m nbconvert --execute", " ".join(KERNEL)])
def test_the_name_of_another_kernels_notebook_is_not_this_ones(
    come_from: Come, given: Mapping[str, str], monkeypatch: pytest.MonkeyPatch, client: str
) -> None:
    """A client in a shell of the kernel's, and one in the kernel itself."""
    inherited = {**given, variables.NOTEBOOK: OTHER}
    monkeypatch.setenv(variables.NOTEBOOK, OTHER)
    come_from((client, inherited), ("sh -c …", inherited), (" ".join(KERNEL), inherited))
    assert find_notebook() is None
    assert not is_named_by_server()
    forget_inherited_name()
    assert SESSION not in os.environ
    monkeypatch.setenv(variables.NOTEBOOK, "/x/child.ipynb")  # given in the cell
    assert find_notebook() == "/x/child.ipynb"


def test_kernels_of_other_languages_are_kernels(
    come_from: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    inherited = {variables.NOTEBOOK: OTHER}
    monkeypatch.setenv(variables.NOTEBOOK, OTHER)
    come_from(("python x.py", inherited), ("R --args /run/kernel-7.json", inherited))
    assert find_notebook() is None


def test_a_wrapper_around_the_kernels_command_is_no_client(
    come_from: Come, given: Mapping[str, str]
) -> None:
    wrapper = "conda run python -m launcher -f /run/kernel-2.json"
    come_from((wrapper, given), ("jupyter-server", {}))
    assert find_notebook() == given[SESSION]
    come_from((wrapper, given))  # in a container of its own
    assert find_notebook() == given[SESSION]
    forget_inherited_name()
    assert os.environ[SESSION] == given[SESSION]


def test_processes_are_read_as_they_are(notebook: Path) -> None:
    code = (
        "import subprocess, sys; subprocess.run([sys.executable, '-c',"
        " 'from nbenv.kernel.named_notebook import *; print(find_notebook())'])"
    )

    def found(*words: object, **environ: str) -> str:
        command = [sys.executable, "-c", code, *map(str, words)]
        done = subprocess.run(
            command, env={**os.environ, **environ}, capture_output=True, text=True, check=True
        )
        return done.stdout.strip()

    assert found(JPY_SESSION_NAME=str(notebook)) == "None"
    assert found(notebook, JPY_SESSION_NAME="/x/parent.ipynb") == str(notebook)
    assert found(NBENV_NOTEBOOK="/x/other.ipynb") == "/x/other.ipynb"


def test_a_document_counts_more_than_a_command_and_less_than_a_name(
    tmp_path: Path, come_from: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work.ipynb").touch()
    document = paths.document_path("document-1")
    monkeypatch.setenv(variables.DOCUMENT, document)
    come_from(("jupyter-execute work.ipynb", {}))
    assert find_notebook() == document
    monkeypatch.setenv(SESSION, "console-1")
    assert find_notebook() is None
    monkeypatch.setenv(variables.NOTEBOOK, OTHER)
    assert find_notebook() == OTHER


# -- commands


@pytest.mark.parametrize(
    ("command", "is_named"),
    [
        ("python jupyter-nbconvert --to notebook --execute work.ipynb", True),
        ("python jupyter-execute work.ipynb work.ipynb", True),
        ("python -m nbconvert --execute work.ipynb --output there.ipynb", True),
        ("python -m nbconvert --execute work.ipynb --output=there.ipynb", True),
        ("python nbenv run work.ipynb -o there.ipynb", True),
        ("python papermill work.ipynb there.ipynb", True),
        ("python papermill work.ipynb new.ipynb -p x 1", True),
        ("python notebook.py work.ipynb", False),  # which may be a server
        ("python jupyter-execute work.ipynb there.ipynb", False),
        ("python pytest --nbmake work.ipynb", True),
        ("python pytest --nbmake .", False),
        ("python jupyter-lab work.ipynb", False),
        ("python -m jupyterlab work.ipynb", False),
        ("python jupyter notebook work.ipynb", False),
        ("python jupyter-execute new.ipynb", False),
        ("", False),
    ],
)
def test_the_only_notebook_in_the_clients_command(
    tmp_path: Path, come_from: Come, command: str, is_named: bool
) -> None:
    for name in ("work.ipynb", "there.ipynb"):
        (tmp_path / name).touch()
    come_from((command, {}))
    assert find_notebook() == (str(tmp_path / "work.ipynb") if is_named else None)


def test_a_notebook_called_notebook(tmp_path: Path, come_from: Come) -> None:
    (tmp_path / "notebook.ipynb").touch()
    come_from(("python jupyter-execute notebook.ipynb", {}))
    assert find_notebook() == str(tmp_path / "notebook.ipynb")


def test_a_session_without_a_notebook_takes_none_of_the_command(
    tmp_path: Path, come_from: Come, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "work.ipynb").touch()
    monkeypatch.setenv(SESSION, "console-1")
    come_from(("voila work.ipynb", {}))
    assert find_notebook() is None


# -- paths


def test_a_path_is_made_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    for name in ("work.ipynb", "~/work.ipynb", "RTC:work.ipynb"):
        monkeypatch.setenv(variables.NOTEBOOK, name)
        assert find_notebook() == str(tmp_path / "work.ipynb")
    (tmp_path / "RTC:work.ipynb").touch()
    assert find_notebook() == str(tmp_path / "RTC:work.ipynb")


def test_a_renamed_notebook_is_found(notebook: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    renamed = notebook.rename(notebook.with_name("renamed.ipynb"))
    word = {"to": str(renamed), "at": 1.0}
    private_files.write_json(paths.moved_path(paths.key(str(notebook))), word)
    monkeypatch.setenv(variables.NOTEBOOK, str(notebook))
    assert find_notebook() == str(renamed)


def test_asking_changes_nothing() -> None:
    before = dict(os.environ)
    assert find_notebook() is None
    assert dict(os.environ) == before


# -- what names look like


@pytest.mark.parametrize("name", ["x.py", "x.md", "x.Rmd"])
def test_a_notebook_may_be_text(
    come_from: Come, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    come_from(("jupyter-server", {}))
    monkeypatch.setenv(SESSION, str(tmp_path / name))
    assert find_notebook() == str(tmp_path / name)


def test_a_relative_path_starts_where_the_client_was_started(
    come_from: Come, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``NBENV_NOTEBOOK=sub/x.ipynb papermill sub/x.ipynb out.ipynb --cwd other``."""
    for folder in ("sub", "other"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "x.ipynb").touch()
    come_from(("papermill", {}))
    monkeypatch.setenv("PWD", str(tmp_path))
    monkeypatch.setenv(variables.NOTEBOOK, "sub/x.ipynb")
    monkeypatch.chdir(tmp_path / "other")
    assert find_notebook() == str(tmp_path / "sub" / "x.ipynb")
    monkeypatch.setenv("PWD", str(tmp_path / "sub"))
    monkeypatch.setenv(variables.NOTEBOOK, "x.ipynb")
    assert find_notebook() == str(tmp_path / "sub" / "x.ipynb")
    monkeypatch.delenv("PWD")
    assert find_notebook() == str(tmp_path / "other" / "x.ipynb")


UUID = "0b5f1d6e-58a4-4c3c-9c55-2f1f7c1f0f7a"


@pytest.mark.parametrize("name", [f"work-{UUID}.ipynb", f"work-jvsc-{UUID}{UUID}.ipynb"])
def test_a_session_that_vs_code_made_up(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / name
    monkeypatch.setenv(SESSION, str(path))
    assert find_notebook() is None
    path.touch()
    assert find_notebook() == str(path)


@pytest.mark.parametrize(
    "words",
    [
        ["-f", "/a b/k.json"],
        ["--f=/a b/k.json"],
        ['--f="/a b/k.json"'],
        ["--f", "/a b/k.json"],
        ["--connection-file=/a b/k.json"],
        ["--IPKernelApp.connection_file='/a b/k.json'"],
    ],
)
def test_the_connection_file_in_any_form(words: list[str]) -> None:
    plain = ["-f", "/a b/k.json", "--debug"]
    assert with_plain_file([*words, "--debug"]) == plain
    assert with_plain_file(["--debug", *words]) == plain


@pytest.mark.parametrize("words", [[], ["-f"], ["--f="], ["--debug", "x.json"]])
def test_arguments_without_one_stay(words: list[str]) -> None:
    assert with_plain_file(words) == words
