"""Unit tests of ``nbenv.core.typed.declared_parameters``."""

from __future__ import annotations

import pytest

from nbenv.core.typed.declared_parameters import ParameterError, declared
from tests.unit.core.typed.made import DEFAULTS, cell


def test_the_defaults_of_a_notebook() -> None:
    known = declared([cell(DEFAULTS, "parameters")])
    assert {name: each.kind for name, each in known.items()} == {
        "rate": "float", "steps": "int", "low": "", "rest": "", "count": "int", "name": "str",
        "fast": "bool", "sizes": "list", "pair": "tuple", "options": "dict", "share": "float",
        "limit": "int", "seed": "int", "anything": "", "either": "", "share2": "float",
        "noted": "dict", "given": "float", "tags": "set", "raw": "bytes", "day": "",
        "first": "int", "second": "str", "third": "str", "limit_of_rows": "list",
    }  # fmt: skip
    lines = [f"{line}\n" for line in DEFAULTS.splitlines()]
    assert declared([{**cell("", "parameters"), "source": lines}]) == known


def test_a_notebook_without_defaults_says_what_is_missing() -> None:
    with pytest.raises(ParameterError, match="none of its cells has the tag parameters"):
        declared([cell("a = 1", "other"), {"cell_type": "markdown", "source": ""}])
    with pytest.raises(ParameterError, match="is not Python, line 2: "):
        declared([cell("a = 1\nb = (", "parameters")])
    with pytest.raises(ParameterError, match="is not Python"):
        declared([cell("a = '\0'", "parameters")])


def test_a_default_that_only_the_kernel_can_evaluate_takes_any_value() -> None:
    known = declared([cell("a = {[1]: 2}\nb = f(1)", "parameters")])
    assert {name: each.kind for name, each in known.items()} == {"a": "", "b": ""}


@pytest.mark.parametrize(
    "code",
    [
        "%matplotlib inline\na = 1\n!date",
        "%%time\na = 1",
        "a = (1  # type: of no type at all (\n)",
        "if True:\n    b = 2\na = 1",
        "def a(): pass\na: int = 1",
    ],
)
def test_what_else_a_cell_may_hold(code: str) -> None:
    assert {name: each.kind for name, each in declared([cell(code, "parameters")]).items()} == {
        "a": "int"
    }
