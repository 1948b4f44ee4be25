"""The sentences about an install."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.core.kernel_limits import KERNELS_OWN
from nbenv.core.lock import Change
from nbenv.engine.environment_sync import SyncResult
from nbenv.engine.summaries import besides_kernel
from nbenv.kernel.guest import boot
from nbenv.operations.install import InstallRequest, install
from nbenv.operations.installing.install_summary import _origins
from nbenv.progress import drain
from tests.support.environments import read, ref_of
from tests.support.index import LocalIndex


def test_packages_of_a_new_kernel_are_not_counted() -> None:
    def names(changes: list[Change]) -> set[str]:
        return {each.name for each in changes}

    changes = [Change(name, None, "1") for name in ("ipykernel", "six", "mine", "numpy")]
    assert names(besides_kernel(changes)) == {"mine", "numpy"}
    assert names(besides_kernel(changes[1:])) == {"six", "mine", "numpy"}
    moved = [Change("ipykernel", "6", "7"), *changes[1:]]
    assert names(besides_kernel(moved)) == {"ipykernel", "six", "mine", "numpy"}
    assert boot.load("live_update")._KERNELS_OWN <= KERNELS_OWN


def test_one_index_is_not_named(installed: Path) -> None:
    unchanged = SyncResult(read(installed).environment)
    assert list(_origins(read(installed).spec, unchanged, ["leaf"])) == []


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ("rich[exel]", "Did you mean rich[excel]?"),
        ("rich[Excel,Test-All]", ""),
        ("rich[nothing_like]", "rich has these extras: excel, old-name, test-all."),
        ("leaf[x]", "leaf has no extras."),
    ],
)
def test_an_extra_that_is_not_there(
    notebook: Path, stocked: LocalIndex, asked: str, line: str
) -> None:
    extras: dict[str, list[str]] = {"excel": [], "old_name": [], "Test-All": []}
    stocked.wheel("rich", "1.0", extras=extras)
    done = drain(install(ref_of(notebook), InstallRequest((asked,))))
    assert done.summary.splitlines()[1:] == ([line] if line else [])
