"""Local projects, archives and addresses whose content changes while their version stays."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import Done, nbenv_here
from tests.support.environments import environment_of, read, recorded
from tests.support.index import LocalIndex
from tests.support.wheels import make_project, make_sdist, make_wheel

Make = Callable[[Path, str], str]
"""Writes a version of the source with a value below a folder; returns what to install."""


def do(*words: object) -> Done:
    """Run a command that must succeed."""
    done = nbenv_here(*words)
    assert done.status == 0, done.err
    return done


def refused(*words: object) -> str:
    done = nbenv_here(*words)
    assert done.status == 3, (done.out, done.err)
    return done.err


def value(notebook: Path, module: str = "mine") -> str:
    """Return what the environment's Python imports, with its compiled modules."""
    python = environment_of(notebook).python
    code = f"import {module}; print({module}.V)"
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def project(folder: Path, text: str, **more: Any) -> str:
    make_project(folder, "mine", "1.0", modules={"mine.py": f"V = {text}\n"}, **more)
    return "./mine"


def in_folder(folder: Path, text: str) -> str:
    project(folder, text)
    os.chdir(folder / "mine")
    return "."


def by_url(folder: Path, text: str) -> str:
    project(folder, text)
    return f"mine @ {(folder / 'mine').as_uri()}"


def with_extra(folder: Path, text: str) -> str:
    return project(folder, text, extras={"x": []}) + "[x]"


def with_spaces(folder: Path, text: str) -> str:
    project(folder / "my projects (1)+%41", text)
    return "./my projects (1)+%41/mine"


def wheel(folder: Path, text: str) -> str:
    make_wheel(folder, "mine", "1.0", modules={"mine.py": f"V = {text}\n"})
    return "./mine-1.0-py3-none-any.whl"


def sdist(folder: Path, text: str) -> str:
    make_sdist(folder, "mine", "1.0", modules={"mine.py": f"V = {text}\n"})
    return "./mine-1.0.tar.gz"


def setup_py(folder: Path, text: str) -> str:
    """Write a project without a name or a version until it is built: setup.py reads both."""
    root = folder / "mine"
    project(folder, text)
    (root / "pyproject.toml").write_text(
        '[build-system]\nrequires = []\nbuild-backend = "nbenv_test_backend"\n'
        'backend-path = ["."]\n',
        encoding="utf-8",
    )
    return "./mine"


def branch(folder: Path, text: str) -> str:
    root = folder / "mine"
    project(folder, text)
    git = ["git", "-C", str(root), "-c", "user.name=a", "-c", "user.email=a@h.invalid"]
    for words in (
        ["init", "-q", "-b", "main"],
        ["add", "-A"],
        ["commit", "--allow-empty", "-qm", text],
    ):
        subprocess.run([*git, *words], check=True)
    return f"git+{root.as_uri()}@main"


def test_a_folder_with_a_number_sign_is_refused_by_name(notebook: Path, beside: Path) -> None:
    before = notebook.read_bytes()
    project(beside / "C#", "1")
    for words in (["./C#/mine"], ["-e", "./C#/mine"]):
        done = nbenv_here("install", notebook, *words)
        assert done.status == 1
        assert "has a #, which the installer cannot use" in done.err
    assert notebook.read_bytes() == before


