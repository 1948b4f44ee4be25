"""Wheels of sources for a pack: for this platform, or for all where they hold no machine code."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest

from nbenv.environments.markers import select_locked
from nbenv.errors import BuildError, NbenvError
from nbenv.operations.sharing.built_sources import build_sources
from nbenv.progress import drain
from tests.support.environments import install, read
from tests.support.index import LocalIndex


def test_a_wheel_is_built_once(notebook: Path, index: LocalIndex, tmp_path: Path) -> None:
    index.sdist("from-source", "1.0")
    install(notebook, "from-source")
    found = read(notebook)
    chosen = list(select_locked(found.spec).values())
    built = drain(build_sources(found, chosen, tmp_path, None))
    (wheel,) = tmp_path.glob("*.whl")
    assert built == {"from-source": f"sha256:{hashlib.sha256(wheel.read_bytes()).hexdigest()}"}
    index.close()
    assert drain(build_sources(found, chosen, tmp_path, "windows-x86_64")) == built
    machine = wheel.rename(tmp_path / "from_source-1.0-cp311-cp311-linux_x86_64.whl")
    with pytest.raises(NbenvError, match="from-source cannot be packed for windows-x86_64"):
        drain(build_sources(found, chosen, tmp_path, "windows-x86_64"))
    machine.unlink()
    with pytest.raises(NbenvError):
        drain(build_sources(found, chosen, tmp_path, None))


def test_a_failing_build_is_said(notebook: Path, index: LocalIndex, tmp_path: Path) -> None:
    index.sdist("from-source", "1.0")
    install(notebook, "from-source")
    found = read(notebook)
    chosen = list(select_locked(found.spec).values())
    for file in [*Path(index.folder).rglob("from_source-1.0.tar.gz")]:
        index.remove(file.name)
    with pytest.raises(BuildError, match="No wheel could be built of from-source"):
        drain(build_sources(found, chosen, tmp_path, None))
