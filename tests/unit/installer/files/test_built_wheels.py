"""Wheels that stand for sources, as long as somebody says so."""

from __future__ import annotations

from nbenv.core.lock import LockedDistribution
from nbenv.installer.files.built_wheels import built_wheels, with_built_wheels

HASH, OTHER = f"sha256:{'1' * 64}", f"sha256:{'2' * 64}"


def test_only_what_is_said_stands_for_a_source() -> None:
    source = LockedDistribution("a", "1.0", hashes=(HASH,), source=True)
    wheel = LockedDistribution("b", "1.0", hashes=(HASH,))
    assert with_built_wheels([source, wheel]) == [source, wheel]
    with built_wheels({"a": OTHER, "b": OTHER}):
        changed, same = with_built_wheels([source, wheel])
    assert not changed.source
    assert changed.hashes == (HASH, OTHER)
    assert same == wheel
    assert with_built_wheels([source]) == [source]
