"""Unit tests of ``nbenv.adopt.literals``."""

from __future__ import annotations

import ast

import pytest

from nbenv.adopt.literals import dotted_name, known_text, literal, literal_texts


def parsed(source: str) -> ast.expr:
    return ast.parse(source, mode="eval").body


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("'a'", "a"),
        ("x", "*"),
        ("b'a'", "*"),
        ("x + '.nc'", "*.nc"),
        ("f'{x}/a{y}'", "*/a*"),
        ("os.path.join(x, 'a.csv')", "*/a.csv"),
        ("x.get('a.csv')", "*"),
    ],
)
def test_known_texts(source: str, text: str) -> None:
    assert known_text(parsed(source)) == text


@pytest.mark.parametrize(
    ("source", "text"), [("True", "True"), ("None", "None"), ("'a'", "a"), ("1", ""), ("x", "")]
)
def test_literals(source: str, text: str) -> None:
    assert literal(parsed(source)) == text


def test_names_and_all_texts() -> None:
    assert (dotted_name(parsed("a.b.c")), dotted_name(parsed("f()"))) == ("a.b.c", "")
    call = parsed("f('a', ['b', g('c')], x)")
    assert isinstance(call, ast.Call)
    assert literal_texts(call) == ["a", "b", "c"]
