"""Remove requirements from a notebook and its environment."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from nbenv.core import requirements
from nbenv.engine.asked_options import without_names
from nbenv.engine.document import NotebookRef, NotebookSnapshot
from nbenv.engine.installed_graph import graph_of
from nbenv.engine.summaries import and_more, counted, few, outcome_of
from nbenv.engine.transaction import ChangeOptions, ChangeResult, Edited, change
from nbenv.environments.markers import select_locked
from nbenv.errors import NbenvError, RequirementError, UsageError
from nbenv.installer.files.requirements_files import read_files
from nbenv.progress import Outcome, Steps

__all__ = ["uninstall"]


def uninstall(
    ref: NotebookRef,
    names: Sequence[str],
    dry_run: bool = False,
    agreed: str | None = None,
    files: Sequence[str] = (),
    *,
    is_lenient: bool = False,
) -> Steps[Outcome]:
    """Remove requirements, and the dependencies that only they needed.

    Parameters
    ----------
    ref
        The notebook.
    names
        What to remove: names, perhaps with specifiers, which do not count.
    dry_run
        Whether to change nothing.
    agreed
        The digest of the record that the user was shown and agreed to.
    files
        Requirements files. What they list beyond the notebook's requirements is passed over.
    is_lenient
        Whether to pass over names that are not there, as pip does, and those that others need,
        as long as there is something to remove.

    Raises
    ------
    UsageError
        Nothing was named.
    RequirementError
        The notebook does not require one of the names.
    """
    if not (names or files):
        raise UsageError("Name what to uninstall.", todo="For example: nbenv uninstall pandas")
    typed = [_name(text) for text in names]
    listed = _listed(files, ref.folder)

    def edit(snapshot: NotebookSnapshot) -> Edited[_Removal]:
        removal = _removal(snapshot, typed, listed, is_lenient)
        kept, _ = requirements.remove(snapshot.spec.requirements, removal.names)
        spec = replace(snapshot.spec, requirements=tuple(kept))
        return Edited(without_names(spec, removal.names), removal, tuple(removal.names))

    planned = edit(NotebookSnapshot.read(ref)).note
    if not planned.names:  # without a change, since a notebook may have no environment at all
        return Outcome(_skipped(planned) or "Nothing in the file is required by this notebook.")
    done = yield from change(ref, edit, ChangeOptions(dry_run=dry_run, agreed=agreed))
    return outcome_of(done.spec, done.synced, _summary(done, dry_run), shown=dry_run)


@dataclass(frozen=True)
class _Removal:
    """The requirements to remove, and the names to pass over.

    Nothing has those that are `absent`; those that are `needed` are no requirements.
    """

    names: list[str]
    absent: list[str]
    needed: list[str]


def _name(text: str) -> str:
    """Return the name in what a person typed; pip ignores a version behind it as well."""
    if not requirements.is_named(text):
        raise RequirementError(
            f"{requirements.without_credentials(text)} is not the name of a package.",
            todo="Write its name: nbenv list shows the names.",
        )
    return requirements.name_of(text)


def _listed(files: Sequence[str], folder: Path) -> list[str]:
    """Return what requirements files list: names, and the URLs of what has no name there."""
    read = read_files(files)
    texts = [each.text for each in (*read.requirements, *read.editable)]
    return [
        requirements.name_of(text)
        if requirements.is_named(text)
        else requirements.portable(Path(text.partition("[")[0]).absolute(), folder)
        if "://" not in text
        else requirements.without_credentials(text)
        for text in texts
    ]


def _removal(
    snapshot: NotebookSnapshot, typed: list[str], listed: list[str], is_lenient: bool
) -> _Removal:
    asked = [requirements.parse(text) for text in snapshot.spec.requirements]
    known = {each.name for each in asked}
    names = {url: each.name for each in asked if (url := each.url)}
    from_files = [names.get(text, text) for text in listed]
    installed = {*snapshot.spec.lock.versions(), *snapshot.environment.installed()}
    absent = [name for name in typed if name not in known | installed]
    missing = [name for name in typed if name not in known and name in installed]
    names_found = list(dict.fromkeys(n for n in (*typed, *from_files) if n in known))
    is_partial = is_lenient and bool(names_found)
    if (missing and not is_partial) or (absent and not is_lenient):
        raise _not_requested(list(dict.fromkeys([*absent, *missing])), snapshot)
    return _Removal(names_found, absent, list(dict.fromkeys(missing)))


# -- what is said


def _summary(done: ChangeResult[_Removal], dry_run: bool) -> str:
    wanted = done.note.names
    left = set(select_locked(done.spec, done.synced.environment.read_version()))
    never = [name for name in wanted if name not in left | _installed_before(done)]
    gone = [name for name in wanted if name not in left and name not in never]
    beyond = len({each.name for each in done.synced.changes} - set(wanted))
    what = f"{', '.join(gone)}{and_more(beyond)}" if gone else counted(beyond)
    sentences = [_only_required(never, dry_run)] if never else []
    verb = "Would uninstall" if dry_run else "Uninstalled"
    sentences += [f"{verb} {what}."] if gone or beyond else []
    stay = [name for name in wanted if name in left]
    return " ".join(
        [
            *sentences,
            *_stays(done, stay, dry_run),
            *filter(None, [_kept(done.note, left), _skipped(done.note)]),
        ]
    )


def _installed_before(done: ChangeResult[_Removal]) -> set[str]:
    """Return what was there: a requirement whose marker does not hold here was never installed."""
    locked = select_locked(done.before.spec, done.synced.environment.read_version())
    return {*locked, *(each.name for each in done.synced.changes if each.old)}


def _only_required(names: Sequence[str], dry_run: bool) -> str:
    several = len(names) > 1
    are = "would be" if dry_run else "are" if several else "is"
    what = "requirements" if several else "requirement"
    return f"{few(names)} {are} no {what} any more; nothing was installed here for {_it(names)}."


def _it(names: Sequence[str]) -> str:
    return "them" if len(names) > 1 else "it"


def _stays(done: ChangeResult[_Removal], names: Sequence[str], dry_run: bool) -> Iterator[str]:
    """Yield one sentence for each package that is required no more, and needed all the same."""
    if not names:
        return
    graph, _ = graph_of(done.spec, done.synced.environment)
    locked, is_no = done.spec.lock.versions(), "would be" if dry_run else "is"
    for name in names:
        needing = [o for o, needed in graph.needs.items() if name in needed and o in locked]
        who = _needing(name, needing)
        yield f"{name} {is_no} no requirement any more, but stays installed: {who}."


def _needing(name: str, others: Sequence[str]) -> str:
    if name == requirements.KERNEL:
        return "the kernel needs it"
    shown = few(sorted(others)) or "another package"
    return f"{shown} need{'' if len(others) > 1 else 's'} it"


def _kept(removal: _Removal, left: Collection[str]) -> str:
    """Return a sentence about what was named, and is there only because others need it."""
    names = [name for name in removal.needed if name in left]
    it = "it" if len(names) == 1 else "them"
    return f"Kept {few(names)}: the kernel or another package needs {it}." if names else ""


def _skipped(removal: _Removal) -> str:
    names = removal.absent
    return f"Skipped {', '.join(names)}: not installed." if names else ""


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
