"""Unit tests of ``nbenv.export.requirements_locked``."""

from __future__ import annotations

from dataclasses import replace
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


def test_a_default_index_without_a_kernel_is_asked_beside_the_usual_one(tmp_path: Path) -> None:
    lock = (locked("acme"), locked("ipykernel"))
    document = snapshot(tmp_path, "acme", lock=lock, indexes=(replace(OWN, default=True),))
    assert write(document).splitlines()[1:4] == [
        "# https://example.org/simple is the notebook's default index. It is asked beside pip's "
        "own for",
        "# ipykernel: each file has to have one of the hashes.",
        "--extra-index-url https://example.org/simple",
    ]
    alone = snapshot(tmp_path, "acme", lock=lock[:1], indexes=(replace(OWN, default=True),))
    assert "--index-url https://example.org/simple\n" in write(alone)


def test_the_platforms_of_a_lock_are_said(tmp_path: Path) -> None:
    platforms = ("sys_platform == 'win32'",)
    document = snapshot(tmp_path, lock=(locked("a"),), platforms=platforms)
    assert write(document).startswith("# Locked for CPython 3.11 on Windows only.\n")
