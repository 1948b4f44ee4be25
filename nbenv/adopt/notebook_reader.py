"""Read a notebook of any format version as code cells and prose.

The present format is read as plain JSON, of any shape: importing nbformat takes a quarter of a dry
run, and raises errors for notebooks that Jupyter opens.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from nbenv.adopt.json_values import as_mapping, objects_in
from nbenv.core.file_names import is_text_notebook
from nbenv.core.language import is_python, other_language
from nbenv.errors import NotebookError
from nbenv.notebook.file_format import check_format, unreadable
from nbenv.notebook.unfinished_saves import read_again

__all__ = ["Cell", "ReadNotebook", "kept_copy", "read"]


@dataclass(frozen=True)
class Cell:
    """One code cell: its number, counted from 1, its source, and the text of its outputs."""

    number: int
    source: str
    output: str = ""

    @property
    def name(self) -> str:
        """The name of the cell for people."""
        return f"cell {self.number}"


@dataclass(frozen=True)
class ReadNotebook:
    """A notebook's metadata, code cells and prose; `format` is the version of the file itself."""

    path: Path
    metadata: Mapping[str, object]
    cells: tuple[Cell, ...]
    prose: str
    format: int

    def section(self, name: str) -> Mapping[str, object]:
        """Return an object in the metadata, empty where it is something else."""
        value = self.metadata.get(name)
        return value if isinstance(value, dict) else {}


def read(path: Path) -> ReadNotebook:
    """Read a notebook of format 2 to 4.

    Raises
    ------
    NotebookError
        The file cannot be read, is not a notebook, or is one in another language.
    """
    try:
        converted, original = _read_file(path)
    except NotebookError:
        raise
    except OSError as error:
        raise NotebookError(
            f"The notebook {path} cannot be read.", f"{error.strerror or error}."
        ) from None
    except (ValueError, RecursionError) as error:
        raise NotebookError(
            f"{path} is not a notebook.",
            unreadable(error),
            "Open and save it in Jupyter, or restore a good copy.",
        ) from None
    cells = objects_in(converted.get("cells"))
    notebook = ReadNotebook(
        path,
        as_mapping(converted.get("metadata")),
        tuple(_code_cells(cells)),
        "\n".join(_text(cell.get("source")) for cell in cells if cell.get("cell_type") != "code"),
        original,
    )
    _check_language(notebook)
    return notebook


def kept_copy(path: Path, version: int) -> Path:
    """Return where the file of an old format is kept when it is converted."""
    return path.with_suffix(f".v{version}.ipynb")


def _read_file(path: Path) -> tuple[Mapping[str, object], int]:
    """Return the notebook in format 4, and the format of the file."""
    if is_text_notebook(path.name):
        from nbenv.notebook.text_cells import read_text_notebook

        return read_text_notebook(str(path)), 4
    text, document = read_again(str(path), lambda: _read_json(path))
    check_format(str(path), document, converting=True)
    original: int = document["nbformat"]
    if original != 4:
        return _converted(path, text), original
    if not isinstance(document.get("cells"), list):
        raise NotebookError(f"{path} is not a notebook.", "It has no list of cells.")
    return document, original


def _read_json(path: Path) -> tuple[str, Any]:
    text = path.read_bytes().decode("utf-8-sig")
    return text, json.loads(text)


def _converted(path: Path, text: str) -> Mapping[str, object]:
    import nbformat  # slow to import

    try:
        found: Mapping[str, object] = nbformat.reads(text, as_version=4)
    except Exception as error:  # a broken file makes it raise errors of any kind
        raise NotebookError(
            f"{path} is not a notebook.",
            f"It cannot be converted from its old format ({type(error).__name__}).",
            "Open and save it in Jupyter, or restore a good copy.",
        ) from None
    return found


def _code_cells(cells: Iterable[Mapping[str, object]]) -> Iterator[Cell]:
    for number, cell in enumerate(cells, 1):
        if cell.get("cell_type") == "code" and _is_python(cell):
            outputs = "\n".join(_output_texts(cell.get("outputs")))
            yield Cell(number, _text(cell.get("source")), outputs)


def _is_python(cell: Mapping[str, object]) -> bool:
    """Return whether a cell is in Python: its metadata may name another language."""
    metadata = as_mapping(cell.get("metadata"))
    language = metadata.get("language") or as_mapping(metadata.get("vscode")).get("languageId")
    return not isinstance(language, str) or is_python(language)


def _output_texts(outputs: object) -> Iterator[str]:
    for output in objects_in(outputs):
        yield _text(output.get("text") or as_mapping(output.get("data")).get("text/plain"))


def _text(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _check_language(notebook: ReadNotebook) -> None:
    language = other_language(dict(notebook.metadata))
    if language:
        raise NotebookError(
            f"{notebook.path} is a notebook in {language}; "
            "nbenv makes environments for Python only."
        )
