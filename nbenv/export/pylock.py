"""``pylock.toml`` (PEP 751), with download URLs that are looked up when it is exported.

https://packaging.python.org/en/latest/specifications/pylock-toml/

The lookup asks only this machine's own index, then uv's cache, so that no host is contacted because
a notebook names it. A package that neither of them knows is exported without files.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence

import tomli_w

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import is_local, name_of
from nbenv.core.spec import Spec
from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookSnapshot
from nbenv.errors import InstallerError
from nbenv.installer.accelerators.torch_pins import with_torch_index
from nbenv.installer.index_lookup import cached_files
from nbenv.installer.lookup.lock_files import own_files_of_lock
from nbenv.installer.wheel_choice import File
from nbenv.progress import Progress, Steps

__all__ = ["write"]

_VERSION_CONTROL = re.compile(r"(?P<type>git|hg|svn|bzr)\+(?P<url>.+)@(?P<commit>[^@#/]+)")
_ARCHIVE = re.compile(r"\.(whl|zip|tgz|tar\.\w+)$")

Package = dict[str, object]
Found = Mapping[str, Sequence[File]]


def write(snapshot: NotebookSnapshot) -> Steps[str]:
    """Return the lock in the standard's form: the same versions, markers and hashes."""
    check_approved(snapshot, None)  # the lookup tells an index what the notebook uses
    spec = snapshot.spec
    yield Progress("resolve", "Looking up download URLs in the index…")
    found = yield from _find_files(spec)
    pylock = {
        "lock-version": "1.0",
        "environments": _environments(spec),
        "requires-python": f"=={spec.python}.*",
        "created-by": "nbenv",
        "packages": [_package_entry(locked, found, spec) for locked in spec.lock.distributions],
    }
    return _warning(_without_files(spec, found)) + tomli_w.dumps(pylock)


def _environments(spec: Spec) -> list[str]:
    """Return the markers of the environments that the lock is for."""
    platforms = spec.lock.platforms or ("sys_platform != 'emscripten'",)
    return [f"implementation_name == 'cpython' and {each}" for each in platforms]


def _warning(names: Sequence[str]) -> str:
    """Return a comment that names the packages without files, empty where there are none."""
    if not names:
        return ""
    listed = ", ".join(names[:5]) + (", …" if len(names) > 5 else "")
    return (
        f"# Incomplete: this machine's index has no download URLs for {listed}.\n"
        "# Installers reject a lock without them; the format requirements-locked needs none.\n"
    )


# -- the lookup


def _find_files(spec: Spec) -> Steps[Found]:
    """Return the locked files that can be downloaded, by the requirement of their line."""
    kept: dict[str, list[File]] = {}
    for wanted in _one_of_each(spec):
        try:
            found = own_files_of_lock(wanted, spec)
        except InstallerError:
            yield Progress("resolve", "The index cannot be reached; looking in uv's cache…")
            found = {}
        kept |= _only_locked(wanted, found)
        missing = [locked for locked in wanted if not kept[locked.requirement]]
        if missing:
            indexes = with_torch_index(spec)
            with contextlib.suppress(InstallerError):  # the cache may be gone
                kept |= _only_locked(missing, cached_files(missing, spec.python, indexes))
    return kept


def _one_of_each(spec: Spec) -> Iterator[list[LockedDistribution]]:
    """Yield what is locked from an index in parts that have each name once, for a lookup each."""
    rest = [locked for locked in spec.lock.distributions if locked.version]
    while rest:
        part = {locked.name: locked for locked in reversed(rest)}
        yield sorted(part.values(), key=lambda each: each.name)
        rest = [locked for locked in rest if part[locked.name] is not locked]


def _only_locked(wanted: Sequence[LockedDistribution], found: Found) -> dict[str, list[File]]:
    """Leave out files whose hashes are not in the lock: others of the same version."""
    return {
        each.requirement: [file for file in found.get(each.name, ()) if file.digest in each.hashes]
        for each in wanted
    }


def _without_files(spec: Spec, found: Found) -> list[str]:
    wanted = [locked for locked in spec.lock.distributions if locked.version]
    return [locked.name for locked in wanted if not found.get(locked.requirement)]


# -- one package


def _package_entry(locked: LockedDistribution, found: Found, spec: Spec) -> Package:
    package: Package = {"name": locked.name}
    if locked.version:
        package["version"] = locked.version
    if locked.marker:
        package["marker"] = locked.marker
    if locked.url:
        return package | _direct_entry(locked, spec)
    files = found.get(locked.requirement, ())
    wheels = [_file_entry(file) for file in files if not file.is_source]
    sources = [_file_entry(file) for file in files if file.is_source]
    if wheels or sources:  # both, where a platform has no wheel
        source: Package = {"sdist": sources[0]} if sources else {}
        return package | source | ({"wheels": wheels} if wheels else {})
    return package | {"tool": {"nbenv": {"hashes": list(locked.hashes)}}}


def _file_entry(file: File) -> Package:
    known: Package = {"name": file.name, "url": file.url}
    if file.size is not None:
        known["size"] = file.size
    return known | {"hashes": _by_algorithm([file.digest or ""])}


def _by_algorithm(digests: Sequence[str]) -> dict[str, str]:
    return dict(digest.split(":", 1) for digest in digests)


def _direct_entry(locked: LockedDistribution, spec: Spec) -> Package:
    """Return the source of a package that is locked by its URL, which the lock alone says."""
    place, _, fragment = str(locked.url).partition("#")
    below = re.search(r"subdirectory=([^&]+)", fragment)
    folder: Package = {"subdirectory": below[1]} if below else {}
    if match := _VERSION_CONTROL.fullmatch(place):
        source = {"type": match["type"], "url": match["url"], "commit-id": match["commit"]}
        return {"vcs": {**source, **folder}}
    where = {"path" if is_local(place) and "://" not in place else "url": place}
    if _ARCHIVE.search(place) or not is_local(place):
        return {"archive": {**where, "hashes": _by_algorithm(locked.hashes), **folder}}
    path = place.removeprefix("file://")
    in_place: Package = {"editable": True} if locked.name in map(name_of, spec.editable) else {}
    return {"directory": {"path": path, **in_place, **folder}}
