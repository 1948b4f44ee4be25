"""Notebooks with a made record, as the export writers take them."""

from __future__ import annotations

from pathlib import Path

from nbenv.core.lock import Lock, LockedDistribution
from nbenv.core.spec import Index, Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from tests.integration.export.recorded import write_recorded

__all__ = ["COMMIT", "DIGEST", "OWN", "locked", "mixed_snapshot", "snapshot"]

DIGEST = f"sha256:{'0' * 64}"
COMMIT = "0" * 40
OWN = Index("own", "https://example.org/simple")


def locked(name: str, version: str | None = "1.0", **fields: str | None) -> LockedDistribution:
    """Return a line of a lock; one from an index or an archive has a hash."""
    url = fields.get("url")
    hashes = (DIGEST,) if url is None or url.endswith(".whl") else ()
    return LockedDistribution(name, None if url else version, hashes=hashes, **fields)  # type: ignore[arg-type]


def snapshot(
    folder: Path,
    *requirements: str,
    lock: tuple[LockedDistribution, ...] = (),
    indexes: tuple[Index, ...] = (),
    editable: tuple[str, ...] = (),
    cells: tuple[str, ...] = ("1 + 1",),
    name: str = "Some notebook.ipynb",
    platforms: tuple[str, ...] = (),
    **options: object,
) -> NotebookSnapshot:
    """Write a notebook with this record, and return what is in it."""
    made = Lock(lock, platforms)
    spec = Spec("3.11", requirements, made, indexes, editable, **options)  # type: ignore[arg-type]
    path = write_recorded(folder / name, spec, *cells)
    return NotebookSnapshot.read(NotebookRef(str(path)))


def mixed_snapshot(folder: Path) -> NotebookSnapshot:
    """Return one with a package from an index, one from a repository, and a local project."""
    (folder / "tool").mkdir()
    lock = (
        locked("a"),
        locked("repo", url=f"git+https://example.org/r@{COMMIT}"),
        locked("tool", url="./tool"),
    )
    return snapshot(folder, "a", lock=lock, indexes=(OWN,))
