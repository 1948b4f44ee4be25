"""A change after which no kernel starts is taken back; others start none."""

from __future__ import annotations

from pathlib import Path

import pytest

from nbenv.engine import working_kernel
from nbenv.errors import BrokenEnvironmentError
from tests.support.environments import install, read, recorded, versions
from tests.support.index import LocalIndex

FAILS = {"ipykernel/kernelapp.py": "import old_trait\nraise ImportError('no such trait')\n"}


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Return a list that grows with each kernel that is started; each works."""
    kernels: list[str] = []
    monkeypatch.setattr(
        working_kernel, "find_fault", lambda found: kernels.append(found.identifier) or ""
    )
    return kernels


@pytest.fixture
def stocked(index: LocalIndex) -> LocalIndex:
    index.wheel("ipykernel", "7.0", requires=["traitlets"])
    index.wheel("ipykernel", "6.0", requires=["traitlets"])
    index.wheel("traitlets", "5.0")
    index.wheel("traitlets", "4.0")
    index.wheel("old", "1.0", requires=["traitlets<5"])
    index.wheel("leaf", "1.0")
    return index


def test_what_ordinary_changes_start(
    notebook: Path, stocked: LocalIndex, started: list[str]
) -> None:
    install(notebook, "leaf", "traitlets", "ipykernel>=6")
    install(notebook, "leaf==1.0")
    stocked.wheel("ipykernel", "7.1", requires=["traitlets"])
    install(notebook, "ipykernel>=7.1")
    assert started == []


@pytest.mark.parametrize("asked", ["ipykernel<7", "traitlets==4.0", "old"])
def test_what_decides_about_the_kernel_starts_one(
    notebook: Path, stocked: LocalIndex, started: list[str], asked: str
) -> None:
    install(notebook, asked)
    assert len(started) == 1
    install(notebook, asked)
    install(notebook, "leaf")
    assert len(started) == 1


def test_a_kernel_that_does_not_start_is_refused(notebook: Path, stocked: LocalIndex) -> None:
    stocked.wheel("ipykernel", "5.0", requires=["traitlets"], modules=FAILS)
    install(notebook, "leaf")
    before = recorded(notebook)
    with pytest.raises(BrokenEnvironmentError) as failed:
        install(notebook, "ipykernel<6")
    assert failed.value.what == "No kernel works with ipykernel 5.0 on this Python."
    assert "ModuleNotFoundError: No module named 'old_trait'" in failed.value.why
    assert recorded(notebook) == before
    assert read(notebook).environment.installed()["ipykernel"].version == "7.0"
    with pytest.raises(BrokenEnvironmentError) as failed:
        install(notebook, "ipykernel<6", "traitlets<5")
    assert failed.value.what == "No kernel works with ipykernel 5.0 and traitlets 4.0."
    assert versions(notebook) == {"leaf": "1.0", "traitlets": "5.0"}
