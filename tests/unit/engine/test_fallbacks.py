"""Fallbacks: what is possible where the exact environment is not, the smallest change first."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.lock import Change
from nbenv.core.spec import Spec
from nbenv.engine import fallbacks
from nbenv.engine.availability import Availability, examine_lock
from nbenv.engine.fallbacks import LEVELS, Fallback, find_fallbacks
from nbenv.environments import interpreters
from nbenv.environments.interpreters import Interpreter, default_python
from nbenv.progress import drain
from tests.support.environments import hide_other_pythons, read
from tests.support.index import LocalIndex
from tests.unit.engine.test_availability import line, lock

HERE = default_python()
WHEEL = "leaf-1.0-py3-none-any.whl"


def locked_lines(index: LocalIndex) -> list[str]:
    names = ("ipykernel-7.0", "leaf-1.0", "twig-1.0")
    return [line(index, f"{each}-py3-none-any.whl") for each in names]


@pytest.fixture
def leaf(notebook: Path, index: LocalIndex, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a notebook that locks leaf 1.0, on a machine with this Python alone."""
    index.wheel("leaf", "0.9", upload_time="2023-06-01T10:00:00.000000Z")
    index.wheel("leaf", "1.0", upload_time="2024-02-01T10:00:00.000000Z")
    index.wheel("leaf", "2.0", upload_time="2025-01-01T10:00:00.000000Z")
    index.wheel("twig", "1.0", upload_time="2024-03-01T10:00:00.000000Z")
    lock(notebook, *locked_lines(index), requirements=["leaf", "twig"])
    hide_other_pythons(monkeypatch)
    return notebook


def find(notebook: Path, only: str | None = None) -> dict[str, Fallback]:
    snapshot = read(notebook)
    available = drain(examine_lock(snapshot, None))
    found = drain(find_fallbacks(snapshot, available, only))
    assert [each.level for each in found] == sorted(
        (each.level for each in found), key=LEVELS.index
    )
    return {each.level: each for each in found}


def test_a_version_that_is_gone_is_replaced(leaf: Path, index: LocalIndex) -> None:
    index.remove(WHEEL)
    found = find(leaf)
    assert set(found) == {"dated", "newest"}
    assert found["dated"].changes == (Change("leaf", "1.0", "0.9"),)
    assert found["dated"].date == "2024-03-01T10:00:00Z"  # twig tells it
    assert found["newest"].changes == (Change("leaf", "1.0", "2.0"),)
    assert found["newest"].spec.requirements == ("leaf", "twig")


def test_one_level_alone_is_looked_for(leaf: Path, index: LocalIndex) -> None:
    index.remove(WHEEL)
    assert set(find(leaf, "newest")) == {"newest"}
    assert find(leaf, "build") == {}


def test_the_source_of_the_same_version_is_built(leaf: Path, index: LocalIndex) -> None:
    index.remove(WHEEL)
    index.sdist("leaf", "1.0")
    found = find(leaf, "build")["build"]
    assert (found.changes, found.built, found.others) == ((), ("leaf",), ())
    assert found.spec.lock.source() == ["leaf"]
    [locked] = (each for each in found.spec.lock.distributions if each.name == "leaf")
    assert f"sha256:{index.sha256('leaf-1.0.tar.gz')}" in locked.hashes
    assert len(locked.hashes) == 2  # the former file still counts where it is available


def test_another_wheel_of_the_same_version_is_taken(leaf: Path, index: LocalIndex) -> None:
    index.wheel("leaf", "1.0", modules={"leaf.py": "other = 1\n"})
    found = find(leaf, "build")["build"]
    assert (found.built, found.others) == ((), ("leaf",))
    assert found.spec.lock.source() == []


def test_one_missing_package_without_another_file_leaves_no_build(
    leaf: Path, index: LocalIndex
) -> None:
    index.wheel("leaf", "1.0", modules={"leaf.py": "other = 1\n"})
    index.remove("twig-1.0-py3-none-any.whl")
    assert find(leaf) == {}


def test_a_lock_of_an_absent_python_keeps_its_versions(leaf: Path, index: LocalIndex) -> None:
    lock(leaf, *locked_lines(index), python="3.98", requirements=["leaf", "twig"])
    found = find(leaf, "python")["python"]
    assert (found.spec.python, found.changes) == (HERE, ())
    assert found.summarise(read(leaf).spec) == f"Python {HERE} instead of 3.98; the same versions"


def test_a_lock_of_a_python_that_is_too_old_moves_to_another(leaf: Path, index: LocalIndex) -> None:
    lock(leaf, *locked_lines(index), python="3.6", requirements=["leaf", "twig"])
    found = find(leaf, "newest")["newest"]
    assert int(found.spec.python.partition(".")[2]) >= 8


# -- parts


def test_the_nearest_python_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    here = [Interpreter(f"3.{n}", f"3.{n}.0", "python") for n in (9, 10, 11, 13, 14)]
    monkeypatch.setattr(interpreters, "available", lambda: here)
    assert fallbacks._pythons("3.12") == ["3.13", "3.11", "3.14", "3.10", "3.9"]
    assert fallbacks._pythons("3.10") == ["3.11", "3.9", "3.13", "3.14"]


@pytest.mark.parametrize(
    ("time", "limit"),
    [
        ("2024-02-01T10:00:00Z", "2024-02-01T10:00:01Z"),
        ("2024-02-01T10:00:59.999Z", "2024-02-01T10:01:00Z"),
    ],
)
def test_the_limit_includes_its_time(time: str, limit: str) -> None:
    assert fallbacks._after(time) == limit


def test_without_a_date_there_is_no_dated_one(notebook: Path) -> None:
    available = Availability(Spec(HERE), None)
    assert drain(fallbacks._dated(read(notebook), available)) is None


def test_a_fallback_says_what_it_changes() -> None:
    was = Spec("3.11")
    changes = tuple(Change(f"p{number}", "1.0", "2.0") for number in range(6))
    found = Fallback("dated", Spec("3.12"), changes, ("b",), ("o",), "2024-02-01T10:00:00Z")
    assert found.summarise(was) == (
        "what the requirements allowed on 2024-02-01; Python 3.12 instead of 3.11; "
        "~ p0 1.0 → 2.0, ~ p1 1.0 → 2.0, ~ p2 1.0 → 2.0, ~ p3 1.0 → 2.0 and 2 more; "
        "other files of o; b built from source, which runs its code"
    )
    data = found.to_data(was)
    assert data["told"] == found.summarise(was)
    assert (data["level"], data["python"], data["built"]) == ("dated", "3.12", ["b"])
    assert Fallback("build", was, ()).to_data(was)["date"] is None
