"""Keep locked packages from moving to another index unnoticed.

A lock names hashes, not indexes. If the index that offers a newer version also has a locked file of
the old one, it is the index that the package came from. If it has none, the name may belong to
someone else there: a stranger may have registered a private name on a public index.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from nbenv.core.lock import LockedDistribution
from nbenv.core.spec import Spec
from nbenv.core.urls import without_credentials
from nbenv.errors import IndexSwitchError
from nbenv.installer.index_lookup import files_offered_by
from nbenv.installer.uv import own_indexes

__all__ = ["check_origins"]

Package = Mapping[str, object]


def check_origins(packages: Sequence[Package], spec: Spec) -> None:
    """Check that what replaces a locked package comes from the same index.

    Parameters
    ----------
    packages
        The ``[[packages]]`` of the new resolution (PEP 751).
    spec
        The record with the lock that they replace.

    Raises
    ------
    IndexSwitchError
        A package would come from another index than before.
    InstallerError
        An index could not be asked.
    """
    if len(set(own_indexes(spec.indexes))) < 2:
        return  # with one index there is no other
    moved: dict[str, list[LockedDistribution]] = {}
    for index, locked in _moved(packages, spec):
        moved.setdefault(index, []).append(locked)
    for index, distributions in moved.items():
        found = files_offered_by(index, distributions, spec)
        for locked in distributions:
            if not any(file.digest in locked.hashes for file in found.get(locked.name, ())):
                raise _switch_error(locked, index, packages)


def _moved(packages: Sequence[Package], spec: Spec) -> Iterator[tuple[str, LockedDistribution]]:
    """Yield what is replaced by other files, with the index that has them."""
    for locked in spec.lock.distributions:
        same = [each for each in packages if each.get("name") == locked.name]
        for package in same if locked.version else ():
            index = str(package.get("index", ""))
            kept = any(digest in locked.hashes for digest in _digests(package))
            if index.startswith(("http:", "https:")) and not kept:
                yield index, locked


def _digests(package: Package) -> Iterator[str]:
    wheels, sdist = package.get("wheels", []), package.get("sdist")
    for file in [*(wheels if isinstance(wheels, list) else []), sdist]:
        hashes = file.get("hashes") if isinstance(file, dict) else None
        yield from (f"{kind}:{digest}" for kind, digest in (hashes or {}).items())


def _switch_error(
    locked: LockedDistribution, index: str, packages: Sequence[Package]
) -> IndexSwitchError:
    version = next(str(each.get("version")) for each in packages if each["name"] == locked.name)
    return IndexSwitchError(
        f"{locked.name} would come from another index than before.",
        f"{without_credentials(index)} offers {locked.name} {version}, but not the locked file of "
        f"{locked.version}: the name may belong to someone else there.",
        "Nothing was changed. If that index is right, add --any-index. If not, name the right one "
        "with --index NAME=URL, or ask its operator where the locked file went.",
    )
