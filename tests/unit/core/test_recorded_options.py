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


FAR = recorded_options.Index("far", "https://far.invalid", packages=("acme-*", "acme-torch"))
NEAR = recorded_options.Index("near", "https://near.invalid", packages=("*-torch", "acme-core"))


@pytest.mark.parametrize(
    ("name", "index"),
    [
        ("acme-torch", FAR),  # a name before a pattern
        ("acme-core", NEAR),
        ("acme-x-torch", NEAR),  # the longer pattern
        ("acme-x", FAR),
        ("acme", None),
        ("numpy", None),
    ],
)
def test_a_package_comes_from_the_index_that_names_it(
    name: str, index: recorded_options.Index | None
) -> None:
    assert recorded_options.index_serving((NEAR, FAR), name) == index


def test_of_two_indexes_that_name_a_package_the_first_counts() -> None:
    other = FAR.serving(["acme-core"])
    assert recorded_options.index_serving((NEAR, other), "acme-core") == NEAR
    assert recorded_options.index_serving((other, NEAR), "acme-core") == other


def test_the_entry_of_an_index_says_what_it_serves() -> None:
    entry = {"name": "far", "url": "https://far.invalid", "packages": ["acme-*", "acme-torch"]}
    assert FAR.to_entry() == entry
    assert recorded_options.indexes([entry]) == (FAR,)
    assert FAR.patterns == ("acme-*",)
    only = recorded_options.indexes([{"name": "a", "url": "https://a.invalid", "packages": []}])
    assert only[0].to_entry()["packages"] == []
    assert only[0].serving(["b", "a", "b"]).packages == ("a", "b")


def test_packages_in_another_order_are_the_same() -> None:
    entry = {**FAR.to_entry(), "packages": ["acme-torch", "acme-*", "acme-torch"]}
    assert recorded_options.indexes([entry]) == (FAR,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "*",
        "***",
        "*-*",
        "*a*",
        "*-a",
        "A-*",
        "a_b",
        "a.b*",
        "-a",
        "a b",
        "a?",
        "[a]*",
        "\u0430cme",
        "a/*",
    ],
)
def test_packages_are_names_and_patterns(text: str) -> None:
    assert recorded_options.package_problem(text)
    entry = {"name": "far", "url": "https://far.invalid", "packages": ["ok", text]}
    with pytest.raises(RecordError, match=r"indexes\[0\].packages\[1\]"):
        recorded_options.indexes([entry])


@pytest.mark.parametrize("text", ["a*", "x-*", "*-torch", "*ml*", "ab"])
def test_patterns_that_name_something(text: str) -> None:
    assert not recorded_options.package_problem(text)


@pytest.mark.parametrize("text", ["x" * 201, "a*b*c*d*e*"])
def test_packages_are_bounded(text: str) -> None:
    assert recorded_options.package_problem(text)


def test_the_role_of_an_index_says_what_it_is_asked_for() -> None:
    bare = recorded_options.Index("x", "https://x.invalid")
    assert bare.role == ""
    assert FAR.role == " for acme-*, acme-torch, and for what no other index has"
    assert recorded_options.Index("x", "y", packages=()).role == " for what no other index has"


def test_dependencies_count_least() -> None:
    needing = recorded_options.Index(
        "n", "https://n.invalid", packages=(), dependencies=("acme-x",)
    )
    assert recorded_options.index_serving((needing,), "acme-x") == needing
    assert recorded_options.index_serving((needing, FAR), "acme-x") == FAR
    entry = {"name": "n", "url": "https://n.invalid", "packages": [], "dependencies": ["acme-x"]}
    assert needing.to_entry() == entry
    assert recorded_options.indexes([entry]) == (needing,)
    assert needing.role == " for what its packages need (acme-x), and for what no other index has"


@pytest.mark.parametrize("text", ["a-*", "A", ":all:", ""])
def test_dependencies_are_names(text: str) -> None:
    entry = {"name": "n", "url": "https://n.invalid", "dependencies": [text]}
    with pytest.raises(RecordError, match=r"indexes\[0\].dependencies\[0\]"):
        recorded_options.indexes([entry])
