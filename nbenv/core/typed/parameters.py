"""Parameters of a notebook, as papermill has them: a cell tagged ``parameters`` has the defaults.

The values of one run come in a cell of their own after it, tagged ``injected-parameters``. This
module is also copied into images, where it runs on Python 3.8 and imports nothing of nbenv.

https://papermill.readthedocs.io/en/latest/usage-parameterize.html
"""

from __future__ import annotations

import ast
import contextlib
import csv
import json
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

__all__ = [
    "INJECTED", "TAG", "Default", "ParameterError", "Text", "declared", "inject", "read_mapping",
    "read_rows", "read_words", "typed",
]  # fmt: skip

TAG, INJECTED = "parameters", "injected-parameters"
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")
_KINDS = {
    "int": "a whole number", "float": "a number", "bool": "true or false", "str": "text",
    "list": "a list, as in JSON", "tuple": "a list, as in JSON", "dict": "an object, as in JSON",
}  # fmt: skip
"""The types that are checked, and what to say that they take."""

if TYPE_CHECKING:  # for Python 3.8, which has no such types at run time
    Cell = Mapping[str, Any]


class ParameterError(ValueError):
    """Parameters that do not fit the notebook, or cannot be read."""


class Text(str):
    """A value that came as text, such as from a command line: what it is says its default."""

    __slots__ = ()


@dataclass(frozen=True)
class Default:
    """A parameter's default as code, and the name of its type, "" where any will do."""

    code: str
    kind: str
    takes_none: bool = False


# -- what a notebook declares


def declared(cells: Sequence[Cell]) -> dict[str, Default]:
    """Return the parameters that the notebook's cells declare.

    Raises
    ------
    ParameterError
        No cell is tagged, or the tagged one is no Python.
    """
    cell = next((each for each in cells if TAG in _tags(each)), None)
    if cell is None:
        raise ParameterError(
            f"The notebook takes no parameters: none of its cells has the tag {TAG}. Give that tag "
            "to the cell that assigns their defaults."
        )
    source = cell.get("source", "")
    code = source if isinstance(source, str) else "".join(source)
    try:
        return dict(_assigned(code))
    except (SyntaxError, ValueError) as error:  # the latter for a null byte, before Python 3.12
        raise ParameterError(f"The cell tagged {TAG} is not plain Python: {error}.") from None


def _assigned(code: str) -> Iterator[tuple[str, Default]]:
    for node in ast.parse(code).body:
        if isinstance(node, ast.Assign):
            default = _default(node.value, code)
            yield from ((each.id, default) for each in node.targets if isinstance(each, ast.Name))
        elif isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.value:
            default = _default(node.value, code)
            yield node.target.id, _annotated(default, node.annotation)


def _default(value: ast.expr, code: str) -> Default:
    shown = ast.get_source_segment(code, value) or ""
    try:
        known = ast.literal_eval(value)
    except (TypeError, ValueError):  # a computed value, or a list as a key
        return Default(shown, "", takes_none=True)
    kind = type(known).__name__
    return Default(shown, kind if kind in _KINDS else "", known is None)


def _annotated(default: Default, annotation: ast.expr) -> Default:
    """Return a default with the type of its annotation, as far as it is one that is checked."""
    names = [each.id.lower() for each in ast.walk(annotation) if isinstance(each, ast.Name)]
    kinds = [name for name in names if name in _KINDS]
    takes_none = default.takes_none or "optional" in names
    if not kinds:
        return Default(default.code, default.kind, takes_none)
    is_one = len(kinds) == 1 or kinds[0] in ("list", "dict", "tuple")
    return Default(default.code, kinds[0] if is_one else "", takes_none)


def _tags(cell: Cell) -> Sequence[str]:
    tags = cell.get("metadata", {}).get("tags", ())
    return tags if isinstance(tags, (list, tuple)) else ()


# -- what is given


def read_words(words: Sequence[str]) -> dict[str, object]:
    """Return parameters given as ``NAME=VALUE``; of a name given twice, the last counts."""
    given: dict[str, object] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals or not name.strip().isidentifier():
            raise ParameterError(f"{word!r} is not a parameter: write NAME=VALUE.")
        given[name.strip()] = Text(text)
    return given


def read_mapping(value: object, file: str) -> dict[str, object]:
    """Return the parameters of a parsed JSON or YAML file."""
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise ParameterError(f"{file} must hold names and their values, as in: alpha: 0.1")
    return value


def read_rows(text: str, file: str) -> list[dict[str, object]]:
    """Return the rows of a sweep: CSV with a line of names, or a JSON object on each line.

    An empty field of CSV leaves the default.
    """
    reader = _json_rows if file.endswith((".jsonl", ".ndjson")) else _csv_rows
    try:
        rows = list(reader(text, file))
    except csv.Error as error:
        raise ParameterError(f"{file} is not CSV that can be read: {error}.") from None
    if not rows:
        raise ParameterError(f"{file} has no rows.")
    return rows


def _json_rows(text: str, file: str) -> Iterator[dict[str, object]]:
    for number, line in enumerate(text.split("\n"), 1):  # other separators may stand in JSON
        if line.strip():
            try:
                value = json.loads(line)
            except ValueError as error:
                raise ParameterError(f"Line {number} of {file} is not JSON: {error}.") from None
            yield read_mapping(value, f"Line {number} of {file}")


