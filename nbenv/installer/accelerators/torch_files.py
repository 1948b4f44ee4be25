"""Look up the files of a lock, those of PyTorch's builds on their own index."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.errors import InstallerError
from nbenv.installer.accelerators.torch_pins import pins_for
from nbenv.installer.index_lookup import files_offered_by, offered_files
from nbenv.installer.wheel_choice import File

__all__ = ["offered_with_torch"]


def offered_with_torch(
    distributions: Sequence[LockedDistribution], spec: Spec
) -> dict[str, list[File]]:
    """Return the files that this machine's indexes, and PyTorch's, offer of locked versions.

    No host that the notebook names is contacted: a record names a build, and uv its index, which is
    asked for nothing but PyTorch's packages, and only where this machine's indexes lack them.

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
    offered = offered_files(distributions, spec.python)
    torch = pins_for(spec)
    missing = [e for e in distributions if e.name in torch.names and not offered.get(e.name)]
    if missing:
        with contextlib.suppress(InstallerError):
            found = files_offered_by(torch.url, missing, spec)
            return {**offered, **found}
    return offered
