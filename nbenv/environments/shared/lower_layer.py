"""The folder of ``NBENV_SHARED``: environments that are ready, found by digest and never written.

It is laid out as ``NBENV_HOME`` is: ``envs`` holds the environments, each with its marker. Those
that ``nbenv restore --into`` makes are named by their digests; others are found by their records.

Kernels run what is in there. So it counts only if it belongs to root or to this user, with all that
is in it, and if nobody else may write to any of it or replace a folder above it.
"""

from __future__ import annotations

import os
import platform
import stat
from collections.abc import Iterator
from pathlib import Path

from nbenv.core.spec import Spec
from nbenv.environments.environment import Environment
from nbenv.environments.integrity import check_files
from nbenv.errors import RecordError
from nbenv.home import paths, variables
from nbenv.home.real_path import is_same
from nbenv.home.trust import is_closed

__all__ = [
    "MACHINE",
    "can_be_shared",
    "distrusted_part",
    "find_shared",
    "is_usable",
    "machine",
    "shared_environments",
    "shared_folder",
]

_UV_LOCK = ".lock"
"""The file that uv locks, which it opens to everybody; nothing reads it or links to it."""
MACHINE = "machine"
"""The key of a marker that says what an environment was made for."""


def shared_folder() -> str | None:
    """Return the folder of ``NBENV_SHARED``; None without one, and on Windows.

    It is none where it is this user's own home, whose environments have notebooks and are pruned.
    """
    chosen = os.environ.get(variables.SHARED)
    if not chosen or os.name != "posix":
        return None
    folder = os.path.realpath(os.path.expanduser(chosen))
    return None if is_same(folder, paths.home()) else folder


def machine() -> str:
    """Return the kind of machine that what is installed here runs on."""
    return f"{platform.system()} {platform.machine()}"


def can_be_shared(spec: Spec) -> bool:
    """Return whether an environment of that record is the same wherever its notebook is."""
    return bool(spec.lock.distributions) and not spec.local_urls


def shared_environments() -> list[Environment]:
    """Return the environments in there that have a marker, whether or not they can be used."""
    folder = shared_folder()
    if folder is None:
        return []
    try:
        names = sorted(os.listdir(os.path.join(folder, "envs")))
    except OSError:
        return []
    found = (os.path.join(folder, "envs", name) for name in names if not name.startswith("."))
    return [Environment(each) for each in found if os.path.exists(paths.marker_path(each))]


def find_shared(spec: Spec) -> Environment | None:
    """Return the provided environment that holds what a record locks; None if there is none.

    Only markers are read; `is_usable` looks at the rest.
    """
    folder = shared_folder()
    if folder is None or not can_be_shared(spec):
        return None
    digest = _digest(spec)
    named = Environment(os.path.join(folder, "envs", digest))
    candidates = (named, *(each for each in shared_environments() if each != named))
    return next((each for each in candidates if _holds(each, spec, digest)), None)


def _holds(environment: Environment, spec: Spec, digest: str) -> bool:
    record = environment.read_marker().record
    if record is None or record.get("python") != spec.python:
        return False
    lock = record.get("lock")  # a cheap difference, before all is parsed
    if not isinstance(lock, list) or len(lock) != len(spec.to_record().get("lock", ())):  # type: ignore[arg-type]
        return False
    try:
        return _digest(Spec.from_record(record)) == digest
    except RecordError:
        return False


def _digest(spec: Spec) -> str:
    return spec.digest(Path(os.sep))  # without local projects, it is the same in every folder


def is_usable(environment: Environment) -> bool:
    """Return whether a provided environment is whole, for this machine, and to be trusted."""
    marker = paths.read_json(paths.marker_path(str(environment.path))) or {}
    if marker.get(MACHINE, machine()) != machine() or distrusted_part(str(environment.path)):
        return False
    mismatched = environment.read_marker().mismatched
    return (
        environment.read_version() is not None and not check_files(environment).broken - mismatched
    )


def distrusted_part(environment: str) -> str:
    """Return a path that others may change, in an environment or above it; "" for none."""
    return next((path for path in _parts(environment) if not _is_safe(path)), "")


def _parts(environment: str) -> Iterator[str]:
    above = os.path.realpath(environment)
    while above != os.path.dirname(above):
        yield above
        above = os.path.dirname(above)
    unused = os.path.join(environment, _UV_LOCK)
    for base, folders, names in os.walk(environment):
        found = (os.path.join(base, name) for name in (*folders, *names))
        yield from (each for each in found if each != unused)


def _is_safe(path: str) -> bool:
    try:
        found = os.lstat(path)
    except OSError:
        return False
    if stat.S_ISLNK(found.st_mode):  # anybody may read it, and only its owner can replace it
        return found.st_uid in (0, os.geteuid())
    is_sticky = stat.S_ISDIR(found.st_mode) and bool(found.st_mode & stat.S_ISVTX)
    return is_closed(found) or (is_sticky and found.st_uid in (0, os.geteuid()))
