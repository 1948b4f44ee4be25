"""Make a notebook's environment hold what a spec locks, or leave it as it was."""

from __future__ import annotations

import threading
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path

from nbenv.core.lock import Change, LockedDistribution
from nbenv.core.requirements import absolute, is_local
from nbenv.core.spec import Spec
from nbenv.core.sync_plan import Installed, make_plan
from nbenv.engine.contents import has_other_files
from nbenv.engine.document import NotebookSnapshot
from nbenv.environments import bytecode
from nbenv.environments.environment import Environment
from nbenv.environments.integrity import IntegrityReport, check_files, find_altered
from nbenv.environments.interpreters import Interpreter
from nbenv.environments.store import Store
from nbenv.installer.sync import SyncGoal, forget_cached, sync_prefix
from nbenv.progress import Progress, Steps

__all__ = ["SyncResult", "begin_look", "confirmed", "sync_environment", "version_of"]


@dataclass(frozen=True)
class SyncResult:
    """What a sync changed, and in which environment."""

    environment: str
    changes: tuple[Change, ...] = ()
    imports: dict[str, list[str]] | None = None
    path_files: tuple[str, ...] = ()
    replaced: bool = False


def sync_environment(
    document: NotebookSnapshot,
    store: Store,
    spec: Spec,
    found: Interpreter,
    *,
    exact: bool,
    glance: Future[IntegrityReport] | None = None,
) -> Steps[SyncResult]:
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


def begin_look(environment: Environment) -> Future[IntegrityReport]:
    """Look at an environment's files while something else is waited for."""
    found: Future[IntegrityReport] = Future()

    def work() -> None:
        try:
            found.set_result(_looked(environment))
        except BaseException as error:
            found.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return found


def _looked(environment: Environment) -> IntegrityReport:
    return check_files(environment) if environment.python_version else IntegrityReport()


def _must_be_replaced(environment: Environment, spec: Spec) -> bool:
    """Whether what a spec locks cannot be had by changing an environment."""
    version = environment.python_version
    if version is None:
        return False
    return not version.startswith(f"{spec.python}.") or has_other_files(environment, spec)


def _damage(environment: Environment, seen: IntegrityReport) -> str:
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
    if value is None or _damage(environment, check_files(environment)):
        return False
    wanted = Spec.from_record(value).lock.selection(environment.marker_environment())
    if not wanted.keys() <= environment.installed().keys():
        return False
    environment.mark(value, owner, environment.odd)
    return True


def _going(document: NotebookSnapshot, exact: bool) -> set[str] | None:
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
    document: NotebookSnapshot, spec: Spec, exact: bool, seen: IntegrityReport
) -> Steps[SyncResult]:
    environment, folder = document.environment, document.target.folder
    wanted = _located(spec.lock.selection(environment.marker_environment()), folder)
    before, paths_before = environment.installed(), environment.path_files()
    # Unmarked, what is there beyond the lock is no drift but what an interrupted change left.
    going = _going(document, exact or environment.value is None)
    plan = make_plan(wanted, before, before if going is None else going)
    owner, odd = document.state.notebook, environment.odd
    if not plan.install and not plan.remove:
        environment.mark(spec.to_record(), owner, odd)
        return SyncResult(environment.identifier)
    old_imports = environment.imports({*plan.remove, *(each.name for each in plan.install)})
    kept = {
        name: each.version
        for name, each in before.items()
        if name not in wanted and name not in plan.remove
    }
    yield Progress("install", _announcement(len(plan.install), len(plan.remove)))
    lacking = None if plan.remove or not before else plan.install
    python, goal = environment.python, SyncGoal(list(wanted.values()), kept, lacking=lacking)
    steps = sync_prefix(python, goal, spec, folder)
    yield from _guarded(environment, before, seen, (steps))
    after = environment.installed()
    changes = _differences(before, after)
    names = {change.name for change in changes}
    damaged = find_altered(environment, names)
    if damaged:  # in the installer's cache: what it downloaded was checked against its hash
        yield Progress("install", f"The cache of {', '.join(damaged)} is damaged; fetching anew …")
        yield from forget_cached(damaged, folder)
        steps = sync_prefix(python, replace(goal, again=damaged, lacking=None), spec, folder)
        yield from steps
    bytecode.share(environment, names)
    # What differs still was published like that.
    odd = (odd - names) | frozenset(find_altered(environment, damaged))
    environment.mark(spec.to_record(), owner, odd)
    return SyncResult(
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
    environment: Environment,
    before: dict[str, Installed],
    seen: IntegrityReport,
    steps: Steps[None],
) -> Steps[None]:
    """Run a sync unmarked; when it fails before it changed anything, the old marker holds."""
    value, odd = environment.value, environment.odd
    owner = Store().notebook_of(environment.identifier)
    environment.unmark()
    try:
        yield from steps
    except BaseException:
        if (
            value is not None
            and environment.installed() == before
            and check_files(environment) == seen
        ):
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
