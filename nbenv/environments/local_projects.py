"""Fingerprints of the local projects and archives that a record names.

A project has no hash, and building it runs its code. So an approval is of its files, too: another
project in the same place has to be approved anew.
"""

from __future__ import annotations

import hashlib
import itertools
import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, NamedTuple

from packaging.utils import canonicalize_name

from nbenv.core.requirements import absolute, parse
from nbenv.core.spec import Spec
from nbenv.core.urls import is_local
from nbenv.git import revision_files
from nbenv.home import paths
from nbenv.installer.uv import tomllib

__all__ = ["contents_of", "digest_of", "digests_of", "fingerprint"]

_GENERATED = frozenset({
    ".git", ".hg", ".svn", ".venv", ".ipynb_checkpoints", ".pytest_cache", ".mypy_cache",
    ".ruff_cache", ".tox", ".nox", ".hypothesis", ".virtual_documents", ".idea", ".vscode",
})  # fmt: skip
"""Folders that tools write into all the time; by such a name, no build imports anything."""
_MOST_FILES = 20_000
_MOST_BYTES = 2**28
"""Beyond these, only names, sizes and times of files count: reading them would take too long."""
_LONGEST_HEADER = 2**22
_MOST_NEIGHBOURS = 20
_MOST_KEPT = 100
_MOST_NAMES = 50_000
"""Beyond this, files do not count at all: such a folder is the root of a disk, or a mistake."""
_MOST_READ = 2**20
_digests: dict[bytes, str] = {}
"""Digests by what the system says of the files, for a server that is asked again and again."""
_DECLARATIVE = frozenset({
    "flit_core.buildapi", "hatchling.build", "pdm.backend", "poetry.core.masonry.api",
    "setuptools.build_meta", "uv_build",
})  # fmt: skip
"""Build backends that run no code of a project which only declares what it is."""
_RUNS_CODE = (
    ("hatch", "build", "hooks"), ("hatch", "build", "targets"), ("hatch", "metadata"),
    ("hatch", "version"), ("pdm", "build"), ("pdm", "version"), ("poetry", "build"),
    ("setuptools", "dynamic"), ("setuptools", "cmdclass"), ("setuptools", "ext-modules"),
)  # fmt: skip
"""Tables of ``[tool]`` by which a build may run code of the project."""
_READ_BY_BACKENDS = (
    "setup.py", "setup.cfg", "hatch.toml", "hatch_build.py", "pdm_build.py", "build.py",
)  # fmt: skip
"""Files that a backend runs, or that can name what it runs, without a word in pyproject.toml."""

_ASKS_GIT = re.compile(
    rb"setuptools[_-]scm|[\"']scm[\"']|[_-]vcs|versioneer|versioningit|dunamai|\bpbr\b"
    rb"|dynamic[_-]versioning|git-?version|[\"']git[\"' ]"
)
"""How a project says that its version comes from git: a commit or a tag then changes it."""


def digest_of(spec: Spec, folder: Path) -> str:
    """Return the digest by which a record is approved for a notebook in `folder`.

    Where the record names no local project, no file is read for it.
    """
    return digests_of(spec, folder)[0]


def digests_of(spec: Spec, folder: Path) -> tuple[str, ...]:
    """Return every digest by which a record may have been approved, that of `digest_of` first."""
    contents = contents_of(spec, folder)
    found = (spec.digest(folder, contents), spec.former_digest(folder, contents))
    return tuple(filter(None, found))


def contents_of(spec: Spec, folder: Path) -> dict[str, str]:
    """Return the fingerprints of the local projects and archives that a record names, by URL."""
    return {
        url: found
        for url in spec.local_urls
        if (found := fingerprint(_place(url, folder), in_place=_is_editable(url, spec)))
    }


def _place(url: str, folder: Path) -> Path:
    return absolute(url.partition("#")[0], folder)


def _is_editable(url: str, spec: Spec) -> bool:
    """Return whether everything that a record installs from a URL is installed in place."""
    editable = set(map(canonicalize_name, spec.editable))
    asked = (parse(text) for text in spec.requirements)
    named = {each.name for each in spec.lock.distributions if each.url == url}
    named |= {each.name for each in asked if each.url == url and is_local(each.url)}
    return named <= editable


