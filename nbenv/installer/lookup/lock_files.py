"""Look up the files of a lock, each package on the index that it comes from."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.errors import InstallerError
from nbenv.installer.accelerators.torch_pins import pins_for
from nbenv.installer.index_lookup import files_offered_by, offered_files
from nbenv.installer.lookup.responsible_index import by_responsible_index, for_this_machine
from nbenv.installer.wheel_choice import File

__all__ = ["files_of_lock", "own_files_of_lock"]


def own_files_of_lock(
    distributions: Sequence[LockedDistribution], spec: Spec
) -> dict[str, list[File]]:
    """Return the files that this machine's indexes, and PyTorch's, offer of locked versions.

    No host that the notebook names is contacted: a record names a build, and uv its index, which is
    asked for nothing but PyTorch's packages, and only where this machine's indexes lack them. Names
    that the record takes from an index of its own are asked of none, and left out.

    Parameters
    ----------
    distributions
        What to look up.
    spec
        The record.

    Raises
    ------
    InstallerError
        One of this machine's own indexes cannot be used.
    """
    own = for_this_machine(distributions, spec.indexes)
    offered = offered_files(own, spec.python)
    torch = pins_for(spec)
    missing = [e for e in own if e.name in torch.names and not offered.get(e.name)]
    if missing:
        with contextlib.suppress(InstallerError):
            found = files_offered_by(torch.url, missing, spec)
            return {**offered, **found}
    return offered


def files_of_lock(distributions: Sequence[LockedDistribution], spec: Spec) -> dict[str, list[File]]:
    """Return the same with what the record's own indexes offer, once these may be contacted.

    What such an index serves is left out where it cannot be asked.

    Raises
    ------
    InstallerError
        One of this machine's own indexes cannot be used.
    """
    found = own_files_of_lock(distributions, spec)
    for index, lines in by_responsible_index(distributions, spec.indexes).items():
        if index is not None:
            with contextlib.suppress(InstallerError):
                found |= files_offered_by(index.url, lines, spec)
    return found
