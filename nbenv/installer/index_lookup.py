"""Look up which files this machine's own index has of locked versions, downloading none.

uv locks a throw-away project that asks for exactly these versions. It is told beforehand that
nothing depends on anything, so it reads the index's pages and no distribution's metadata, and
builds nothing. (``uv export`` would download what the pages give no hash of.) A version that the
index lacks is met by an empty stand-in of a later local version, so that the others are still
answered for.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import sys
import tempfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import unquote, urlsplit

import tomli_w
from packaging.version import InvalidVersion, Version

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import absolute, without_credentials
from nbenv.core.spec import Index, Spec
from nbenv.errors import InstallerError, ResolutionError
from nbenv.installer.scratch_project import write_project
from nbenv.installer.uv import own_indexes, run_uv, tomllib
from nbenv.installer.uv_errors import PROJECT
from nbenv.installer.wheel_choice import File
from nbenv.progress import drain

__all__ = ["cached_files", "files_offered_by", "offered_files"]

_ABSENT = "nbenv-absent"
_STUB = "0nbenv"
"""The build tag of stand-ins, by which they are told from files."""
_LONGEST = 200
"""Characters of a file name that every file system takes."""
_FEW = 10
"""How many names are asked for one by one."""

Asked = Mapping[str, tuple[str, str]]
"""Name → the version to ask for, and the file name of its stand-in."""


@dataclass(frozen=True)
class _Hosts:
    """Who is asked: this machine's indexes and these, or the `only` one, or none: the cache."""

    indexes: Sequence[Index] = ()
    only: str = ""
    offline: bool = False


_OWN = _Hosts()


def offered_files(
    distributions: Iterable[LockedDistribution], python: str
) -> dict[str, list[File]]:
    """Return the files that this machine's own index offers of locked versions, by name.

    No host that a notebook names is asked.

    Parameters
    ----------
    distributions
        What to look up; those of a URL are left out.
    python
        The minor version of CPython that they are for, which need not be here.

    Raises
    ------
    InstallerError
        The index cannot be asked.
    """
    asked = _askable(distributions)
    if not asked:
        return {}
    found = _asked(asked, python)
    for name in _hidden(asked, found) if len(set(own_indexes())) > 1 else ():
        with contextlib.suppress(ResolutionError):
            found |= _asked({name: asked[name]}, python, stubs=False)
    return found


def cached_files(
    distributions: Iterable[LockedDistribution], python: str, indexes: Sequence[Index]
) -> dict[str, list[File]]:
    """Return the same of this machine's and these indexes as uv's cache has it, asking nobody."""
    asked = _askable(distributions)
    if not asked:
        return {}
    return _asked(asked, python, hosts=_Hosts(indexes, offline=True))


def files_offered_by(
    index: str, distributions: Iterable[LockedDistribution], spec: Spec
) -> dict[str, list[File]]:
    """Return the files that one index offers of locked versions, by name."""
    asked = _askable(distributions)
    if not asked:
        return {}
    return _asked(asked, spec.python, hosts=_Hosts(spec.indexes, only=index))


def _askable(distributions: Iterable[LockedDistribution]) -> Asked:
    return {locked.name: stub for locked in distributions if (stub := _stub(locked))}


def _hidden(asked: Asked, found: Mapping[str, list[File]]) -> list[str]:
    """Return names whose stand-in may have hidden the files of another index than the first.

    There is no local version later than another local version that ``==`` takes as well, so there
    the stand-in is of the very version.
    """
    local = [name for name, (version, _) in asked.items() if "+" in version]
    return [name for name in local if not found.get(name)][:_FEW]


