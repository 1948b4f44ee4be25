"""Upgrade the locked versions of a notebook."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from packaging.utils import canonicalize_name

from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.indexes.asked_indexes import without_listed
from nbenv.engine.summaries import counted, outcome_of
from nbenv.engine.transaction import ChangeOptions, Edited, change
from nbenv.errors import RequirementError
from nbenv.installer.resolve import ResolveOptions
from nbenv.progress import Outcome, Steps

__all__ = ["upgrade"]


def upgrade(
    ref: NotebookRef,
    names: Sequence[str] = (),
    dry_run: bool = False,
    any_index: bool = False,
    agreed: str | None = None,
) -> Steps[Outcome]:
    """Take the newest versions that the requirements allow.

    Parameters
    ----------
    ref
        The notebook.
    names
        The packages to upgrade; all by default.
    dry_run
        Whether to change nothing.
    any_index
        Whether packages may come from another index than before, also where the record lists one.
    agreed
        The digest of the record that the user was shown and agreed to.

    Raises
    ------
    RequirementError
        A name is not in the lock.
    """
    wanted = tuple(str(canonicalize_name(name)) for name in names)

    def edit(snapshot: NotebookSnapshot) -> Edited[None]:
        unknown = sorted(set(wanted) - set(snapshot.spec.lock.versions()))
        if unknown:
            raise RequirementError(
                f"{', '.join(unknown)} is not in this notebook's environment.",
                todo="See nbenv list for what is.",
            )
        spec = snapshot.spec
        if any_index:
            freed = wanted or tuple(spec.lock.versions())
            spec = replace(spec, indexes=without_listed(spec.indexes, freed))
        direct = (each.name for each in spec.lock.distributions if each.url)
        return Edited(spec, None, wanted or tuple(direct))

    resolve = ResolveOptions(everything=not wanted, names=wanted, any_index=any_index)
    done = yield from change(ref, edit, ChangeOptions(resolve, dry_run, agreed=agreed))
    verb = "Would upgrade" if dry_run else "Upgraded"
    moved = [each for each in done.synced.changes if each.old and each.new]
    summary = (
        f"{verb} {counted(len(moved))}." if done.synced.changes else "Everything is up to date."
    )
    return outcome_of(done.spec, done.synced, summary, shown=True)
