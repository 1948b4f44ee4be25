"""Recording what something else than nbenv has installed, upgraded or removed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from nbenv.errors import ResolutionError
from nbenv.operations.installing.record_installed import record_installed
from nbenv.operations.status import status
from nbenv.progress import drain
from tests.support.environments import environment_of, install_by_hand, read, recorded, ref_of
from tests.support.index import LocalIndex


def put(notebook: Path, name: str, version: str, needs: str = "") -> None:
    """Install a distribution, or another version of it, behind nbenv's back."""
    site = environment_of(notebook).site_packages()
    for former in site.glob(f"{name}-*.dist-info"):
        shutil.rmtree(former)
    info = site / f"{name}-{version}.dist-info"
    info.mkdir()
    needed = f"Requires-Dist: {needs}\n" if needs else ""
    text = f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n{needed}"
    (info / "METADATA").write_text(text, encoding="utf-8")
    (info / "RECORD").write_text(f"{info.name}/METADATA,,\n", encoding="utf-8")


def requirements(notebook: Path) -> list[str]:
    record = recorded(notebook)
    assert isinstance(record, dict)
    return record["requirements"]


def drifts(notebook: Path) -> object:
    data = status(ref_of(notebook)).data
    assert isinstance(data, dict)
    return data["drift"]


def test_roots_are_recorded_and_specifiers_that_hold_are_kept(
    installed: Path, stocked: LocalIndex
) -> None:
    stocked.wheel("leaf", "1.5")
    stocked.wheel("twig", "1.0", requires=["bud"])
    stocked.wheel("bud", "1.0")
    put(installed, "leaf", "1.5")  # within leaf<2
    put(installed, "twig", "1.0", "bud")
    put(installed, "bud", "1.0")
    before = installed.read_bytes()
    shown = drain(record_installed(ref_of(installed), dry_run=True))
    assert shown.summary == "Would record 3 packages: bud, leaf, twig."
    assert installed.read_bytes() == before
    drain(record_installed(ref_of(installed)))
    assert requirements(installed) == ["branch", "leaf<2", "twig"]
    assert read(installed).spec.lock.versions().items() >= {
        ("leaf", "1.5"),
        ("bud", "1.0"),
        ("twig", "1.0"),
    }
    assert read(installed).spec.constraints == ()
    assert drifts(installed) == []
    assert drain(record_installed(ref_of(installed))).summary == "What is installed is recorded."


def test_what_is_gone_is_dropped_and_what_does_not_hold_is_pinned(
    installed: Path, stocked: LocalIndex
) -> None:
    put(installed, "leaf", "2.0")
    shutil.rmtree(next(environment_of(installed).site_packages().glob("branch-*.dist-info")))
    drain(record_installed(ref_of(installed)))
    assert requirements(installed) == ["leaf==2.0"]
    assert drifts(installed) == []


def test_what_no_index_has_changes_nothing(installed: Path) -> None:
    install_by_hand(environment_of(installed), "homemade")
    before = installed.read_bytes()
    with pytest.raises(ResolutionError, match="cannot be recorded as it is"):
        drain(record_installed(ref_of(installed)))
    assert installed.read_bytes() == before
