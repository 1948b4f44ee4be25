"""Pack a notebook's environment into an archive that runs elsewhere."""

from __future__ import annotations

from pathlib import Path

from nbenv.engine.archiving.archive import ArchiveOptions, make_archive
from nbenv.engine.consent import check_approved
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.summaries import counted
from nbenv.progress import Outcome, Steps

__all__ = ["pack_archive"]


def pack_archive(
    ref: NotebookRef, file: str, options: ArchiveOptions, agreed: str | None = None
) -> Steps[Outcome]:
    """Write the environment that a notebook locks into an archive that runs elsewhere.

    Parameters
    ----------
    ref
        The notebook.
    file
        The archive, whose name ends in ``.tar.gz`` or ``.tar.zst``.
    options
        What it should hold.
    agreed
        The digest of the record that the user was shown and agreed to.

    Raises
    ------
    ApprovalNeededError
        The lock was never approved here.
    NbenvError
        As of `nbenv.engine.archiving.archive.make_archive`.
    """
    snapshot = NotebookSnapshot.read(ref)
    snapshot.check_recorded()
    check_approved(snapshot, agreed)
    made = yield from make_archive(snapshot, Path(file), options)
    size, count = made.file.stat().st_size, len(made.versions)
    inside = "with" if options.with_python else "for"
    summary = (
        f"Packed {counted(count)} into {file}, {inside} CPython {made.python}: {size / 1e6:.1f} MB."
    )
    return Outcome(
        summary,
        text="\n".join(made.notes),
        data={
            "archive": file,
            "bytes": size,
            "python": made.python,
            "packages": dict(made.versions),
            "left_out": list(made.left_out),
            "notes": list(made.notes),
        },
    )
