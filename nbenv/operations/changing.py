"""From a new record to a synced environment to a recorded change, or back to where it was."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from packaging.version import Version

from nbenv import approval, installer, interpreter, notebook
from nbenv.environment import Environment
from nbenv.errors import ApprovalNeededError, NbenvError, NotebookError
from nbenv.installer import Upgrade
from nbenv.interpreter import Interpreter
from nbenv.lock import Change, LockedDistribution
from nbenv.operations.document import Document, Target
from nbenv.operations.progress import Progress, Steps, drain, told
from nbenv.plan import Installed, make_plan
from nbenv.requirements import absolute, is_local, merge
from nbenv.spec import Spec
from nbenv.store import Store, superseding

__all__ = ["Edit", "Synced", "bring", "change", "check_approved", "held", "obtain", "resolved"]

Edit = Callable[[Document], "Steps[Spec] | Spec"]


@dataclass(frozen=True)
class Synced:
    """What a sync changed, and in which environment."""

    environment: str
    changes: tuple[Change, ...] = ()
    imports: dict[str, list[str]] | None = None
    path_files: tuple[str, ...] = ()
    replaced: bool = False


# -- the parts


def held(store: Store, identifier: str) -> Steps[contextlib.ExitStack]:
    """Take the environment's lock, saying so when another change must end first."""
    stack = contextlib.ExitStack()
    if store.is_locked(identifier):
        yield Progress("waiting", "Waiting for another change of this environment to end …")
    stack.enter_context(store.locked(identifier))
    return stack


def obtain(python: str, fetch: bool, folder: Path) -> Steps[Interpreter]:
    """Find the Python of a version, or have uv fetch it when that is agreed to."""
    found = interpreter.find(python)
    if found:
        return found
    if not fetch:
        raise interpreter.missing(python)
    yield Progress("python", f"Python {python} is not here; asking uv to fetch it …")
    try:
        executable = yield from told("python", installer.fetch_python(python, folder))
    except NbenvError as error:
        raise interpreter.missing(python, f"Fetching it failed: {_first_line(error)}") from None
    return Interpreter(python, python, executable)


def _first_line(error: NbenvError) -> str:
    lines = [line.strip() for line in (error.why or error.what).splitlines()]
    return next((line for line in lines if line), error.what)


def check_approved(document: Document, consent: bool) -> None:
    """Raise unless this machine may install what the notebook's lock names."""
    if document.value is None:
        return
    spec, policy = document.spec, approval.policy()
    if consent or approval.is_approved(spec.digest) or policy == "always":
        return
    raise ApprovalNeededError(
        f"This notebook brings an environment that is not on this machine yet: "
        f"Python {spec.python} with {_listing(spec)}.",
        _warnings(spec) + "Nothing was downloaded or run.",
        "To agree and install exactly that, run %nbenv restore in a cell "
        "(in a terminal: nbenv restore NOTEBOOK). To see it first: %nbenv status.",
    )


def _listing(spec: Spec) -> str:
    asked = ", ".join(spec.requirements[:8]) + (", …" if len(spec.requirements) > 8 else "")
    return f"{len(spec.lock.distributions)} locked distributions" + (f" ({asked})" if asked else "")


def _warnings(spec: Spec) -> str:
    told = [f"It uses the index {index.name} ({index.url})." for index in spec.indexes]
    direct = [each.requirement for each in spec.lock.distributions if each.url]
    told += [f"It installs {each} directly." for each in direct]
    return "".join(line + "\n" for line in told)


def resolved(spec: Spec, found: Interpreter, folder: Path, upgrade: Upgrade) -> Steps[Spec]:
    """Return `spec` with the lock that meets its requirements."""
    yield Progress("resolve", f"Resolving for Python {spec.python} …")
    steps = installer.resolve(spec, found.executable, folder, upgrade)
    lock = yield from told("resolve", steps)
    return _with_pre_releases(replace(spec, lock=lock), upgrade.pre)


def _with_pre_releases(spec: Spec, names: tuple[str, ...]) -> Spec:
    """Ask for the pre-releases that were found, so that the next change keeps them."""
    asked = [
        f"{locked.name}>={locked.version}"
        for locked in spec.lock.distributions
        if locked.name in names and locked.version and Version(locked.version).is_prerelease
    ]
    return replace(spec, requirements=tuple(merge(spec.requirements, asked)))


# -- syncing


