"""Programs that execute notebooks in memory: each notebook runs in its own environment.

`tests/endurance/test_clients.py` runs those that have to be installed first.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from tests.support.clients import LIGHT, VERSIONS, Client, copied, outputs, recorded_notebooks


@pytest.fixture(scope="module")
def recorded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return recorded_notebooks(tmp_path_factory.mktemp("clients"))


@pytest.fixture
def folder(recorded: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NBENV_HOME", str(recorded.parent / "home"))
    monkeypatch.chdir(recorded)
    return recorded


@pytest.mark.parametrize("client", LIGHT, ids=lambda client: client.name)
def test_each_notebook_runs_in_its_own_environment(client: Client, folder: Path) -> None:
    shown = outputs(client, folder, Path(sys.executable).parent)
    for name, version in VERSIONS.items():
        assert f"ENV {version} in {folder.parent / 'home' / 'envs'}" in shown[name], shown[name]


def document(*cells: str, record: object = None) -> nbformat.NotebookNode:
    found = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(each) for each in cells])
    found.metadata.kernelspec = {"name": "nbenv", "display_name": "x", "language": "python"}
    if record is not None:
        found.metadata.nbenv = record
    return found


def executed(found: nbformat.NotebookNode) -> str:
    NotebookClient(found, allow_errors=True).execute()
    outputs = [output for cell in found.cells for output in cell.outputs]
    texts = [each.get("text", "") + each.get("evalue", "") for each in outputs]
    return "\n".join([*texts, *(each.data["text/plain"] for each in outputs if "data" in each)])


def test_what_a_document_in_no_file_installs_is_its_own(folder: Path) -> None:
    record = nbformat.read(folder / "a.ipynb", as_version=4).metadata.nbenv
    first = document(
        "%pip install toolz", "import toolz, six; print(six.__version__)", record=record
    )
    text = executed(first)
    assert "1.15.0" in text
    assert "Recorded in the document" in text
    assert first.metadata.nbenv.requirements == ["six==1.15.0", "toolz"]
    assert "No module named 'toolz'" in executed(document("import toolz", record=record))
    assert "toolz" in executed(document("import toolz; print(toolz)", record=first.metadata.nbenv))


def test_a_strangers_document_installs_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = nbformat.read(folder / "a.ipynb", as_version=4).metadata.nbenv
    monkeypatch.setenv("NBENV_HOME", str(copied(folder, folder.parent / "other") / "home"))
    text = executed(document("import six; print(six)", record=record))
    assert "Nothing was downloaded or run" in text or "not on this machine yet" in text
    assert not (folder.parent / "other" / "home" / "envs").exists()
