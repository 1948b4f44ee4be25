"""Files in uv's cache, which need not be downloaded."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.installer.lookup.cached_files import are_all_cached
from nbenv.installer.uv import run_uv
from nbenv.progress import drain
from tests.support.index import LocalIndex

SPEC = Spec(f"3.{sys.version_info[1]}")


def test_all_or_not(index: LocalIndex, tmp_path: Path) -> None:
    locked = [
        LockedDistribution(name, "1.0", hashes=(f"sha256:{index.sha256(path.name)}",))
        for name in ("leaf", "branch")
        for path in [index.wheel(name, "1.0")]
    ]

    def cached(*distributions: LockedDistribution) -> bool:
        return are_all_cached(distributions, SPEC, tmp_path, sys.executable)

    target = ["--target", str(tmp_path / "installed")]
    drain(run_uv(["pip", "install", "leaf==1.0", *target], tmp_path))
    index.requests.clear()
    assert cached(locked[0])
    assert not cached(*locked)
    assert not cached(replace(locked[0], hashes=(f"sha256:{'0' * 64}",)))
    assert not cached()
    assert not cached(LockedDistribution("built", "1.0", hashes=locked[0].hashes, source=True))
    assert index.requests == []
    drain(run_uv(["pip", "install", "branch==1.0", *target], tmp_path))
    assert cached(*locked)
