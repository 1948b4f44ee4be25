"""Limit a lock to the hashes that a requirements file allows (``--hash``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.errors import HashError

__all__ = ["AllowedHashes", "limited"]


@dataclass(frozen=True)
class AllowedHashes:
    """The only hashes that the files of a package may have, and the line that says so."""

    hashes: frozenset[str]
    place: str


def limited(lock: Lock, allowed: Mapping[str, AllowedHashes]) -> Lock:
    """Return a lock that has only the allowed hashes of the packages named.

    Raises
    ------
    HashError
        None of the locked files of a package has an allowed hash.
    """
    if not allowed:
        return lock
    chosen = (_limited(each, allowed.get(each.name)) for each in lock.distributions)
    return replace(lock, distributions=tuple(chosen))


def _limited(locked: LockedDistribution, allowed: AllowedHashes | None) -> LockedDistribution:
    if allowed is None:
        return locked
    kinds = {each.partition(":")[0] for each in locked.hashes}
    hashes = tuple(each for each in locked.hashes if each in allowed.hashes)
    comparable = any(each.partition(":")[0] in kinds for each in allowed.hashes)
    if locked.hashes and not hashes and not comparable:
        hashes = tuple(sorted(allowed.hashes))  # another kind: the installer compares it
    if not hashes:
        raise HashError(
            f"No file of {locked.name} {locked.version_or_url} has a hash that {allowed.place} "
            "allows.",
            "It is not the file that was meant, or the line has hashes of another version, or only "
            "of files for other Pythons."
            if locked.hashes
            else "What is installed from a folder or a repository has no hash.",
            "Nothing was changed. Correct the hashes if you trust the index.",
        )
    return replace(locked, hashes=hashes)
