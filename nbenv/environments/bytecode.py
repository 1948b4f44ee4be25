"""Bytecode cache: compiled modules, kept once per distribution and copied into environments.

Python compiles a module when it is first imported, which for a large library takes longer than
everything else in a restore. The installer links the same sources, with the same modification
times, into each environment. So what was compiled in one environment is valid in the next one.

A compiled module holds the modification time and the size of its source
(https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation), and is copied only
where both match. Whatever cannot be copied is compiled by Python as usual.

They are copies, not links: what is written into one environment reaches no other. A file in the
cache ends with a digest of itself, and one that was changed there is not used any more.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import struct
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from nbenv.environments.environment import Environment, rows_of
from nbenv.home import paths

__all__ = ["drop_unused", "keep", "share"]

_NEWEST = "newest"
"""Name of the file that holds the environment which a distribution was last installed into."""
_HEADER = struct.Struct("<4sIII")
"""Magic number, flags (0: valid by time and size), time in seconds, size in bytes (PEP 552)."""
_DIGEST = 16
"""Bytes of the digest at the end of a file in the cache."""
_MAX_AGE = 60 * 86_400.0
"""Seconds after which the modules of a distribution that nobody installed again are dropped."""


def share(environment: Environment, names: Iterable[str]) -> None:
    """Copy the compiled modules of other environments into one with new distributions.

    Parameters
    ----------
    environment
        The environment that was just changed.
    names
        The canonical names of the distributions that were installed.
    """
    for folder, cached in _cache_folders(environment, set(names)):
        with contextlib.suppress(OSError):  # a full disk: Python compiles
            paths.make_private(str(cached))
            newest = _newest_environment(cached)
            # Its kernel may still be running, so that nothing of it was kept yet.
            if newest and newest != environment:
                _keep_distribution(newest.site_packages() / folder.name, cached)
            _copy_from_cache(cached, folder.parent)
            with paths.open_private(str(cached / _NEWEST)) as file:
                file.write(environment.identifier)


def keep(environment: Environment) -> None:
    """Copy the compiled modules of an environment into the cache.

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
    """Copy the compiled modules of one distribution into the cache."""
    base = dist_info.parent
    module_folders = {
        os.path.dirname(row[0])
        for row in rows_of(dist_info)
        # RECORD is a stranger's text: only what lies below site-packages is followed.
        if row[0].endswith(".py") and not {"", ".."} & set(row[0].split("/"))
    }
    for folder in module_folders:
        target = cached / folder / "__pycache__"
        for compiled, source in _compiled_modules(base / folder, base / folder):
            _keep_module(compiled, source, os.path.join(target, os.path.basename(compiled)))


def _copy_from_cache(cached: Path, base: Path) -> None:
    """Copy a distribution's compiled modules beside its installed sources."""
    for folder, subfolders, _ in os.walk(cached):
        if "__pycache__" in subfolders:
            subfolders.remove("__pycache__")
            target = base / os.path.relpath(folder, cached)
            for kept, source in _compiled_modules(Path(folder), target):
                _use_module(kept, source, str(target / "__pycache__" / os.path.basename(kept)))


def _compiled_modules(folder: Path, sources: Path) -> Iterator[tuple[str, str]]:
    """Yield each compiled module of a folder, and the path of its source."""
    with contextlib.suppress(FileNotFoundError), os.scandir(folder / "__pycache__") as entries:
        for entry in entries:
            # No link is followed out of the environment; -O is not what a kernel runs with.
            is_plain = entry.name.endswith(".pyc") and ".opt-" not in entry.name
            if is_plain and entry.is_file(follow_symlinks=False):
                module = entry.name.split(".")[0] + ".py"
                yield entry.path, os.path.join(sources, module)


def _keep_module(compiled: str, source: str, kept: str) -> None:
    """Copy a compiled module into the cache, unless one of the same source is there.

    The first one stays: what is written into an environment's copy later reaches no other.
    """
    header = _valid_header(compiled, source)
    if header is None or header == _header(kept):
        return
    with open(compiled, "rb", buffering=0) as file:
        content = file.read()
    if content.startswith(header):  # it was not replaced since
        _replace(kept, content + _digest(content))


def _use_module(kept: str, source: str, target: str) -> None:
    """Copy a module of the cache into an environment, if it is whole and of this very source."""
    if _valid_header(kept, source) is None:
        return
    with open(kept, "rb", buffering=0) as file:
        content = file.read()
    body, digest = content[:-_DIGEST], content[-_DIGEST:]
    if digest == _digest(body):
        _replace(target, body)
    else:  # changed in the cache, or kept by a former version
        os.unlink(kept)


def _digest(content: bytes) -> bytes:
    return hashlib.blake2b(content, digest_size=_DIGEST, person=b"nbenv.bytecode").digest()


def _replace(path: str, content: bytes) -> None:
    """Write a file whole or not at all, in a folder that may not be there yet."""
    scratch = f"{path}.{os.getpid()}.new"
    try:
        with _opened_new(scratch) as file:
            file.write(content)
        os.replace(scratch, path)
    except OSError:
        with contextlib.suppress(OSError):
            os.unlink(scratch)
        raise


def _opened_new(path: str) -> BinaryIO:
    try:
        return open(path, "xb")
    except FileExistsError:  # a process with this number was killed here
        os.unlink(path)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    return open(path, "xb")


def _header(compiled: str) -> bytes | None:
    """Return the header of a compiled module, None if there is no such file."""
    try:
        with open(compiled, "rb", buffering=0) as file:
            return file.read(_HEADER.size)
    except OSError:
        return None


def _valid_header(compiled: str, source: str) -> bytes | None:
    """Return the header of a module that was compiled from this very source, else None."""
    header = _header(compiled)
    try:
        found = os.stat(source)
        _, flags, at, size = _HEADER.unpack(header or b"")
    except (OSError, struct.error):
        return None
    mask = 0xFFFFFFFF  # the header holds 32 bits of each
    is_valid = (at, size) == (int(found.st_mtime) & mask, found.st_size & mask)
    return header if flags == 0 and is_valid else None
