"""Options of uv's for a sync."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.spec import Spec
from nbenv.installer.syncing.sync_options import build_limits


@pytest.mark.parametrize(("numpy", "is_limited"), [("1.18.1", True), ("1.26.4", False)])
def test_what_is_built_fits_an_old_numpy(numpy: str, is_limited: bool, tmp_path: Path) -> None:
    lock = Lock((LockedDistribution("numpy", numpy, hashes=(f"sha256:{'0' * 64}",)),))
    arguments = build_limits(Spec("3.11", lock=lock), tmp_path)
    assert bool(arguments) is is_limited
    if is_limited:
        assert Path(arguments[1]).read_text() == "numpy<1.20\n"
