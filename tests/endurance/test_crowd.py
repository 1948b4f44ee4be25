"""Short form of the crowd: many kernels and notebooks at once, while `prune` keeps running."""

from __future__ import annotations

from tests.endurance import crowd


def test_a_crowd() -> None:
    assert len(crowd.main(kernels=5, notebooks=10)) == 2
