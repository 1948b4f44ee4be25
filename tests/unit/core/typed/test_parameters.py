"""Unit tests of ``nbenv.core.typed.parameters``."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from nbenv.core.typed.declared_parameters import ParameterError, declared
from nbenv.core.typed.given_values import Text
from nbenv.core.typed.parameters import carried, inject, typed
from tests.unit.core.typed.made import DEFAULTS, cell


def given(**words: str) -> dict[str, object]:
    known = declared([cell("import os"), cell(DEFAULTS, "parameters")])
    return typed(known, {name: Text(word) for name, word in words.items()})


@pytest.mark.parametrize(
    ("name", "word", "value"),
    [
        ("rate", "1", 1.0),
        ("rate", "1e-3", 0.001),
        ("rate", "inf", math.inf),
        ("count", "-7", -7),
        ("name", "", ""),
        ("name", "1", "1"),
        ("name", "None", "None"),
        ("fast", "Yes", True),
        ("fast", "0", False),
        ("sizes", "[3, 4]", [3, 4]),
        ("sizes", "['a']", ["a"]),
        ("pair", "[3]", (3,)),
        ("options", '{"a": 1}', {"a": 1}),
        ("share", "0.5", 0.5),
        ("seed", "null", None),
        ("seed", "4", 4),
        ("anything", "0.5", 0.5),
        ("anything", "true", True),
        ("anything", "text", "text"),
        ("either", "a", "a"),
        ("steps", "2", 2),
        ("low", "0.5", 0.5),
        ("count", "5.0", 5),
        ("count", "1e3", 1000),
        ("rate", "-1e-3", -0.001),
        ("name", 'it\'s "so"\n\t\\ ü 日', 'it\'s "so"\n\t\\ ü 日'),
        ("options", "{1: (2, 3)}", {1: (2, 3)}),
        ("sizes", "[]", []),
        ("pair", "((1, 2), None)", ((1, 2), None)),
        ("share2", "0.5", 0.5),
        ("noted", "None", None),
        ("noted", '{"a": 1}', {"a": 1}),
        ("given", "1", 1.0),
        ("tags", "{'b', 'c'}", {"b", "c"}),
        ("raw", "b'y'", b"y"),
        ("day", "2026-02-28", "2026-02-28"),
        ("second", "", ""),
        ("limit_of_rows", "none", None),
    ],
)
def test_text_gets_the_type_of_its_default(name: str, word: str, value: object) -> None:
    values = given(**{name: word})
    assert (values[name], type(values[name])) == (value, type(value))
    code = [cell(DEFAULTS, "parameters")]
    assert typed(declared(code), json.loads(json.dumps(carried(values)))) == values
    notebook = {"cells": code}
    inject(notebook, values)
    ran: dict[str, object] = {}
    exec(notebook["cells"][1]["source"], ran)
    assert ran[name] == value


@pytest.mark.parametrize(
    ("name", "word", "message"),
    [
        ("rate", "fast", "rate=fast: rate takes a number, as its default is 0.1."),
        ("count", "0.5", "annotate it to allow others: count: float = 3"),
        ("count", "None", "takes a whole number"),
        ("fast", "2", "takes true or false"),
        ("sizes", "3", "takes a list"),
        ("sizes", "[", "takes a list"),
        ("options", "[]", "takes an object"),
        ("options", "{[1]: 2}", "takes an object"),
        ("options", "{{}}", "takes an object"),
        ("count", "inf", "takes a whole number"),
        ("given", "x", "given=x: given takes a number."),
        ("tags", "[1]", "takes a set"),
        ("unknown", "1", "no parameter unknown. Its parameters: rate, steps, low, rest, count"),
    ],
)
def test_other_values_and_names_are_refused(name: str, word: str, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        given(**{name: word})
    assert message in str(caught.value)


def test_values_of_a_file_keep_their_types() -> None:
    known = declared([cell(DEFAULTS, "parameters")])
    values = {"rate": 1, "count": 3.0, "anything": "1", "name": "a", "seed": None, "fast": True}
    found = typed(known, values)
    assert found == {**values, "rate": 1.0, "count": 3}
    assert isinstance(found["rate"], float) and isinstance(found["count"], int)
    for name, wrong in (("count", 0.5), ("count", True), ("name", 1), ("fast", 1), ("rate", None)):
        with pytest.raises(ParameterError, match=name):
            typed(known, {name: wrong})


def test_the_first_of_several_tagged_cells_counts() -> None:
    cells = [cell("a = 1", "parameters"), cell("a = 2; b = 3", "parameters"), cell("print(a)")]
    assert list(declared(cells)) == ["a"]
    notebook = {"cells": cells}
    inject(notebook, {"a": 5})
    assert [each["source"] for each in notebook["cells"]] == [
        "a = 1", "# Parameters\na = 5", "a = 2; b = 3", "print(a)"
    ]  # fmt: skip


def test_the_injected_cell_follows_the_defaults_and_replaces_an_earlier_one() -> None:
    old = cell("a = 0", "injected-parameters")
    notebook = {"cells": [cell("1"), cell("a = 1", "parameters"), old], "nbformat_minor": 5}
    values = {"a": math.nan, "b": [Text("x"), {"k": (1,)}, None, True, -math.inf], "c": ()}
    inject(notebook, values)
    first, defaults, injected = notebook["cells"]  # type: ignore[misc]
    assert injected["id"] and injected["metadata"]["tags"] == ["injected-parameters"]
    names: dict[str, Any] = {}
    exec(injected["source"], names)
    assert math.isnan(names["a"])
    assert (names["b"], names["c"]) == (values["b"], ())
    inject(notebook, {})
    assert notebook["cells"] == [first, defaults]
    notebook["nbformat_minor"] = 4
    inject(notebook, {"a": 1})
    assert "id" not in notebook["cells"][2]  # type: ignore[index]
