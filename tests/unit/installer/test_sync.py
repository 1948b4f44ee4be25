"""An environment brought to what is locked, with a real uv."""

from __future__ import annotations

import os
import sys
import venv
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.errors import HashError, InstallerError, InstallerKilledError
from nbenv.installer.sync import SyncGoal, sync_prefix
from nbenv.installer.syncing.reading import forget_cached, run_pip
from nbenv.progress import Steps, drain
from tests.support.index import LocalIndex
from tests.support.wheels import make_project

SPEC = Spec(f"3.{sys.version_info[1]}")


@pytest.fixture
def python(tmp_path: Path) -> str:
    """The interpreter of an empty environment."""
    folder = tmp_path / "environment"
    venv.create(folder, symlinks=os.name == "posix")
    return str(folder / ("bin/python" if os.name == "posix" else "Scripts/python.exe"))


def locked(index: LocalIndex, path: Path) -> LockedDistribution:
    name, version = path.name.removesuffix(".tar.gz").split("-")[:2]
    is_source = path.suffix != ".whl"
    return LockedDistribution(
        name, version, hashes=(f"sha256:{index.sha256(path.name)}",), source=is_source
    )


def sync(
    python: str, *distributions: LockedDistribution, kept: Mapping[str, str] | None = None
) -> None:
    goal = SyncGoal(distributions, kept or {})
    drain(sync_prefix(python, goal, SPEC, Path(python).parent))


def freeze(python: str) -> set[str]:
    return set(drain(run_pip(python, ["freeze"], SPEC)).split())


def test_what_is_not_locked_is_removed_unless_it_is_kept(index: LocalIndex, python: str) -> None:
    one, two = (locked(index, index.wheel(name, "1.0")) for name in ("one", "two"))
    sync(python, one, two)
    assert freeze(python) == {"one==1.0", "two==1.0"}
    sync(python, one, kept={"two": "1.0"})
    assert freeze(python) == {"one==1.0", "two==1.0"}
    sync(python, one)
    assert freeze(python) == {"one==1.0"}
    sync(python)
    assert freeze(python) == set()


def test_only_what_is_missing_is_installed(index: LocalIndex, python: str) -> None:
    one, two = (locked(index, index.wheel(name, "1.0")) for name in ("one", "two"))
    sync(python, one)
    goal = SyncGoal([one, two], {}, missing=[two])
    drain(sync_prefix(python, goal, SPEC, Path(python).parent))
    assert freeze(python) == {"one==1.0", "two==1.0"}


def test_what_is_cached_is_installed_without_the_index(index: LocalIndex, python: str) -> None:
    one = locked(index, index.wheel("one", "1.0"))
    sync(python, one)
    sync(python)
    index.requests.clear()
    sync(python, one)
    assert index.requests == []
    drain(forget_cached(["one"], Path(python).parent))
    sync(python)
    sync(python, one)
    assert index.downloads == ["one-1.0-py3-none-any.whl"]


def test_another_file_than_the_locked_one_is_refused(index: LocalIndex, python: str) -> None:
    one = locked(index, index.wheel("one", "1.0"))
    index.corrupt.add("one-1.0-py3-none-any.whl")
    with pytest.raises(HashError):
        sync(python, one)
    assert freeze(python) == set()


def test_nothing_is_built_that_the_lock_does_not_name(index: LocalIndex, python: str) -> None:
    source = locked(index, index.sdist("one", "1.0"))
    with pytest.raises(InstallerError):
        sync(python, replace(source, source=False))
    sync(python, source)
    assert freeze(python) == {"one==1.0"}


def test_a_project_in_place(index: LocalIndex, python: str, tmp_path: Path) -> None:
    make_project(tmp_path, "mine", "1.0")
    mine = LockedDistribution("mine", None, "./mine")
    spec = replace(SPEC, editable=("mine",))
    drain(sync_prefix(python, SyncGoal([mine], {}), spec, tmp_path))
    [line] = drain(run_pip(python, ["freeze"], SPEC)).splitlines()
    assert line.startswith("-e file://")


def test_a_strangers_settings_are_not_read(
    index: LocalIndex, python: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "uv.toml").write_text("this is not TOML", encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    sync(python, locked(index, index.wheel("one", "1.0")))
    assert freeze(python) == {"one==1.0"}


FAILED = InstallerError("It failed.")


@pytest.mark.parametrize(
    ("error", "touched", "attempts"),
    [
        (FAILED, "", 2),
        (FAILED, "six", 1),
        (FAILED, "old-1.0.dist-info/RECORD", 1),
        (InstallerKilledError("It was killed."), "", 1),
    ],
)
def test_what_failed_halfway_is_not_tried_again(
    error: InstallerError,
    touched: str,
    attempts: int,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """uv would not know any more what it had half removed, and leave it."""
    (tmp_path / "old-1.0.dist-info").mkdir()
    called: list[bool] = []

    def run_uv(command: list[str], *_: object, **__: object) -> Steps[str]:
        called.append("--offline" in command)
        if touched:
            (tmp_path / touched).touch()
        raise error
        yield

    for module in ("sync", "syncing.cache_only"):
        monkeypatch.setattr(f"nbenv.installer.{module}.run_uv", run_uv)
    goal = SyncGoal([LockedDistribution("six", "1.0")], {}, packages=tmp_path)
    with pytest.raises(InstallerError):
        drain(sync_prefix(sys.executable, goal, SPEC, tmp_path))
    assert called == [True, False][:attempts]
