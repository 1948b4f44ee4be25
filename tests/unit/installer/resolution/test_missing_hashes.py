"""Hashes of files for which an index publishes none, with a real uv."""

from __future__ import annotations

import sys
from pathlib import Path

from nbenv.core.spec import Spec
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.progress import drain
from tests.support.index import LocalIndex


def test_all_files_of_a_version_are_hashed(index: LocalIndex, tmp_path: Path) -> None:
    index.without_hashes = True
    tag = f"cp3{sys.version_info[1]}-cp3{sys.version_info[1]}-win_amd64"
    paths = [index.wheel("leaf", "1.0", tag=tag), index.sdist("leaf", "1.0")]
    spec = Spec(f"3.{sys.version_info[1]}", ("leaf",))
    steps = resolve_lock(spec, sys.executable, tmp_path, ResolveOptions(), kernel=False)
    [leaf] = drain(steps).distributions
    assert {*leaf.hashes} == {f"sha256:{index.sha256(each.name)}" for each in paths}
    assert (leaf.source, leaf.prebuilt) == (True, "sys_platform == 'win32'")