def _csv_rows(text: str, file: str) -> Iterator[dict[str, object]]:
    lines = csv.reader(f"{line}\n" for line in text.split("\n"))
    names = [name.strip() for name in next(lines, [])]
    if len(set(names)) < len(names) or not all(name.isidentifier() for name in names):
        raise ParameterError(f"The first line of {file} must name each parameter once.")
    for fields in lines:
        if not fields:
            continue
        if len(fields) != len(names):
            raise ParameterError(
                f"Line {lines.line_num} of {file} has another number of fields ({len(fields)}) "
                f"than its first line ({len(names)})."
            )
        yield {name: Text(field) for name, field in zip(names, fields) if field.strip()}  # noqa: B905


# -- what a run gets


def typed(defaults: Mapping[str, Default], given: Mapping[str, object]) -> dict[str, object]:
    """Return what was given with the types of the defaults.

    Raises
    ------
    ParameterError
        A name that the notebook does not declare, or a value of another type.
    """
    if unknown := [name for name in given if name not in defaults]:
        raise ParameterError(
            f"The notebook has no parameter {', '.join(unknown)}. Its parameters: "
            f"{', '.join(defaults) or 'none'}."
        )
    return {name: _converted(name, defaults[name], value) for name, value in given.items()}


def _converted(name: str, default: Default, value: object) -> object:
    """Return one value in the type of its default."""
    if value is None or (isinstance(value, Text) and value.strip().lower() in ("none", "null")):
        if default.takes_none or not default.kind:
            return None
        if default.kind != "str" or value is None:
            raise _mismatch(name, default, value)
    if not default.kind:
        return _guessed(value) if isinstance(value, Text) else value
    try:
        return _as(default.kind, value)
    except (TypeError, ValueError, SyntaxError, OverflowError):
        raise _mismatch(name, default, value) from None


def _as(kind: str, value: object) -> object:
    """Return a value as a type; raise `ValueError` where it is another one."""
    if kind == "str":
        return str(value) if isinstance(value, str) else _refuse()
    if kind == "bool":
        if isinstance(value, str):
            word = value.strip().lower()
            return word in _YES or (word not in _NO and _refuse())
        return value if isinstance(value, bool) else _refuse()
    if kind in ("int", "float"):
        if isinstance(value, bool) or not isinstance(value, (str, int, float)):
            return _refuse()
        if kind == "float":
            return float(value)
        return int(value, 10) if isinstance(value, str) else _whole(value)
    found = _literal(value) if isinstance(value, str) else value
    wanted = dict if kind == "dict" else (list, tuple)
    if not isinstance(found, wanted):
        return _refuse()
    return tuple(found) if kind == "tuple" else found


def _whole(value: float) -> int:
    return int(value) if value == int(value) else _refuse()


def _literal(text: str) -> object:
    with contextlib.suppress(ValueError):
        return json.loads(text)
    return ast.literal_eval(text.strip())


def _refuse() -> Any:
    raise ValueError


def _guessed(text: str) -> object:
    """Return what a text is where no default says it: a number, true or false, or text."""
    if (lowered := text.strip().lower()) in ("true", "false"):
        return lowered == "true"
    for kind in (int, float):
        with contextlib.suppress(ValueError):
            return kind(text)
    return str(text)


def _mismatch(name: str, default: Default, value: object) -> ParameterError:
    text = f"{name}={value}" if isinstance(value, str) else f"{name}={value!r}"
    hint = f" (annotate it to allow others: {name}: float = {default.code})"
    return ParameterError(
        f"{text}: {name} takes {_KINDS[default.kind]}, as its default is {default.code}"
        f"{hint if default.kind == 'int' else ''}."
    )


# -- the injected cell


def inject(notebook: dict[str, Any], values: Mapping[str, object]) -> None:
    """Put the values into a notebook, in a cell after its defaults; one of an earlier run goes."""
    cells = [cell for cell in notebook["cells"] if INJECTED not in _tags(cell)]
    if values:
        lines = [f"{name} = {_as_code(value)}" for name, value in values.items()]
        cell: dict[str, Any] = {
            "cell_type": "code",
            "execution_count": None,
            "metadata": {"tags": [INJECTED]},
            "outputs": [],
            "source": "\n".join(["# Parameters", *lines]),
        }
        if notebook.get("nbformat_minor", 0) >= 5:
            cell = {"id": INJECTED, **cell}
        place = next(number for number, each in enumerate(cells, 1) if TAG in _tags(each))
        cells.insert(place, cell)
    notebook["cells"] = cells


def _as_code(value: object) -> str:
    """Return Python for a value of JSON, which may hold numbers that have no literal."""
    if isinstance(value, float) and not math.isfinite(value):
        return f"float({str(value)!r})"
    if isinstance(value, str):
        return repr(str(value))
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_as_code(each)}" for key, each in value.items()) + "}"
    if isinstance(value, (list, tuple)):
        inner = ", ".join(map(_as_code, value))
        if isinstance(value, list):
            return f"[{inner}]"
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    return repr(value)
