"""Resolve requirements into the lock that meets them, moving as little as possible."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from packaging.version import Version

from nbenv.core.lock import Lock
from nbenv.core.requirements import KERNEL, merge, parse
from nbenv.core.spec import Spec
from nbenv.engine.document import parse_record
from nbenv.environments.interpreters import Interpreter
from nbenv.errors import InstallerError
from nbenv.installer.resolve import ResolveOptions, resolve_lock
from nbenv.progress import Progress, Steps

__all__ = ["relock", "resolve_anew"]


def relock(
    old: Spec, new: Spec, interpreter: Interpreter, folder: Path, options: ResolveOptions | None
) -> Steps[Spec]:
    """Return `new` with the lock that meets its requirements, `old` being the one that it changes.

    Where `new` only asks for more, that alone is resolved, as long as nothing locked must move.
    """
    yield _begun(new)
    if options is None:
        lock = yield from _grown(old, new, interpreter, folder)
        if lock is not None:
            return replace(new, lock=lock)
    choice = replace(options or ResolveOptions(), locked_for=old.python)
    return (yield from _resolved(new, interpreter, folder, choice))


def resolve_anew(
    spec: Spec, interpreter: Interpreter, folder: Path, options: ResolveOptions
) -> Steps[Spec]:
    """Return `spec` with the lock that meets its requirements."""
    yield _begun(spec)
    return (yield from _resolved(spec, interpreter, folder, options))


def _begun(spec: Spec) -> Progress:
    return Progress("resolve", f"Resolving for Python {spec.python} …")


def _resolved(
    spec: Spec,
    interpreter: Interpreter,
    folder: Path,
    options: ResolveOptions,
    *,
    kernel: bool = True,
) -> Steps[Spec]:
    steps = resolve_lock(spec, interpreter.executable, folder, options, kernel=kernel)
    lock = yield from steps
    made = _with_pre_releases(replace(spec, lock=lock), options.pre)
    parse_record(made.to_record())  # what could not be read back must not be written
    return made


def _with_pre_releases(spec: Spec, names: tuple[str, ...]) -> Spec:
    """Ask for the pre-releases that were found, so that the next change keeps them."""
    asked = [
        f"{locked.name}>={locked.version}"
        for locked in spec.lock.distributions
        if locked.name in names and locked.version and Version(locked.version).is_prerelease
    ]
    return replace(spec, requirements=tuple(merge(spec.requirements, asked)))


# -- only more


def _grown(old: Spec, new: Spec, interpreter: Interpreter, folder: Path) -> Steps[Lock | None]:
    """Resolve what is asked for beyond `old`; None where everything must be looked at.

    The installer asks the index for the page of each name that it meets, fresh ones included, which
    is most of the time of an install into a notebook that has its environment.
    """
    added = _added(old, new)
    if not added:
        return None
    asked = replace(new, requirements=added)
    try:
        more = yield from _resolved(asked, interpreter, folder, ResolveOptions(), kernel=False)
    except InstallerError:  # it may need what only the other requirements tell
        return None
    return old.lock.grown_by(more.lock)


def _added(old: Spec, new: Spec) -> tuple[str, ...]:
    """Return what `new` asks for beyond `old`, which is met; nothing where it differs otherwise."""
    kept = replace(new, requirements=old.requirements, lock=old.lock, editable=old.editable)
    grows = {*old.requirements} < {*new.requirements} and {*old.editable} <= {*new.editable}
    if kept != old or not grows or not _is_whole(old):
        return ()
    return tuple(text for text in new.requirements if text not in old.requirements)


def _is_whole(spec: Spec) -> bool:
    """Whether a lock holds what its requirements name, as far as its lines tell."""
    locked = spec.lock.by_name()
    asked = [parse(text) for text in (KERNEL, *spec.requirements)]
    return all(
        requirement.name in locked
        and all(
            each.version is None or requirement.specifier.contains(each.version, prereleases=True)
            for each in locked[requirement.name]
        )
        for requirement in asked
    )
