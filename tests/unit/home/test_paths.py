"""Places on this machine, and where a notebook is by now."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from nbenv.home import paths, private_files

# -- places


def test_the_home_is_the_chosen_folder(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert paths.home() == str(home)
    monkeypatch.setenv("NBENV_HOME", os.path.join("~", "elsewhere"))
    assert paths.home() == os.path.expanduser(os.path.join("~", "elsewhere"))


@pytest.mark.parametrize("data_home", [None, "/data"])
def test_the_default_home_is_in_jupyters_data_folder(
    data_home: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    from jupyter_core.paths import jupyter_data_dir

    for name in ("NBENV_HOME", "JUPYTER_DATA_DIR", "JUPYTER_PLATFORM_DIRS", "XDG_DATA_HOME"):
        monkeypatch.delenv(name, raising=False)
    if data_home:
        monkeypatch.setenv("XDG_DATA_HOME", data_home)
    assert paths.home() == os.path.join(jupyter_data_dir(), "nbenv")


def test_the_default_home_follows_jupyters_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NBENV_HOME")
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path))
    assert paths.home() == str(tmp_path / "nbenv")


def test_a_key_is_of_the_real_path(tmp_path: Path) -> None:
    notebook = tmp_path / "a.ipynb"
    notebook.touch()
    (tmp_path / "link.ipynb").symlink_to(notebook)
    assert paths.key(str(tmp_path / "link.ipynb")) == paths.key(str(notebook))
    assert paths.key(str(tmp_path / "b.ipynb")) != paths.key(str(notebook))
    assert len(paths.key("\udcff")) == 20  # a name that is not UTF-8 has one too


def test_a_placeholder_is_known_by_its_path(home: Path) -> None:
    path = paths.placeholder_path("some-kernel")
    assert path == str(home / "detached" / "some-kernel.ipynb")
    assert paths.is_placeholder(path)
    assert not paths.is_placeholder(str(home / "work.ipynb"))


def test_an_environments_marker_is_inside_it() -> None:
    folder = paths.environment_path("0123")
    assert paths.marker_path(folder).startswith(folder)


# -- moves


def move(old: Path, new: Path, at: float | None = None) -> None:
    word = {"to": str(new), "at": time.time() if at is None else at}
    private_files.write_json(paths.moved_path(paths.key(str(old))), word)


def test_a_renamed_notebook_is_followed(tmp_path: Path) -> None:
    first, second, third = (tmp_path / f"{name}.ipynb" for name in "abc")
    move(first, second)
    move(second, third)
    third.touch()
    assert paths.moved(str(first)) == str(third)
    assert paths.moved(str(tmp_path / "unknown.ipynb")) == str(tmp_path / "unknown.ipynb")


def test_a_notebook_in_a_renamed_folder_is_followed(tmp_path: Path) -> None:
    move(tmp_path / "old", tmp_path / "new")
    (tmp_path / "new" / "sub").mkdir(parents=True)
    (tmp_path / "new" / "sub" / "a.ipynb").touch()
    there = str(tmp_path / "new" / "sub" / "a.ipynb")
    assert paths.moved(str(tmp_path / "old" / "sub" / "a.ipynb")) == there


def test_a_new_notebook_under_an_old_name_is_not_the_one_that_moved(tmp_path: Path) -> None:
    untitled, named = tmp_path / "Untitled.ipynb", tmp_path / "named.ipynb"
    move(untitled, named, at=1000.0)
    untitled.touch()
    named.touch()
    assert paths.moved(str(untitled)) == str(untitled)
    assert paths.moved(str(untitled), since=999.0) == str(named)  # its path was got before
    assert paths.moved(str(untitled), since=1001.0) == str(untitled)


def test_a_circle_of_moves_ends(tmp_path: Path) -> None:
    first, second = tmp_path / "a.ipynb", tmp_path / "b.ipynb"
    move(first, second)
    move(second, first)
    assert paths.moved(str(first)) == str(first)


@pytest.mark.parametrize("text", [None, "", "{", "[]", "\udcff", "[" * 100_000])
def test_what_is_no_json_object_is_none(tmp_path: Path, text: str | None) -> None:
    path = tmp_path / "a.json"
    if text is not None:
        path.write_bytes(text.encode("utf-8", "surrogateescape"))
    assert paths.read_json(str(path)) is None
