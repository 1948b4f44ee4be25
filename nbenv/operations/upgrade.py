"""Take newer versions of what a notebook locks."""

from __future__ import annotations

from collections.abc import Sequence

from packaging.utils import canonicalize_name

from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.summaries import counted, outcome_of
from nbenv.engine.transaction import ChangeOptions, change
from nbenv.errors import (
    RequirementError,
)
from nbenv.installer.resolve import ResolveOptions
from nbenv.progress import Outcome, Steps

__all__ = ["upgrade"]


def upgrade(
    target: NotebookRef, names: Sequence[str] = (), dry_run: bool = False, any_index: bool = False
) -> Steps[Outcome]:
    """Take the newest versions that the requirements allow, of all or of some.

    With `any_index` they may come from another index than before.
    """
    wanted = tuple(str(canonicalize_name(name)) for name in names)

    def edit(document: NotebookSnapshot) -> Spec:
        unknown = sorted(set(wanted) - set(document.spec.lock.versions()))
        if unknown:
            raise RequirementError(f"This notebook has no {', '.join(unknown)}.")
        return document.spec

    choice = ResolveOptions(everything=not wanted, names=wanted, any_index=any_index)
    spec, synced = yield from change(target, edit, ChangeOptions(choice, dry_run))
    verb = "Would upgrade" if dry_run else "Upgraded"
    moved = [each for each in synced.changes if each.old and each.new]
    summary = f"{verb} {counted(len(moved))}." if synced.changes else "Everything is up to date."
    return outcome_of(spec, synced, summary, shown=True)
