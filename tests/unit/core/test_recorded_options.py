"""The options of a record that decide how requirements are resolved: which are safe."""

from __future__ import annotations

import pytest

from nbenv.core import recorded_options
from nbenv.errors import RecordError


def test_what_is_safe_is_returned_as_it_is() -> None:
    assert recorded_options.constraints(("six<2 ; sys_platform == 'x'",)) != ()
    assert recorded_options.find_links(("./wheels", "../w", "/w", "https://h.invalid/w")) != ()
    assert recorded_options.formats((":all:", "a-b"), "no_binary") == (":all:", "a-b")
    assert recorded_options.exclude_newer("2024-01-31T23:59:59.5+02:00") != ""
    assert recorded_options.index_strategy("first-index") == "first-index"
    assert recorded_options.index_strategy(recorded_options.exclude_newer("")) == ""


@pytest.mark.parametrize(
    "text", ["six[x]", "six @ https://h.invalid/six-1.zip", "-r x", "", "six @ ./six"]
)
def test_constraints_only_limit(text: str) -> None:
    with pytest.raises(RecordError, match=r"constraints\[0\]"):
        recorded_options.constraints((text,))


@pytest.mark.parametrize(
    "url", ["//host/share", "wheels", "git+https://h.invalid/x", "file://host/x", "--index-url=x"]
)
def test_places_are_pages_or_folders_on_this_machine(url: str) -> None:
    with pytest.raises(RecordError, match=r"find_links\[0\]"):
        recorded_options.find_links((url,))


@pytest.mark.parametrize("name", [":none:", "A_b", "../x", "-x", ""])
def test_formats_are_of_names(name: str) -> None:
    with pytest.raises(RecordError, match=r"only_binary\[0\]"):
        recorded_options.formats((name,), "only_binary")


@pytest.mark.parametrize("text", ["tomorrow", "2024", "2024-01-01 --x", "2024-02-30T99:00:00Z"])
def test_a_moment_is_a_day_or_a_time(text: str) -> None:
    with pytest.raises(RecordError, match="exclude_newer"):
        recorded_options.exclude_newer(text)


def test_a_strategy_is_one_of_uvs() -> None:
    with pytest.raises(RecordError, match="index_strategy"):
        recorded_options.index_strategy("--first-index")
