"""Saves: the newest record goes into what is saved, and then is known to be in the file."""

from __future__ import annotations

import json
import os
import sqlite3
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from nbenv.environments.store import State, read_state, save_state
from nbenv.home import paths
from nbenv.home.locks import locked
from nbenv.notebook.metadata import KERNELSPEC, write_metadata
from nbenv.server.save_hooks import merge, note_saved
from tests.conftest import write_notebook

RECORD: dict[str, object] = {"version": 1, "python": "3.11", "requirements": ["six"], "lock": []}
NOTHING = "absent"
"""The fingerprint of a notebook that had no record."""


@pytest.fixture
def path(contents: Any) -> Path:
    """Return a notebook whose environment got a first record, which is not saved yet."""
    path = write_notebook(Path(contents.root_dir) / "a.ipynb", "1")
    save_state(State(str(path), "work-1", RECORD, False, (NOTHING,)))
    return path


def merged(contents: Any, name: str = "a.ipynb", **metadata: object) -> dict[str, Any]:
    """Return the metadata that is saved."""
    model = {"type": "notebook", "content": {"metadata": metadata, "cells": [{}]}}
    merge(model, name, contents)
    return metadata


def test_a_front_end_that_is_behind_gets_the_newest(contents: Any, path: Path) -> None:
    assert merged(contents) == {"nbenv": RECORD, "kernelspec": KERNELSPEC}
    mine = {**KERNELSPEC, "display_name": "Mine"}
    assert merged(contents, kernelspec=mine) == {"nbenv": RECORD, "kernelspec": mine}


PYTHON3 = {"name": "python3", "display_name": "Python 3", "language": "python"}


class Served:
    """A server that has one kernel for the notebook: its table of sessions, and its kernels."""

    def __init__(self, contents: Any, path: Path, name: str) -> None:
        connection = sqlite3.connect(":memory:")
        connection.execute("CREATE TABLE session (session_id, path, name, type, kernel_id)")
        row = ("s", path.name, path.name, "notebook", "k")
        connection.execute("INSERT INTO session VALUES (?, ?, ?, ?, ?)", row)
        self.file = path.with_name("kernel-k.json")
        self.file.write_text("{}", encoding="utf-8")
        shown = {"display_name": "Python 3", "language": "python"}
        kernel = SimpleNamespace(
            kernel_name=name,
            kernel_spec=SimpleNamespace(**shown),
            connection_file=str(self.file),
        )
        contents.parent = SimpleNamespace(
            session_manager=SimpleNamespace(cursor=connection.cursor()),
            kernel_manager=Kernels(k=kernel),
        )

    def began(self, path: Path, seconds: float) -> None:
        """Let the kernel be that much older than the environment."""
        changed = os.stat(paths.state_path(paths.key(str(path)))).st_mtime
        os.utime(self.file, (changed - seconds, changed - seconds))


class Kernels(dict[str, Any]):
    get_kernel = dict.__getitem__


@pytest.mark.parametrize("record", [{}, {"nbenv": RECORD}])
def test_a_page_that_shows_the_former_kernel(
    contents: Any, path: Path, record: dict[str, object]
) -> None:
    """Whether or not it has the record already; and the same after a move back."""
    Served(contents, path, "nbenv")
    assert merged(contents, **record, kernelspec=PYTHON3)["kernelspec"] == KERNELSPEC
    mine = {**KERNELSPEC, "display_name": "Mine"}
    assert merged(contents, **record, kernelspec=mine)["kernelspec"] == mine
    write(path, RECORD)
    save_state(State(str(path), "work-1", RECORD, True, (NOTHING,)))
    Served(contents, path, "python3")
    assert merged(contents, nbenv=RECORD, kernelspec=KERNELSPEC)["kernelspec"] == PYTHON3


def test_a_page_of_another_server_keeps_its_kernel_and_does_not_save_its_name(
    contents: Any, path: Path
) -> None:
    """Its kernel is older than the environment; one that is younger was chosen."""
    served = Served(contents, path, "python3")
    write_metadata(str(path), {"nbenv": RECORD, "kernelspec": KERNELSPEC})
    served.began(path, 60)
    assert merged(contents, nbenv=RECORD, kernelspec=PYTHON3)["kernelspec"] == KERNELSPEC
    assert merged(contents, nbenv=RECORD, kernelspec=KERNELSPEC)["kernelspec"] == KERNELSPEC
    served.began(path, -60)
    assert merged(contents, nbenv=RECORD, kernelspec=PYTHON3)["kernelspec"] == PYTHON3
    served.began(path, 60)
    write_metadata(str(path), {"kernelspec": PYTHON3})  # somebody chose it before
    assert merged(contents, nbenv=RECORD, kernelspec=PYTHON3)["kernelspec"] == PYTHON3


def test_the_kernel_of_a_notebook_without_an_environment_is_its_own_affair(
    contents: Any, path: Path
) -> None:
    other = write_notebook(path.with_name("b.ipynb"), "1")
    Served(contents, other, "nbenv")
    assert merged(contents, "b.ipynb", kernelspec=PYTHON3) == {"kernelspec": PYTHON3}
    contents.parent.session_manager = object()  # sessions are kept in another way
    assert merged(contents, nbenv=RECORD, kernelspec=PYTHON3)["kernelspec"] == PYTHON3


def test_an_edit_is_kept(contents: Any, path: Path) -> None:
    edited = {**RECORD, "requirements": ["seven"]}
    assert merged(contents, nbenv=edited) == {"nbenv": edited}
    assert merged(contents, nbenv={"version": 2}) == {"nbenv": {"version": 2}}
    assert merged(contents, nbenv="odd") == {"nbenv": "odd"}


def test_other_notebooks_and_files_are_left_alone(contents: Any, path: Path) -> None:
    write_notebook(path.with_name("b.ipynb"), "1")
    assert merged(contents, "b.ipynb") == {}
    assert merged(contents, "../a.ipynb") == {}
    for model in ({"type": "file", "content": "x"}, {"type": "notebook", "content": None}):
        merge(dict(model), "a.ipynb", contents)
    odd: dict[str, object] = {"type": "notebook", "content": {"metadata": []}}
    merge(odd, "a.ipynb", contents)
    assert odd["content"] == {"metadata": []}


def test_a_new_notebook_at_the_place_of_a_deleted_one(contents: Any, path: Path) -> None:
    path.unlink()  # as by rm
    state = read_state(str(path))
    assert state is not None
    save_state(State(str(path), "work-1", RECORD, True, ()))
    assert merged(contents) == {}
    assert read_state(str(path)) is None


def saved(contents: Any, path: Path, model: object = None) -> bool:
    note_saved({"type": "notebook"} if model is None else model, str(path), contents)
    state = read_state(str(path))
    assert state is not None
    return state.saved


def write(path: Path, record: object) -> None:
    document = json.loads(path.read_text(encoding="utf-8"))
    document["metadata"]["nbenv"] = record
    path.write_text(json.dumps(document), encoding="utf-8")


def test_a_record_in_the_file_is_noted(contents: Any, path: Path) -> None:
    assert not saved(contents, path)  # the file holds none
    write(path, {**RECORD, "requirements": []})
    assert not saved(contents, path)
    write(path, RECORD)
    assert not saved(contents, path, {"type": "file"})
    with locked("work-1"):
        assert not saved(contents, path)  # a newer one may come at once
    assert saved(contents, path)


def test_a_note_that_fails_fails_no_save(
    contents: Any, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.write_text("{", encoding="utf-8")
    assert not saved(contents, path)
    assert "could not note that" in caplog.text
