"""The hooks of a real server, with states as unsaved changes leave them; nothing is installed."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path
from typing import Any

import nbformat
import pytest

from nbenv.environments import store
from nbenv.environments.store import State
from nbenv.home import paths
from nbenv.home.locks import locked
from nbenv.notebook.metadata import KERNELSPEC
from tests.conftest import write_notebook
from tests.support.server import JupyterServer

VALUE: dict[str, object] = {"version": 1, "python": "3.11", "requirements": ["six"], "lock": []}
R = {"kernelspec": {"name": "ir", "display_name": "R", "language": "R"}}


def document(*cells: str, **metadata: object) -> dict[str, Any]:
    nodes = [nbformat.v4.new_code_cell(code, id=f"cell-{n}") for n, code in enumerate(cells)]
    return nbformat.v4.new_notebook(cells=nodes, metadata=metadata)


def changed(path: Path, *, saved: bool = False) -> Path:
    """Leave the state of a notebook whose environment got a first record."""
    state = State(os.path.realpath(path), "work-1", VALUE, saved, ("absent",))
    store.save_state(state)
    return path


def metadata(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))["metadata"]


def test_a_save_is_no_failure_when_the_state_cannot_be_kept(server: JupyterServer) -> None:
    path = changed(write_notebook(server.root / "a.ipynb", "1"))
    state = paths.state_path(paths.key(str(path)))
    os.mkdir(f"{state}.{server.process}.new")  # as a full disk: the state cannot be written
    server.save("a.ipynb", document("1"))
    assert metadata(path)["nbenv"] == VALUE
    os.rmdir(f"{state}.{server.process}.new")
    server.save("a.ipynb", document("1"))
    known = store.read_state(str(path))
    assert known is not None
    assert known.saved


def test_a_notebook_that_became_one_in_r_can_be_saved(server: JupyterServer) -> None:
    path = changed(write_notebook(server.root / "a.ipynb", "1"))
    server.save("a.ipynb", document("1", **R, nbenv={**VALUE, "python": "3.12"}))
    assert metadata(path)["kernelspec"]["name"] == "ir"


def test_the_kernelspec_stays_when_it_is_ours_already(server: JupyterServer) -> None:
    path = changed(write_notebook(server.root / "a.ipynb", "1"))
    ours = {**KERNELSPEC, "display_name": "Mine"}
    server.save("a.ipynb", document("1", kernelspec=ours))
    assert metadata(path) == {"kernelspec": ours, "nbenv": VALUE}


def test_records_are_merged_in_linked_folders(server: JupyterServer, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (server.root / "link").symlink_to(elsewhere)
    server.save("link/a.ipynb", document("1"))
    changed(elsewhere / "a.ipynb")
    server.save("link/a.ipynb", document("1"))
    assert metadata(elsewhere / "a.ipynb")["nbenv"] == VALUE


def test_another_notebooks_record_is_not_taken(server: JupyterServer) -> None:
    changed(write_notebook(server.root / "report.ipynb", "1"))
    server.save("Q1:report.ipynb", document("1"))
    assert metadata(server.root / "Q1:report.ipynb") == {}


@pytest.mark.parametrize("saved", [True, False])
def test_a_new_notebook_gets_nothing_of_a_deleted_one(server: JupyterServer, saved: bool) -> None:
    path = changed(server.root / "Untitled.ipynb", saved=saved)  # its file went, as by rm
    _, model = server.request("POST", "api/contents/", {"type": "notebook"})
    assert model["name"] == path.name
    server.save(path.name, document("1"))
    assert metadata(path) == {}
    assert store.read_state(str(path)) is None


def test_a_notebook_in_a_new_folder_gets_nothing_of_an_old_one(server: JupyterServer) -> None:
    path = changed(write_notebook(server.root / "folder" / "a.ipynb", "1"), saved=True)
    shutil.rmtree(path.parent)
    server.request("PUT", "api/contents/folder", {"type": "directory"})
    server.save("folder/a.ipynb", document("2"))
    assert metadata(path) == {}


def test_an_open_notebook_whose_file_went_keeps_its_record(server: JupyterServer) -> None:
    path = changed(server.root / "a.ipynb", saved=True)
    server.save("a.ipynb", document("1", kernelspec=KERNELSPEC))
    assert metadata(path)["nbenv"] == VALUE


def test_a_first_save_takes_what_its_kernel_installed_before(server: JupyterServer) -> None:
    path = changed(server.root / "a.ipynb")
    server.save("a.ipynb", document("1"))
    assert metadata(path)["nbenv"] == VALUE


def test_a_higher_version_is_never_replaced(server: JupyterServer) -> None:
    path = changed(write_notebook(server.root / "a.ipynb", "1"))
    server.save("a.ipynb", document("1", nbenv={"version": 2}))
    assert metadata(path)["nbenv"] == {"version": 2}
    assert server.request("GET", "nbenv/api/status?path=a.ipynb")[0] == 422


def test_a_save_right_after_a_rename_takes_the_record(server: JupyterServer) -> None:
    for number in range(20):
        changed(write_notebook(server.root / f"old{number}.ipynb", "1"))
        new = f"new{number}.ipynb"
        server.request("PATCH", f"api/contents/old{number}.ipynb", {"path": new})
        server.save(new, document("1"))
        assert metadata(server.root / new)["nbenv"] == VALUE, number


def test_a_change_under_way_is_not_marked_saved(server: JupyterServer) -> None:
    path = changed(write_notebook(server.root / "a.ipynb", "1"))
    with locked("work-1"):
        server.save("a.ipynb", document("1"))
    assert metadata(path)["nbenv"] == VALUE
    known = store.read_state(str(path))
    assert known is not None
    assert not known.saved


def test_without_a_folder_of_its_own_a_server_serves(tmp_path: Path) -> None:
    root, home = tmp_path / "root", tmp_path / "file"
    root.mkdir()
    home.write_text("not a folder", encoding="utf-8")
    with JupyterServer(root, {"NBENV_HOME": str(home)}) as server:
        server.save("a.ipynb", document("1"))
        assert server.request("PATCH", "api/contents/a.ipynb", {"path": "b.ipynb"})[0] == 200
        assert server.request("GET", "nbenv/api/version")[0] == 200
        assert server.request("DELETE", "api/contents/b.ipynb")[0] == 204
