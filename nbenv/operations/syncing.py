"""Make a notebook's environment hold what a spec locks, or leave it as it was."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from nbenv import installer
from nbenv.environment import Environment
from nbenv.interpreter import Interpreter
from nbenv.lock import Change, LockedDistribution
from nbenv.operations.contents import has_other_files
from nbenv.operations.document import Document
from nbenv.operations.progress import Progress, Steps, told
from nbenv.plan import Installed, make_plan
from nbenv.requirements import absolute, is_local
from nbenv.spec import Spec
from nbenv.store import Store

__all__ = ["Synced", "bring", "version_of"]


@dataclass(frozen=True)
class Synced:
    """What a sync changed, and in which environment."""

    environment: str
    changes: tuple[Change, ...] = ()
    imports: dict[str, list[str]] | None = None
    path_files: tuple[str, ...] = ()
    replaced: bool = False


def bring(
    document: Document, store: Store, spec: Spec, found: Interpreter, *, exact: bool
) -> Steps[Synced]:
    """Make the notebook's environment hold what `spec` locks.

    With `exact`, what is installed beyond the lock goes; otherwise it stays, as drift. When it
    fails, the environment is again what it was: one that was made for this goes.
    """
    environment, replaced, old = document.environment, False, document.state.environment
    version = environment.python_version
    moves = bool(version) and not str(version).startswith(f"{spec.python}.")
    if version and (moves or has_other_files(environment, spec)):
        store.fresh_environment(document.state)
        environment, replaced = document.environment, True
    is_new, folder = environment.python_version is None, document.target.folder
    try:
        if is_new:
            yield Progress("create", f"Making an environment of Python {found.version} …")
            environment.create(found)
        wanted = _located(spec.lock.selection(environment.marker_environment()), folder)
        synced = yield from _synced(environment, spec, wanted, folder, _going(document, exact))
    except BaseException:
        if is_new:
            environment.remove()
        document.state.environment = old
        raise
    environment.mark(spec.to_value(), document.state.notebook)
    if replaced:
        store.save(document.state)
    return replace(synced, replaced=replaced)


def _going(document: Document, exact: bool) -> set[str] | None:
    """Return the names that may be removed; None means all."""
    return None if exact else set(document.spec.lock.versions())


def _located(
    selection: dict[str, LockedDistribution], folder: Path
) -> dict[str, LockedDistribution]:
    return {name: _located_one(locked, folder) for name, locked in selection.items()}


def _located_one(locked: LockedDistribution, folder: Path) -> LockedDistribution:
    if not locked.url or not is_local(locked.url):
        return locked
    path, hash_sign, fragment = locked.url.partition("#")
    return replace(locked, url=absolute(path, folder).as_uri() + hash_sign + fragment)


def _synced(
    environment: Environment,
    spec: Spec,
    wanted: dict[str, LockedDistribution],
    folder: Path,
    going: set[str] | None,
) -> Steps[Synced]:
    before, paths_before = environment.installed(), environment.path_files()
    plan = make_plan(wanted, before, before if going is None else going)
    if not plan.install and not plan.remove:
        return Synced(environment.identifier)
    old_imports = environment.imports({*plan.remove, *(each.name for each in plan.install)})
    kept = {
        name: each.version
        for name, each in before.items()
        if name not in wanted and name not in plan.remove
    }
    yield Progress("install", _announcement(len(plan.install), len(plan.remove)))
    steps = installer.sync(environment.python, list(wanted.values()), spec, folder, kept)
    yield from _guarded(environment, before, told("install", steps))
    after = environment.installed()
    changes = _differences(before, after)
    names = {change.name for change in changes}
    return Synced(
        environment.identifier,
        tuple(changes),
        {**environment.imports(names), **{n: i for n, i in old_imports.items() if n in names}},
        tuple(sorted(environment.path_files() - paths_before)),
    )


def _announcement(coming: int, going: int) -> str:
    parts = [f"installing {coming}"] if coming else []
    parts += [f"removing {going}"] if going else []
    total = coming or going
    text = f"{' and '.join(parts)} distribution{'' if total == 1 else 's'} …"
    return text[0].upper() + text[1:]


def _guarded(
    environment: Environment, before: dict[str, Installed], steps: Steps[None]
) -> Steps[None]:
    """Run a sync unmarked; when it fails before it changed anything, the old marker holds."""
    value = environment.value
    owner = Store().notebook_of(environment.identifier)
    environment.unmark()
    try:
        yield from steps
    except BaseException:
        if value is not None and environment.installed() == before:
            environment.mark(value, owner)
        raise


def version_of(installed: Installed | None) -> str | None:
    """Return the version of what may be installed."""
    return installed.version if installed else None


def _differences(before: dict[str, Installed], after: dict[str, Installed]) -> list[Change]:
    changes = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            changes.append(Change(name, version_of(old), version_of(new)))
    return changes
