"""JSON read without `json`: the same values, and an error where that has one."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nbenv.core import fast_json

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)
OTHERS = [
    "",
    " ",
    "{",
    "[1,",
    '{"a" 1}',
    "nul",
    "NaN",
    "-Infinity",
    "1 2",
    "\ufeff{}",
    '"\t"',
    "01",
    "--",
]


def both(text: str) -> tuple[object, object]:
    """Return what the two make of a text: the value's repr, which tells NaN too, or the error."""
    found = []
    for loads in (json.loads, fast_json.loads):
        try:
            found.append(repr(loads(text)))
        except ValueError:
            found.append("an error")
    return found[0], found[1]


@given(VALUES, st.sampled_from([None, 2]), st.sampled_from(["", " ", "\r\n\t"]))
def test_values(value: object, indent: int | None, around: str) -> None:
    expected, found = both(around + json.dumps(value, indent=indent) + around)
    assert found == expected != "an error"


@given(VALUES, st.integers(0, 200), st.text(max_size=2))
def test_texts_that_were_cut_or_changed(value: object, place: int, added: str) -> None:
    text = json.dumps(value)
    for changed in (text[:place] + added, text[:place] + added + text[place:]):
        expected, found = both(changed)
        assert found == expected


@pytest.mark.parametrize("text", OTHERS)
def test_others(text: str) -> None:
    expected, found = both(text)
    assert found == expected


def test_an_interpreter_that_has_no_such_scanner(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("_json.make_scanner", None)
    assert fast_json._scanner() is None
    monkeypatch.setattr(fast_json, "_scan", None)
    assert fast_json.loads('{"a": 1}') == {"a": 1}


def test_it_is_used_here() -> None:
    assert fast_json._scan is not None
