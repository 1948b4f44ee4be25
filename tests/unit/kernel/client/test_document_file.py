"""The file of a document in memory: only one that holds the same record is taken."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from nbenv.kernel.client.document_file import file_of
from nbenv.kernel.client.held_document import Held

RECORD = {"version": 1, "python": "3.11", "requirements": ["six"], "lock": []}


def document(*sources: str, record: object = RECORD, **about: object) -> dict[str, Any]:
    cells = [
        {"cell_type": "code", "source": source, "metadata": {}, "outputs": []} for source in sources
    ]
    kernelspec = {"name": "nbenv", "language": "python"}
    metadata = {"kernelspec": kernelspec, "nbenv": record, **about}
    if record is None:
        del metadata["nbenv"]
    return {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}


def written(path: Path, *sources: str, **options: Any) -> str:
    path.write_text(json.dumps(document(*sources, **options)), encoding="utf-8")
    return str(path)


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["client"])
    return tmp_path


def test_a_file_with_the_same_record(folder: Path) -> None:
    path = written(folder / "a.ipynb", "1")
    other = written(folder / "b.ipynb", "1", record={**RECORD, "python": "3.12"})
    broken = folder / "c.ipynb"
    broken.write_text("{", encoding="utf-8")
    for names in ([path], ["a.ipynb", other, str(broken), "nowhere.ipynb"]):
        assert file_of(Held(document("changed"), names), RECORD, None) == path
    assert file_of(Held(document("1"), [other]), RECORD, None) is None


def test_words_of_the_command_and_the_kernels_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "sub").mkdir()
    path = written(folder / "sub" / "a.ipynb", "1")
    assert file_of(Held(document("1"), ["a.ipynb"]), RECORD, "sub") == path
    monkeypatch.setattr(sys, "argv", ["client", "sub/a.ipynb", "--output=b.ipynb"])
    assert file_of(Held(document("1")), RECORD, None) == path


def test_a_client_that_went_to_another_folder(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As `papermill --cwd` does before it starts the kernel."""
    path = written(folder / "a.ipynb", "1")
    (folder / "sub").mkdir()
    monkeypatch.chdir(folder / "sub")
    monkeypatch.setenv("PWD", str(folder))
    assert file_of(Held(document("1"), ["a.ipynb"]), RECORD, str(folder / "sub")) == path


def test_of_several_the_cells_decide_and_then_the_age(folder: Path) -> None:
    names = [written(folder / f"{name}.ipynb", name) for name in "ab"]
    assert file_of(Held(document("b"), names), RECORD, None) == names[1]
    assert file_of(Held(document("c"), names), RECORD, None) is None
    older = written(folder / "o.ipynb", "b")
    os.utime(older, (1, 1))
    assert file_of(Held(document("b"), [*names, older]), RECORD, None) == older


def test_without_a_record_the_cells_must_be_equal(folder: Path) -> None:
    path = written(folder / "a.ipynb", "1", record=None)
    assert file_of(Held(document("1", record=None), [path]), None, None) == path
    assert file_of(Held(document("2", record=None), [path]), None, None) is None


def test_papermill(folder: Path) -> None:
    source, out = (written(folder / name, "1") for name in ("in.ipynb", "out.ipynb"))
    held = document("x = 1", "1", papermill={"input_path": source, "output_path": out})
    held["cells"][0]["metadata"]["tags"] = ["injected-parameters"]
    assert file_of(Held(held, [out]), RECORD, None) == source
    held["metadata"]["papermill"]["input_path"] = "s3://bucket/in.ipynb"
    assert file_of(Held(held), RECORD, None) is None
