"""Parameters as they are given: words, files, and tables with a row for each run.

This module is copied into images, too (see `parameters`).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Iterator, Sequence

from nbenv.core.typed.declared_parameters import ParameterError

__all__ = ["Text", "is_json", "read_file", "read_rows", "read_words"]


class Text(str):
    """A value that came as text, such as from a command line: what it is says its default."""

    __slots__ = ()


def read_words(words: Sequence[str]) -> dict[str, object]:
    """Return parameters given as ``NAME=VALUE``; of a name given twice, the last counts."""
    given: dict[str, object] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ParameterError(f"{word!r} is not a parameter: write NAME=VALUE.")
        given[name.strip()] = Text(text)
    return given


def read_file(text: str, file: str) -> dict[str, object]:
    """Return the parameters in the text of a YAML file, or of one of JSON.

    YAML's dates stay text, and ``1e-3`` is a number, as a cell is given what JSON has.
    """
    try:
        value = _yaml(text) if file.endswith((".yaml", ".yml")) else json.loads(text)
    except ImportError:  # in an image, which has what a notebook locks
        raise ParameterError(f"Without PyYAML, {file} cannot be read: use JSON.") from None
    except ValueError as error:
        reason = " ".join(str(error).split())
        raise ParameterError(f"{file} cannot be read: {reason}.") from None
    return _mapping(value, file)


def _yaml(text: str) -> object:
    import yaml

    class Loader(yaml.SafeLoader):
        """A loader of its own, as `add_implicit_resolver` changes a class."""

    Loader.yaml_implicit_resolvers = {
        first: [each for each in known if not each[0].endswith(":timestamp")]
        for first, known in yaml.SafeLoader.yaml_implicit_resolvers.items()
    }
    number = re.compile(r"[-+]?[0-9]+[eE][-+]?[0-9]+$")  # YAML 1.1 wants a dot
    Loader.add_implicit_resolver("tag:yaml.org,2002:float", number, list("-+0123456789"))
    try:
        return yaml.load(text, Loader)
    except yaml.YAMLError as error:
        raise ValueError(str(error)) from None


def _mapping(value: object, place: str) -> dict[str, object]:
    """Return a parsed object of names and values; refuse another one."""
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ParameterError(f"{place} must hold names and their values, as in: alpha: 0.1")
    if odd := [name for name, each in value.items() if not is_json(each)]:
        raise ParameterError(f"{place} has a value for {odd[0]} that JSON does not know.")
    return value


def is_json(value: object) -> bool:
    """Return whether JSON gives a value back as it is."""
    if isinstance(value, list):
        return all(map(is_json, value))
    if isinstance(value, dict):
        return all(isinstance(key, str) and is_json(each) for key, each in value.items())
    return value is None or isinstance(value, (str, int, float))


def read_rows(text: str, file: str) -> list[dict[str, object]]:
    """Return the rows of a sweep: CSV with a line of names, or a JSON object on each line.

    An empty field of CSV leaves the default.
    """
    reader = _json_rows if file.endswith((".jsonl", ".ndjson")) else _csv_rows
    try:
        rows = list(reader(text, file))
    except csv.Error as error:
        raise ParameterError(f"{file} is not CSV: {error}.") from None
    if not rows:
        raise ParameterError(f"{file} has no rows.")
    return rows


def _json_rows(text: str, file: str) -> Iterator[dict[str, object]]:
    for number, line in enumerate(text.split("\n"), 1):  # texts may have other ends of lines
        if line.strip():
            try:
                value = json.loads(line)
            except ValueError as error:
                raise ParameterError(f"Line {number} of {file} is not JSON: {error}.") from None
            yield _mapping(value, f"Line {number} of {file}")


def _csv_rows(text: str, file: str) -> Iterator[dict[str, object]]:
    lines = csv.reader(f"{line}\n" for line in text.split("\n"))
    names = [name.strip() for name in next(lines, [])]
    for number, name in enumerate(names):
        if not name.isidentifier() or name in names[:number]:
            what = "names it twice" if name.isidentifier() else "must name parameters, with commas"
            raise ParameterError(f"{name!r} is in the first line of {file}, which {what}.")
    for fields in lines:
        if len(fields) < 2 and not "".join(fields).strip():
            continue
        if len(fields) != len(names):
            raise ParameterError(
                f"Line {lines.line_num} of {file} does not fit the first one, which names "
                f"{len(names)}: {len(fields)} field{'' if len(fields) == 1 else 's'}."
            )
        yield {name: Text(field) for name, field in zip(names, fields) if field.strip()}  # noqa: B905
