"""Documents, the notebooks they belong to, and the environments of those."""

from __future__ import annotations

import os
from pathlib import Path

import nbformat
import pytest

from nbenv.environments import layout
from nbenv.home import paths
from nbenv.server.language_servers.documents import (
    OpenDocument,
    Places,
    Surroundings,
    surroundings_of,
)
from tests.support.environments import install
from tests.support.index import LocalIndex


@pytest.mark.parametrize(
    ("uri", "path"),
    [
        ("{root}/a.ipynb", "a.ipynb"),
        ("{root}/.virtual_documents/a%20b/c.ipynb", "a b/c.ipynb"),
        ("{root}/.virtual_documents/RTC:a.ipynb", "a.ipynb"),
        ("{root}/.virtual_documents/a.ipynb.ID0.r", "a.ipynb"),
        ("{root}/.virtual_documents/a.ipynb-cell.py", "a.ipynb"),
        ("{root}/a.py", "a.py"),
        ("{root}/a.ipynb.d/b.py", "a.ipynb"),
        ("{root}/../out.ipynb", "../out.ipynb"),
        ("untitled:a.ipynb", None),
        ("", None),
    ],
)
def test_the_file_of_a_document(tmp_path: Path, uri: str, path: str | None) -> None:
    found = Places(str(tmp_path), ".virtual_documents").path(uri.format(root=tmp_path.as_uri()))
    assert found == (path and os.path.normpath(tmp_path / path))


def test_a_file_below_a_folder_with_such_a_name(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb.d").mkdir()
    file = tmp_path / "a.ipynb.d" / "b.py"
    file.touch()
    assert Places(str(tmp_path), "v").path(file.as_uri()) == str(file)


def test_changes_are_applied_in_utf_16() -> None:
    document = OpenDocument.opened(
        {"uri": "u", "languageId": "python", "text": "a😀b\r\nc\u2028d\n"}
    )

    def change(start: tuple[int, int], end: tuple[int, int], text: str) -> None:
        places = [{"line": line, "character": character} for line, character in (start, end)]
        document.change(2, [{"range": {"start": places[0], "end": places[1]}, "text": text}])

    change((0, 3), (0, 4), "é")
    assert document.text == "a😀é\r\nc\u2028d\n"
    change((0, 99), (1, 3), "")
    assert document.text == "a😀é\n"
    change((7, 0), (7, 0), "end")
    assert document.text == "a😀é\nend"
    document.change(None, [{"text": "new"}])
    assert document.item() == {"uri": "u", "languageId": "python", "version": 2, "text": "new"}


def test_the_environment_of_a_notebook(notebook: Path, index: LocalIndex) -> None:
    index.wheel("alpha", "1.0")
    assert surroundings_of(str(notebook)) == surroundings_of(None) == Surroundings()
    install(notebook, "alpha")
    found = surroundings_of(str(notebook))
    assert found is not None
    assert os.path.exists(layout.python_path(found.environment))
    assert found.variables({"PYTHONPATH": "x"})["VIRTUAL_ENV"] == found.environment
    assert "PYTHONPATH" not in found.variables({"PYTHONPATH": "x"})

    os.unlink(paths.marker_path(found.environment))  # it is being changed
    assert surroundings_of(str(notebook)) is None

    document = nbformat.read(notebook, 4)
    document.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    nbformat.write(document, notebook)
    assert surroundings_of(str(notebook)) == Surroundings()
    notebook.write_text("{", encoding="utf-8")
    assert surroundings_of(str(notebook)) == Surroundings()


def test_what_was_parsed_before_a_change_is_forgotten(tmp_path: Path) -> None:
    first = Surroundings(str(tmp_path), 1).parsed_files()
    assert first is not None
    os.makedirs(first)
    assert Surroundings(str(tmp_path), 1).parsed_files() == first
    assert os.path.isdir(first)
    second = Surroundings(str(tmp_path), 2).parsed_files()
    assert second not in (first, None)
    assert not os.path.exists(first)
    assert Surroundings().parsed_files() is None
    assert Surroundings(str(tmp_path / "file" / "no"), 1).variables({})["VIRTUAL_ENV"]