def fingerprint(place: Path, *, in_place: bool = False) -> str:
    """Return a digest of a project's files, or of an archive; "" where there is nothing.

    Parameters
    ----------
    place
        The folder or the archive.
    in_place
        Whether the project is installed in place. Its modules are then edited all the time, so only
        the files that building it may run count; if the build may run any of them, all do.
    """
    if not place.is_dir():
        return _digest([(place.name, place)]) if place.exists() else ""
    if in_place and _only_declares(place):
        files: Iterator[tuple[str, Path]] = iter([("pyproject.toml", place / "pyproject.toml")])
    else:
        files = itertools.chain(_files(place), _of_revision(place))
    for number, neighbour in enumerate(_neighbours(place)):
        files = itertools.chain(files, _files(neighbour, f"{number}:"))
    return _digest(list(itertools.islice(files, _MOST_NAMES)))


def _of_revision(place: Path) -> Iterator[tuple[str, Path]]:
    """Yield the files of git's by which a project's version changes, with names of their own."""
    texts = (_start(place / name) for name in ("pyproject.toml", *_READ_BY_BACKENDS))
    if any(map(_ASKS_GIT.search, texts)):
        for path in revision_files(place.resolve()):
            yield f"git:{'/'.join(path.parts[-3:])}", path


def _start(file: Path) -> bytes:
    try:
        with file.open("rb") as opened:
            return opened.read(_MOST_READ)
    except OSError:
        return b""


def _neighbours(root: Path) -> list[Path]:
    """Return the other folders that building a project builds from, and those that these name.

    uv takes what a build requires from where ``[tool.uv.sources]`` says.
    """
    found = [root.resolve()]
    for project in found:
        for text in _named_paths(project):
            place = Path(os.path.realpath(project / text))
            if place.is_dir() and place not in found and len(found) <= _MOST_NEIGHBOURS:
                found.append(place)
    return found[1:]


def _named_paths(project: Path) -> Iterator[str]:
    found = _read_pyproject(project)
    for source in _table(_table(_table(found, "tool"), "uv"), "sources").values():
        for each in source if isinstance(source, list) else [source]:
            path = each.get("path") if isinstance(each, dict) else None
            if isinstance(path, str):
                yield path
    required = _table(found, "build-system").get("requires")
    for text in required if isinstance(required, list) else []:
        _, _, url = str(text).partition("@")
        if is_local(url.strip()):
            yield str(absolute(url.strip().partition(";")[0].strip(), project))


def _read_pyproject(project: Path) -> Mapping[str, object]:
    try:
        return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


def _digest(files: list[tuple[str, Path]]) -> str:
    """Return a digest of files by name; files that look the same as the last time are not read."""
    looks = [(name, path, _look(path)) for name, path in files]
    key = hashlib.blake2b(repr(looks).encode("utf-8", "surrogateescape"), digest_size=16).digest()
    if key not in _digests:
        hashed = hashlib.blake2b(digest_size=16)
        left = _MOST_BYTES
        for number, (name, path, look) in enumerate(looks):
            size = look.size if look else 0
            is_read = number < _MOST_FILES and size <= left
            left -= size if is_read else 0
            for part in _parts(name, path, look, is_read):  # no two trees give the same bytes
                hashed.update(len(part).to_bytes(8, "big") + part)
        if len(_digests) >= _MOST_KEPT:
            _digests.clear()
        _digests[key] = hashed.hexdigest()
    return _digests[key]


class _Look(NamedTuple):
    """A file as the system describes it; an edit changes `changed` at the latest."""

    kind: int
    size: int
    modified: int
    changed: int
    inode: int


def _look(path: Path) -> _Look | None:
    """Return what the system says of a file or of what a link leads to, None for nothing."""
    try:
        found = path.stat() if path.is_file() else path.lstat()
    except OSError:
        return None
    kind = stat.S_IFMT(found.st_mode)
    return _Look(kind, found.st_size, found.st_mtime_ns, found.st_ctime_ns, found.st_ino)


