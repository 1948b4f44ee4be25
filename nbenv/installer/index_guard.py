"""Keep locked packages from moving to another index unnoticed.

A lock names hashes, not indexes. If the index that offers a newer version also has a locked file of
the old one, it is the index that the package came from. If it has none, the name may belong to
someone else there: a stranger may have registered a private name on a public index.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from nbenv.core.lock import LockedDistribution
from nbenv.core.recorded_options import index_serving
from nbenv.core.spec import Spec
from nbenv.core.urls import without_credentials
from nbenv.errors import IndexSwitchError
from nbenv.installer.index_lookup import files_offered_by
from nbenv.installer.machine.uv_environment import own_indexes

__all__ = ["check_origins"]

Package = Mapping[str, object]


def check_origins(packages: Sequence[Package], spec: Spec, moved: Collection[str] = ()) -> None:
    """Check that what replaces a locked package comes from the same index.

    Parameters
    ----------
    packages
        The ``[[packages]]`` of the new resolution (PEP 751).
    spec
        The record with the lock that they replace.
    moved
        Names that a person asked from another index than before.

    Raises
    ------
    IndexSwitchError
        A package would come from another index than before.
    InstallerError
        An index could not be asked.
    """
    if len(set(own_indexes(spec.indexes))) < 2:
        return  # with one index there is no other
    offered: dict[str, list[list[LockedDistribution]]] = {}
    for index, lines in _moved(packages, spec):
        if lines[0].name not in moved:
            offered.setdefault(index, []).append(lines)
    for index, groups in offered.items():
        known = _names_known(index, groups, spec)
        for lines in groups:
            if lines[0].name not in known:
                raise _switch_error(lines[0], index, packages)


def _moved(
    packages: Sequence[Package], spec: Spec
) -> Iterator[tuple[str, list[LockedDistribution]]]:
    """Yield each index that has other files of a name than the locked ones, with its lines.

    A name may have several lines, each for other Pythons or platforms: one file that stays shows
    that the index is the same.
    """
    for name, lines in spec.lock.by_name().items():
        if index_serving(spec.indexes, name):
            continue  # the record says which index is its own
        locked = [each for each in lines if each.version]
        hashes = {digest for each in locked for digest in each.hashes}
        same = [each for each in packages if locked and each.get("name") == name]
        kept = {_index_of(each) for each in same if not hashes.isdisjoint(_digests(each))}
        for index in dict.fromkeys(map(_index_of, same)):
            if index.startswith(("http:", "https:")) and index not in kept:
                yield index, locked


def _index_of(package: Package) -> str:
    return str(package.get("index", ""))


def _names_known(
    index: str, groups: Sequence[Sequence[LockedDistribution]], spec: Spec
) -> set[str]:
    """Return the names of which an index has a locked file; one line of each is asked at a time."""
    known: set[str] = set()
    for position in range(max(map(len, groups))):
        asked = [each[position] for each in groups if len(each) > position]
        asked = [each for each in asked if each.name not in known]
        found = files_offered_by(index, asked, spec)
        for each in asked:
            if any(file.digest in each.hashes for file in found.get(each.name, ())):
                known.add(each.name)
    return known


def _digests(package: Package) -> Iterator[str]:
    wheels, sdist = package.get("wheels", []), package.get("sdist")
    for file in [*(wheels if isinstance(wheels, list) else []), sdist]:
        hashes = file.get("hashes") if isinstance(file, dict) else None
        yield from (f"{kind}:{digest}" for kind, digest in (hashes or {}).items())


def _switch_error(
    locked: LockedDistribution, index: str, packages: Sequence[Package]
) -> IndexSwitchError:
    named = [each for each in packages if each["name"] == locked.name]
    version = next(str(each.get("version")) for each in named if _index_of(each) == index)
    return IndexSwitchError(
        f"{locked.name} would come from another index than before.",
        f"{without_credentials(index)} offers {locked.name} {version}, but not the locked file of "
        f"{locked.version}: the name may belong to someone else there.",
        "Nothing was changed. If that index is right, add --any-index. If not, name the right one "
        "with --index NAME=URL, or ask its operator where the locked file went.",
    )