def _asked(
    asked: Asked, python: str, *, stubs: bool = True, hosts: _Hosts = _OWN
) -> dict[str, list[File]]:
    with tempfile.TemporaryDirectory(prefix="nbenv-") as scratch:
        where = Path(scratch)
        settings = _write_stubs(where / "absent", asked if stubs else {}, asked)
        write_project(
            where / "pyproject.toml",
            {
                "requires-python": ">=3",
                "dependencies": [f"{name}=={version}" for name, (version, _) in asked.items()],
            },
            {"environments": [f"python_version == '{python}'"], **settings},
        )
        command = ["lock", "--resolution", "lowest", "--python", sys.executable]
        command += _settings_arguments(settings, where)
        command += ["--offline"] if hosts.offline else []
        # What uv says meanwhile is about the placeholders too, so nobody is shown it.
        drain(run_uv(command, where, hosts.indexes, hashed=True, only=hosts.only))
        document = tomllib.loads((where / "uv.lock").read_text(encoding="utf-8"))
        return _files(document, asked, where)


# -- what uv is asked


def _stub(locked: LockedDistribution) -> tuple[str, str] | None:
    """Return the version to ask for and its stand-in; None for what uv cannot be asked."""
    if locked.name == PROJECT:
        return None
    try:
        version = Version(locked.version or "")
    except InvalidVersion:  # a URL, or a version that only === can name
        return None
    later = str(version) if version.local else f"{version}+nbenv"
    filename = f"{locked.name.replace('-', '_')}-{later}-{_STUB}-py3-none-any.whl"
    return (str(version), filename) if len(filename) <= _LONGEST else None


def _write_stubs(folder: Path, stubs: Asked, asked: Asked) -> dict[str, object]:
    """Write the stand-ins; return uv's settings that use them, and that spare it all metadata."""
    folder.mkdir()
    for _, filename in stubs.values():
        (folder / filename).touch()
    return {
        "dependency-metadata": [{"name": name, "requires-dist": []} for name in asked],
        "index": [{"name": _ABSENT, "url": folder.as_uri(), "format": "flat"}],
    }


def _settings_arguments(settings: Mapping[str, object], scratch: Path) -> list[str]:
    """Join our settings to the user's, where those keep uv from reading a project's."""
    chosen = os.environ.get("UV_CONFIG_FILE")
    if not chosen and not os.environ.get("UV_NO_CONFIG"):
        return []
    try:
        known = tomllib.loads(Path(chosen).read_text(encoding="utf-8")) if chosen else {}
    except (OSError, ValueError) as error:
        raise InstallerError(f"uv's settings in {chosen} cannot be read.", str(error)) from None
    indexes = [settings["index"], known.get("index", [])]
    joined = {**known, **settings, "index": [each for some in indexes for each in some]}
    path = scratch / "settings.toml"
    path.write_text(tomli_w.dumps(joined), encoding="utf-8")
    return ["--config-file", str(path)]


# -- what uv found


def _files(document: Mapping[str, object], asked: Asked, scratch: Path) -> dict[str, list[File]]:
    found: dict[str, list[File]] = {name: [] for name in asked}
    stubs = {filename for _, filename in asked.values()}
    packages = document.get("package", [])
    assert isinstance(packages, list)
    for package in packages:
        entries = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        files = [_file(entry, scratch) for entry in entries]
        found.get(package["name"], []).extend(file for file in files if file.name not in stubs)
    return found


def _file(entry: Mapping[str, object], scratch: Path) -> File:
    place = str(entry.get("path") or entry.get("url") or entry.get("filename"))
    name = unquote(urlsplit(place).path if "://" in place else place).rpartition("/")[2]
    digest, size = entry.get("hash"), entry.get("size")
    if "path" in entry or place.startswith("file:"):
        return _local(absolute(place, scratch), digest)
    return File(
        name,
        str(digest) if digest else None,
        size if isinstance(size, int) else None,
        without_credentials(place),
        str(entry["upload-time"]) if "upload-time" in entry else None,
    )


def _local(path: Path, digest: object) -> File:
    """Describe a file of a local index, of which uv says little."""
    if digest:
        return File(path.name, str(digest), path.stat().st_size, path.as_uri())
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            hashed.update(block)
    digest = f"sha256:{hashed.hexdigest()}"
    return File(path.name, digest, path.stat().st_size, path.as_uri())
