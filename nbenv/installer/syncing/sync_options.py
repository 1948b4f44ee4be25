"""Options of uv's for a sync: hashes, and what packages are built with."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from urllib.parse import parse_qs

from packaging.version import InvalidVersion, Version

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import absolute, is_local
from nbenv.core.spec import Spec

__all__ = ["build_limits", "hash_arguments", "locked_projects"]

_NUMPY_LAYOUT = "1.20"


def build_limits(spec: Spec, where: Path) -> list[str]:
    """Limit the NumPy that packages are built with where the locked one is old.

    NumPy 1.20 changed its layout: what was built with a later one does not work with one before.
    """
    numpy = spec.lock.versions().get("numpy", "")
    if not numpy or not _is_before(numpy, _NUMPY_LAYOUT):
        return []
    path = where / "build.txt"
    path.write_text(f"numpy<{_NUMPY_LAYOUT}\n", encoding="utf-8")
    return ["--build-constraints", str(path)]


def _is_before(version: str, other: str) -> bool:
    try:
        return Version(version) < Version(other)
    except InvalidVersion:  # an address
        return False


def hash_arguments(
    distributions: Sequence[LockedDistribution], kept: Mapping[str, str]
) -> list[str]:
    """Return the options by which uv verifies hashes, and wants one of everything that has any."""
    verify = ["--verify-hashes"]  # whatever the user's settings for other projects say
    # uv requires hashes of all or none: a commit, a folder and what is kept have none.
    is_complete = not kept and all(locked.hashes for locked in distributions)
    return [*verify, "--require-hashes"] if is_complete else verify


def locked_projects(distributions: Iterable[LockedDistribution], folder: Path) -> list[Path]:
    """Return the folders of the local projects among what is locked."""
    urls = (each.url for each in distributions if each.url and is_local(each.url))
    places = ((absolute(url.partition("#")[0], folder), url) for url in urls)
    return [place / _subdirectory(url) for place, url in places if place.is_dir()]


def _subdirectory(url: str) -> str:
    fragment = parse_qs(url.partition("#")[2])
    return fragment.get("subdirectory", ["."])[0]