def _parts(name: str, path: Path, look: _Look | None, is_read: bool) -> Iterator[bytes]:
    """Yield what counts of a file: its name and content, of one that is not read its size and time.

    What has no size has no end either: it is the system's, and no file.
    """
    yield os.fsencode(name)
    if look is None:
        yield b"?"
    elif stat.S_ISREG(look.kind) and is_read and look.size:
        yield _content(path) or f"{look.size} {look.modified}".encode()
    elif stat.S_ISREG(look.kind):
        yield f"{look.size} {look.modified if look.size else 0}".encode()
    else:
        yield str(look.kind).encode()


def _content(path: Path) -> bytes:
    """Return a digest of a file's content; nothing where it cannot be read."""
    hashed = hashlib.blake2b(digest_size=16)
    try:
        with path.open("rb") as file:
            if path.suffix == ".py":
                _skip_header(file)
            while block := file.read(1 << 20):
                hashed.update(block)
    except OSError:
        return b""
    return hashed.digest()


def _skip_header(file: IO[bytes]) -> None:
    """Go to the end of a text notebook's header, where its record is: comments, none of which runs.

    The first two lines are fixed, as one of another text could name the encoding of the rest.
    """
    head = file.read(_LONGEST_HEADER)
    lines = head.splitlines(keepends=True)
    file.seek(0)
    if [line.rstrip() for line in lines[:2]] != [b"# ---", b"# jupyter:"]:
        return
    comments = list(itertools.takewhile(lambda line: line.startswith(b"#"), lines))
    ends = (number for number, line in enumerate(comments[1:], 2) if line.rstrip() == b"# ---")
    file.seek(sum(map(len, lines[: next(ends, 0)])))


def _files(root: Path, prefix: str = "") -> Iterator[tuple[str, Path]]:
    """Yield a folder's files by name in a fixed order, without what tools generate.

    Links are followed, as a build does, into each folder once. nbenv's own home, which may lie in a
    project, changes with each install.
    """
    seen = _own_home()
    for base, folders, names in os.walk(root, followlinks=True):
        try:
            known = os.stat(base)
        except OSError:  # it is gone meanwhile
            continue
        if (known.st_dev, known.st_ino) in seen:
            folders.clear()
            continue
        seen.add((known.st_dev, known.st_ino))
        folders[:] = sorted(each for each in folders if each not in _GENERATED)
        for name in sorted(names):
            path = Path(base, name)
            if not _is_generated(path):
                yield prefix + path.relative_to(root).as_posix(), path


def _own_home() -> set[tuple[int, int]]:
    try:
        found = os.stat(paths.home())
    except OSError:  # there is none yet
        return set()
    return {(found.st_dev, found.st_ino)}


def _is_generated(path: Path) -> bool:
    """Return whether tools write a file all the time, and no build runs what it says.

    `nbenv.installer.uv` keeps builds from reading compiled files; entry points name what they load.
    A notebook may lie inside the project that it installs: each save, also of our own record, would
    make that another project, and Python imports no notebook.
    """
    if path.suffix == ".ipynb":
        return True
    if path.parent.name == "__pycache__":
        return path.suffix == ".pyc"
    return path.parent.name.endswith(".egg-info") and path.name != "entry_points.txt"


def _only_declares(root: Path) -> bool:
    """Return whether building a project runs none of its own files.

    That is so with a well-known backend, and without the settings by which that imports something.
    """
    if any((root / name).exists() for name in _READ_BY_BACKENDS):
        return False
    found = _read_pyproject(root)
    system, project, tool = (_table(found, key) for key in ("build-system", "project", "tool"))
    return (
        system.get("build-backend") in _DECLARATIVE
        and "backend-path" not in system
        and bool(project)
        and not project.get("dynamic")
        and not any(_has(tool, keys) for keys in _RUNS_CODE)
    )


def _table(found: Mapping[str, object], key: str) -> Mapping[str, object]:
    value = found.get(key)
    return value if isinstance(value, dict) else {}


def _has(tool: Mapping[str, object], keys: tuple[str, ...]) -> bool:
    inner = tool
    for key in keys[:-1]:
        inner = _table(inner, key)
    return keys[-1] in inner
