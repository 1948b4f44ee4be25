"""Make a notebook's environment hold what a spec locks, or leave it as it was.

Nothing here touches the notebook or its state: a sync returns the environment that holds the lock
now, and `nbenv.engine.transaction` does what follows from that.
"""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path

from nbenv.core.lock import Change, LockedDistribution, changes_between
from nbenv.core.requirements import is_local
from nbenv.core.spec import Spec
from nbenv.core.sync_plan import Installed, make_plan
from nbenv.engine.damage import (
    check,
    find_damage,
    is_occupied,
    must_be_replaced,
    must_leave_provided,
)
from nbenv.engine.direct_sources import (
    current_sources,
    must_be_reinstalled,
    with_full_urls,
)
from nbenv.engine.document import NotebookSnapshot
from nbenv.engine.own_kernel import installed_before
from nbenv.environments import bytecode
from nbenv.environments.environment import Environment, Marker
from nbenv.environments.integrity import IntegrityReport, check_files, find_altered
from nbenv.environments.interpreters import Interpreter
from nbenv.environments.markers import select_locked
from nbenv.environments.platform_check import check_platform
from nbenv.environments.running import names_with_loaded_libraries
from nbenv.environments.shared.links import link_provided
from nbenv.environments.store import new_identifier, notebook_of
from nbenv.installer.lookup.expected_download import ExpectedDownload
from nbenv.installer.sync import SyncGoal, sync_prefix
from nbenv.installer.syncing.reading import forget_cached
from nbenv.progress import Progress, Steps

__all__ = ["SyncResult", "linked_to_provided", "sync_environment"]


@dataclass(frozen=True)
class SyncResult:
    """The result of a sync.

    Parameters
    ----------
    environment
        The environment that holds the lock now.
    changes
        The changed packages.
    imports
        Name → top-level modules of each changed package, former ones included.
    path_files
        Names of the added ``.pth`` files, which a running kernel has not read.
    replaced
        Whether the notebook had another environment before.
    damaged
        That former environment, if its files are damaged and nothing should run in it any more.
    again
        Names of what was installed again although nothing had changed.
    download
        What it would download, if it was only planned.
    built
        Names of what it would build from source, if it was only planned.
    """

    environment: Environment
    changes: tuple[Change, ...] = ()
    imports: Mapping[str, list[str]] = field(default_factory=dict)
    path_files: tuple[str, ...] = ()
    replaced: bool = False
    damaged: Environment | None = None
    again: tuple[str, ...] = ()
    download: ExpectedDownload | None = None
    built: tuple[str, ...] = ()


def sync_environment(
    snapshot: NotebookSnapshot,
    spec: Spec,
    interpreter: Interpreter,
    *,
    exact: bool,
    checked: Future[IntegrityReport] | None = None,
    again: Collection[str] = (),
) -> Steps[SyncResult]:
    """Make the notebook's environment, or a new one in its place, hold what `spec` locks.

    If that fails, a new environment is removed, and the present one and its marker are as before
    unless the installer stopped halfway. The caller holds the environment's lock.

    Parameters
    ----------
    snapshot
        The notebook; the environment was made of its lock so far.
    spec
        The record whose lock the environment should hold.
    interpreter
        The Python of a new environment. One is created if there is none, if the present one is
        damaged or of another Python, and if it holds other files of the same versions.
    exact
        Whether to remove what is installed beyond the lock; otherwise that stays, as drift.
    checked
        A check of the environment's files that was started before (`begin_check`).
    again
        Names to install even if they are there, from files that are downloaded again.

    Raises
    ------
    PlatformError
        The lock is for other platforms alone.
    InstallerError
        The installer failed.
    BrokenEnvironmentError
        No environment could be created.
    """
    check_platform(spec, interpreter)
    current = snapshot.environment
    version, marker = current.read_version(), current.read_marker()
    report = checked.result() if checked else check(current)
    damage = find_damage(version, marker, report)
    if damage:
        yield Progress("create", f"{damage} Replacing it…")
    replaces = bool(damage) or must_be_replaced(version, marker, spec) or is_occupied(current)
    replaces = replaces or must_leave_provided(current, version, marker, spec)
    environment = Environment(new_identifier(snapshot.state.notebook)) if replaces else current
    is_new = replaces or version is None
    if is_new and (linked := linked_to_provided(snapshot, spec, environment)):
        return replace(linked, replaced=replaces, damaged=current if damage else None)
    syncing = _Sync(snapshot, spec, environment, exact, report, frozenset(again))
    if not is_new and (loaded := syncing.find_loaded()):
        text = f"A running kernel uses {', '.join(sorted(loaded))}; making a new environment…"
        yield Progress("create", text)
        replaces = is_new = True
        environment = Environment(new_identifier(snapshot.state.notebook))
        syncing = replace(syncing, environment=environment)
    try:
        if is_new:
            yield Progress("create", f"Creating an environment with Python {interpreter.version}…")
            environment.create(interpreter)
        result = yield from syncing.run()
    except BaseException:
        if is_new:
            environment.remove()
        raise
    return replace(result, replaced=replaces, damaged=current if damage else None)