@pytest.fixture
def beside(notebook: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the notebook's folder, as the working directory of a terminal."""
    index.wheel("other", "1.0")
    monkeypatch.chdir(notebook.parent)
    return notebook.parent


@pytest.mark.parametrize(
    "make", [in_folder, by_url, with_extra, with_spaces, sdist, setup_py], ids=lambda f: f.__name__
)
def test_every_way_to_name_a_source(notebook: Path, beside: Path, make: Make) -> None:
    do("install", notebook, make(beside, "1"))
    assert value(notebook) == "1"
    asked = make(beside, "2")
    assert "Installed mine from" in do("install", notebook, asked).out
    assert value(notebook) == "2"
    assert "Already installed: mine from" in do("install", notebook, asked).out


@pytest.mark.parametrize("make", [project, wheel, branch], ids=lambda f: f.__name__)
def test_an_edit_is_installed_by_installing_again(notebook: Path, beside: Path, make: Make) -> None:
    assert "Installed mine from" in do("install", notebook, make(beside, "1")).out
    assert value(notebook) == "1"
    asked = make(beside, "1") if make is not branch else f"git+{(beside / 'mine').as_uri()}@main"
    before = notebook.read_bytes()
    assert "Already installed: mine from" in do("install", notebook, asked).out
    assert notebook.read_bytes() == before
    make(beside, "2")
    assert "Would install mine" in do("install", notebook, asked, "--dry-run").out
    assert value(notebook) == "1"
    assert "Installed mine from" in do("install", notebook, asked).out
    assert value(notebook) == "2"
    assert "Already installed: mine from" in do("install", notebook, asked).out
    make(beside, "3")
    assert "Installed mine from" in do("install", "-U", notebook, asked).out
    assert value(notebook) == "3"
    make(beside, "4")
    assert "Upgraded 1 package" in do("upgrade", notebook).out
    assert value(notebook) == "4"
    assert "Installed other 1.0." in do("install", notebook, "other").out
    assert do("status", notebook, "--json").json["approved"]


def test_a_commit_changes_a_version_that_comes_from_git(notebook: Path, beside: Path) -> None:
    branch(beside, "1")
    declared = beside / "mine" / "pyproject.toml"
    do("install", notebook, "./mine")
    branch(beside, "1")  # a commit that changes no file
    assert "Already installed" in do("install", notebook, "./mine").out
    with declared.open("a", encoding="utf-8") as file:
        file.write("[tool.setuptools_scm]\n")
    do("install", notebook, "./mine")
    branch(beside, "1")
    assert declared.read_text(encoding="utf-8").count("scm") == 0  # written anew
    with declared.open("a", encoding="utf-8") as file:
        file.write("[tool.setuptools_scm]\n")
    assert "./mine changed since mine was installed" in do("status", notebook).out
    assert "Installed mine from ./mine." in do("install", notebook, "./mine").out
    assert "Already installed" in do("install", notebook, "./mine").out


def test_no_build_finds_what_an_earlier_one_left(notebook: Path, beside: Path) -> None:
    """setuptools installs what lies in its build folder, also modules that are gone."""
    project(beside, "1")
    backend = beside / "mine" / "nbenv_test_backend.py"
    as_setuptools = """
_build_wheel = build_wheel
def build_wheel(*words):
    import configparser, os, pathlib
    config = configparser.RawConfigParser()
    config.read(os.environ["DIST_EXTRA_CONFIG"])
    pathlib.Path(config["build"]["build_base"]).mkdir()
    return _build_wheel(*words)
"""
    backend.write_text(backend.read_text(encoding="utf-8") + as_setuptools, encoding="utf-8")
    do("install", notebook, "./mine")
    (beside / "mine" / "new.py").write_text("", encoding="utf-8")
    do("install", notebook, "./mine")
    assert not [each for each in os.listdir(beside / "mine") if each.startswith((".", "build/"))]


def test_what_changed_is_told_and_restored(notebook: Path, beside: Path) -> None:
    do("install", notebook, project(beside, "1"))
    project(beside, "2")
    status = do("status", notebook)
    assert "Changed:    ./mine changed since mine was installed." in status.out
    assert do("status", notebook, "--json").json["changed_sources"] == [
        {"name": "mine", "url": "./mine"}
    ]
    assert "A local project of this notebook has changed" in refused("install", notebook, "other")
    assert value(notebook) == "1"
    text = do("restore", notebook).out
    assert "Installed again, as the files had changed: mine." in text
    assert value(notebook) == "2"
    assert "again" not in do("restore", notebook).out
    assert do("status", notebook, "--json").json["changed_sources"] == []


def test_a_notebook_in_its_project(notebook: Path, beside: Path) -> None:
    root = beside / "mine"
    project(beside, "1")
    inside = root / "notebooks" / "nb.ipynb"
    inside.parent.mkdir()
    shutil.copy(notebook, inside)
    os.chdir(inside.parent)
    assert "Installed mine (from ../)." in do("install", inside, "..").out
    status = do("status", inside, "--json").json
    assert (status["changed_sources"], status["approved"]) == ([], True)
    assert "again" not in do("restore", inside).out
    project(beside, "2")
    assert (
        "Changed:    ../ changed since mine was installed.\n  Take the changes over: "
        "nbenv install NOTEBOOK ../ (in a cell: %nbenv install ../)"
    ) in do("status", inside).out
    do("install", inside, "../")
    assert value(inside) == "2"
    assert do("status", inside, "--json").json["approved"]


def test_a_rebuilt_wheel_is_no_reason_to_restore(notebook: Path, beside: Path) -> None:
    do("install", notebook, wheel(beside, "1"))
    wheel(beside, "2")
    text = do("restore", notebook).out  # what is installed is what is locked
    assert "mine-1.0-py3-none-any.whl changed since mine was locked; to take it over:" in text
    assert value(notebook) == "1"
    path = environment_of(notebook).path / "nbenv.json"
    lost = json.loads(path.read_text(encoding="utf-8"))
    lost["value"]["lock"] = [
        f"{line[:-64]}{'0' * 64}" if line.startswith("mine @") else line
        for line in lost["value"]["lock"]
    ]
    path.write_text(json.dumps(lost), encoding="utf-8")  # as if made of the former wheel
    wheel(beside, "1")
    assert "Installed again" in do("restore", notebook).out


def test_in_place_and_back(notebook: Path, beside: Path) -> None:
    asked = project(beside, "1")
    do("install", notebook, asked)
    for words, in_place in ((["-e", asked], True), ([asked], False), (["-e", asked], True)):
        assert "Installed mine from" in do("install", notebook, *words).out
        assert environment_of(notebook).installed()["mine"].editable is in_place
        assert value(notebook) == "1"
    do("undo", notebook)
    assert not environment_of(notebook).installed()["mine"].editable


def test_undo_goes_back_past_a_build_of_an_edited_project(notebook: Path, beside: Path) -> None:
    do("install", notebook, project(beside, "1"))
    do("install", notebook, "other")
    do("install", notebook, project(beside, "2"))
    do("undo", notebook)
    assert set(environment_of(notebook).installed()) == {"ipykernel", "mine"}
    assert value(notebook) == "2"
    make_project(beside, "mine", "1.0", modules={"mine.py": "V = 3\n"})
    do("uninstall", notebook, "mine")  # to name it is enough


def test_new_versions_and_dependencies_of_an_edited_project(
    notebook: Path, beside: Path, index: LocalIndex
) -> None:
    setup_py(beside, "1")
    do("install", notebook, "./mine")
    make_project(beside, "mine", "2.0", modules={"mine.py": "V = 2\n"}, requires=["other"])
    setup = (beside / "mine" / "pyproject.toml").read_text(encoding="utf-8")
    (beside / "mine" / "pyproject.toml").write_text(setup.partition("[project]")[0])
    assert (
        "Installed mine from ./mine (and 1 more package)." in do("install", notebook, "./mine").out
    )
    assert environment_of(notebook).installed()["mine"].version == "2.0"
    assert "other" in environment_of(notebook).installed()


def test_the_bare_name_of_an_edited_project_takes_it_over(notebook: Path, beside: Path) -> None:
    do("install", notebook, project(beside, "1"))
    project(beside, "2")
    assert "Installed mine from ./mine." in do("install", notebook, "mine").out
    assert value(notebook) == "2"
    assert "Already installed: mine from ./mine." in do("install", notebook, "mine").out


def test_a_project_that_needs_another_one_beside_it(notebook: Path, beside: Path) -> None:
    lib = make_project(beside, "lib", "1.0", modules={"lib.py": "V = 1\n"})
    project(beside, "1", requires=[f"lib @ {lib.as_uri()}"])
    do("install", notebook, "./mine")
    make_project(beside, "lib", "1.0", modules={"lib.py": "V = 2\n"})
    do("install", notebook, "./mine")
    assert value(notebook, "lib") == "2"


def test_builds_take_what_they_need_from_the_index(
    notebook: Path, beside: Path, index: LocalIndex
) -> None:
    index.wheel("tool", "1.0", modules={"tool.py": ""})
    index.wheel("tool", "3.0", modules={"tool.py": "raise SystemExit('too new')"})
    project(beside, "1")
    declared = beside / "mine" / "pyproject.toml"
    text = declared.read_text(encoding="utf-8").replace("requires = []", 'requires = ["tool<2"]')
    declared.write_text(text, encoding="utf-8")
    backend = beside / "mine" / "nbenv_test_backend.py"
    backend.write_text(
        backend.read_text(encoding="utf-8").replace("import base64", "import base64, tool", 1),
        encoding="utf-8",
    )
    do("install", notebook, "./mine")
    assert value(notebook) == "1"


def test_an_address_with_another_content(notebook: Path, beside: Path, index: LocalIndex) -> None:
    path = index.wheel("far", "1.0", modules={"far.py": "V = 1\n"})
    served = beside / "far-1.0-py3-none-any.whl"
    shutil.copy(path, served)
    asked = f"far @ {served.as_uri()}"
    do("install", notebook, asked)
    make_wheel(beside, "far", "1.0", modules={"far.py": "V = 2\n"})
    do("install", notebook, asked)
    assert value(notebook, "far") == "2"


def test_what_is_gone_is_no_change(notebook: Path, beside: Path) -> None:
    do("install", notebook, project(beside, "1"))
    shutil.rmtree(beside / "mine")
    assert do("status", notebook, "--json").json["changed_sources"] == []
    assert value(notebook) == "1"


def test_a_strangers_project_is_not_read(notebook: Path, beside: Path, home: Path) -> None:
    do("install", notebook, project(beside, "1"))
    shutil.rmtree(home)
    project(beside, "2")
    assert do("status", notebook, "--json").json["changed_sources"] == []
    assert "is not on this machine yet" in refused("install", notebook, "./mine")
    assert recorded(notebook) == read(notebook).record
