"""Records merged like text: what one side changed holds, what both changed is a conflict."""

from __future__ import annotations

from dataclasses import replace

import pytest

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.merge import merge_records
from nbenv.core.spec import Index, Spec
from nbenv.errors import RecordError

HASH = ("sha256:" + "a" * 64,)


def spec(*requirements: str, python: str = "3.11", **versions: str) -> Spec:
    locked = (LockedDistribution(name, each, hashes=HASH) for name, each in versions.items())
    return Spec(python, requirements, Lock(tuple(sorted(locked, key=lambda each: each.name))))


def test_additions_on_both_sides_need_no_resolver() -> None:
    base = spec("a", a="1")
    merged = merge_records(base, spec("a", "b", a="1", b="2"), spec("a", "c", a="1", c="3"))
    assert merged.is_locked
    assert merged.spec == spec("a", "b", "c", a="1", b="2", c="3")


def test_additions_that_disagree_are_resolved_with_our_versions_preferred() -> None:
    base = spec("a", a="1")
    ours = spec("a", "b", a="1", b="2", shared="1")
    merged = merge_records(base, ours, spec("a", "c", a="1", c="3", shared="2"))
    assert not merged.is_locked
    assert merged.spec.lock.versions() == {"a": "1", "b": "2", "c": "3", "shared": "1"}


def test_a_change_on_one_side_is_taken_whole() -> None:
    base, theirs = spec("a", a="1"), spec("b", b="1", python="3.12")
    merged = merge_records(base, base, theirs)
    assert (merged.spec, merged.is_locked) == (theirs, True)


def test_another_python_on_one_side_is_resolved() -> None:
    base = spec("a", a="1")
    merged = merge_records(base, spec("a", "b", a="1", b="1"), replace(base, python="3.12"))
    assert merged.spec.python == "3.12"
    assert not merged.is_locked


def test_indexes_editables_and_unknown_keys_are_merged() -> None:
    base = spec()
    ours = replace(base, indexes=(Index("x", "https://x.invalid"),), unknown={"k": 1})
    theirs = replace(
        base, indexes=(Index("y", "https://y.invalid"),), editable=("p",), unknown={"k": 2, "l": 3}
    )
    merged = merge_records(base, ours, theirs).spec
    assert merged.index_urls == {"x": "https://x.invalid", "y": "https://y.invalid"}
    assert merged.editable == ("p",)
    assert merged.unknown == {"k": 1, "l": 3}


@pytest.mark.parametrize(
    ("ours", "theirs", "what"),
    [
        (spec("a>=2"), spec("a>=3"), "requirement a"),
        (spec(), spec("a>=3"), "requirement a"),
        (spec("a", python="3.12"), spec("a", python="3.13"), "Python"),
    ],
)
def test_what_both_sides_changed_is_a_conflict(ours: Spec, theirs: Spec, what: str) -> None:
    with pytest.raises(RecordError, match=f"Both sides changed the {what}"):
        merge_records(spec("a"), ours, theirs)


def test_options_of_both_sides_are_merged_and_then_resolved() -> None:
    base = spec("a", a="1")
    ours = replace(base, constraints=("x<1",), no_deps=("a",), find_links=("./w",))
    theirs = replace(base, constraints=("y<1",), no_binary=("b",), exclude_newer="2024-01-01")
    merged = merge_records(base, ours, theirs)
    assert merged.spec == replace(
        base,
        constraints=("x<1", "y<1"),
        no_deps=("a",),
        find_links=("./w",),
        no_binary=("b",),
        exclude_newer="2024-01-01",
    )
    assert not merged.is_locked


@pytest.mark.parametrize(
    ("ours", "theirs", "what"),
    [
        ({"constraints": ("x<1",)}, {"constraints": ("x<2",)}, "constraint x"),
        ({"exclude_newer": "2024-01-01"}, {"exclude_newer": "2025-01-01"}, "last day"),
        (
            {"indexes": (Index("a", "https://a.invalid", default=True),)},
            {"indexes": (Index("b", "https://b.invalid", default=True),)},
            "default index",
        ),
    ],
)
def test_options_that_both_sides_changed_conflict(
    ours: dict[str, object], theirs: dict[str, object], what: str
) -> None:
    base = spec("a", a="1")
    with pytest.raises(RecordError, match=what):
        merge_records(base, replace(base, **ours), replace(base, **theirs))  # type: ignore[arg-type]


X = Index("x", "https://x.invalid", packages=("a",))


def test_both_sides_may_ask_the_same_index_for_more() -> None:
    base = replace(spec("a", a="1"), indexes=(X,))
    ours = replace(spec("a", "b", a="1", b="1"), indexes=(X.serving(["b"]),))
    theirs = replace(spec("a", "c", a="1", c="1"), indexes=(X.serving(["c", "acme-*"]),))
    merged = merge_records(base, ours, theirs)
    assert merged.spec.indexes == (X.serving(["b", "c", "acme-*"]),)
    assert merged.is_locked


def test_what_one_side_no_longer_asks_from_an_index_is_gone() -> None:
    base = replace(spec(), indexes=(X.serving(["b"]),))
    merged = merge_records(base, replace(base, indexes=(X,)), base)
    assert merged.spec.indexes == (X,)


def test_a_name_that_each_side_asks_from_another_index_is_a_conflict() -> None:
    base = spec()
    y = Index("y", "https://y.invalid", packages=("a",))
    with pytest.raises(RecordError, match="index of a"):
        merge_records(base, replace(base, indexes=(X,)), replace(base, indexes=(y,)))


def test_a_package_that_the_other_side_asks_from_an_index_is_resolved_anew() -> None:
    base = spec("b", b="1")
    ours = replace(spec("b", "z", b="1", z="1"), indexes=(X.serving(["acme-*"]),))
    merged = merge_records(base, ours, spec("b", "acme-a", b="1", **{"acme-a": "9"}))
    assert not merged.is_locked


def test_an_index_that_lists_nothing_yet_stays_so() -> None:
    old = Index("x", "https://x.invalid")
    base = replace(spec(), indexes=(old,))
    assert merge_records(base, base, base).spec.indexes == (old,)
    assert merge_records(base, base, replace(base, indexes=(X,))).spec.indexes == (X,)


def test_system_packages_of_both_sides_are_merged_and_need_no_resolver() -> None:
    base = spec("a", a="1")
    ours = replace(spec("a", "b", a="1", b="2"), system=("ffmpeg",))
    theirs = replace(spec("a", "c", a="1", c="3"), system=("graphviz",))
    merged = merge_records(base, ours, theirs)
    assert (merged.spec.system, merged.is_locked) == (("ffmpeg", "graphviz"), True)
    gone = merge_records(ours, replace(ours, system=()), ours)
    assert gone.spec.system == ()
