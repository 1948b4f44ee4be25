"""Refuse a change after which no kernel could start."""

from __future__ import annotations

from collections.abc import Iterable

from packaging.specifiers import SpecifierSet
from packaging.version import InvalidVersion, Version

from nbenv.core.lock import Change
from nbenv.core.requirements import KERNEL, parse
from nbenv.core.spec import Spec
from nbenv.environments.environment import Environment
from nbenv.environments.kernel_check import closure_of, find_fault
from nbenv.errors import BrokenEnvironmentError, NbenvError
from nbenv.progress import Progress, Steps

__all__ = ["check_kernel"]

_NAMED = 4
"""Packages that one sentence names."""


def check_kernel(
    spec: Spec, environment: Environment, changes: Iterable[Change], *, is_dated: bool = False
) -> Steps[None]:
    """Start a kernel in a changed environment, if it may have got one that does not work.

    The newest versions fit each other. A kernel is started only if what it consists of changed, and
    something other than an index decided about the versions: a requirement, a constraint, or a
    package that holds one back, or the day that it was resolved as of (`is_dated`).

    Raises
    ------
    BrokenEnvironmentError
        It does not start, or does not answer.
    """
    known = {each.name: each for each in changes if each.new}
    if not known:
        return
    closure, held = closure_of(environment, KERNEL)
    asked = map(parse, (*spec.requirements, *spec.constraints))
    limited = {each.name for each in asked if each.url or _has_bound(each.specifier)}
    lowered = {name for name, each in known.items() if _is_lower(each)}
    suspects = closure if is_dated else closure & (held | limited | lowered)
    if not (closure & known.keys() and suspects):
        return
    yield Progress("install", "Checking that a kernel starts with these versions…")
    fault = find_fault(environment)
    if fault:
        raise _refusal(environment, suspects, fault)


def _has_bound(specifier: SpecifierSet) -> bool:
    """Return whether a specifier excludes what is newer than some version."""
    return any(each.operator not in (">", ">=", "!=") for each in specifier)


def _is_lower(change: Change) -> bool:
    try:
        return bool(change.old and change.new) and Version(str(change.new)) < Version(
            str(change.old)
        )
    except InvalidVersion:
        return False


def _refusal(environment: Environment, suspects: frozenset[str], fault: str) -> NbenvError:
    installed = environment.installed()
    names = [KERNEL, *sorted(suspects - {KERNEL})][: _NAMED + 1]
    shown = [f"{name} {installed[name].version}" for name in names if name in installed]
    return BrokenEnvironmentError(
        f"No kernel works with {' and '.join((', '.join(shown[:-1]), shown[-1]))}."
        if len(shown) > 1
        else f"No kernel works with {shown[0]} on this Python.",
        f"A kernel was started with these versions, and failed: {fault.rstrip('.')}.",
        "Nothing was changed. Allow newer versions, or install them where no kernel has to run.",
    )
