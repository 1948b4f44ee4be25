"""Many at once, with `prune` all the while: the short form."""

from __future__ import annotations

from tests.endurance import crowd


def test_a_crowd() -> None:
    assert len(crowd.main(kernels=5, notebooks=10)) == 2
