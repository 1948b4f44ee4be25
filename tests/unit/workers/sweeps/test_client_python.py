"""The choice of a Python that can talk to a cluster."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

import nbenv.workers.sweeps.client_python as module
from nbenv.environments import interpreters
from nbenv.progress import Steps, drain
from nbenv.workers.sweeps.client_python import _Versions
from nbenv.workers.sweeps.cluster_address import ClusterAddress


@pytest.mark.parametrize(
    ("address", "versions", "fits"),
    [
        ("dask://h", ("2026.8.0", "3.12", "2026.8.0", "3.11"), True),  # from any Python
        ("dask://h", ("2025.7.0", "3.11", "2026.8.0", "3.11"), False),
        ("ray://h", ("2.60.0", "3.11", "2.60.0", "3.11"), True),
        ("ray://h", ("2.60.0", "3.12", "2.60.0", "3.11"), False),
        ("ray://h", ("2.59.0", "3.11", "2.60.0", "3.11"), False),
    ],
)
def test_ray_needs_the_same_python_too(
    address: str, versions: tuple[str, str, str, str], fits: bool
) -> None:
    assert _Versions(*versions).fits(ClusterAddress.parse(address)) is fits


def test_a_client_whose_python_is_gone_is_made_anew(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NBENV_HOME", str(tmp_path))
    address, minor = ClusterAddress.parse("dask://h"), interpreters.default_python()
    gone = tmp_path / "cluster-clients" / f"dask-newest-{minor}" / "bin" / "python"
    gone.parent.mkdir(parents=True)
    gone.symlink_to(tmp_path / "uninstalled")

    def install(folder: Path, python: str, requirement: str) -> Steps[None]:
        (folder / "bin").mkdir(parents=True)
        (folder / "bin" / "python").symlink_to(python)
        yield from ()

    monkeypatch.setattr(module, "_install", install)
    without = SimpleNamespace(
        environment=SimpleNamespace(installed=dict), spec=SimpleNamespace(python=minor)
    )
    found = drain(module._some_client(address, cast(Any, without)))
    assert (found, gone.exists()) == (str(gone), True)
    assert drain(module._some_client(address, cast(Any, without))) == str(gone)
