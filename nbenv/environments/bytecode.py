"""Bytecode cache: compiled modules, kept once per distribution and linked into environments.

Python compiles a module when it is first imported, which for a large library takes longer than
everything else in a restore. The installer links the same sources, with the same modification
times, into each environment. So what was compiled in one environment is valid in the next one.

A compiled module holds the modification time and the size of its source
(https://docs.python.org/3/reference/import.html#cached-bytecode-invalidation), and is linked only
where both match. Whatever cannot be linked is compiled by Python as usual.

A file in the cache is a copy of what Python wrote, followed by a seal (`nbenv.environments.seal`):
one that was edited, there or in an environment that it is linked into, is not used any more. They
are linked, as copies would take a tenth of the disk of each environment, and longer.
"""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import struct
import time
from collections.abc import Iterable, Iterator
from pathlib import Path

from nbenv.environments import seal
from nbenv.environments.environment import Environment
from nbenv.environments.installed.dist_info import rows_of
from nbenv.home import held_files, paths, private_files

__all__ = ["drop_unused", "keep", "remove_compiled", "share"]

_FOLDER = "__pycache__"
_NEWEST = "newest"
"""Name of the file that holds the environment which a distribution was last installed into."""
_HEADER = struct.Struct("<4sIII")
"""Magic number, flags (0: valid by time and size), time in seconds, size in bytes (PEP 552)."""
_MOMENT = 2.0
"""Seconds between writing a compiled module and renaming it into its place."""
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
            private_files.make_private(str(cached))
            newest = _newest_environment(cached)
            # Its kernel may still be running, so that nothing of it was kept yet.
            if newest and newest != environment:
                _keep_distribution(newest.site_packages() / folder.name, cached)
            _link_from_cache(cached, folder.parent)
            with private_files.open_private(str(cached / _NEWEST)) as file:
                file.write(environment.identifier)


def keep(environment: Environment) -> None:
    """Copy the compiled modules of an environment into the cache.

    Called when a kernel ends, and before an environment is removed.
    """
    for folder, cached in _cache_folders(environment, None):
        with contextlib.suppress(OSError):
            private_files.make_private(str(cached))
            _keep_distribution(folder, cached)


def remove_compiled(environment: Environment, names: Iterable[str]) -> None:
    """Remove the compiled modules of distributions that another content is about to replace.

    Python knows a module's source by its size and by the second of its time. Installers leave what
    was compiled, and a project that is built twice in one second would still run its former code.
    """
    wanted = set(names)
    for dist_info in environment.dist_infos() if wanted else ():
        if environment.name_of(dist_info) in wanted:
            base = os.path.join(str(dist_info.parent), "")
            sources = _sources(dist_info)
            for folder in set(map(os.path.dirname, sources)):
                for name, module in _compiled_modules(base + folder):
                    if os.path.join(folder, module) in sources:
                        with contextlib.suppress(OSError):
                            os.unlink(os.path.join(base + folder, _FOLDER, name))


def drop_unused() -> None:
    """Remove from the cache what was not installed anywhere for two months."""
    for newest in Path(paths.home(), "bytecode").glob(f"*/*/{_NEWEST}"):
        with contextlib.suppress(OSError):
            # A time in the future comes from a clock that was set back: not to be trusted either.
            if abs(time.time() - newest.stat().st_mtime) > _MAX_AGE:
                shutil.rmtree(newest.parent)


def _cache_folders(environment: Environment, names: set[str] | None) -> Iterator[tuple[Path, Path]]:
    """Yield each distribution's ``.dist-info`` folder, and the cache's folder for its modules.

    What comes from an address or a folder has none: there, one version may be many contents.
    """
    python = ".".join((environment.read_version() or "").split(".")[:2])
    base = Path(paths.home(), "bytecode", python)
    for folder in environment.dist_infos() if python else ():
        is_wanted = names is None or environment.name_of(folder) in names
        if is_wanted and not (folder / "direct_url.json").exists():
            yield folder, base / folder.name.removesuffix(".dist-info")