def linked_to_provided(
    snapshot: NotebookSnapshot, spec: Spec, environment: Environment
) -> SyncResult | None:
    """Make an environment of links into the one that is provided for all; None if none is."""
    before = snapshot.environment.installed()
    if not link_provided(spec, environment, snapshot.state.notebook):
        return None
    return SyncResult(environment, tuple(_changes(before, environment.installed(), ())))


@dataclass(frozen=True)
class _Sync:
    """One sync of an environment that exists."""

    snapshot: NotebookSnapshot
    spec: Spec
    environment: Environment
    exact: bool
    report: IntegrityReport
    again: frozenset[str] = frozenset()

    def find_loaded(self) -> set[str]:
        """Return the names of what would be replaced or removed, but is loaded; on Windows only."""
        if sys.platform != "win32":
            return set()
        before = self.environment.installed()
        marker = self.environment.read_marker()
        wanted, changed, fresh = self._wanted(marker, before)
        plan = make_plan(wanted, before, self._removable(marker, before), {*changed, *fresh})
        touched = {*plan.remove, *(each.name for each in plan.install if each.name in before)}
        return names_with_loaded_libraries(self.environment, touched)

    def _wanted(
        self, marker: Marker, before: Mapping[str, Installed]
    ) -> tuple[dict[str, LockedDistribution], Collection[str], frozenset[str]]:
        """Return what to have by name, and the names to install again: changed, or asked for."""
        spec, version = self.spec, self.environment.read_version()
        wanted = with_full_urls(select_locked(spec, version), self._folder)
        sources = current_sources(spec, self._folder)
        changed = must_be_reinstalled(spec, wanted.values(), before, marker, sources)
        return wanted, changed, self.again & before.keys() & wanted.keys()

    def run(self) -> Steps[SyncResult]:
        """Install and remove what the plan says, then mark the environment as complete."""
        environment, spec = self.environment, self.spec
        marker, before = environment.read_marker(), environment.installed()
        wanted, changed, fresh = self._wanted(marker, before)
        again = {*changed, *fresh}
        plan = make_plan(wanted, before, self._removable(marker, before), again)
        if not plan.install and not plan.remove:
            environment.mark(
                spec.to_record(), self._notebook, marker.mismatched, self._kept_sources(marker)
            )
            return SyncResult(environment)
        paths_before = environment.path_files()
        touched = {*plan.remove, *(each.name for each in plan.install)}
        old_imports = environment.imports(touched, own=True)
        kept = {
            name: each.version
            for name, each in before.items()
            if name not in wanted and name not in plan.remove
        }
        yield Progress("install", _announcement(len(plan.install), len(plan.remove)))
        only_adds = not plan.remove and bool(before)
        missing = plan.install if only_adds else None
        packages = environment.site_packages()
        direct = [
            each.name
            for each in plan.install
            if each.name in again or is_local(each.url) or _is_build_of(each, before)
        ]
        goal = SyncGoal(list(wanted.values()), kept, direct, missing, packages, fresh=bool(fresh))
        # Another commit, too, may have a module of the same size, written within the same second.
        placed = [each.name for each in plan.install if each.url or each.name in again]
        bytecode.remove_compiled(environment, placed)
        yield from self._install_guarded(marker, before, goal)
        changes = _changes(before, environment.installed(), changed)
        names = {change.name for change in changes} | fresh
        mismatched = yield from self._repair(goal, names, marker)
        bytecode.share(environment, names)
        # The marker comes last: whatever was interrupted above has none.
        kept_sources = self._kept_sources(marker, {each.name for each in plan.install})
        environment.mark(spec.to_record(), self._notebook, mismatched, kept_sources)
        return SyncResult(
            environment,
            tuple(changes),
            _union(old_imports, environment.imports(names, own=True), names),
            tuple(sorted(environment.path_files() - paths_before)),
            again=tuple(sorted(fresh)),
        )

    @property
    def _folder(self) -> Path:
        return self.snapshot.ref.folder

    @property
    def _notebook(self) -> str:
        return self.snapshot.state.notebook

    def _kept_sources(self, marker: Marker, new: Collection[str] = ()) -> dict[str, str]:
        """Return the fingerprints for the marker: of what is `new`, as a build has left its files.

        The others stay as they were when they were installed.
        """
        sources = current_sources(self.spec, self._folder) if new else {}
        names = {each.name for each in self.spec.lock.distributions}
        before = {name: text for name, text in marker.sources.items() if name in names}
        return {**before, **{name: text for name, text in sources.items() if name in new}}

    def _removable(self, marker: Marker, before: Mapping[str, Installed]) -> set[str]:
        """Return the names that may be removed.

        In an environment without a marker, what is installed beyond the lock is no drift: it is
        from a change that was interrupted.
        """
        if self.exact or marker.record is None:
            return set(before)
        return installed_before(self.snapshot.spec, marker)

    def _install(self, goal: SyncGoal) -> Steps[None]:
        yield from sync_prefix(self.environment.python, goal, self.spec, self._folder)

    def _install_guarded(
        self, marker: Marker, before: Mapping[str, Installed], goal: SyncGoal
    ) -> Steps[None]:
        """Install without a marker; put it back if the installer failed but changed nothing."""
        environment = self.environment
        owner = notebook_of(environment.identifier)
        environment.unmark()
        try:
            yield from self._install(goal)
        except BaseException:
            unchanged = environment.installed() == before
            if marker.record is not None and unchanged and check_files(environment) == self.report:
                environment.mark(marker.record, owner, marker.mismatched, marker.sources)
            raise

    def _repair(self, goal: SyncGoal, names: set[str], marker: Marker) -> Steps[frozenset[str]]:
        """Install altered packages again; return those that still do not match their ``RECORD``.

        The installer verified each download, but not what it had in its cache. A package that
        matches no better when it is downloaded again was published like that.
        """
        altered = find_altered(self.environment, names)
        if altered:
            message = f"The cached files of {', '.join(altered)} are damaged; downloading again…"
            yield Progress("install", message)
            yield from forget_cached(altered, self._folder)
            repair = replace(goal, again=altered, missing=None, fresh=False)
            yield from self._install(repair)
        still = find_altered(self.environment, altered)
        return (marker.mismatched - names) | frozenset(still)


