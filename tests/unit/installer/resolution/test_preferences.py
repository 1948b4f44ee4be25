"""Versions that stay as they are locked, with a real uv."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.resolve_options import ResolveOptions
from nbenv.core.spec import Index, Spec
from nbenv.installer.resolution.preferences import write_preferences
from nbenv.installer.resolve import resolve_lock
from nbenv.installer.uv import tomllib
from nbenv.progress import drain
from tests.support.index import LocalIndex

PYTHON = f"3.{sys.version_info[1]}"
DARWIN, OTHER = "sys_platform == 'darwin'", "sys_platform != 'darwin'"


def old(name: str, version: str = "1.0", marker: str | None = None) -> LockedDistribution:
    return LockedDistribution(name, version, marker=marker, hashes=(f"sha256:{'0' * 64}",))


def resolved(spec: Spec, folder: Path, options: ResolveOptions) -> list[str]:
    lock = drain(resolve_lock(spec, sys.executable, folder, options, kernel=False))
    return [each.line.partition(" --hash")[0] for each in lock.distributions]


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (ResolveOptions(), ["leaf==1.0", "tree==1.0"]),
        (ResolveOptions(names=("leaf",)), ["leaf==2.0", "tree==1.0"]),
        (ResolveOptions(resolution="highest"), ["leaf==1.0", "tree==1.0"]),
        # Each mode would take another version, if uv ignored what is locked in another one.
        (ResolveOptions(resolution="lowest-direct"), ["leaf==1.0", "tree==1.0"]),
    ],
)
def test_what_is_locked_stays(
    index: LocalIndex, tmp_path: Path, options: ResolveOptions, expected: list[str]
) -> None:
    for name in ("leaf", "tree"):
        for version in ("0.5", "1.0", "2.0"):
            index.wheel(name, version)
    spec = Spec(PYTHON, ("leaf", "tree"), Lock((old("leaf"), old("tree"))))
    assert resolved(spec, tmp_path, options) == expected


def test_each_platform_keeps_its_version(index: LocalIndex, tmp_path: Path) -> None:
    for version in ("1.0", "1.5", "2.0", "2.5"):
        index.wheel("leaf", version)
    asked = (f"leaf<3 ; {DARWIN}", f"leaf>=1 ; {OTHER}")  # where either version would do
    lock = Lock((old("leaf", marker=DARWIN), old("leaf", "2.0", OTHER)))
    expected = [f"leaf==1.0 ; {DARWIN}", f"leaf==2.0 ; {OTHER}"]
    assert resolved(Spec(PYTHON, asked, lock), tmp_path, ResolveOptions()) == expected


def test_what_is_pinned_to_an_index_stays(index: LocalIndex, tmp_path: Path) -> None:
    index.wheel("leaf", "3.0")
    with LocalIndex(tmp_path / "corp") as corp:
        for version in ("1.0", "2.0"):
            corp.wheel("leaf", version)
        own = Index("corp", corp.url, packages=("leaf",))
        spec = Spec(PYTHON, ("leaf",), Lock((old("leaf"),)), (own,))
        assert resolved(spec, tmp_path, ResolveOptions()) == ["leaf==1.0"]
        path = tmp_path / "uv.lock"
        write_preferences(path, spec, ResolveOptions(), {"leaf": own})
        [package] = tomllib.loads(path.read_text(encoding="utf-8"))["package"]
        assert package["source"] == {"registry": corp.url}


def test_what_comes_from_a_url_is_no_version(tmp_path: Path) -> None:
    path = tmp_path / "uv.lock"
    direct = LockedDistribution("leaf", None, "https://h.invalid/leaf.zip")
    write_preferences(path, Spec(PYTHON, (), Lock((direct,))), ResolveOptions(), {})
    assert tomllib.loads(path.read_text(encoding="utf-8"))["package"] == []
