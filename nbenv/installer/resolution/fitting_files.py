"""Keep to versions that have a file for this very machine.

The resolver knows systems and machines. But a wheel may be for another C library (musl), for a
newer one, or for a newer system than this: pip passes such a version over, if it has no sdist.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from nbenv.core.pylock import LockScope, filename_of, listed_files, packages_of
from nbenv.core.recorded_options import is_named
from nbenv.core.spec import Spec
from nbenv.core.wheels.coverage import uncovered
from nbenv.errors import ResolutionError
from nbenv.installer.resolution.platform_attempts import Resolved
from nbenv.installer.resolution.this_machine import this_machine
from nbenv.progress import Steps

__all__ = ["resolve_fitting"]

_ROUNDS = 8
"""How often versions are excluded, before the first of them is reported."""

Package = Mapping[str, object]


def resolve_fitting(
    attempts: Callable[[Sequence[str]], Steps[Resolved]], spec: Spec, never_built: Sequence[str]
) -> Steps[Resolved]:
    """Return a resolution of which everything can be installed on this machine.

    Parameters
    ----------
    attempts
        Resolves within further constraints.
    spec
        What is resolved.
    never_built
        The names of which only wheels are taken, or ``":all:"``.

    Raises
    ------
    ResolutionError
        There is none.
    """
    found = yield from attempts(())
    unfit = list(_unfit(found, spec, never_built))
    excluded: list[str] = []
    first = unfit[0] if unfit else None
    for _ in range(_ROUNDS):
        if not unfit:
            return found
        excluded += [f"{each['name']}!={each['version']} ; {_here()}" for each in unfit]
        try:
            found = yield from attempts(excluded)
        except ResolutionError:
            break
        unfit = list(_unfit(found, spec, never_built))
    assert first is not None
    raise _no_file(first)


def _here() -> str:
    return this_machine().marker


def _unfit(found: Resolved, spec: Spec, never_built: Sequence[str]) -> Iterator[Package]:
    """Yield the packages that are for this machine, but have no file that fits it."""
    python = spec.python
    here = this_machine()
    scope = LockScope(here, found.platforms)
    for package in packages_of(found.document):
        wheels = [filename_of(each) for each in listed_files(package, "wheels")]
        is_excluded = is_named(never_built, str(package["name"]), spec.no_binary)
        sdist = [] if is_excluded else package.get("sdist")
        marker = str(package.get("marker") or "") or None
        if not wheels or sdist or here not in scope.needing(marker, python):
            continue
        if uncovered(wheels, python, [here]):
            yield package


def _no_file(package: Package) -> ResolutionError:
    from nbenv.installer.failures.platforms import deciding_tags, described_tags  # seldom needed

    names = [filename_of(each) for each in listed_files(package, "wheels")]
    there, _ = described_tags(deciding_tags(names, this_machine().tags))
    return ResolutionError(
        f"{package['name']} {package['version']} cannot be installed on this machine.",
        f"The index has files of it for {there or 'other machines'} only, and no source to build "
        "it from.",
        "Ask for another version; nothing was changed.",
        unmet=str(package["name"]),
    )
