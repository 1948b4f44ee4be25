"""Bytecode cache: compiled modules, kept once per distribution and linked into environments.

Python compiles a module when it is first imported, which for a large library takes longer than
everything else in a restore. The installer links the same sources, with the same modification
times, into each environment. So what was compiled in one environment is valid in the next one.

A compiled module holds the modification time and the size of its source
(https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation), and is linked only
where both match. Whatever cannot be linked is compiled by Python as usual.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import struct
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbenv.environments.environment import Environment, rows_of
from nbenv.home import paths

__all__ = ["drop_unused", "keep", "share"]

_NEWEST = "newest"
"""Name of the file that holds the environment which a distribution was last installed into."""
_HEADER = struct.Struct("<4sIII")
"""Magic number, flags (0: valid by time and size), time in seconds, size in bytes (PEP 552)."""
_MAX_AGE = 60 * 86_400.0
"""Seconds after which the modules of a distribution that nobody installed again are dropped."""


def share(environment: Environment, names: Iterable[str]) -> None:
    """Link the compiled modules of other environments into one with new distributions.

    Parameters
    ----------
    environment
        The environment that was just changed.
    names
        The canonical names of the distributions that were installed.
    """
    for folder, cached in _cache_folders(environment, set(names)):
        with contextlib.suppress(OSError):  # a full disk, or one without links: Python compiles
            paths.make_private(str(cached))
            newest = _newest_environment(cached)
            # Its kernel may still be running, so that nothing of it was kept yet.
            if newest and newest != environment:
                _keep_distribution(newest.site_packages() / folder.name, cached)
            _link_from_cache(cached, folder.parent)
            with paths.open_private(str(cached / _NEWEST)) as file:
                file.write(environment.identifier)


def keep(environment: Environment) -> None:
    """Link the compiled modules of an environment into the cache.

    Called when a kernel ends, and before an environment is removed.
    """
    for folder, cached in _cache_folders(environment, None):
        with contextlib.suppress(OSError):
            paths.make_private(str(cached))
            _keep_distribution(folder, cached)


def drop_unused() -> None:
    """Remove from the cache what was not installed anywhere for two months."""
    for newest in Path(paths.home(), "bytecode").glob(f"*/*/{_NEWEST}"):
        with contextlib.suppress(OSError):
            # A time in the future comes from a clock that was set back: not to be trusted either.
            if abs(time.time() - newest.stat().st_mtime) > _MAX_AGE:
                shutil.rmtree(newest.parent)


def _cache_folders(environment: Environment, names: set[str] | None) -> Iterator[tuple[Path, Path]]:
    """Yield each distribution's ``.dist-info`` folder, and the cache's folder for its modules."""
    python = ".".join((environment.read_version() or "").split(".")[:2])
    base = Path(paths.home(), "bytecode", python)
    for folder in environment.dist_infos() if python else ():
        if names is None or environment.name_of(folder) in names:
            yield folder, base / folder.name.removesuffix(".dist-info")


def _newest_environment(cached: Path) -> Environment | None:
    try:
        return Environment((cached / _NEWEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _keep_distribution(dist_info: Path, cached: Path) -> None:
    """Link the compiled modules of one distribution into the cache."""
    base = dist_info.parent
    module_folders = {
        os.path.dirname(row[0])
        for row in rows_of(dist_info)
        # RECORD is a stranger's text: only what lies below site-packages is followed.
        if row[0].endswith(".py") and not {"", ".."} & set(row[0].split("/"))
    }
    for folder in module_folders:
        _link_valid(base / folder, base / folder, cached / folder)


def _link_from_cache(cached: Path, base: Path) -> None:
    """Link a distribution's compiled modules beside its installed sources."""
    for folder, subfolders, _ in os.walk(cached):
        if "__pycache__" in subfolders:
            subfolders.remove("__pycache__")
            target = base / os.path.relpath(folder, cached)
            _link_valid(Path(folder), target, target)


def _link_valid(folder: Path, sources: Path, target: Path) -> None:
    """Link the compiled modules of a folder into another, those that match these sources."""
    for compiled, source in _compiled_modules(folder, sources):
        if _is_valid(compiled, source):
            _link(compiled, target / "__pycache__" / os.path.basename(compiled))


def _compiled_modules(folder: Path, sources: Path) -> Iterator[tuple[str, str]]:
    """Yield each compiled module of a folder, and the path of its source."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder / "__pycache__") as entries:
        for entry in entries:
            # No link is followed out of the environment; -O is not what a kernel runs with.
            is_plain = entry.name.endswith(".pyc") and ".opt-" not in entry.name
            if is_plain and entry.is_file(follow_symlinks=False):
                module = entry.name.split(".")[0] + ".py"
                yield entry.path, os.path.join(sources, module)


def _is_valid(compiled: str, source: str) -> bool:
    """Return whether a module was compiled from this very source."""
    try:
        found = os.stat(source)
        with open(compiled, "rb", buffering=0) as file:
            _, flags, at, size = _HEADER.unpack(file.read(_HEADER.size))
    except (OSError, struct.error):
        return False
    mask = 0xFFFFFFFF  # the header holds 32 bits of each
    return bool(flags == 0 and (at, size) == (int(found.st_mtime) & mask, found.st_size & mask))


def _link(source: str, target: Path) -> None:
    """Link a file, replacing an older one in one step."""
    try:
        os.link(source, target)
    except FileNotFoundError:
        target.parent.mkdir(parents=True, exist_ok=True)
        os.link(source, target)
    except FileExistsError:
        if os.path.samefile(source, target):
            return
        scratch = f"{target}.{os.getpid()}.new"
        os.link(source, scratch)
        os.replace(scratch, target)
