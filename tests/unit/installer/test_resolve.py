"""Requirements resolved for every platform, with a real uv."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nbenv.core.lock import Lock
from nbenv.core.spec import Spec
from nbenv.errors import RequirementError, ResolutionError
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.progress import drain
from tests.support.index import LocalIndex
from tests.support.wheels import make_project

PYTHON = f"3.{sys.version_info[1]}"


def spec(*requirements: str, lock: Lock | None = None) -> Spec:
    return Spec(PYTHON, requirements, lock or Lock())


def resolve(
    spec: Spec, folder: Path, options: ResolveOptions | None = None, *, kernel: bool = False
) -> Lock:
    steps = resolve_lock(spec, sys.executable, folder, options or ResolveOptions(), kernel=kernel)
    return drain(steps)


def test_a_lock_has_markers_hashes_and_a_kernel(index: LocalIndex, tmp_path: Path) -> None:
    wheel = index.wheel("leaf", "1.0", requires=["only-there; sys_platform == 'win32'"])
    index.wheel("only-there", "1.0")
    lock = resolve(spec("leaf"), tmp_path, kernel=True)
    assert [each.requirement for each in lock.distributions] == [
        "ipykernel==7.0",
        "leaf==1.0",
        "only-there==1.0",
    ]
    leaf, there = lock.by_name()["leaf"][0], lock.by_name()["only-there"][0]
    assert leaf.hashes == (f"sha256:{index.sha256(wheel.name)}",)
    assert leaf.index.rstrip("/") == index.url.rstrip("/")
    assert there.marker == "sys_platform == 'win32'"
    assert index.downloads == []


def test_locked_versions_stay_until_they_may_move(index: LocalIndex, tmp_path: Path) -> None:
    for name in ("leaf", "other"):
        index.wheel(name, "1.0")
    asked = spec("leaf", "other")
    lock = resolve(asked, tmp_path)
    for name in ("leaf", "other"):
        index.wheel(name, "2.0")
    asked = spec("leaf", "other", lock=lock)
    kept = resolve(asked, tmp_path)
    assert kept == lock
    one = resolve(asked, tmp_path, ResolveOptions(names=("leaf",)))
    assert one.versions() == {"leaf": "2.0", "other": "1.0"}
    newest = resolve(asked, tmp_path, ResolveOptions(everything=True))
    assert newest.versions() == {"leaf": "2.0", "other": "2.0"}


def test_limits(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("leaf", "1.0", upload_time="2024-01-01T00:00:00Z")
    index.wheel("leaf", "2.0", upload_time="2024-02-01T00:00:00Z")
    index.wheel("leaf", "3.0rc1", upload_time="2024-03-01T00:00:00Z")

    def version(**options: object) -> str:
        return resolve(spec("leaf"), tmp_path, ResolveOptions(**options)).versions()["leaf"]  # type: ignore[arg-type]

    assert version() == "2.0"
    assert version(avoid=("leaf==2.0",)) == "1.0"
    assert version(before="2024-01-15T00:00:00Z") == "1.0"
    assert version(pre=("leaf",)) == "3.0rc1"


def test_only_wheels_of_what_must_not_be_built(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("leaf", "1.0")
    index.sdist("leaf", "2.0")
    assert resolve(spec("leaf"), tmp_path).source() == ["leaf"]
    wheels = resolve(spec("leaf"), tmp_path, ResolveOptions(no_build=("leaf",)))
    assert (wheels.versions(), wheels.source()) == ({"leaf": "1.0"}, [])


def test_a_local_project_is_recorded_relative_to_the_notebook(
    index: LocalIndex, tmp_path: Path
) -> None:
    make_project(tmp_path, "mine", "1.0")
    lock = resolve(spec("mine @ ./mine"), tmp_path)
    assert lock.lines() == ["mine @ ./mine"]


def test_a_local_project_that_is_not_there(index: LocalIndex, tmp_path: Path) -> None:
    with pytest.raises(RequirementError, match="There is no"):
        resolve(spec("mine @ ./mine"), tmp_path)


def test_hashes_that_an_index_does_not_publish(index: LocalIndex, tmp_path: Path) -> None:
    index.without_hashes = True
    wheel = index.wheel("leaf", "1.0")
    lock = resolve(spec("leaf"), tmp_path)
    assert lock.distributions[0].hashes == (f"sha256:{index.sha256(wheel.name)}",)
    assert not lock.distributions[0].source


def test_requirements_that_cannot_be_met(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("leaf", "1.0")
    with pytest.raises(ResolutionError, match="leaf"):
        resolve(spec("leaf>=2"), tmp_path)
