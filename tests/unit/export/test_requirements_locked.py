"""Unit tests of ``nbenv.export.requirements_locked``."""

from __future__ import annotations

from pathlib import Path

from nbenv.export.requirements_locked import write
from tests.unit.export.made import DIGEST, OWN, locked, snapshot


def test_the_lock_with_its_hashes(tmp_path: Path) -> None:
    lock = (
        locked("a", marker="os_name == 'nt'"),
        locked("tool", url="./tool"),
        locked("wheel", url="./w.whl", marker="os_name == 'nt'"),
    )
    assert write(snapshot(tmp_path, "a", lock=lock, indexes=(OWN,))).splitlines() == [
        "# Locked for CPython 3.11 on every platform.",
        "--extra-index-url https://example.org/simple",
        f"a==1.0 ; os_name == 'nt' --hash={DIGEST}",
        "./tool",
        f"./w.whl ; os_name == 'nt' --hash={DIGEST}",
    ]


def test_what_lacks_dependencies_is_said(tmp_path: Path) -> None:
    text = write(snapshot(tmp_path, "a", lock=(locked("a"),), no_deps=("a",)))
    assert "# Install it with --no-deps: it lacks dependencies of a\n" in text
