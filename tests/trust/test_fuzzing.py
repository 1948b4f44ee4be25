"""Foreign input raises only nbenv's own errors (longer runs: ``python -m tests.trust.fuzz``)."""

from __future__ import annotations

import json

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.support import hostile
from tests.support.fuzzing import TARGETS, run

FEW = settings(
    max_examples=100,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
CASES = {
    "line": [*hostile.LINES.values(), hostile.GOOD_LINE],
    "requirement": [*hostile.REQUIREMENTS.values()],
    "address": [*hostile.ADDRESSES.values()],
    "words": ["install a.ipynb x", "!pip install 'x", "--index", "%nbenv", "-r", "--"],
    "installer": ["error: No solution found", "  cause: HTTP status", "hint: x", "error: "],
    "path": ["a.ipynb", "RTC:", "..", "/", "\\", "C:", "\ud800", "%2e", "~"],
    "pip-configuration": ["[global]", "[install]", "\nindex-url=", "\n extra", "%(x)s", "="],
    "notebook": ['{"metadata": ', '"nbformat": 4', "[" * 50, "]", "}", ", ", '"nbenv": ', "\\"],
    "record": ['{"version": 1, "python": "3.11", ', '"lock": ["', '"]}', "{", "1e999", "null"],
}
"""Parts to combine: almost valid input reaches deeper than random bytes."""


def pieces(name: str) -> st.SearchStrategy[bytes]:
    """Return texts made of parts of a target's input, cut and joined anywhere."""
    cut = st.sampled_from([part for case in CASES[name] for part in (case, *case.split(" "))])
    anything = st.text(st.characters(), max_size=20)
    joined = st.lists(cut | anything, max_size=8).map("".join)
    return joined.map(lambda text: text.encode("utf-8", "surrogatepass"))


@pytest.mark.parametrize("name", TARGETS)
def test_only_our_errors_come_out(name: str) -> None:
    @FEW
    @given(st.binary(max_size=300) | pieces(name))
    def feed(data: bytes) -> None:
        run(name, data)

    feed()


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=30),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=9), inner),
    max_leaves=12,
)
lines = st.sampled_from([*hostile.LINES.values(), hostile.GOOD_LINE]) | st.text(max_size=60)
records = st.fixed_dictionaries(
    {
        "version": st.just(1) | json_values,
        "python": st.from_regex(r"[23]\.\d{1,3}", fullmatch=True) | json_values,
    },
    optional={
        "requirements": st.lists(st.sampled_from([*hostile.REQUIREMENTS.values()]) | lines),
        "lock": st.lists(lines) | json_values,
        "indexes": st.lists(
            st.fixed_dictionaries(
                {
                    "name": st.sampled_from([*hostile.NAMES.values(), "good"]) | json_values,
                    "url": st.sampled_from([*hostile.ADDRESSES.values()]) | json_values,
                }
            )
            | json_values
        ),
        "editable": st.lists(st.text(max_size=9)) | json_values,
        "source": st.lists(st.text(max_size=9)) | json_values,
        "prebuilt": st.lists(st.sampled_from([*hostile.PREBUILT.values()]) | lines) | json_values,
        "platforms": st.lists(st.sampled_from([*hostile.PLATFORMS.values()])) | json_values,
        "mine": json_values,
    },
)


@FEW
@given(records | json_values)
def test_records_of_any_shape(value: object) -> None:
    run("record", json.dumps(value).encode())
    document = {"cells": [], "metadata": {"nbenv": value, "x": value}, "nbformat": 4}
    for indent in (None, 1):
        assert run("notebook", json.dumps(document, indent=indent).encode())


def test_the_fuzzers_find_something_to_take() -> None:
    assert run("line", hostile.GOOD_LINE.encode())
    assert run("record", json.dumps(hostile.record()).encode())
    assert all(run("record", json.dumps(each).encode()) for each in hostile.HARMLESS.values())
    assert run("requirement", b"six[a]>=1; os_name == 'x'")
    assert run("address", b"https://host.invalid/simple")
    assert run("words", b"install a.ipynb six")
