"""Remove requirements from a notebook and its environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from packaging.utils import canonicalize_name

from nbenv.core import requirements
from nbenv.core.spec import Spec
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.summaries import counted, outcome_of
from nbenv.engine.transaction import ChangeOptions, change
from nbenv.errors import (
    NbenvError,
    RequirementError,
    UsageError,
)
from nbenv.progress import Outcome, Steps

__all__ = ["uninstall"]


def uninstall(target: NotebookRef, names: Sequence[str], dry_run: bool = False) -> Steps[Outcome]:
    """Remove requirements, and the dependencies that nothing needs any more."""
    if not names:
        raise UsageError(
            "Nothing to uninstall was named.", todo="For example: nbenv uninstall pandas"
        )
    wanted = [str(canonicalize_name(name)) for name in names]

    def edit(document: NotebookSnapshot) -> Spec:
        spec = document.spec
        kept, missing = requirements.remove(spec.requirements, wanted)
        if missing:
            raise _not_asked_for(missing, document)
        return replace(
            spec,
            requirements=tuple(kept),
            editable=tuple(name for name in spec.editable if name not in wanted),
        )

    spec, synced = yield from change(target, edit, ChangeOptions(dry_run=dry_run))
    verb = "Would uninstall" if dry_run else "Uninstalled"
    beyond = len({each.name for each in synced.changes} - set(wanted))
    more = f" (and {counted(beyond)} more)" if beyond else ""
    left = sorted(set(wanted) & set(spec.lock.versions()))
    stays = f" {', '.join(left)} stays: something else needs it." if left else ""
    return outcome_of(spec, synced, f"{verb} {', '.join(wanted)}{more}.{stays}", shown=dry_run)


def _not_asked_for(names: list[str], document: NotebookSnapshot) -> NbenvError:
    locked = document.spec.lock.versions()
    dependencies = [name for name in names if name in locked]
    if requirements.KERNEL in names:
        why = "The kernel itself needs it."
    elif dependencies:
        why = f"{', '.join(dependencies)} came as a dependency: see nbenv why {dependencies[0]}."
    else:
        why = "Asked for are: " + (", ".join(document.spec.requirements) or "none") + "."
    return RequirementError(
        f"This notebook does not ask for {', '.join(names)}.", why, "Nothing was changed."
    )
