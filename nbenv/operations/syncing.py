"""Make a notebook's environment hold what a spec locks, or leave it as it was."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path

from nbenv import bytecode, installer
from nbenv.environment import Environment
from nbenv.installer import Wanted
from nbenv.integrity import Look, altered, look
from nbenv.interpreter import Interpreter
from nbenv.lock import Change, LockedDistribution
from nbenv.operations.contents import has_other_files
from nbenv.operations.document import Document
from nbenv.operations.progress import Progress, Steps, told
from nbenv.plan import Installed, make_plan
from nbenv.requirements import absolute, is_local
from nbenv.spec import Spec
from nbenv.store import Store

__all__ = ["Synced", "begin_look", "bring", "confirmed", "version_of"]


@dataclass(frozen=True)
class Synced:
    """What a sync changed, and in which environment."""

    environment: str
    changes: tuple[Change, ...] = ()
    imports: dict[str, list[str]] | None = None
    path_files: tuple[str, ...] = ()
    replaced: bool = False


def bring(
    document: Document,
    store: Store,
    spec: Spec,
    found: Interpreter,
    *,
    exact: bool,
    glance: Future[Look] | None = None,
) -> Steps[Synced]:
    """Make the notebook's environment hold what `spec` locks.

    `glance` is a look at its files that began earlier.

    With `exact`, what is installed beyond the lock goes; otherwise it stays, as drift. When it
    fails, the environment is again what it was: one that was made for this goes. One that is
    damaged, or holds other files of the same versions, is replaced by a new one.
    """
    old = document.environment
    seen = glance.result() if glance else _looked(old)
    problem = _damage(old, seen)
    if problem:
        yield Progress("create", f"{problem} Making it anew …")
    replaced = bool(problem) or _must_be_replaced(old, spec)
    if replaced:
        store.fresh_environment(document.state)
    environment = document.environment
    is_new = environment.python_version is None
    try:
        if is_new:
            yield Progress("create", f"Making an environment of Python {found.version} …")
            environment.create(found)
        synced = yield from _synced(document, spec, exact, seen)
    except BaseException:
        if is_new:
            environment.remove()
        document.state.environment = old.identifier
        raise
    if replaced:
        store.save(document.state)
    if problem:
        store.discard(old)
    return replace(synced, replaced=replaced)


def begin_look(environment: Environment) -> Future[Look]:
    """Look at an environment's files while something else is waited for."""
    found: Future[Look] = Future()

    def work() -> None:
        try:
            found.set_result(_looked(environment))
        except BaseException as error:
            found.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return found


def _looked(environment: Environment) -> Look:
    return look(environment) if environment.python_version else Look()


def _must_be_replaced(environment: Environment, spec: Spec) -> bool:
    """Whether what a spec locks cannot be had by changing an environment."""
    version = environment.python_version
    if version is None:
        return False
    return not version.startswith(f"{spec.python}.") or has_other_files(environment, spec)


def _damage(environment: Environment, seen: Look) -> str:
    """Return a sentence about what is wrong with an environment's files, "" when nothing is.

    Without its marker a change of it was interrupted, so that any file may be a left-over.
    """
    if environment.python_version is None:
        return ""
    broken = sorted(seen.broken - environment.odd)
    if broken:
        names = ", ".join(broken[:5]) + (" …" if len(broken) > 5 else "")
        return f"Files of {names} are missing or damaged in the environment on this machine."
    if environment.value is None and seen.strays:
        return "A change of the environment on this machine was interrupted."
    return ""


def confirmed(environment: Environment) -> bool:
    """Whether an environment that was touched from outside is whole all the same; marks it."""
    if not environment.is_touched:
        return True
    value, owner = environment.value, Store().notebook_of(environment.identifier)
    if value is None or _damage(environment, look(environment)):
        return False
    wanted = Spec.from_value(value).lock.selection(environment.marker_environment())
    if not wanted.keys() <= environment.installed().keys():
        return False
    environment.mark(value, owner, environment.odd)
    return True


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


def _synced(document: Document, spec: Spec, exact: bool, seen: Look) -> Steps[Synced]:
    environment, folder = document.environment, document.target.folder
    wanted = _located(spec.lock.selection(environment.marker_environment()), folder)
    before, paths_before = environment.installed(), environment.path_files()
    # Unmarked, what is there beyond the lock is no drift but what an interrupted change left.
    going = _going(document, exact or environment.value is None)
    plan = make_plan(wanted, before, before if going is None else going)
    owner, odd = document.state.notebook, environment.odd
    if not plan.install and not plan.remove:
        environment.mark(spec.to_value(), owner, odd)
        return Synced(environment.identifier)
    old_imports = environment.imports({*plan.remove, *(each.name for each in plan.install)})
    kept = {
        name: each.version
        for name, each in before.items()
        if name not in wanted and name not in plan.remove
    }
    yield Progress("install", _announcement(len(plan.install), len(plan.remove)))
    lacking = None if plan.remove or not before else plan.install
    python, goal = environment.python, Wanted(list(wanted.values()), kept, lacking=lacking)
    steps = installer.sync(python, goal, spec, folder)
    yield from _guarded(environment, before, seen, told("install", steps))
    after = environment.installed()
    changes = _differences(before, after)
    names = {change.name for change in changes}
    damaged = altered(environment, names)
    if damaged:  # in the installer's cache: what it downloaded was checked against its hash
        yield Progress("install", f"The cache of {', '.join(damaged)} is damaged; fetching anew …")
        yield from told("install", installer.forget(damaged, folder))
        steps = installer.sync(python, replace(goal, again=damaged, lacking=None), spec, folder)
        yield from told("install", steps)
    bytecode.share(environment, names)
    # What differs still was published like that.
    odd = (odd - names) | frozenset(altered(environment, damaged))
    environment.mark(spec.to_value(), owner, odd)
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
    environment: Environment, before: dict[str, Installed], seen: Look, steps: Steps[None]
) -> Steps[None]:
    """Run a sync unmarked; when it fails before it changed anything, the old marker holds."""
    value, odd = environment.value, environment.odd
    owner = Store().notebook_of(environment.identifier)
    environment.unmark()
    try:
        yield from steps
    except BaseException:
        if value is not None and environment.installed() == before and look(environment) == seen:
            environment.mark(value, owner, odd)
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
