"""The index that a package may be asked from."""

from __future__ import annotations

import pytest

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.installer.lookup.responsible_index import for_this_machine


def test_a_private_index_of_its_own_keeps_its_names() -> None:
    both = [LockedDistribution(name, "1") for name in ("secret", "ipykernel")]
    for is_default, names in ((True, ["ipykernel"]), (False, ["secret", "ipykernel"])):
        spec = Spec("3.11", indexes=(Index("i", "https://i.invalid/simple", default=is_default),))
        assert [each.name for each in for_this_machine(both, spec.indexes)] == names


def test_names_of_an_index_of_this_machine_are_asked_there(monkeypatch: pytest.MonkeyPatch) -> None:
    mine = [LockedDistribution("mine", "1")]
    spec = Spec("3.11", indexes=(Index("x", "https://x.invalid/simple", packages=("mine",)),))
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://other.invalid/simple")
    assert for_this_machine(mine, spec.indexes) == []
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "https://x.invalid/simple/")
    assert for_this_machine(mine, spec.indexes) == mine
