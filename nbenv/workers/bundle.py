"""Write the bundle from which a worker makes a notebook's environment.

A bundle is a folder: ``manifest.json``, the file that runs on the worker, and perhaps ``wheels/``.
It never holds credentials, nor what only the notebook's kernel needs.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from nbenv.core.lock import LockedDistribution
from nbenv.core.requirements import is_local, name_of
from nbenv.core.spec import Spec
from nbenv.core.urls import without_credentials
from nbenv.engine.archiving.archive_contents import not_needed
from nbenv.engine.document import NotebookSnapshot
from nbenv.environments.markers import select_locked
from nbenv.errors import NbenvError
from nbenv.installer.accelerators.torch_pins import with_torch_index
from nbenv.installer.download import PLATFORMS, download_wheels
from nbenv.installer.index_settings import usable_links
from nbenv.progress import Steps

__all__ = ["FORMAT", "WORKER", "Bundle", "write_bundle"]

FORMAT = 1
WORKER = Path(__file__).parent / "worker"
"""The folder with the files that run on workers."""
_LINUX = ("linux-x86_64", "linux-aarch64")
"""Platforms of workers, beside this machine's own."""


@dataclass(frozen=True)
class Bundle:
    """A bundle on this machine.

    Parameters
    ----------
    folder
        Its folder.
    manifest
        What its ``manifest.json`` holds.
    """

    folder: Path
    manifest: dict[str, object]

    @property
    def digest(self) -> str:
        """The digest of the environment: equal ones hold the same, wherever they are made."""
        return str(self.manifest["digest"])

    @property
    def size(self) -> int:
        """The bytes of all its files."""
        return sum(path.stat().st_size for path in self.folder.rglob("*") if path.is_file())


def write_bundle(
    snapshot: NotebookSnapshot,
    folder: Path,
    *,
    wheels: bool = False,
    whole: bool = False,
) -> Steps[Bundle]:
    """Write the bundle of a notebook's environment, completely or not at all.

    Whoever calls this has checked that the record is approved.

    Parameters
    ----------
    snapshot
        The notebook, whose environment is ready.
    folder
        The folder to write; one that is there is replaced.
    wheels
        Whether to add the wheels, for workers that reach no index.
    whole
        Whether to keep what only the kernel needs, as where workers run whole notebooks.

    Raises
    ------
    NbenvError
        The environment is not ready, or holds what cannot be installed elsewhere; a wheel is not
        available; or the folder cannot be written.
    """
    snapshot.check_recorded()
    snapshot.check_locked()
    if not snapshot.is_ready:
        raise NbenvError(
            "The environment of this notebook is not ready on this machine.",
            "Which of its packages only the kernel needs is read from it.",
            "Restore it first: nbenv restore NOTEBOOK (in a cell: %nbenv restore).",
        )
    left_out = not_needed(snapshot.spec, snapshot.environment, kernel=whole)
    chosen = _for_workers(snapshot, left_out)
    _check_portable(chosen)
    manifest = _manifest(snapshot.spec, chosen, left_out)
    if wheels and _is_complete(folder, manifest):  # a download takes long
        yield from ()
        return Bundle(folder, manifest)
    scratch = folder.with_name(f".{folder.name}.{os.getpid()}")
    try:
        _write(scratch, manifest)
        if wheels:
            yield from _add_wheels(snapshot, left_out, scratch / "wheels")
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(scratch, folder)
    except OSError as error:
        raise NbenvError(f"{folder} cannot be written.", f"{error.strerror}.") from None
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    return Bundle(folder, manifest)


def _write(folder: Path, manifest: dict[str, object]) -> None:
    folder.mkdir(parents=True, mode=0o700)
    text = json.dumps(manifest, indent=0, sort_keys=True)
    (folder / "manifest.json").write_text(f"{text}\n", encoding="utf-8")
    for path in WORKER.glob("*.py"):
        shutil.copyfile(path, folder / path.name)


def _is_complete(folder: Path, manifest: dict[str, object]) -> bool:
    """Return whether a folder has this manifest with its wheels, and our files as they are."""
    files = {path.name: path.read_bytes() for path in WORKER.glob("*.py")}
    try:
        written = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        same = all((folder / name).read_bytes() == content for name, content in files.items())
    except (OSError, ValueError):
        return False
    return bool(written == manifest and same and list((folder / "wheels").glob("*.whl")))


# -- what belongs there


def _for_workers(snapshot: NotebookSnapshot, left_out: Collection[str]) -> list[LockedDistribution]:
    """Return the locked lines that may apply on a worker: on Linux, or on a machine like this."""
    spec, version = snapshot.spec, snapshot.environment.read_version()
    versions = [version, f"{spec.python}.0", None]
    platforms = [None, *map(_platform_values, _LINUX)]
    found = {
        locked.line: locked
        for platform in platforms
        for each in versions
        for locked in select_locked(spec, each, platform).values()
        if locked.name not in left_out
    }
    return [found[line] for line in sorted(found)]


def _platform_values(name: str) -> dict[str, str]:
    system, known_as, machine = PLATFORMS[name]
    return {
        "sys_platform": system,
        "platform_system": known_as,
        "platform_machine": machine,
        "os_name": "posix",
    }


def _check_portable(chosen: Iterable[LockedDistribution]) -> None:
    """Raise if something is installed from where a worker cannot get it."""
    stuck = [each.name for each in chosen if each.url and not each.hashes]
    if stuck:
        raise NbenvError(
            f"The workers cannot install {', '.join(stuck)}.",
            "It comes from a folder of this machine or from a repository, without a hash.",
            "Install it as a wheel from an index or a URL; a module can be sent along by the "
            "engine itself, as with client.upload_file() of Dask.",
        )


def _manifest(
    spec: Spec,
    chosen: Iterable[LockedDistribution],
    left_out: Iterable[str],
) -> dict[str, object]:
    lines = list(chosen)
    manifest: dict[str, object] = {
        "format": FORMAT,
        "python": spec.python,
        "implementation": "cpython",
        "packages": [each.line for each in lines],
        "source": sorted({each.name for each in lines if each.source}),
        "indexes": [{"name": each.name, "url": each.url} for each in _indexes(spec)],
        "find_links": [without_credentials(each) for each in spec.find_links if not is_local(each)],
    }
    counted = {key: manifest[key] for key in ("format", "python", "implementation", "packages")}
    text = json.dumps(counted, sort_keys=True)
    manifest["digest"] = hashlib.sha256(text.encode()).hexdigest()[:40]
    manifest["versions"] = {each.name: each.version for each in lines if each.version}
    locked = spec.lock.versions()
    manifest["asked"] = [name for name in map(name_of, spec.requirements) if name in locked]
    manifest["left_out"] = sorted(left_out)
    return manifest


@dataclass(frozen=True)
class _Index:
    name: str
    url: str


def _indexes(spec: Spec) -> Iterator[_Index]:
    for index in with_torch_index(spec):
        if not is_local(index.url):
            yield _Index(index.name, without_credentials(index.url))


def _add_wheels(snapshot: NotebookSnapshot, left_out: Collection[str], folder: Path) -> Steps[None]:
    """Download the wheels for workers on a machine like this one."""
    spec = snapshot.spec
    chosen = select_locked(spec, snapshot.environment.read_version())
    folder.mkdir()
    yield from download_wheels(
        [each for name, each in chosen.items() if name not in left_out],
        folder,
        python=spec.python,
        platform=None,
        indexes=with_torch_index(spec),
        find_links=usable_links(spec.find_links, snapshot.ref.folder),
    )