def bring(
    document: Document, store: Store, spec: Spec, found: Interpreter, *, exact: bool
) -> Steps[Synced]:
    """Make the notebook's environment hold what `spec` locks.

    With `exact`, what is installed beyond the lock goes; otherwise it stays, as drift. When it
    fails, the environment is again what it was.
    """
    environment, replaced, old = document.environment, False, document.state.environment
    version = environment.python_version
    if version and not version.startswith(f"{spec.python}."):
        store.fresh_environment(document.state)
        environment, replaced = document.environment, True
    if environment.python_version is None:
        yield Progress("create", f"Making an environment of Python {found.version} …")
        environment.create(found)
    folder, owner = document.target.folder, document.state.notebook
    wanted = _located(spec.lock.selection(environment.marker_environment()), folder)
    try:
        synced = yield from _synced(environment, spec, wanted, folder, _going(document, exact))
    except BaseException:
        if replaced:
            environment.remove()
            document.state.environment = old
        raise
    environment.mark(spec.to_value(), owner)
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


def _version(installed: Installed | None) -> str | None:
    return installed.version if installed else None


def _differences(before: dict[str, Installed], after: dict[str, Installed]) -> list[Change]:
    changes = []
    for name in sorted({*before, *after}):
        old, new = before.get(name), after.get(name)
        if old != new:
            changes.append(Change(name, _version(old), _version(new)))
    return changes


# -- recording


def _check_writable(target: Target) -> None:
    if target.keeps_unsaved or not os.path.exists(target.notebook):
        return
    mode = os.stat(target.notebook).st_mode
    folder = os.path.dirname(os.path.realpath(target.notebook))
    if mode & 0o222 and os.access(target.notebook, os.W_OK) and os.access(folder, os.W_OK):
        return
    raise NotebookError(
        f"The notebook {target.notebook} cannot be written.",
        "It or its folder is read-only, so the change could not be recorded; nothing was changed.",
        "Make both writable, or work on a copy.",
    )


def _record(document: Document, store: Store, spec: Spec) -> None:
    value, target = spec.to_value(), document.target
    if not target.keeps_unsaved:
        changes = {"nbenv": value, "kernelspec": notebook.KERNELSPEC}
        notebook.write_metadata(target.notebook, changes)
    saved = not target.keeps_unsaved
    approval.approve(spec.digest)
    if value == document.value and (document.state.value == value):
        return
    store.save(superseding(document.state, document.in_file, value, saved))
    if value != document.value:
        store.remember(target.notebook, document.value)


# -- a whole change


def change(
    target: Target,
    edit: Edit,
    *,
    upgrade: Upgrade | None = None,
    dry_run: bool = False,
    keep_lock: bool = False,
    consent: bool = False,
) -> Steps[tuple[Spec, Synced]]:
    """Edit the record, resolve, sync and record: all of it, or nothing.

    Parameters
    ----------
    edit
        Returns the new spec from the document; it may look up names.
    upgrade
        Which locked versions may move.
    keep_lock
        The spec that `edit` returns has its lock already.
    """
    store = Store()
    if not dry_run:
        _check_writable(target)
    with (yield from held(store, store.state_for(target.notebook).environment)):
        document = Document.read(target, store)
        store.save(document.state)
        check_approved(document, consent)
        edited = edit(document)
        spec = edited if isinstance(edited, Spec) else (yield from edited)
        found = yield from obtain(spec.python, consent, target.folder)
        if not keep_lock and (upgrade or not _is_met(document, spec)):
            spec = yield from resolved(spec, found, target.folder, upgrade or Upgrade())
        if dry_run:
            return spec, Synced(document.state.environment, tuple(_expected(document, spec)))
        try:
            synced = yield from bring(document, store, spec, found, exact=False)
            _record(document, store, spec)
        except BaseException:
            if not document.is_ready:
                _back(document, store, found)
            raise
        return spec, synced


def _is_met(document: Document, spec: Spec) -> bool:
    """Whether the lock at hand was made for these very requirements."""
    old = document.spec
    return bool(old.lock.distributions) and replace(spec, lock=old.lock) == old


def _expected(document: Document, spec: Spec) -> Iterator[Change]:
    environment = document.environment
    values = {**environment.marker_environment(), "python_version": spec.python}
    if environment.python_version is None:
        values["python_full_version"] = f"{spec.python}.0"
    present = environment.installed()
    for name, locked in sorted(spec.lock.selection(values).items()):
        old = present.get(name)
        new = locked.version or locked.url
        if old is None or (locked.version and old.version != locked.version):
            yield Change(name, _version(old), new)
    going = set(document.spec.lock.versions()) - set(spec.lock.versions())
    yield from (Change(name, present[name].version, None) for name in sorted(going & set(present)))


def _back(document: Document, store: Store, found: Interpreter) -> None:
    """Bring the environment back to the record that stays, after recording failed."""
    with contextlib.suppress(NbenvError):
        if document.value is None:
            document.environment.unmark()
        else:
            drain(bring(document, store, document.spec, found, exact=False))
