"""Notebooks with real environments, made in this process, and what is on disk of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.environments import interpreters
from nbenv.environments.environment import Environment
from nbenv.notebook.metadata import read_metadata
from nbenv.operations.install import InstallRequest
from nbenv.operations.install import install as install_verb
from nbenv.progress import Outcome, drain


def ref_of(notebook: Path) -> NotebookRef:
    """Return the reference of a notebook that no server has open."""
    return NotebookRef(str(notebook))


def read(notebook: Path) -> NotebookSnapshot:
    """Return a snapshot of a notebook."""
    return NotebookSnapshot.read(ref_of(notebook))


def install(notebook: Path, *requirements: str, indexes: tuple[str, ...] = ()) -> Outcome:
    """Install requirements into a notebook's environment."""
    return drain(install_verb(ref_of(notebook), InstallRequest(requirements, indexes=indexes)))


def environment_of(notebook: Path) -> Environment:
    """Return the environment that a notebook has now."""
    return read(notebook).environment


def versions(notebook: Path) -> dict[str, str]:
    """Return name → version of what is installed beside the kernel."""
    found = environment_of(notebook).installed()
    return {name: each.version for name, each in found.items() if name != "ipykernel"}


def recorded(notebook: Path) -> object:
    """Return the record in a notebook's file."""
    return read_metadata(str(notebook)).get("nbenv")


def install_by_hand(environment: Environment, name: str) -> None:
    """Add a distribution as another installer would."""
    dist_info = environment.site_packages() / f"{name}-9.dist-info"
    dist_info.mkdir()
    (dist_info / "METADATA").write_text(f"Name: {name}\nVersion: 9\n", encoding="utf-8")
    (dist_info / "RECORD").write_text(
        f"{name}-9.dist-info/METADATA,,\n{name}-9.dist-info/RECORD,,\n", encoding="utf-8"
    )


def hide_other_pythons(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let this machine have the host's Python alone, which also spares the search for others."""
    host = interpreters.find(interpreters.default_python())
    assert host is not None
    monkeypatch.setattr(interpreters, "available", lambda: [host])


def on_disk(folder: Path) -> dict[str, tuple[int, int]]:
    """Return when each file and folder was last written, and its size: equal if nothing was.

    Lock files are left out: some releases of filelock truncate them when they are taken.
    """
    found = {}
    for base, folders, names in os.walk(folder):
        for name in (".", *folders, *(each for each in names if not each.endswith(".lock"))):
            stat = os.lstat(os.path.join(base, name))
            size = 0 if os.path.isdir(os.path.join(base, name)) else stat.st_size
            found[os.path.relpath(os.path.join(base, name), folder)] = (stat.st_mtime_ns, size)
    return found
