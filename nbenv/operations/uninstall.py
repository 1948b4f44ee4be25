"""Remove requirements from a notebook and its environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from packaging.utils import canonicalize_name

from nbenv.core import requirements
from nbenv.engine.asked_options import without_names
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.summaries import and_more, outcome_of
from nbenv.engine.transaction import ChangeOptions, Edited, change
from nbenv.errors import NbenvError, RequirementError, UsageError
from nbenv.installer.requirements_files import read_files
from nbenv.operations.asked_requirements import name_requirements
from nbenv.progress import Outcome, Steps

__all__ = ["uninstall"]


def uninstall(
    ref: NotebookRef,
    names: Sequence[str],
    dry_run: bool = False,
    agreed: str | None = None,
    files: Sequence[str] = (),
) -> Steps[Outcome]:
    """Remove requirements, and the dependencies that only they needed.

    Parameters
    ----------
    ref
        The notebook.
    names
        The names to remove; the notebook must require each.
    dry_run
        Whether to change nothing.
    agreed
        The digest of the record that the user was shown and agreed to.
    files
        Requirements files that name more of them; what the notebook does not require is skipped.

    Raises
    ------
    UsageError
        Nothing was named.
    RequirementError
        The notebook does not require one of the names.
    """
    if not (names or files):
        raise UsageError("Name what to uninstall.", todo="For example: nbenv uninstall pandas")
    named = [_name(name) for name in names]
    listed = (yield from _listed(files, ref)) if files else []

    def edit(snapshot: NotebookSnapshot) -> Edited[list[str]]:
        spec = snapshot.spec
        skipped = requirements.remove(spec.requirements, listed)[1]
        wanted = list(dict.fromkeys([*named, *(each for each in listed if each not in skipped)]))
        kept, missing = requirements.remove(spec.requirements, wanted)
        if missing or not wanted:
            raise _not_requested(missing or listed, snapshot)
        without = without_names(replace(spec, requirements=tuple(kept)), wanted)
        return Edited(without, wanted)

    done = yield from change(ref, edit, ChangeOptions(dry_run=dry_run, agreed=agreed))
    wanted = done.note
    verb = "Would uninstall" if dry_run else "Uninstalled"
    beyond = len({each.name for each in done.synced.changes} - set(wanted))
    left = sorted(set(wanted) & set(done.spec.lock.versions()))
    kept = f" {', '.join(left)} stays installed: another package needs it." if left else ""
    summary = f"{verb} {', '.join(wanted)}{and_more(beyond)}.{kept}"
    return outcome_of(done.spec, done.synced, summary, shown=dry_run)


def _name(text: str) -> str:
    """Return the name in what a person typed; pip ignores a version behind it as well."""
    try:
        return requirements.name_of(text)
    except RequirementError:
        return str(canonicalize_name(text))


def _listed(files: Sequence[str], ref: NotebookRef) -> Steps[list[str]]:
    """Return the names that requirements files list."""
    read = read_files(files)
    editable = [each.text for each in read.editable]
    asked = yield from name_requirements([], editable, read.requirements, ref.folder)
    return [requirements.name_of(text) for text in asked.requirements]


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
