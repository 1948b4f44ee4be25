"""Compiled modules, kept once for each distribution and linked into every environment that has it.

Python compiles a module when it is first imported, which for a large library takes longer than all
else that a restore does. The installer links the same sources, with the same times, into each
environment; so what one environment has compiled is valid in the next one as it is.

A compiled module names the time and the size of its source
(https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation), and is only taken
where both are right. Whatever cannot be linked is compiled by Python, as ever.
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
"""The file that names the environment which a distribution was last installed into."""
_HEADER = struct.Struct("<4sIII")
_UNUSED = 60 * 86_400.0


def share(environment: Environment, names: Iterable[str]) -> None:
    """Link what other environments compiled of these distributions into a new one of them."""
    for folder, cached in _cache_folders(environment, set(names)):
        with contextlib.suppress(OSError):  # a disk that is full, or has no links: Python compiles
            paths.make_private(str(cached))
            newest = _newest_environment(cached)
            if newest and newest != environment:
                _keep(newest, newest.site_packages() / folder.name, cached)
            _fill(cached, folder.parent)
            with paths.open_private(str(cached / _NEWEST)) as file:
                file.write(environment.identifier)


def keep(environment: Environment) -> None:
    """Keep what an environment has compiled: at the end of a kernel, and before it goes."""
    for folder, cached in _cache_folders(environment, None):
        with contextlib.suppress(OSError):
            paths.make_private(str(cached))
            _keep(environment, folder, cached)


def drop_unused() -> None:
    """Forget what no environment asked for in a long time."""
    for newest in Path(paths.home(), "bytecode").glob(f"*/*/{_NEWEST}"):
        with contextlib.suppress(OSError):
            if abs(time.time() - newest.stat().st_mtime) > _UNUSED:
                shutil.rmtree(newest.parent)


def _cache_folders(environment: Environment, names: set[str] | None) -> Iterator[tuple[Path, Path]]:
    """Yield the ``.dist-info`` of each distribution, and the folder of its compiled modules."""
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


def _keep(environment: Environment, dist_info: Path, cached: Path) -> None:
    """Link the compiled modules of one distribution of an environment into the cache."""
    base = dist_info.parent
    places_of_modules = {
        os.path.dirname(row[0])
        for row in rows_of(dist_info)
        if row[0].endswith(".py") and not {"", ".."} & set(row[0].split("/"))
    }
    for place in places_of_modules:
        _link_valid(base / place, base / place, cached / place)


def _fill(cached: Path, base: Path) -> None:
    """Link a distribution's compiled modules to where its sources are installed."""
    for place, folders, _ in os.walk(cached):
        if "__pycache__" in folders:
            folders.remove("__pycache__")
            target = base / os.path.relpath(place, cached)
            _link_valid(Path(place), target, target)


def _link_valid(place: Path, sources: Path, target: Path) -> None:
    """Link the compiled modules below one folder that were made of these sources to another."""
    for compiled, source in _compiled(place, sources):
        if _is_valid(compiled, source):
            _link(compiled, target / "__pycache__" / os.path.basename(compiled))


def _compiled(place: Path, sources: Path) -> Iterator[tuple[str, str]]:
    """Yield the compiled modules below a folder, and where their sources are."""
    with contextlib.suppress(FileNotFoundError), os.scandir(place / "__pycache__") as entries:
        for entry in entries:
            is_plain = entry.name.endswith(".pyc") and ".opt-" not in entry.name
            if is_plain and entry.is_file(follow_symlinks=False):
                module = entry.name.split(".")[0] + ".py"
                yield entry.path, os.path.join(sources, module)


def _is_valid(compiled: str, source: str) -> bool:
    """Whether a module was compiled from this very source."""
    try:
        found = os.stat(source)
        with open(compiled, "rb", buffering=0) as file:
            _, flags, at, size = _HEADER.unpack(file.read(_HEADER.size))
    except (OSError, struct.error):
        return False
    mask = 0xFFFFFFFF
    return bool(flags == 0 and (at, size) == (int(found.st_mtime) & mask, found.st_size & mask))


def _link(source: str, target: Path) -> None:
    """Link a file, in place of an older one."""
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
