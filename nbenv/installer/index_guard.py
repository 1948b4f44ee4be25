"""Which index a distribution comes from: what is locked does not move to another one unsaid.

A lock names no index, but hashes. An index that offers a newer version of something is the one
that it came from before when it also has one of the files that are locked. Where it has none, the
name may be somebody else's there: a private name that a stranger took on a public index.
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
    """Raise `IndexSwitchError` when a distribution of `spec`'s lock would come from another index.

    `packages` are the ``[[packages]]`` of PEP 751 that shall follow it.
    """
    if len(set(own_indexes(spec.indexes))) < 2:
        return
    moved: dict[str, list[LockedDistribution]] = {}
    for index, locked in _moved(packages, spec):
        moved.setdefault(index, []).append(locked)
    for index, distributions in moved.items():
        found = files_offered_by(index, distributions, spec)
        for locked in distributions:
            if not any(file.digest in locked.hashes for file in found.get(locked.name, ())):
                raise _switched(locked, index, packages)


def _moved(packages: Sequence[Package], spec: Spec) -> Iterator[tuple[str, LockedDistribution]]:
    """Yield what is locked and shall be replaced by other files of an index."""
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


def _switched(
    locked: LockedDistribution, index: str, packages: Sequence[Package]
) -> IndexSwitchError:
    version = next(str(each.get("version")) for each in packages if each["name"] == locked.name)
    return IndexSwitchError(
        f"{locked.name} would come from another index than before.",
        f"{without_credentials(index)} offers {locked.name} {version}, but has not the file of "
        f"{locked.version} that is locked: the name may be somebody else's there.",
        "Nothing was changed. If that index is right, add --any-index; if not, name the right one "
        "with --index NAME=URL, or ask who runs it where the locked file went.",
    )
