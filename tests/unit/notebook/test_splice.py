"""Keys set in a notebook's text, with nothing else changed."""

from __future__ import annotations

import json

import pytest

from nbenv.notebook.splice import with_metadata

LINES = """{
 "cells": [{"source": "\\u00e9"}],
 "metadata": {
  "a": 1.0,
  "z": {}
 },
 "nbformat": 4
}
"""


def test_a_new_key_keeps_sorted_keys_sorted() -> None:
    expected = LINES.replace('  "z"', '  "nbenv": {\n   "x": [\n    1\n   ]\n  },\n  "z"')
    assert with_metadata(LINES, {"nbenv": {"x": [1]}}) == expected


def test_a_new_key_is_last_where_keys_are_not_sorted() -> None:
    text = '{"metadata": {"z": 1, "b": 2}}'
    assert with_metadata(text, {"c": 3}) == '{"metadata": {"z": 1, "b": 2, "c": 3}}'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"metadata": {}}', '{"metadata": {"k": 1}}'),
        ('{"cells": []}', '{"cells": [], "metadata": {"k": 1}}'),
        ('{\n "metadata": {}\n}', '{\n "metadata": {\n  "k": 1\n }\n}'),
        ('{\n\t"metadata": {\n\t}\n}', '{\n\t"metadata": {\n\t\t"k": 1\n\t}\n}'),
        ('{\r\n  "metadata": {}\r\n}', '{\r\n  "metadata": {\r\n    "k": 1\r\n  }\r\n}'),
    ],
)
def test_the_layout_is_followed(text: str, expected: str) -> None:
    assert with_metadata(text, {"k": 1}) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('{"metadata": {"k": 1}}', '{"metadata": {}}'),
        ('{"metadata": {"k": 1, "l": 2}}', '{"metadata": {"l": 2}}'),
        ('{"metadata": {"j": 0, "k": 1}}', '{"metadata": {"j": 0}}'),
        ('{"metadata": {"j": 0, "k": 1, "l": 2}}', '{"metadata": {"j": 0, "l": 2}}'),
        ('{"metadata": {"j": 0}}', '{"metadata": {"j": 0}}'),
    ],
)
def test_a_key_is_removed_with_its_comma(text: str, expected: str) -> None:
    assert with_metadata(text, {"k": None}) == expected


def test_an_equal_value_keeps_its_spelling() -> None:
    assert with_metadata(LINES, {"a": 1}) == LINES


def test_another_value_is_replaced_in_its_place() -> None:
    assert with_metadata(LINES, {"a": "ü"}) == LINES.replace("1.0", '"ü"')


def test_the_last_of_equal_names_counts() -> None:
    text = '{"metadata": {"k": 0}, "metadata": {"k": 1, "k": 2}}'
    assert json.loads(with_metadata(text, {"k": 3}))["metadata"] == {"k": 3}
    assert json.loads(with_metadata(text, {"k": None}))["metadata"] == {}


def test_a_name_in_a_text_or_a_cell_is_not_mistaken() -> None:
    text = (
        '{"cells": [{"metadata": {"k": 1}, "source": "\\"metadata\\": {"}], "metadata": {"k": 1}}'
    )
    changed = json.loads(with_metadata(text, {"k": 2}))
    assert changed["metadata"] == {"k": 2}
    assert changed["cells"] == json.loads(text)["cells"]
