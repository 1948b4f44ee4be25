"""Resolve for every platform, or else for as many as the index has files for.

An index may have files for this platform alone: a mirror of a company, a folder of ``pip
download``. And a requirement for another platform may be impossible to resolve here. Neither must
stop a notebook on this machine.

Nothing is built here for another platform, not even to learn what it requires: what is for all
platforms is resolved without builds. Where that is not enough, what is for this machine is resolved
first. uv's cache then knows what those builds have told.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass

from nbenv.core.pylock import PylockDict
from nbenv.core.wheels.coverage import COMMON_PLATFORMS
from nbenv.errors import BuildError, BuildRefusedError, ResolutionError
from nbenv.installer.resolution.this_machine import (
    narrower_markers,
    other_systems,
    system_marker,
    this_machine,
)
from nbenv.progress import Steps

__all__ = ["Attempt", "Resolved", "resolve_widest"]

_EVERYWHERE = "sys_platform != 'emscripten'"
_FAILURES = (ResolutionError, BuildError)
"""What can be the fault of another platform."""


@dataclass(frozen=True)
class Attempt:
    """One run of the resolver.

    Parameters
    ----------
    platforms
        The markers of the only platforms to resolve for; none for all.
    builds
        Whether anything may be built, to learn what it requires.
    is_later
        Whether to keep the versions that the last one which succeeded has found.
    """

    platforms: tuple[str, ...] = ()
    builds: bool = False
    is_later: bool = False

    @property
    def environments(self) -> list[str]:
        """The markers of the environments to resolve for: a lock is for CPython."""
        chosen = self.platforms or (_EVERYWHERE,)
        return [f"implementation_name == 'cpython' and {each}" for each in chosen]


@dataclass(frozen=True)
class Resolved:
    """An export of the resolver, and the only platforms that it is for; none for all."""

    document: PylockDict
    platforms: tuple[str, ...] = ()


Export = Callable[[Attempt], Steps[PylockDict]]


def resolve_widest(
    export: Export,
    python: str,
    *,
    must_build: bool,
    is_hopeless: Callable[[ResolutionError | BuildRefusedError], bool],
) -> Steps[Resolved]:
    """Return the resolution for the most platforms, this machine's among them.

    Parameters
    ----------
    export
        Runs the resolver.
    python
        The path of the notebook's Python.
    must_build
        Whether something for this machine is known to need a build.
    is_hopeless
        Whether an error for all platforms is one for this machine, too, however much is built.

    Raises
    ------
    ResolutionError
        No set of versions satisfies the requirements here.
    BuildError
        What is needed here cannot be built.
    """
    here = None
    if not must_build:
        try:
            return Resolved((yield from export(Attempt())))
        except (ResolutionError, BuildRefusedError) as error:
            if is_hopeless(error):
                raise
            must_build = isinstance(error, BuildError)
        except BuildError:
            must_build = True
    if must_build:
        here = yield from _exactly_here(export, python)
        with suppress(*_FAILURES):
            return Resolved((yield from export(Attempt(is_later=True))))
    return (yield from _widened(export, (yield from _for_here(export, python, here))))


def _exactly_here(export: Export, python: str) -> Steps[Resolved]:
    """Resolve for this very machine and Python, of which alone anything may be built."""
    _, exact = narrower_markers(python)
    return Resolved((yield from export(Attempt((exact,), builds=True))), (exact,))


def _widened(export: Export, found: Resolved) -> Steps[Resolved]:
    """Return a resolution for further platforms, as far as it is possible for this whole one.

    Where a whole system is impossible, what lacks may be for one kind of its machines alone.
    """
    here = this_machine()
    own = () if found.platforms == (system_marker(here.system),) else _machines_of(here.system)
    if own and found.platforms != (here.marker,):
        return found
    for marker in own:
        if marker not in found.platforms:
            found = yield from _with(export, found, marker)
    for system in other_systems():
        wide = yield from _with(export, found, system_marker(system))
        if wide is found:
            for marker in _machines_of(system):
                wide = yield from _with(export, wide, marker)
        found = wide
    return found


def _with(export: Export, found: Resolved, marker: str) -> Steps[Resolved]:
    """Return a resolution for one platform more, the same where that is impossible."""
    platforms = tuple(sorted((*found.platforms, marker)))
    with suppress(*_FAILURES):
        return Resolved((yield from export(Attempt(platforms, is_later=True))), platforms)
    return found


def _machines_of(system: str) -> list[str]:
    """Return the markers of a system's common kinds of machines."""
    return [each.marker for each in COMMON_PLATFORMS if each.system == system]


def _for_here(export: Export, python: str, here: Resolved | None) -> Steps[Resolved]:
    """Resolve for this machine's whole system, else for its kind of machine, else for it alone.

    `here` is what was resolved for it alone, if that was necessary.
    """
    system, machine = system_marker(this_machine().system), narrower_markers(python)[0]
    for platforms in ((system,), (machine,)):
        try:
            is_later = here is not None
            return Resolved((yield from export(Attempt(platforms, is_later=is_later))), platforms)
        except ResolutionError:
            continue
        except BuildError:
            if here is None:
                here = yield from _exactly_here(export, python)
                with suppress(*_FAILURES):
                    again = Attempt(platforms, is_later=True)
                    return Resolved((yield from export(again)), platforms)
    return here or (yield from _exactly_here(export, python))
