"""Look up the files that an index has of locked versions, without downloading any.

uv locks a throw-away project that asks for exactly these versions, with settings that declare that
nothing depends on anything. So it reads only the pages of the index, no metadata, and builds
nothing. (``uv export`` would download the files that the pages have no hash of.) For a version that
the index does not have, an empty placeholder wheel of a later local version is taken: one missing
version would otherwise fail the lookup of all.
"""

from __future__ import annotations

import contextlib
import hashlib
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import unquote, urlsplit

from packaging.version import InvalidVersion, Version

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import absolute, parse
from nbenv.core.spec import Index, Spec
from nbenv.core.urls import without_credentials
from nbenv.errors import ResolutionError
from nbenv.home.scratch import scratch_folder
from nbenv.installer.machine.uv_environment import own_indexes
from nbenv.installer.scratch_project import PROJECT, settings_arguments, write_project
from nbenv.installer.uv import run_uv, tomllib
from nbenv.installer.wheel_choice import File
from nbenv.progress import drain

__all__ = ["cached_files", "cached_names", "files_offered_by", "first_index_of", "offered_files"]

_ABSENT = "nbenv-absent"
_BUILD_TAG = "0nbenv"
"""The build tag of placeholders, which no file of an index has."""
_LONGEST = 200
"""Characters of a file name that every file system takes."""
_MOST_ALONE = 10
"""The most names that are asked for one by one."""

Asked = Mapping[str, tuple[str, str]]
"""Name → the version to ask for, and the file name of its placeholder."""


@dataclass(frozen=True)
class _Hosts:
    """The indexes to ask: this machine's and these, or `only` one, or if `offline` uv's cache."""

    indexes: Sequence[Index] = ()
    only: str = ""
    offline: bool = False


_OWN = _Hosts()


def offered_files(
    distributions: Iterable[LockedDistribution], python: str
) -> dict[str, list[File]]:
    """Return the files that this machine's own indexes offer of locked versions, by name.

    No host that a notebook names is contacted: nobody approved that yet.

    Parameters
    ----------
    distributions
        What to look up; those from a URL are left out.
    python
        The minor version of CPython that they are for, which need not be here.

    Raises
    ------
    InstallerError
        An index cannot be used.
    """
    asked = _askable(distributions)
    if not asked:
        return {}
    found = _look_up(asked, python)
    for name in _hidden(asked, found) if len(set(own_indexes())) > 1 else ():
        with contextlib.suppress(ResolutionError):
            found |= _look_up({name: asked[name]}, python, placeholders=False)
    return found


def cached_files(
    distributions: Iterable[LockedDistribution], python: str, indexes: Sequence[Index]
) -> dict[str, list[File]]:
    """Return what uv's cache knows of the same, for this machine's indexes and these, offline."""
    asked = _askable(distributions)
    if not asked:
        return {}
    return _look_up(asked, python, hosts=_Hosts(indexes, offline=True))


def cached_names(
    index: Index, distributions: Iterable[LockedDistribution], python: str
) -> set[str]:
    """Return the names of which uv's cache knows a locked file on one index, offline."""
    lines = list(distributions)
    asked = _askable(lines)
    if not asked:
        return set()
    found = _look_up(asked, python, hosts=_Hosts([index], only=index.url, offline=True))
    digests = {name: {file.digest for file in files} for name, files in found.items()}
    known = (each for each in lines if digests.get(each.name, set()) & {*each.hashes})
    return {each.name for each in known}


def files_offered_by(
    index: str, distributions: Iterable[LockedDistribution], spec: Spec
) -> dict[str, list[File]]:
    """Return the files that one index offers of locked versions, by name.

    Placeholders could hide those of versions that name a build. Where all are such, there are none,
    so that a version that is not offered fails the lookup.
    """
    asked = _askable(distributions)
    if not asked:
        return {}
    is_built = all("+" in version for version, _ in asked.values())
    hosts = _Hosts(spec.indexes, only=index)
    return _look_up(asked, spec.python, placeholders=not is_built, hosts=hosts)


def first_index_of(
    requirements: Sequence[str], python: str, indexes: Sequence[Index]
) -> dict[str, str]:
    """Return the URL of the first index that can meet each requirement, by the name of it.

    These indexes are asked in their order, and then this machine's. A name that none of them has
    in such a version is left out.

    Parameters
    ----------
    requirements
        Requirements with names and without addresses.
    python
        The minor version of CPython that they are for.
    indexes
        The indexes to ask first.

    Raises
    ------
    InstallerError
        An index cannot be used.
    """
    first = [replace(index, packages=None, default=False) for index in indexes]
    asked = {each.name: each for each in map(parse, requirements) if not each.url}
    found: dict[str, str] = {}
    with scratch_folder() as scratch:
        where = Path(scratch)
        command = ["lock", "--index-strategy", "first-index", "--prerelease", "allow"]
        while asked:
            lines = [f"{name}{each.specifier}" for name, each in asked.items()]
            settings = _write_question(where, lines, [*asked], python)
            arguments = [*command, "--python", sys.executable, *settings_arguments(settings, where)]
            try:
                drain(run_uv(arguments, where, first))
            except ResolutionError as error:
                name = error.unmet or error.unknown
                if name not in asked:
                    break
                del asked[name]
                continue
            document = tomllib.loads((where / "uv.lock").read_text(encoding="utf-8"))
            return found | _registries(document)
    return found


