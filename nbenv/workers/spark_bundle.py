"""Write what Spark's workers get of a notebook: an archive, named after its content.

Beside it is a ``manifest.json`` with the keys that a bundle's has for a driver.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from pathlib import Path

from nbenv.core.requirements import name_of
from nbenv.engine.archiving.archive import (
    ENGINES,
    Archive,
    ArchiveOptions,
    make_named_archive,
)
from nbenv.engine.archiving.archive_contents import not_needed
from nbenv.engine.document import NotebookSnapshot
from nbenv.errors import NbenvError
from nbenv.progress import Steps
from nbenv.workers.bundle import FORMAT, Bundle

__all__ = ["spark_manifest", "write_spark_bundle", "write_spark_look"]

_SPARK = "spark"


def write_spark_bundle(snapshot: NotebookSnapshot, folder: Path) -> Steps[Bundle]:
    """Write the archive and its manifest; one that is there for the same lock is kept.

    Whoever calls this has checked that the record is approved.

    Parameters
    ----------
    snapshot
        The notebook.
    folder
        The folder for both; what else is in it is removed.

    Raises
    ------
    NbenvError
        As of `make_named_archive`, or the folder cannot be written.
    """
    snapshot.check_recorded()
    snapshot.check_locked()
    locked_as = _lock_digest(snapshot)
    known = _known(folder, locked_as)
    if known is not None:
        yield from ()
        return Bundle(folder, known)
    try:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True, mode=0o700)
        made = yield from make_named_archive(snapshot, folder, ArchiveOptions(engine=_SPARK))
        manifest = {**spark_manifest(snapshot, made), "archive": str(made.file)}
        manifest["launcher"] = _launcher(made.file)
        _write(folder, {**manifest, "lock": locked_as})
    except OSError as error:
        raise _unwritable(folder, error) from None
    return Bundle(folder, manifest)


def write_spark_look(snapshot: NotebookSnapshot, folder: Path) -> Bundle:
    """Write a manifest alone, for looking at workers and for stopping."""
    out = not_needed(snapshot.spec, snapshot.environment, (), ENGINES[_SPARK], kernel=False)
    versions = {
        name: each.version
        for name, each in snapshot.environment.installed().items()
        if name not in out
    }
    made = Archive(folder / "none", snapshot.spec.python, versions, tuple(sorted(out)))
    manifest = spark_manifest(snapshot, made)
    try:
        folder.mkdir(parents=True, mode=0o700, exist_ok=True)
        _write(folder, manifest)
    except OSError as error:
        raise _unwritable(folder, error) from None
    return Bundle(folder, manifest)


def _unwritable(folder: Path, error: OSError) -> NbenvError:
    return NbenvError(f"{folder} cannot be written.", f"{error.strerror or error}.")


def spark_manifest(snapshot: NotebookSnapshot, made: Archive) -> dict[str, object]:
    """Return what a driver reads of an archive, as of a bundle."""
    versions = dict(made.versions)
    asked = [name_of(text) for text in snapshot.spec.requirements]
    return {
        "format": FORMAT,
        "digest": made.file.name.removeprefix("nbenv-").removesuffix(".tar.gz"),
        "python": snapshot.spec.python,
        "versions": versions,
        "asked": [name for name in asked if name in versions],
        "left_out": list(made.left_out),
    }


def _launcher(file: Path) -> str:
    """Return the program of an archive that finds a CPython, which a preflight asks for one."""
    with tarfile.open(file) as archive:
        for member in archive:  # the names are sorted: it is one of the first
            if member.name == "bin/python" and (content := archive.extractfile(member)):
                return content.read().decode()
    raise AssertionError(f"{file} has no bin/python")


def _lock_digest(snapshot: NotebookSnapshot) -> str:
    """Return what the same archive would be made of again, "" where that is not known."""
    spec = snapshot.spec
    if spec.local_urls:  # its files may have changed
        return ""
    about = [spec.python, spec.requirements, spec.lock.lines(), spec.lock.source()]
    return hashlib.sha256(json.dumps(about).encode()).hexdigest()


def _known(folder: Path, locked_as: str) -> dict[str, object] | None:
    try:
        found = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        is_same = bool(locked_as) and found.pop("lock") == locked_as and "launcher" in found
        return found if is_same and os.path.getsize(found["archive"]) else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _write(folder: Path, manifest: dict[str, object]) -> None:
    text = json.dumps(manifest, indent=0, sort_keys=True)
    scratch = folder / f".manifest.{os.getpid()}"
    scratch.write_text(f"{text}\n", encoding="utf-8")
    os.replace(scratch, folder / "manifest.json")
