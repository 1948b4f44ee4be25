"""Unit tests of ``nbenv.core.typed.parameters``."""

from __future__ import annotations

import math
from typing import Any

import pytest

from nbenv.core.typed.parameters import (
    ParameterError,
    Text,
    declared,
    inject,
    read_mapping,
    read_rows,
    read_words,
    typed,
)

DEFAULTS = """\
# what a person may set
rate = 0.1
steps, unused = 3, 4
count = 3
name: str = "x"
fast = False
sizes = [1, 2]
pair = (1, 2)
options: dict[str, int] = {}
share: float = 1
limit: "int" = 5
seed: Optional[int] = None
anything = compute(2)
either: int | str = 1
"""


def cell(source: str, *tags: str) -> dict[str, Any]:
    return {"cell_type": "code", "source": source, "metadata": {"tags": list(tags)}, "outputs": []}


def given(**words: str) -> dict[str, object]:
    known = declared([cell("import os"), cell(DEFAULTS, "parameters")])
    return typed(known, {name: Text(word) for name, word in words.items()})


def test_the_defaults_of_a_notebook() -> None:
    known = declared([cell(DEFAULTS, "parameters")])
    assert {name: each.kind for name, each in known.items()} == {
        "rate": "float", "count": "int", "name": "str", "fast": "bool", "sizes": "list",
        "pair": "tuple", "options": "dict", "share": "float", "limit": "int", "seed": "int",
        "anything": "", "either": "",
    }  # fmt: skip
    lines = [f"{line}\n" for line in DEFAULTS.splitlines()]
    assert declared([{**cell("", "parameters"), "source": lines}]) == known


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
    ],
)
def test_text_gets_the_type_of_its_default(name: str, word: str, value: object) -> None:
    found = given(**{name: word})[name]
    assert (found, type(found)) == (value, type(value))


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
        ("unused", "1", "no parameter unused. Its parameters: rate, count, name"),
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


def test_a_notebook_without_defaults_says_what_is_missing() -> None:
    with pytest.raises(ParameterError, match="none of its cells has the tag parameters"):
        declared([cell("a = 1", "other"), {"cell_type": "markdown", "source": ""}])
    for code in ("%time a = 1", "a = '\0'"):
        with pytest.raises(ParameterError, match="not plain Python"):
            declared([cell(code, "parameters")])


def test_a_default_that_only_the_kernel_can_evaluate_takes_any_value() -> None:
    known = declared([cell("a = {[1]: 2}\nb = f(1)", "parameters")])
    assert {name: each.kind for name, each in known.items()} == {"a": "", "b": ""}


def test_the_words_and_files_that_give_parameters() -> None:
    assert read_words(["a=1", "b=x=y", "a=2"]) == {"a": "2", "b": "x=y"}
    for word in ("a", "=1", "a b=1", "1a=1"):
        with pytest.raises(ParameterError, match="write NAME=VALUE"):
            read_words([word])
    for value in (["a"], None, {1: 2}):
        with pytest.raises(ParameterError, match=r"p\.yaml must hold names"):
            read_mapping(value, "p.yaml")


def test_the_rows_of_a_sweep() -> None:
    rows = read_rows('rate, name\r\n0.1,"a,\nb"\r\n\r\n2,\r\n', "p.csv")
    assert rows == [{"rate": "0.1", "name": "a,\nb"}, {"rate": "2"}]
    assert all(isinstance(each, Text) for row in rows for each in row.values())
    assert read_rows('{"a": 1}\r\n\n{"b": "1"}\n', "p.jsonl") == [{"a": 1}, {"b": "1"}]
    assert read_rows('{"a": "\u2028\x85"}', "p.jsonl") == [{"a": "\u2028\x85"}]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("p.csv", "", "has no rows"),
        ("p.csv", "a,b\n", "has no rows"),
        ("p.csv", "a,a\n1,2\n", "must name each parameter once"),
        ("p.csv", "a,b c\n1,2\n", "must name each parameter once"),
        (
            "p.csv",
            "a,b\n1,2\n3\n",
            "has another number of fields (1) than its first line (2).",
        ),
        ("p.jsonl", '{"a": 1}\n{"a"\n', "Line 2 of p.jsonl is not JSON"),
        ("p.jsonl", "[1]\n", "Line 1 of p.jsonl must hold names"),
        ("p.csv", "a\n" + "x" * 200_000, "is not CSV that can be read: field larger than"),
    ],
)
def test_rows_that_cannot_be_read(file: str, text: str, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read_rows(text, file)
    assert message in str(caught.value)


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
