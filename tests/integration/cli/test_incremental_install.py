"""Incremental installs: a locked environment asks only for what is new, if that is enough."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import write_notebook
from tests.support.commands import fail, succeed
from tests.support.index import LocalIndex
from tests.support.wheels import make_project

WINDOWS = "sys_platform == 'win32'"


def record(notebook: Path) -> Any:
    return json.loads(notebook.read_text(encoding="utf-8"))["metadata"]["nbenv"]


def pages(index: LocalIndex) -> set[str]:
    """Return the names whose pages were requested."""
    return {path.split("/")[2] for _, path in index.requests if path.startswith("/simple/")}


def simple(index: LocalIndex) -> list[str]:
    index.wheel("new", "1.0")
    return ["new"]


def shares(index: LocalIndex) -> list[str]:
    index.wheel("new", "1.0", requires=["leaf", "fresh"])
    index.wheel("fresh", "1.0")
    return ["new", "leaf", "fresh"]


def has_more_of(index: LocalIndex) -> list[str]:
    index.wheel("new", "1.0", requires=["base[more]"])
    return ["new", "base", "extra-leaf", "leaf", "on-windows"]


EVERYTHING = ["base", "ipykernel", "leaf", "new", "on-windows"]


def wants_on_every_platform(index: LocalIndex) -> list[str]:
    index.wheel("new", "1.0", requires=["on-windows"])
    return EVERYTHING


def wants_an_older_one(index: LocalIndex) -> list[str]:
    index.wheel("leaf", "1.0")
    index.wheel("new", "1.0", requires=["leaf<2"])
    return EVERYTHING


CASES = [simple, shares, has_more_of, wants_on_every_platform, wants_an_older_one]


@pytest.fixture
def locked(notebook: Path, index: LocalIndex) -> Path:
    index.wheel("leaf", "2.0")
    index.wheel("on-windows", "1.0")
    needed = ["leaf", f"on-windows ; {WINDOWS}"]
    index.wheel("base", "1.0", requires=needed, extras={"more": ["extra-leaf"]})
    index.wheel("extra-leaf", "1.0")
    succeed("install", notebook, "base")
    return notebook


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.__name__)
def test_the_lock_is_that_of_everything_resolved_at_once(
    locked: Path, index: LocalIndex, tmp_path: Path, case: Callable[[LocalIndex], list[str]]
) -> None:
    expected = set(case(index))
    index.requests.clear()
    succeed("install", locked, "new")
    asked = pages(index)
    assert asked >= expected
    assert asked == expected or case in (wants_on_every_platform, wants_an_older_one)
    at_once = write_notebook(tmp_path / "at once.ipynb")
    succeed("install", at_once, "base", "new")
    assert record(locked) == record(at_once)


def test_what_is_locked_stays_where_a_newer_one_is_offered_since(
    locked: Path, index: LocalIndex
) -> None:
    shares(index)
    index.wheel("leaf", "3.0")
    before = record(locked)["lock"]
    succeed("install", locked, "new")
    added = [line.partition(" ")[0] for line in record(locked)["lock"] if line not in before]
    assert added == ["fresh==1.0", "new==1.0"]
    assert set(before) < set(record(locked)["lock"])


def test_requirements_that_the_lock_does_not_meet_are_met_too(
    locked: Path, index: LocalIndex
) -> None:
    simple(index)
    index.wheel("by-hand", "1.0")
    document = json.loads(locked.read_text(encoding="utf-8"))
    document["metadata"]["nbenv"]["requirements"] = ["base", "by-hand"]
    locked.write_text(json.dumps(document), encoding="utf-8")
    succeed("restore", locked)
    succeed("install", locked, "new")
    names = [line.partition("==")[0] for line in record(locked)["lock"]]
    assert {"base", "by-hand", "new"} <= set(names)


def test_what_only_another_requirement_says_where_to_find(locked: Path, index: LocalIndex) -> None:
    make_project(locked.parent, "mine", "1.0")
    index.wheel("new", "1.0", requires=["mine"])
    succeed("install", locked, locked.parent / "mine")
    succeed("install", locked, "new")
    assert record(locked)["requirements"] == ["base", "mine @ ./mine", "new"]


def test_what_cannot_be_met_changes_nothing(locked: Path, index: LocalIndex) -> None:
    index.wheel("new", "1.0", requires=["leaf>9"])
    before = locked.read_bytes()
    told = fail("install", locked, "new")
    assert "leaf" in told
    assert told.count("Resolving for Python") == 1
    assert locked.read_bytes() == before
