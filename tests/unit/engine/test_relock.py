"""Resolving a changed record: as little moves, and as little is asked, as possible."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.core.lock import Lock
from nbenv.core.spec import Index, Spec
from nbenv.engine.relock import _added_requirements, relock, resolve_anew
from nbenv.environments.interpreters import Interpreter, default_python, find
from nbenv.errors import ResolutionError
from nbenv.installer.resolve import ResolveOptions
from nbenv.progress import drain
from tests.support.index import LocalIndex

HERE = default_python()
HASH = f"--hash=sha256:{'0' * 64}"


@pytest.fixture
def interpreter() -> Interpreter:
    found = find(HERE)
    assert found is not None
    return found


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    for version in ("1.0", "2.0", "3.0rc1"):
        index.wheel("leaf", version)
    index.wheel("branch", "1.0", requires=["leaf"])
    index.wheel("old-branch", "1.0", requires=["leaf<2"])
    return index


@pytest.fixture
def locked(stocked: LocalIndex, interpreter: Interpreter, tmp_path: Path) -> Spec:
    """Return a spec with leaf, locked when 1.0 was the newest."""
    asked = Spec(HERE, ("leaf<2",))
    made = drain(resolve_anew(asked, interpreter, tmp_path, ResolveOptions()))
    stocked.requests.clear()
    return replace(made, requirements=("leaf",))


def pages(index: LocalIndex) -> set[str]:
    return {path for _, path in index.requests if path.startswith("/simple/")}


def versions(spec: Spec) -> dict[str, str]:
    return {name: each for name, each in spec.lock.versions().items() if name != "ipykernel"}


def test_what_is_added_alone_is_asked_for(
    locked: Spec, stocked: LocalIndex, interpreter: Interpreter, tmp_path: Path
) -> None:
    stocked.wheel("other", "1.0")
    new = replace(locked, requirements=("leaf", "other"))
    made = drain(relock(locked, new, interpreter, tmp_path, None))
    assert versions(made) == {"leaf": "1.0", "other": "1.0"}
    assert made.requirements == ("leaf", "other")
    assert pages(stocked) == {"/simple/other/"}


def test_what_is_added_keeps_the_versions_that_it_shares(
    locked: Spec, interpreter: Interpreter, tmp_path: Path
) -> None:
    new = replace(locked, requirements=("leaf", "branch"))
    made = drain(relock(locked, new, interpreter, tmp_path, None))
    assert versions(made) == {"leaf": "1.0", "branch": "1.0"}


def test_a_version_that_cannot_stay_moves(
    stocked: LocalIndex, interpreter: Interpreter, tmp_path: Path
) -> None:
    spec = drain(resolve_anew(Spec(HERE, ("leaf",)), interpreter, tmp_path, ResolveOptions()))
    assert versions(spec) == {"leaf": "2.0"}
    new = replace(spec, requirements=("leaf", "old-branch"))
    made = drain(relock(spec, new, interpreter, tmp_path, None))
    assert versions(made) == {"leaf": "1.0", "old-branch": "1.0"}


def test_options_free_what_they_name(
    locked: Spec, interpreter: Interpreter, tmp_path: Path
) -> None:
    def relocked(options: ResolveOptions) -> dict[str, str]:
        return versions(drain(relock(locked, locked, interpreter, tmp_path, options)))

    assert relocked(ResolveOptions()) == {"leaf": "1.0"}
    assert relocked(ResolveOptions(names=("leaf",))) == {"leaf": "2.0"}
    assert relocked(ResolveOptions(everything=True)) == {"leaf": "2.0"}


def test_a_pre_release_is_required_from_then_on(
    locked: Spec, interpreter: Interpreter, tmp_path: Path
) -> None:
    options = ResolveOptions(names=("leaf",), pre=("leaf",))
    made = drain(relock(locked, locked, interpreter, tmp_path, options))
    assert versions(made) == {"leaf": "3.0rc1"}
    assert made.requirements == ("leaf>=3.0rc1",)


def test_what_cannot_be_met_is_an_error(
    locked: Spec, interpreter: Interpreter, tmp_path: Path
) -> None:
    new = replace(locked, requirements=("leaf==1.0", "branch", "leaf==2.0"))
    with pytest.raises(ResolutionError):
        drain(relock(locked, new, interpreter, tmp_path, None))


# -- what counts as only adding

OLD = Spec(HERE, ("leaf",), Lock.from_lines((f"ipykernel==7.0 {HASH}", f"leaf==1.0 {HASH}")))


def added(**changes: object) -> tuple[str, ...]:
    return _added_requirements(OLD, replace(OLD, **changes))  # type: ignore[arg-type]


def test_only_more_requirements_count_as_added() -> None:
    assert added(requirements=("leaf", "b", "c")) == ("b", "c")
    assert added(requirements=("leaf", "b"), editable=("b",)) == ("b",)
    assert added() == ()
    assert added(requirements=("b",)) == ()
    assert added(requirements=("leaf<2", "b")) == ()
    assert added(requirements=("leaf", "b"), python="3.98") == ()
    assert added(requirements=("leaf", "b"), indexes=(Index("far", "https://far.invalid"),)) == ()


@pytest.mark.parametrize("requirements", [("leaf>1",), ("missing",), ("leaf", "missing")])
def test_a_lock_that_was_edited_by_hand_is_resolved_again(requirements: tuple[str, ...]) -> None:
    old = replace(OLD, requirements=requirements)
    assert _added_requirements(old, replace(old, requirements=(*requirements, "b"))) == ()


@pytest.mark.parametrize("resolution", ["lowest", "lowest-direct"])
def test_the_lowest_versions_are_those_of_what_is_named(
    stocked: LocalIndex, interpreter: Interpreter, tmp_path: Path, resolution: str
) -> None:
    stocked.wheel("ipykernel", "4.0")
    options = ResolveOptions(names=("leaf",), resolution=resolution)
    empty = Spec(HERE)
    made = drain(
        relock(empty, replace(empty, requirements=("leaf",)), interpreter, tmp_path, options)
    )
    assert made.lock.versions() == {"leaf": "1.0", "ipykernel": "7.0"}


def test_what_is_locked_stays_where_the_lowest_is_asked_for(
    locked: Spec, stocked: LocalIndex, interpreter: Interpreter, tmp_path: Path
) -> None:
    stocked.wheel("ipykernel", "4.0")
    stocked.wheel("leaf", "0.5")
    for version in ("1.0", "2.0"):
        stocked.wheel("twig", version)
    new = replace(locked, requirements=("leaf", "twig"))
    options = ResolveOptions(names=("twig",), resolution="lowest")
    made = drain(relock(locked, new, interpreter, tmp_path, options))
    assert versions(made) == {"leaf": "1.0", "twig": "1.0"}
    assert made.lock.versions()["ipykernel"] == "7.0"
