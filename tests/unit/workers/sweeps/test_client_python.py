"""The choice of a Python that can talk to a cluster."""

from __future__ import annotations

import pytest

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
