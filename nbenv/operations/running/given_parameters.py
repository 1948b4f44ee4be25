"""The parameters that a run is given, on the command line and in files."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from nbenv.core.typed import parameters
from nbenv.core.typed.parameters import ParameterError
from nbenv.errors import UsageError
from nbenv.notebook.cells import cells_of, read_notebook

__all__ = ["GivenParameters", "read_sweep"]


@dataclass(frozen=True)
class GivenParameters:
    """Parameters of ``-p`` and ``-f``: words such as ``alpha=0.1``, and files of JSON or YAML."""

    words: Sequence[str] = ()
    files: Sequence[str] = ()

    def values(
        self, notebook: str, rows: Sequence[Mapping[str, object]] = ({},)
    ) -> list[dict[str, object]]:
        """Return the values for each row of a sweep, in the types of the notebook's defaults.

        Of a name that is given more than once, a row counts before a word, and that before a file.

        Parameters
        ----------
        notebook
            The path of the notebook, whose tagged cell has the defaults.
        rows
            What each run gets beside the words and files; by default one run gets nothing.

        Raises
        ------
        UsageError
            The notebook does not take them, or a file cannot be read.
        """
        try:
            common: dict[str, object] = {}
            for file in self.files:
                common |= parameters.read_mapping(_parsed(file), file)
            common |= parameters.read_words(self.words)
            if not common and not any(rows):
                return [{} for _ in rows]
            defaults = parameters.declared(cells_of(read_notebook(notebook)))
            return [parameters.typed(defaults, {**common, **row}) for row in rows]
        except ParameterError as error:
            raise UsageError(str(error)) from None


def read_sweep(file: str) -> list[dict[str, object]]:
    """Return the rows of a sweep.

    Raises
    ------
    UsageError
        The file is neither CSV nor JSONL, or cannot be read.
    """
    if not file.endswith((".csv", ".jsonl", ".ndjson")):
        raise UsageError(f"{file} is neither a .csv nor a .jsonl file.")
    try:
        return parameters.read_rows(_text(file), file)
    except ParameterError as error:
        raise UsageError(str(error)) from None


class _Loader(yaml.SafeLoader):
    """Reads YAML; a date is text, as a cell is given what JSON has."""


_Loader.yaml_implicit_resolvers = {
    first: [each for each in known if not each[0].endswith(":timestamp")]
    for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
}


def _parsed(file: str) -> Any:
    text = _text(file)
    try:
        return json.loads(text) if file.endswith(".json") else yaml.load(text, _Loader)
    except (ValueError, yaml.YAMLError) as error:
        reason = " ".join(str(error).split())
        raise ParameterError(f"{file} cannot be read: {reason}.") from None


def _text(file: str) -> str:
    try:
        return Path(file).read_text(encoding="utf-8-sig")
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise ParameterError(f"{file} cannot be read: {reason}.") from None
