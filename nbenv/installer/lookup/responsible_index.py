"""Tell which index a package may be asked from: a name that one index serves is no other's affair.

A public index need not learn the names of private packages, and what it has of such a name is
something else.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from nbenv.core.kernel_limits import KERNELS_OWN
from nbenv.core.lock import LockedDistribution
from nbenv.core.recorded_options import index_serving
from nbenv.core.spec import Index
from nbenv.installer.machine.uv_environment import own_indexes

__all__ = ["by_responsible_index", "for_this_machine"]


def by_responsible_index(
    distributions: Iterable[LockedDistribution], indexes: Sequence[Index]
) -> dict[Index | None, list[LockedDistribution]]:
    """Group distributions by the index that they come from, None for those of this machine.

    Parameters
    ----------
    distributions
        Lines of a lock.
    indexes
        The indexes of the record. One that this machine is configured to use is one of its own.
    """
    found: dict[Index | None, list[LockedDistribution]] = {}
    own = {url.rstrip("/") for url in own_indexes()} if indexes else set()
    default = next((index for index in indexes if index.default), None)
    for locked in distributions:
        index = index_serving(indexes, locked.name)
        if index is None and locked.name not in KERNELS_OWN:
            index = default
        if index and index.url.rstrip("/") in own:
            index = None
        found.setdefault(index, []).append(locked)
    return found


def for_this_machine(
    distributions: Iterable[LockedDistribution], indexes: Sequence[Index]
) -> list[LockedDistribution]:
    """Return what this machine's own indexes may be asked for."""
    return by_responsible_index(distributions, indexes).get(None, [])