def _newest_environment(cached: Path) -> Environment | None:
    try:
        return Environment((cached / _NEWEST).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None


def _keep_distribution(dist_info: Path, cached: Path) -> None:
    """Copy the compiled modules of one distribution into the cache."""
    base, target = os.path.join(str(dist_info.parent), ""), os.path.join(str(cached), "")
    for folder in set(map(os.path.dirname, _sources(dist_info))):
        for name, module in _compiled_modules(base + folder):
            kept = os.path.join(target + folder, _FOLDER, name)
            compiled = os.path.join(base + folder, _FOLDER, name)
            _keep_module(compiled, os.path.join(base + folder, module), kept)


def _sources(dist_info: Path) -> set[str]:
    """Return the modules of a distribution, relative to ``site-packages``.

    RECORD is a stranger's text: only what lies below that folder is followed.
    """
    rows = (row[0] for row in rows_of(dist_info))
    return {path for path in rows if path.endswith(".py") and not {"", ".."} & set(path.split("/"))}


def _link_from_cache(cached: Path, base: Path) -> None:
    """Link a distribution's compiled modules beside its installed sources."""
    start, target = len(str(cached)), str(base)
    for folder, subfolders, _ in os.walk(cached):
        if _FOLDER in subfolders:
            subfolders.remove(_FOLDER)
            sources = target + folder[start:]
            for name, module in _compiled_modules(folder):
                kept, used = (os.path.join(each, _FOLDER, name) for each in (folder, sources))
                _use_module(kept, os.path.join(sources, module), used)


def _compiled_modules(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the name of each compiled module of a folder, and that of its source."""
    with contextlib.suppress(FileNotFoundError), os.scandir(os.path.join(folder, _FOLDER)) as found:
        for entry in found:
            # No link is followed out of the environment; -O is not what a kernel runs with.
            is_plain = entry.name.endswith(".pyc") and ".opt-" not in entry.name
            if is_plain and entry.is_file(follow_symlinks=False):
                yield entry.name, entry.name.split(".")[0] + ".py"


def _keep_module(compiled: str, source: str, kept: str) -> None:
    """Copy a compiled module into the cache, unless one of the same source is there.

    The first one stays: what is written into an environment's own file later reaches no other.
    """
    header = _header(compiled)
    if header == _header(kept) or not _is_valid(header, source):
        return
    with open(compiled, "rb", buffering=0) as file:
        found = os.fstat(file.fileno())
        content = file.read()
    is_sealed = seal.is_intact(content)
    if content.startswith(header) and (is_sealed or _is_as_compiled(content, found)):
        _place(kept, content if is_sealed else seal.sealed(content))


def _is_as_compiled(content: bytes, found: os.stat_result) -> bool:
    """Return whether Python wrote a file, and no one edited it and set its time back.

    Python renames it just after writing it, which changes its status for the last time.
    """
    return not seal.is_sealed(content) and abs(found.st_ctime - found.st_mtime) < _MOMENT


def _use_module(kept: str, source: str, target: str) -> None:
    """Link a module of the cache into an environment, if it is intact and of this very source."""
    with open(kept, "rb", buffering=0) as file:
        content = file.read()
    if not _is_valid(content[: _HEADER.size], source):
        return
    if seal.is_intact(content):
        _link(kept, target)
    else:  # edited since, or kept by a former version
        held_files.unlink(kept)


def _link(kept: str, target: str) -> None:
    """Link a file, in place of one that may be there already."""
    try:
        os.link(kept, target)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(target), exist_ok=True)
        os.link(kept, target)
    except FileExistsError:
        if not os.path.samefile(kept, target):
            scratch = f"{target}.{os.getpid()}.new"
            os.link(kept, scratch)
            held_files.replace(scratch, target)


def _place(path: str, content: bytes) -> None:
    """Write a file of the cache, in place of one that may be there already.

    Its header comes last, so that one that is half written is not valid. Nobody may write to it, as
    it is linked into environments; Python replaces such a file, and does not write into it.
    """
    descriptor = _created(path)
    try:
        _write(descriptor, bytes(_HEADER.size) + content[_HEADER.size :])
        os.lseek(descriptor, 0, os.SEEK_SET)
        _write(descriptor, content[: _HEADER.size])
    except OSError:
        os.unlink(path)
        raise
    finally:
        os.close(descriptor)


def _write(descriptor: int, content: bytes) -> None:
    """Write all of it, or raise, as when the disk gets full halfway."""
    if os.write(descriptor, content) < len(content):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def _created(path: str) -> int:
    """Open a new file for writing, in a folder that may not be there yet."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)
    try:
        return os.open(path, flags, 0o444)
    except FileExistsError:
        os.unlink(path)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), exist_ok=True)
    return os.open(path, flags, 0o444)


def _header(compiled: str) -> bytes:
    """Return the header of a compiled module, b"" if there is no such file."""
    try:
        with open(compiled, "rb", buffering=0) as file:
            return file.read(_HEADER.size)
    except OSError:
        return b""


def _is_valid(header: bytes, source: str) -> bool:
    """Return whether a module with this header was compiled from this very source."""
    try:
        found = os.stat(source)
        _, flags, at, size = _HEADER.unpack(header)
    except (OSError, struct.error):
        return False
    mask = 0xFFFFFFFF  # the header holds 32 bits of each
    is_valid = (at, size) == (int(found.st_mtime) & mask, found.st_size & mask)
    return bool(flags == 0 and is_valid)
