"""Hashes of a requirements file limit the lock."""

from __future__ import annotations

import pytest

from nbenv.core.lock import Lock
from nbenv.engine.allowed_hashes import AllowedHashes, limited
from nbenv.errors import HashError

A, B = (f"sha256:{letter * 64}" for letter in "ab")
OTHER = f"sha512:{'c' * 128}"
LOCK = Lock.from_lines([f"leaf==1.0 --hash={A} --hash={B}", f"twig==1.0 --hash={A}"])


def lines(*hashes: str) -> list[str]:
    return limited(LOCK, {"leaf": AllowedHashes(frozenset(hashes), "r.txt, line 2")}).lines()


def test_only_allowed_hashes_stay() -> None:
    assert limited(LOCK, {}) == LOCK
    assert lines(B) == [f"leaf==1.0 --hash={B}", f"twig==1.0 --hash={A}"]
    assert lines(A, B) == LOCK.lines()


def test_another_kind_of_hash_is_left_to_the_installer() -> None:
    assert lines(OTHER)[0] == f"leaf==1.0 --hash={OTHER}"


def test_a_mismatch_is_named() -> None:
    with pytest.raises(HashError, match=r"No file of leaf .* that r\.txt, line 2 allows"):
        lines(f"sha256:{'d' * 64}")


def test_a_folder_has_no_hash() -> None:
    lock = Lock.from_lines(["mine @ ./mine"])
    with pytest.raises(HashError, match="has no hash"):
        limited(lock, {"mine": AllowedHashes(frozenset({A}), "r.txt, line 1")})
