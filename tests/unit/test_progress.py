"""The protocol of everything that takes time, and tables as plain text."""

from __future__ import annotations

import pytest

from nbenv.progress import Progress, Steps, Table, drain


def steps() -> Steps[int]:
    yield Progress("resolve", "first")
    yield Progress("install", "second")
    return 42


def test_a_result_comes_at_the_end() -> None:
    said: list[str] = []
    assert drain(steps(), lambda each: said.append(each.message)) == 42
    assert said == ["first", "second"]
    assert drain(steps()) == 42


def test_an_error_passes() -> None:
    def fails() -> Steps[int]:
        yield Progress("resolve", "first")
        raise KeyError("x")

    with pytest.raises(KeyError):
        drain(fails())


def test_a_table_is_as_wide_as_its_cells() -> None:
    table = Table(("A", "Long"), (("wide", ""), ("b", "c")), ("text", "text"))
    assert str(table).splitlines() == ["A     Long", "wide", "b     c"]
    assert table.map(str.upper).rows == (("WIDE", ""), ("B", "C"))
    assert table.map(str.upper).headers == ("A", "Long")