def _write_question(
    folder: Path, dependencies: Sequence[str], names: Iterable[str], python: str
) -> dict[str, object]:
    """Write a project that asks for versions alone; return its settings, which read no metadata."""
    settings: dict[str, object] = {
        "dependency-metadata": [{"name": name, "requires-dist": []} for name in names]
    }
    environments = [f"python_version == '{python}'"]
    project: dict[str, object] = {"requires-python": ">=3", "dependencies": list(dependencies)}
    write_project(folder / "pyproject.toml", project, {"environments": environments, **settings})
    (folder / "uv.lock").unlink(missing_ok=True)
    return settings


def _registries(document: Mapping[str, object]) -> dict[str, str]:
    packages = document.get("package", [])
    assert isinstance(packages, list)
    places = {each["name"]: each["source"].get("registry", "") for each in packages}
    return {name: place for name, place in places.items() if place}


def _askable(distributions: Iterable[LockedDistribution]) -> Asked:
    return {locked.name: query for locked in distributions if (query := _query(locked))}


def _hidden(asked: Asked, found: Mapping[str, list[File]]) -> list[str]:
    """Return the names whose placeholder may have hidden the files of a second index.

    ``==1.0`` also accepts ``1.0+nbenv``, but ``==1.0+cu126`` accepts no later version. So the
    placeholder of a local version has that very version, and may be taken instead of a file.
    """
    local = [name for name, (version, _) in asked.items() if "+" in version]
    return [name for name in local if not found.get(name)][:_MOST_ALONE]


def _look_up(
    asked: Asked, python: str, *, placeholders: bool = True, hosts: _Hosts = _OWN
) -> dict[str, list[File]]:
    with scratch_folder() as scratch:
        where = Path(scratch)
        settings = _write_placeholders(where / "absent", asked if placeholders else {}, asked)
        write_project(
            where / "pyproject.toml",
            {
                "requires-python": ">=3",
                "dependencies": [f"{name}=={version}" for name, (version, _) in asked.items()],
            },
            {"environments": [f"python_version == '{python}'"], **settings},
        )
        command = ["lock", "--resolution", "lowest", "--python", sys.executable]
        command += settings_arguments(settings, where)
        command += ["--offline"] if hosts.offline else []
        # Not shown as progress: uv's messages mention the placeholders.
        drain(run_uv(command, where, hosts.indexes, hashed=True, only=hosts.only))
        document = tomllib.loads((where / "uv.lock").read_text(encoding="utf-8"))
        return _files(document, asked, where)


# -- the question


def _query(locked: LockedDistribution) -> tuple[str, str] | None:
    """Return the version to ask for and its placeholder; None for what an index cannot have."""
    if locked.name == PROJECT:
        return None
    try:
        version = Version(locked.version or "")
    except InvalidVersion:  # a URL, or a version that only === can name
        return None
    later = str(version) if version.local else f"{version}+nbenv"
    filename = f"{locked.name.replace('-', '_')}-{later}-{_BUILD_TAG}-py3-none-any.whl"
    return (str(version), filename) if len(filename) <= _LONGEST else None


def _write_placeholders(folder: Path, placeholders: Asked, asked: Asked) -> dict[str, object]:
    """Write empty wheels; return the settings that have uv use them, and read no metadata."""
    folder.mkdir()
    for _, filename in placeholders.values():
        (folder / filename).touch()
    return {
        "dependency-metadata": [{"name": name, "requires-dist": []} for name in asked],
        "index": [{"name": _ABSENT, "url": folder.as_uri(), "format": "flat"}],
    }


# -- the answer


def _files(document: Mapping[str, object], asked: Asked, scratch: Path) -> dict[str, list[File]]:
    found: dict[str, list[File]] = {name: [] for name in asked}
    placeholders = {filename for _, filename in asked.values()}
    packages = document.get("package", [])
    assert isinstance(packages, list)
    for package in packages:
        entries = [*package.get("wheels", []), *([package["sdist"]] if "sdist" in package else [])]
        files = [_file(entry, scratch) for entry in entries]
        found.get(package["name"], []).extend(
            file for file in files if file.name not in placeholders
        )
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
    """Describe a file of a local index, for which uv gives little."""
    if digest:
        return File(path.name, str(digest), path.stat().st_size, path.as_uri())
    hashed = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            hashed.update(block)
    digest = f"sha256:{hashed.hexdigest()}"
    return File(path.name, digest, path.stat().st_size, path.as_uri())
