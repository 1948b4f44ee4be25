"""Files in uv's cache, which need not be downloaded."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.installer.lookup.cached_files import names_to_download
from nbenv.installer.uv import run_uv
from nbenv.progress import drain
from tests.support.index import LocalIndex

SPEC = Spec(f"3.{sys.version_info[1]}")


def test_what_the_cache_lacks(index: LocalIndex, tmp_path: Path) -> None:
    leaf, branch = (
        LockedDistribution(name, "1.0", hashes=(f"sha256:{index.sha256(path.name)}",))
        for name in ("leaf", "branch")
        for path in [index.wheel(name, "1.0")]
    )

    def missing(*distributions: LockedDistribution) -> set[str] | None:
        return names_to_download(distributions, SPEC, tmp_path, sys.executable)

    target = ["--target", str(tmp_path / "installed")]
    assert missing(leaf) is None  # the page is not there either
    drain(run_uv(["pip", "install", "leaf==1.0", *target], tmp_path))
    index.requests.clear()
    assert missing(leaf) == missing() == set()
    assert missing(leaf, branch) is None
    assert missing(replace(leaf, hashes=(f"sha256:{'0' * 64}",))) == {"leaf"}
    built = LockedDistribution("built", "1.0", hashes=leaf.hashes, source=True)
    linked = LockedDistribution("linked", url="https://host.invalid/linked-1-py3-none-any.whl")
    assert missing(leaf, built, linked) == {"built", "linked"}
    assert index.requests == []
    drain(run_uv(["pip", "install", "branch==1.0", "--dry-run", *target], tmp_path))
    assert missing(leaf, branch) == {"branch"}  # its page is there now
    drain(run_uv(["pip", "install", "branch==1.0", *target], tmp_path))
    assert missing(leaf, branch) == set()
