"""Locks for as many platforms as an index has files for, with a real uv."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from nbenv.core.lock import Lock
from nbenv.core.spec import Spec
from nbenv.errors import BuildError, ResolutionError
from nbenv.installer.resolution.this_machine import narrower_markers, this_machine
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.progress import drain
from tests.support.index import LocalIndex

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="its markers are those of Linux")

PYTHON = f"3.{sys.version_info[1]}"
TAG = f"cp3{sys.version_info[1]}-cp3{sys.version_info[1]}"
LINUX, MAC, WINDOWS = (f"sys_platform == '{each}'" for each in ("linux", "darwin", "win32"))
MINE = f"{TAG}-manylinux_2_17_{platform.machine()}"


def resolve(folder: Path, *requirements: str, **options: object) -> Lock:
    spec = Spec(PYTHON, requirements)
    choice = ResolveOptions(**options)  # type: ignore[arg-type]
    return drain(resolve_lock(spec, sys.executable, folder, choice, kernel=False))


@pytest.mark.parametrize(
    ("needs", "platforms"),
    [
        ("absent; sys_platform == 'darwin'", (LINUX, WINDOWS)),
        ("absent; sys_platform == 'win32'", (MAC, LINUX)),
        ("absent; sys_platform != 'linux'", (LINUX,)),
        ("absent; platform_system == 'Windows'", (MAC, LINUX)),
        ("absent; os_name == 'nt'", (MAC, LINUX)),
        ("there>9; sys_platform == 'win32'", (MAC, LINUX)),
    ],
)
def test_what_other_systems_lack_does_not_stop_this_one(
    index: LocalIndex, tmp_path: Path, needs: str, platforms: tuple[str, ...]
) -> None:
    index.wheel("leaf", "1.0", requires=[needs])
    index.wheel("there", "1.0")
    lock = resolve(tmp_path, "leaf")
    assert lock.platforms == platforms
    assert [each.line.partition(" --")[0] for each in lock.distributions] == ["leaf==1.0"]


@pytest.mark.parametrize(
    ("needs", "narrow"),
    [
        (f"absent; platform_machine != '{platform.machine()}'", 0),
        (f"absent; python_full_version < '{platform.python_version()}'", 1),
        ("absent; platform_python_implementation != 'CPython'", 1),
    ],
)
def test_what_other_machines_and_pythons_lack(
    index: LocalIndex, tmp_path: Path, needs: str, narrow: int
) -> None:
    index.wheel("leaf", "1.0", requires=[needs])
    lock = resolve(tmp_path, "leaf")
    assert lock.platforms == (narrower_markers(sys.executable)[narrow],)
    assert [each.marker for each in lock.distributions] == [None]


def test_an_extra_and_a_python_version_may_be_for_elsewhere(
    index: LocalIndex, tmp_path: Path
) -> None:
    extras = {"more": ["absent; sys_platform == 'win32'"]}
    index.wheel("leaf", "1.0", requires=["absent; python_version < '3'"], extras=extras)
    assert resolve(tmp_path, "leaf").platforms == ()
    assert resolve(tmp_path, "leaf[more]").platforms == (MAC, LINUX)


def test_a_yanked_file_for_another_system(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("gone", "1.0", yanked=True)
    assert resolve(tmp_path, "gone; sys_platform == 'darwin'").platforms == (LINUX, WINDOWS)


def test_files_for_this_machine_alone_are_told_of(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("pure", "1.0")
    index.wheel("fast", "1.0", tag=MINE)
    assert resolve(tmp_path, "pure", "fast").platforms == (this_machine().marker,)
    index.wheel("fast", "1.0", tag=f"{TAG}-win_amd64")
    assert resolve(tmp_path, "pure", "fast").platforms == ()  # the package has these, not more


def test_nothing_is_built_for_another_system(index: LocalIndex, tmp_path: Path) -> None:
    index.sdist("there", "1.0", static=False, fails="it was built")
    index.sdist("here", "1.0", static=False, requires=["leaf"])
    index.wheel("leaf", "1.0")
    lock = resolve(tmp_path, "there; sys_platform == 'darwin'", "here")
    assert lock.platforms == (LINUX, WINDOWS)
    assert sorted(lock.versions()) == ["here", "leaf"]
    assert lock.source() == ["here"]
    everywhere = resolve(tmp_path, "here")
    assert (everywhere.platforms, sorted(everywhere.versions())) == ((), ["here", "leaf"])


def test_a_static_sdist_for_another_system_is_locked(index: LocalIndex, tmp_path: Path) -> None:
    index.sdist("there", "1.0", fails="it was built")
    lock = resolve(tmp_path, "there; sys_platform == 'darwin'")
    assert (lock.platforms, lock.source()) == ((), ["there"])


def test_an_error_is_about_this_platform(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("leaf", "1.0", requires=["absent; sys_platform == 'darwin'"])
    with pytest.raises(ResolutionError, match="there>1"):
        resolve(tmp_path, "leaf", "there>1", "there<1")
    index.sdist("here", "1.0", static=False, fails="boom")
    with pytest.raises(BuildError, match="boom"):
        resolve(tmp_path, "here")