def _is_build_of(locked: LockedDistribution, before: Mapping[str, Installed]) -> bool:
    """Return whether a build of the locked version is installed: uv takes 1.0+cpu for a 1.0."""
    installed = before[locked.name].version if locked.name in before else ""
    return "+" in installed and installed.partition("+")[0] == locked.version


def _announcement(coming: int, going: int) -> str:
    parts = [f"installing {coming}"] if coming else []
    parts += [f"removing {going}"] if going else []
    total = going or coming
    text = f"{' and '.join(parts)} package{'' if total == 1 else 's'}…"
    return text[0].upper() + text[1:]


def _union(
    old: Mapping[str, list[str]], new: Mapping[str, list[str]], names: Iterable[str]
) -> dict[str, list[str]]:
    """Return the modules that packages had or have; what is installed in place lists none."""
    return {name: sorted({*old.get(name, ()), *new.get(name, ())}) for name in names}


def _changes(
    before: Mapping[str, Installed], after: Mapping[str, Installed], again: Collection[str]
) -> list[Change]:
    """Return what was added, removed and changed, another content of a version included."""
    names = {name for name in {*before, *after} if before.get(name) != after.get(name)}
    names |= set(again) & after.keys()
    return changes_between(_versions(before), _versions(after), names)


def _versions(installed: Mapping[str, Installed]) -> dict[str, str]:
    return {name: each.version for name, each in installed.items()}
