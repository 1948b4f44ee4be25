"""Parameters of a run, as papermill has them: values for what a notebook declares.

The values of one run come in a cell of their own after the defaults, tagged
``injected-parameters``. This module and those that it imports are copied into images as well, side
by side. There they run on Python 3.8, and import nothing else of nbenv.
"""

from __future__ import annotations

import ast
import contextlib
import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from nbenv.core.typed.declared_parameters import KINDS, TAG, Default, ParameterError, tags_of
from nbenv.core.typed.given_values import Text, is_json

__all__ = ["INJECTED", "carried", "inject", "typed", "typed_rows"]

INJECTED = "injected-parameters"
_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


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


def typed_rows(
    defaults: Mapping[str, Default],
    rows: Sequence[Mapping[str, object]],
    common: Mapping[str, object] = {},
) -> list[dict[str, object]]:
    """Return what `typed` does for each row and what all have; an error names the row."""
    made = []
    for number, row in enumerate(rows, 1):
        try:
            made.append(typed(defaults, {**common, **row}))
        except ParameterError as error:
            raise ParameterError(f"Row {number} does not fit. {error}") from None
    return made


def carried(values: Mapping[str, object]) -> dict[str, object]:
    """Return values as JSON can carry them; `typed` makes them again what they were."""
    return {name: each if is_json(each) else repr(each) for name, each in values.items()}


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
        return float(value) if kind == "float" else _whole(value)
    found = _literal(value) if isinstance(value, str) else value
    if kind in ("list", "tuple") and isinstance(found, (list, tuple)):
        return tuple(found) if kind == "tuple" else found
    return found if type(found).__name__ == kind else _refuse()


def _whole(value: str | float) -> int:
    """Return a whole number; tables write one as 3.0 where a field of its column is empty."""
    if isinstance(value, str):
        with contextlib.suppress(ValueError):
            return int(value, 10)
        value = float(value)
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
    reason = f", as its default is {default.code}" if default.code else ""
    hint = f" (annotate it to allow others: {name}: float = {default.code})"
    return ParameterError(
        f"{text}: {name} takes {KINDS[default.kind]}{reason}"
        f"{hint if reason and default.kind == 'int' else ''}."
    )


# -- the injected cell


def inject(notebook: dict[str, Any], values: Mapping[str, object]) -> None:
    """Put the values into a notebook, in a cell after its defaults; one of an earlier run goes."""
    cells = [cell for cell in notebook["cells"] if INJECTED not in tags_of(cell)]
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
        place = next(number for number, each in enumerate(cells, 1) if TAG in tags_of(each))
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
