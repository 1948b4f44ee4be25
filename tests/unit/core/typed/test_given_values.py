"""Unit tests of ``nbenv.core.typed.given_values``."""

from __future__ import annotations

import json

import pytest

from nbenv.core.typed.declared_parameters import ParameterError
from nbenv.core.typed.given_values import Text, read_file, read_rows, read_words


def test_the_words_that_give_parameters() -> None:
    assert read_words(["a=1", "b=x=y", "a=2"]) == {"a": "2", "b": "x=y"}
    for word in ("a", "=1", "a b=1", "1a=1"):
        with pytest.raises(ParameterError, match="write NAME=VALUE"):
            read_words([word])


def test_a_file_has_what_json_has() -> None:
    text = "rate: 1e-3\nday: 2026-01-31\nnone: null\nsizes: [1, -2.5e+3, {a: yes}]\n"
    values = {"rate": 0.001, "day": "2026-01-31", "none": None, "sizes": [1, -2500.0, {"a": True}]}
    assert read_file(text, "p.yaml") == values
    assert read_file(json.dumps(values), "p.json") == values
    for wrong in ("- a", "", "1: 2", "a"):
        with pytest.raises(ParameterError, match=r"p\.yml must hold names"):
            read_file(wrong, "p.yml")
    for odd in ("!!set {x}", "!!binary eA==", "{1: 2}"):
        with pytest.raises(ParameterError, match="a value for a that JSON does not know"):
            read_file(f"a: {odd}", "p.yaml")
    for name, wrong in (("p.yaml", "a: ["), ("p.json", "{"), ("p.yaml", "a: !!python/none x")):
        with pytest.raises(ParameterError, match=f"{name} cannot be read"):
            read_file(wrong, name)


def test_the_rows_of_a_sweep() -> None:
    rows = read_rows('rate, name\r\n0.1,"a,\nb"\r\n\r\n2,\r\n', "p.csv")
    assert rows == [{"rate": "0.1", "name": "a,\nb"}, {"rate": "2"}]
    assert all(isinstance(each, Text) for row in rows for each in row.values())
    assert read_rows('{"a": 1}\r\n\n{"b": "1\u2028"}\n', "p.jsonl") == [{"a": 1}, {"b": "1\u2028"}]
    assert read_rows("a,b\n,\n  \n1,2", "p.csv") == [{}, {"a": "1", "b": "2"}]
    assert read_rows("a\n\n 1\n", "p.csv") == [{"a": " 1"}]


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("p.csv", "", "has no rows"),
        ("p.csv", "a,b\n", "has no rows"),
        ("p.csv", "a,b\n\n\n", "has no rows"),
        ("p.csv", "a,a\n1,2\n", "'a' is in the first line of p.csv, which names it twice."),
        ("p.csv", "a,b c\n1,2\n", "'b c' is in the first line of p.csv, which must name"),
        ("p.csv", "a;b\n1;2\n", "'a;b' is in the first line of p.csv, which must name"),
        ("p.csv", "a,\n1,2\n", "'' is in the first line of p.csv"),
        (
            "p.csv",
            "a,b\n1,2\n3\n",
            "Line 3 of p.csv does not fit the first one, which names 2: 1 field.",
        ),
        ("p.csv", "a\n" + "x" * 200_000, "p.csv is not CSV: field larger"),
        ("p.jsonl", "\n \n", "has no rows"),
        ("p.jsonl", '{"a": 1}\n{"a"\n', "Line 2 of p.jsonl is not JSON"),
        ("p.jsonl", "[1]\n", "Line 1 of p.jsonl must hold names"),
    ],
)
def test_rows_that_cannot_be_read(file: str, text: str, message: str) -> None:
    with pytest.raises(ParameterError) as caught:
        read_rows(text, file)
    assert message in str(caught.value)
