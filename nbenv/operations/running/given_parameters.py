"""The parameters that a run is given, on the command line and in files."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nbenv.core.typed.declared_parameters import ParameterError, declared
from nbenv.core.typed.given_values import read_file, read_rows, read_words
from nbenv.core.typed.parameters import typed, typed_rows
from nbenv.errors import UsageError
from nbenv.notebook.cells import cells_of, read_notebook

__all__ = ["GivenParameters", "read_sweep", "read_sweep_text"]


@dataclass(frozen=True)
class GivenParameters:
    """Parameters of ``-p`` and ``-f``: words such as ``alpha=0.1``, and files of JSON or YAML."""

    words: Sequence[str] = ()
    files: Sequence[str] = ()

    def values(
        self, notebook: str, rows: Sequence[Mapping[str, object]] | None = None
    ) -> list[dict[str, object]]:
        """Return the values for each row of a sweep, in the types of the notebook's defaults.

        Of a name that is given more than once, a row counts before a word, and that before a file.

        Parameters
        ----------
        notebook
            The path of the notebook, whose tagged cell has the defaults.
        rows
            What each run gets beside the words and files; without any, there is one run.

        Raises
        ------
        UsageError
            The notebook does not take them, or a file cannot be read.
        """
        try:
            common: dict[str, object] = {}
            for file in self.files:
                common |= read_file(_text(file), file)
            common |= read_words(self.words)
            if not common and not any(rows or ()):
                return [{} for _ in rows or (None,)]
            defaults = declared(cells_of(read_notebook(notebook)))
            return typed_rows(defaults, rows, common) if rows else [typed(defaults, common)]
        except ParameterError as error:
            raise UsageError(str(error)) from None


def read_sweep(file: str) -> list[dict[str, object]]:
    """Return the rows of a sweep.

    Raises
    ------
    UsageError
        The file is neither CSV nor JSONL, or cannot be read.
    """
    text = read_sweep_text(file)
    try:
        return read_rows(text, file)
    except ParameterError as error:
        raise UsageError(str(error)) from None


def read_sweep_text(file: str) -> str:
    """Return the text of a sweep's file; the errors are those of `read_sweep`."""
    if not file.endswith((".csv", ".jsonl", ".ndjson")):
        raise UsageError(f"{file} is neither a .csv nor a .jsonl file.")
    try:
        return _text(file)
    except ParameterError as error:
        raise UsageError(str(error)) from None


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ParameterError(f"{file} cannot be read: {reason}.") from None
