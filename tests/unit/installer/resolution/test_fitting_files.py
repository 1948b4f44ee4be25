"""Versions that have a file for this very machine, with a real uv."""

from __future__ import annotations

import platform
import sys
from pathlib import Path

import pytest

from nbenv.core.lock import Lock
from nbenv.core.spec import Spec
from nbenv.errors import ResolutionError
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.progress import drain
from tests.support.index import LocalIndex

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="its tags are those of Linux")

PYTHON = f"3.{sys.version_info[1]}"
TAG = f"cp3{sys.version_info[1]}-cp3{sys.version_info[1]}"
MACHINE = platform.machine()


def resolve(folder: Path, *requirements: str, **options: object) -> Lock:
    spec, choice = Spec(PYTHON, requirements), ResolveOptions(**options)  # type: ignore[arg-type]
    return drain(resolve_lock(spec, sys.executable, folder, choice, kernel=False))


def here(lock: Lock) -> list[str]:
    """Return what is locked for this machine."""
    values = {
        "sys_platform": "linux",
        "platform_machine": MACHINE,
        "implementation_name": "cpython",
    }
    return [each.version_or_url for each in lock.selection(values).values()]


@pytest.mark.parametrize(
    "platform_tag", [f"musllinux_1_2_{MACHINE}", f"manylinux_2_99_{MACHINE}", "macosx_11_0_arm64"]
)
def test_an_older_version_that_fits(index: LocalIndex, tmp_path: Path, platform_tag: str) -> None:
    index.wheel("leaf", "2.0", tag=f"{TAG}-{platform_tag}")
    index.wheel("leaf", "1.0")
    assert here(resolve(tmp_path, "leaf")) == ["1.0"]


def test_a_newer_version_with_a_source_is_built(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("leaf", "2.0", tag=f"{TAG}-musllinux_1_2_{MACHINE}")
    index.sdist("leaf", "2.0")
    index.wheel("leaf", "1.0")
    assert here(resolve(tmp_path, "leaf")) == ["2.0"]
    assert here(resolve(tmp_path, "leaf", no_build=("leaf",))) == ["1.0"]


def test_where_none_fits(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("leaf", "1.0", tag=f"{TAG}-musllinux_1_2_{MACHINE}")
    with pytest.raises(ResolutionError, match="Linux with musl") as caught:
        resolve(tmp_path, "leaf")
    assert caught.value.what == "leaf 1.0 cannot be installed on this machine."
    index.wheel("leaf", "1.0", tag=f"{TAG}-win_amd64")
    with pytest.raises(ResolutionError, match="Windows"):
        resolve(tmp_path, "leaf")
