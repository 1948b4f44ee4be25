"""The payload of a sweep: what is in it, and what is refused."""

from __future__ import annotations

import io
import json
import zipfile
from pathlib import Path

import nbformat
import pytest

from nbenv.errors import UsageError
from nbenv.workers.sweeps import payload
from nbenv.workers.sweeps.payload import payload_of


@pytest.fixture
def bundle(tmp_path: Path) -> Path:
    folder = tmp_path / "bundle"
    folder.mkdir()
    (folder / "manifest.json").write_text("{}")
    return folder


@pytest.fixture
def notebook(tmp_path: Path) -> str:
    cell = nbformat.v4.new_code_cell("1", execution_count=3)
    cell.outputs = [nbformat.v4.new_output("stream", text="earlier")]
    path = tmp_path / "some.ipynb"
    nbformat.write(nbformat.v4.new_notebook(cells=[cell]), path)
    return str(path)


def opened(content: bytes) -> zipfile.ZipFile:
    return zipfile.ZipFile(io.BytesIO(content))


def test_it_has_the_notebook_without_outputs_and_what_runs_it(notebook: str, bundle: Path) -> None:
    content, _ = payload_of(notebook, bundle, (), ["six"])
    with opened(content) as archive:
        names = set(archive.namelist())
        [cell] = json.loads(archive.read("notebook.ipynb"))["cells"]
        assert archive.read("name.txt") == b"some.ipynb"
    programs = {"headless.py", "parameters.py", "recorded_values.py", "start.py", "site/pip.py"}
    assert {f"programs/{name}" for name in programs} <= names
    assert "bundle/manifest.json" in names
    assert (cell["outputs"], cell["execution_count"]) == ([], None)


def test_equal_content_gives_equal_bytes(notebook: str, bundle: Path) -> None:
    assert payload_of(notebook, bundle, (), ()) == payload_of(notebook, bundle, (), ())


def test_a_locked_pip_is_not_hidden(notebook: str, bundle: Path) -> None:
    content, _ = payload_of(notebook, bundle, (), ["pip"])
    with opened(content) as archive:
        assert "programs/site/pip.py" not in archive.namelist()


def test_files_and_folders_are_put_beside_it(notebook: str, bundle: Path, tmp_path: Path) -> None:
    (tmp_path / "data" / "deep").mkdir(parents=True)
    (tmp_path / "data" / "deep" / "n.txt").write_text("7")
    (tmp_path / "helper.py").write_text("")
    beside = [str(tmp_path / "data"), str(tmp_path / "helper.py")]
    content, _ = payload_of(notebook, bundle, beside, ())
    with opened(content) as archive:
        found = {name for name in archive.namelist() if name.startswith("files/")}
    assert found == {"files/data/deep/n.txt", "files/helper.py"}


def test_what_is_missing_too_large_or_hides_the_notebook_is_refused(
    notebook: str, bundle: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        payload_of(notebook, bundle, [str(tmp_path / "none")], ())
    with pytest.raises(UsageError, match="the name of the notebook"):
        payload_of(notebook, bundle, [notebook], ())
    (tmp_path / "large").write_text("12345")
    monkeypatch.setattr(payload, "MOST_BYTES", 4)
    with pytest.raises(UsageError, match="too large"):
        payload_of(notebook, bundle, [str(tmp_path / "large")], ())
