"""Unit tests of ``nbenv.adopt.json_values``."""

from __future__ import annotations

import pytest

from nbenv.adopt.json_values import as_list, as_mapping, as_texts, objects_in, python_in


@pytest.mark.parametrize(
    ("value", "mapping"),
    [({"a": 1}, {"a": 1}), ('{"a": 1}', {"a": 1}), ("{", {}), ("[1]", {}), (None, {}), ([1], {})],
)
def test_mappings(value: object, mapping: object) -> None:
    assert as_mapping(value) == mapping


def test_lists() -> None:
    assert as_list((1, 2)) == [1, 2]
    assert as_list("ab") == as_list(None) == as_list({"a": 1}) == []
    assert objects_in([{"a": 1}, 1, "{}", None]) == [{"a": 1}]
    assert objects_in({"a": 1}) == objects_in(None) == []
    assert as_texts(["a", 1, None, "b"]) == ["a", "b"]


@pytest.mark.parametrize(
    ("value", "python"),
    [
        ("3.10.4", "3.10"), (">=3.9,<4", "3.9"), ("python-3.8", "3.8"), ("=3.10=py310_0", "3.10"),
        ("2.7", None), ("3", None), ("13.10", None), (None, None), (3.9, "3.9"),
    ],
)  # fmt: skip
def test_pythons(value: object, python: str | None) -> None:
    assert python_in(value) == python
