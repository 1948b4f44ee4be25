"""Remove requirements from a notebook and its environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from packaging.utils import canonicalize_name

from nbenv.core import requirements
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.summaries import and_more, outcome_of
from nbenv.engine.transaction import ChangeOptions, Edited, change
from nbenv.errors import NbenvError, RequirementError, UsageError
from nbenv.progress import Outcome, Steps

__all__ = ["uninstall"]


def uninstall(
    ref: NotebookRef, names: Sequence[str], dry_run: bool = False, agreed: str | None = None
) -> Steps[Outcome]:
    """Remove requirements, and the dependencies that only they needed.

    `agreed` is the digest of the record that the user was shown and agreed to.

    Raises
    ------
    UsageError
        Nothing was named.
    RequirementError
        The notebook does not require one of the names.
    """
    if not names:
        raise UsageError("Name what to uninstall.", todo="For example: nbenv uninstall pandas")
    wanted = [str(canonicalize_name(name)) for name in names]

    def edit(snapshot: NotebookSnapshot) -> Edited[None]:
        spec = snapshot.spec
        kept, missing = requirements.remove(spec.requirements, wanted)
        if missing:
            raise _not_requested(missing, snapshot)
        editable = tuple(name for name in spec.editable if name not in wanted)
        return Edited(
            replace(spec, requirements=tuple(kept), editable=editable), None, tuple(wanted)
        )

    done = yield from change(ref, edit, ChangeOptions(dry_run=dry_run, agreed=agreed))
    verb = "Would uninstall" if dry_run else "Uninstalled"
    beyond = len({each.name for each in done.synced.changes} - set(wanted))
    left = sorted(set(wanted) & set(done.spec.lock.versions()))
    kept = f" {', '.join(left)} stays installed: another package needs it." if left else ""
    summary = f"{verb} {', '.join(wanted)}{and_more(beyond)}.{kept}"
    return outcome_of(done.spec, done.synced, summary, shown=dry_run)


def _not_requested(names: list[str], snapshot: NotebookSnapshot) -> NbenvError:
    locked = snapshot.spec.lock.versions()
    dependencies = [name for name in names if name in locked]
    if requirements.KERNEL in names:
        why = "The kernel itself needs it."
    elif dependencies:
        why = f"{', '.join(dependencies)} is a dependency: see nbenv why {dependencies[0]}."
    else:
        why = f"It requires {', '.join(snapshot.spec.requirements) or 'nothing'}."
    return RequirementError(
        f"This notebook does not require {', '.join(names)}.", why, "Nothing was changed."
    )
