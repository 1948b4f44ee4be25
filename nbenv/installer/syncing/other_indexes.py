"""Choose the indexes to try where those of a record do not have a locked file."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.errors import HashError, IndexAccessError, InstallerError
from nbenv.installer.files.lock_file import is_wheel
from nbenv.installer.machine.uv_environment import has_default_index

__all__ = ["indexes_with_packages", "other_indexes"]


def indexes_with_packages(indexes: Iterable[Index]) -> list[Index]:
    """Return those of a record's indexes that serve what they list."""
    return [index for index in indexes if index.packages is not None]


def other_indexes(
    spec: Spec, distributions: Sequence[LockedDistribution], error: InstallerError
) -> tuple[Index, ...] | None:
    """Return the indexes to try if the record's lack a file, this machine's default one last.

    A default index of the notebook's may not have what its kernel needs. A hash says that a file is
    the right one, but none says what a build needs. The last one is asked only for names that the
    others do not have: it need not know the names of private packages.

    If an index that lists its packages cannot be used, or has other files of a version, one that
    this machine is configured to use instead of the usual public one may have the right ones. The
    public one itself is not told these names: then they stay with their indexes.

    Parameters
    ----------
    spec
        The record.
    distributions
        What is to be installed.
    error
        What failed with the record's indexes.

    Returns
    -------
    tuple or None
        The indexes; None where there is nothing else to try.
    """
    if not all(map(is_wheel, distributions)):
        return None
    listing = indexes_with_packages(spec.indexes)
    is_hidden = bool(listing) and not has_default_index()
    if isinstance(error, HashError):
        others = tuple(replace(each, packages=None) for each in spec.indexes)
        return others if listing and not is_hidden else None
    if is_hidden:
        others = tuple(replace(index, default=False) for index in spec.indexes)
        return None if others == spec.indexes else others
    kept = spec.indexes
    if isinstance(error, IndexAccessError):
        kept = tuple(each for each in kept if each not in listing)
    others = tuple(replace(index, default=False, packages=None) for index in kept)
    return None if others == spec.indexes else others
