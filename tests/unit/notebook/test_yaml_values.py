"""YAML is read without what makes it dangerous, and written as jupytext writes it."""

from __future__ import annotations

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from nbenv.notebook.yaml_values import compose, dump, is_block, keys_of, value_of

TEXT = st.text(st.characters(codec="utf-8"), max_size=20)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | TEXT,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXT, inner, max_size=3),
    max_leaves=8,
)


@given(value=st.dictionaries(TEXT, VALUES, min_size=1, max_size=3), column=st.integers(0, 5))
def test_what_is_written_is_read(value: dict[str, object], column: int) -> None:
    root = compose("\n".join(dump(value, column)))
    assert root is not None
    assert value_of(root) == value


def test_it_looks_like_jupytexts() -> None:
    value: dict[str, object] = {"a": {"b": ["x" * 70 + " y", "é"], "c": 1}}
    assert dump(value) == yaml.safe_dump(value, default_flow_style=False).splitlines()
    assert [f"  {line}" for line in dump({"c": 1})] == dump({"c": 1}, 2)


@pytest.mark.parametrize("text", ["", "# nothing", "text", "- 1"])
def test_only_a_mapping_counts(text: str) -> None:
    assert compose(text) is None


def test_no_tag_constructs_an_object() -> None:
    root = compose("a: !!python/object/apply:os.system ['x']\nb: 2001-01-01\nc: !!x y\nd: 0x1\n")
    assert root is not None
    assert value_of(root) == {"a": ["x"], "b": "2001-01-01", "c": "y", "d": "0x1"}


def test_places_of_keys() -> None:
    root = compose("a:\n  b: |\n    x\n\n# between\nc: [1,\n  2]\nd:\n- 'y\n\n  z'\n")
    found = {name: (key.line, key.end) for name, key in keys_of(root).items()}
    assert found == {"a": (0, 4), "c": (5, 7), "d": (7, 11)}
    assert is_block(root)
    assert not is_block(keys_of(root)["c"].value)
