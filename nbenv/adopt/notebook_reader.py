"""Read a notebook of any format version as code cells and prose.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

from nbenv.core.file_names import is_text_notebook
from nbenv.core.language import is_python, other_language
from nbenv.errors import NotebookError
from nbenv.notebook.text_cells import read_text_notebook

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
    except Exception as error:  # a broken file makes nbformat raise errors of any kind
        raise NotebookError(
            f"{path} is not a notebook.", f"{type(error).__name__}: {str(error).splitlines()[0]}."
        ) from None
    notebook = ReadNotebook(
        path,
        dict(converted.metadata),
        tuple(_code_cells(converted.cells)),
        "\n".join(_text(c.get("source")) for c in converted.cells if c.cell_type != "code"),
        original,
    )
    _check_language(notebook)
    return notebook


def kept_copy(path: Path, version: int) -> Path:
    """Return where the file of an old format is kept when it is converted."""
    return path.with_suffix(f".v{version}.ipynb")


def _read_file(path: Path) -> tuple[nbformat.NotebookNode, int]:
    """Return the notebook in format 4, and the format of the file."""
    if is_text_notebook(path.name):
        return read_text_notebook(str(path)), 4
    text = path.read_bytes().decode("utf-8-sig")
    original = int(json.loads(text)["nbformat"])
    return nbformat.reads(text, as_version=4), original  # type: ignore[no-untyped-call]


def _code_cells(cells: list[nbformat.NotebookNode]) -> Iterator[Cell]:
    for number, cell in enumerate(cells, 1):
        if cell.cell_type == "code" and _is_python(cell):
            outputs = "\n".join(_output_texts(cell.get("outputs", ())))
            yield Cell(number, _text(cell.get("source")), outputs)


def _is_python(cell: nbformat.NotebookNode) -> bool:
    """Return whether a cell is in Python: its metadata may name another language."""
    metadata = cell.get("metadata", {})
    of_vscode = metadata.get("vscode")
    language = metadata.get("language") or (
        of_vscode.get("languageId") if isinstance(of_vscode, dict) else None
    )
    return not isinstance(language, str) or is_python(language)


def _output_texts(outputs: list[nbformat.NotebookNode]) -> Iterator[str]:
    for output in outputs:
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        yield _text(text)


def _text(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _check_language(notebook: ReadNotebook) -> None:
    language = other_language(dict(notebook.metadata))
    if language:
        raise NotebookError(
            f"{notebook.path} is a notebook in {language}; "
            "nbenv makes environments for Python only."
        )
