"""Read a notebook of any format version as code cells and prose.

https://nbformat.readthedocs.io/en/latest/format_description.html
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import nbformat

from nbenv.errors import NotebookError

__all__ = ["Cell", "ReadNotebook", "read"]

_OTHER_KERNELS = ("ir", "julia", "scala", "xcpp", "octave", "bash", "javascript", "sage", "deno")
_PYTHON = ("python", "ipython", "")


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
        text = path.read_bytes().decode("utf-8-sig")
        document = json.loads(text)
        original = int(document["nbformat"])
        converted = nbformat.reads(text, as_version=4)  # type: ignore[no-untyped-call]
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
        "\n".join(_text(cell.source) for cell in converted.cells if cell.cell_type != "code"),
        original,
    )
    _check_language(notebook)
    return notebook


def _code_cells(cells: list[nbformat.NotebookNode]) -> Iterator[Cell]:
    for number, cell in enumerate(cells, 1):
        if cell.cell_type == "code" and _is_python(cell):
            outputs = "\n".join(_output_texts(cell.get("outputs", ())))
            yield Cell(number, _text(cell.source), outputs)


def _is_python(cell: nbformat.NotebookNode) -> bool:
    """Return whether a cell is in Python: its metadata may name another language."""
    return str(cell.get("metadata", {}).get("language", "python")).lower() in _PYTHON


def _output_texts(outputs: list[nbformat.NotebookNode]) -> Iterator[str]:
    for output in outputs:
        text = output.get("text") or output.get("data", {}).get("text/plain", "")
        yield _text(text)


def _text(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value or "")


def _check_language(notebook: ReadNotebook) -> None:
    kernel = notebook.section("kernelspec")
    named = [kernel.get("language"), notebook.section("language_info").get("name")]
    language = next((str(each) for each in named if each), "")
    kernel_name = str(kernel.get("name", "")).lower()
    if not language and kernel_name.startswith(_OTHER_KERNELS):
        language = str(kernel.get("display_name") or kernel_name)
    if language.lower() not in _PYTHON:
        raise NotebookError(
            f"{notebook.path} is a notebook in {language}; "
            "nbenv makes environments for Python only."
        )
